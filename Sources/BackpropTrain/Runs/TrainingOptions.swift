import BackpropData
import BackpropNN

/// What a person asks of a training run. What is nil is chosen to suit the data.
package struct TrainingOptions: Sendable, Equatable {
    /// A CSV file; nil for the handwritten digits.
    package var data: String?
    /// The column to be predicted.
    package var label: String?
    package var task: TableSchema.Task?
    package var categorical: [String] = []
    package var dropped: [String] = []
    package var hasHeader: Bool?
    package var missingMarkers: [String] = []
    /// The share of a table's rows that only judges the result.
    package var holdOut: Double?
    package var epochs: Int?
    package var batchSize: Int?
    package var learningRate: Double?
    package var weightDecay: Double?
    package var hidden: [Int]?
    package var activation: Activation?
    package var seed: UInt64 = 0
    /// Epochs without a better loss on the validation part before training stops; 0 for never.
    package var patience: Int?
    /// The folder of the run; nil for the next number in "runs".
    package var output: String?

    package init() {}

    /// How the table is to be read. Markers that a person names count beside the usual ones.
    var tableOptions: TableOptions {
        var options = TableOptions()
        options.hasHeader = hasHeader
        if !missingMarkers.isEmpty { options.missingMarkers = MissingMarkers.usual + missingMarkers }
        return options
    }

    /// "128,64" as sizes of layers.
    package static func sizes(_ text: String) throws(TrainError) -> [Int] {
        var sizes: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let size = Int(part.drop { $0 == " " }), (1...TrainingOptions.widest).contains(size) else {
                throw bad(
                    "--hidden", Wording.quoted(text),
                    "whole numbers from 1 to \(widest) with commas, such as 128,64")
            }
            sizes.append(size)
        }
        guard sizes.count <= deepest else {
            throw bad("--hidden", "\(sizes.count) layers", "at most \(deepest)")
        }
        return sizes
    }

    static let widest = 65_536
    static let deepest = 256
    private static let activations: [Activation] = Activation.allCases.filter { $0 != .softmax && $0 != .logSoftmax }

    /// The activation of that name, in any letter case.
    package static func activation(_ name: String) throws(TrainError) -> Activation {
        if let found = activations.first(where: { $0.rawValue.lowercased() == name.lowercased() }) {
            return found
        }
        throw bad(
            "--activation", Wording.quoted(name),
            "one of \(activations.map(\.rawValue).joined(separator: ", "))")
    }

    /// The task of that name.
    package static func task(_ name: String) throws(TrainError) -> TableSchema.Task {
        if let found = TableSchema.Task(rawValue: name.lowercased()) { return found }
        throw bad("--task", Wording.quoted(name), "classification or regression")
    }

    /// - Throws: `TrainError` for a number outside its range, and for options that do not go together.
    package func validate() throws(TrainError) {
        try Self.check("--epochs", epochs, 1...1_000_000)
        try Self.check("--batch-size", batchSize, 1...1_000_000)
        try Self.check("--patience", patience, 0...1_000_000)
        if let learningRate, !(learningRate > 0 && learningRate <= 1e6) {
            throw Self.bad("--learning-rate", "\(learningRate)", "a number above 0, such as 0.001")
        }
        if let weightDecay, !(weightDecay >= 0 && weightDecay <= 1e6) {
            throw Self.bad("--weight-decay", "\(weightDecay)", "0 or a number above it, such as 0.01")
        }
        if let holdOut, !(holdOut >= 0 && holdOut < 1) {
            throw Self.bad("--hold-out", "\(holdOut)", "at least 0 and less than 1, such as 0.2")
        }
        if data != nil {
            return
        }
        let tableOnly: [(String, Bool)] = [
            ("--label", label != nil), ("--task", task != nil), ("--hold-out", holdOut != nil),
            ("--categorical", !categorical.isEmpty), ("--drop", !dropped.isEmpty),
            ("--missing", !missingMarkers.isEmpty), ("--header/--no-header", hasHeader != nil),
        ]
        if let (name, _) = tableOnly.first(where: \.1) {
            throw TrainError(
                .badOption, at: name, "it describes a table, and no table is given",
                remedy: "give a CSV file with --data, or leave it out to train on the handwritten digits")
        }
    }

    private static func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws(TrainError) {
        guard let value, !range.contains(value) else { return }
        throw bad(name, "\(value)", "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }

    private static func bad(_ name: String, _ found: String, _ wanted: String) -> TrainError {
        TrainError(.badOption, at: name, "\(found) makes no sense", remedy: "give \(wanted)")
    }
}
