import Backprop

/// The number that scores are divided by before the softmax, so that a model is right as often as it says.
///
/// Training on smoothed labels makes a network say less than it knows, and training for long more. One number mends both, and
/// changes no answer: which class is the most probable stays (Guo et al., "On Calibration of Modern Neural Networks", 2017).
enum Temperature {
    /// Fewer examples tell little about it.
    static let fewest = 100
    /// Beyond these the probabilities are those of a model that has learnt nothing, or of one that is never wrong.
    private static let range = (low: 0.2, high: 5.0)

    /// The temperature at which examples are the most probable that the model has not learnt from.
    ///
    /// - Parameters:
    ///   - probabilities: at temperature 1, shape [labels.count, classes].
    static func fitted(to probabilities: [Double], labels: [Int32]) -> Double {
        guard labels.count >= fewest else { return 1 }
        let width = probabilities.count / labels.count
        let logs = probabilities.map { ScalarMath.log(max($0, 1e-30)) }
        func loss(_ logTemperature: Double) -> Double {
            let factor = 1 / ScalarMath.exp(logTemperature)
            var sum = 0.0
            for (row, label) in labels.enumerated() {
                let scores = logs[(row * width)..<((row + 1) * width)]
                let highest = scores.max()! * factor
                let total = scores.reduce(0) { $0 + ScalarMath.exp($1 * factor - highest) }
                sum += highest + ScalarMath.log(total) - scores[row * width + Int(label)] * factor
            }
            return sum
        }
        return ScalarMath.exp(lowest(of: loss, from: ScalarMath.log(range.low), to: ScalarMath.log(range.high)))
    }

    /// Where a function with one valley is lowest, by golden section.
    private static func lowest(of function: (Double) -> Double, from low: Double, to high: Double) -> Double {
        let share = 0.618_033_988_749_894_8
        var (low, high) = (low, high)
        var (left, right) = (high - share * (high - low), low + share * (high - low))
        var (atLeft, atRight) = (function(left), function(right))
        while high - low > 1e-4 {
            if atLeft < atRight {
                (high, right, atRight) = (right, left, atLeft)
                left = high - share * (high - low)
                atLeft = function(left)
            } else {
                (low, left, atLeft) = (left, right, atRight)
                right = low + share * (high - low)
                atRight = function(right)
            }
        }
        return (low + high) / 2
    }
}
