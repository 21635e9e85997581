import BackpropTrain

/// What flags may say.
enum OptionCheck {
    static func count(
        _ flag: String, _ value: Int, _ range: ClosedRange<Int> = 1...1_000_000_000
    ) throws(TrainError) {
        try check(
            range.contains(value), flag, value, "give a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    static func positive(_ flag: String, _ value: Double) throws(TrainError) {
        try check(value > 0 && value.isFinite, flag, value, "give more than 0")
    }

    static func share(_ flag: String, _ value: Double) throws(TrainError) {
        try check(value >= 0 && value < 1, flag, value, "give 0 or more, below 1")
    }

    static func check(_ isFine: Bool, _ flag: String, _ value: Any, _ remedy: String) throws(TrainError) {
        guard !isFine else { return }
        throw TrainError(.badOption, at: flag, "\(value) makes no sense", remedy: remedy)
    }
}
