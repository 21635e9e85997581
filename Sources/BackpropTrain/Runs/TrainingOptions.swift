import Backprop
import BackpropData
import BackpropNN

/// What a person asks of a training run. What is nil is chosen to suit the data.
///
/// A run keeps them, so that it can be repeated and changed: `--config` reads what is in `configuration.json`.
package struct TrainingOptions: Sendable, Equatable, Codable {
    // MARK: Data

    /// A file or folder, `digits` or `mnist`; nil for the handwritten digits.
    package var data: String?
    /// The column of a table to be predicted.
    package var label: String?
    package var task: TableSchema.Task?
    /// Columns that are numbers, categories, dates.
    package var numeric: [String]?
    package var categorical: [String]?
    package var dates: [String]?
    /// Columns that are left out, and such that stay though they look as if they could not help.
    package var dropped: [String]?
    package var kept: [String]?
    /// How the file of a table is read.
    package var reading: TableOptions?
    /// The share of the examples that only judges the result.
    package var holdOut: Double?

    // MARK: Model

    /// A family of models, or the path of a description.
    package var model: String?
    package var hidden: [Int]?
    package var activation: Activation?
    package var dropout: Double?

    // MARK: Training

    package var epochs: Int?
    package var batchSize: Int?
    package var learningRate: Double?
    package var weightDecay: Double?
    package var labelSmoothing: Double?
    /// Whether classes count alike, however many examples each has.
    package var balancesClasses: Bool?
    /// Networks that are trained at once and answer together.
    package var members: Int?
    /// Epochs without a better measure before training stops; 0 for never.
    package var patience: Int?
    /// Whether the model that is kept learns from the examples as well that have judged.
    package var refits: Bool?
    /// Seconds that may be spent on trying configurations.
    package var searchSeconds: Double?
    /// What a step may hold, in bytes.
    package var memoryBudget: Int?
    package var seed: UInt64?
    /// What is looked at on the way.
    package var watch: Watched?

    /// What a training can be asked to look at.
    package enum Watched: String, Sendable, Codable, CaseIterable {
        case gradients
    }

    package init() {}

    // MARK: Values from text

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

    /// What is looked at, by its name.
    package static func watched(_ name: String) throws(TrainError) -> Watched {
        if let found = Watched(rawValue: name.lowercased()) { return found }
        throw bad("--watch", Wording.quoted(name), Watched.allCases.map(\.rawValue).joined(separator: ", "))
    }

    /// "30s", "5m", "1.5h" or a number of seconds.
    package static func seconds(_ text: String, of flag: String = "--time") throws(TrainError) -> Double {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3_600]
        let unit = text.last.flatMap { units[$0] }
        let number = Double(unit == nil ? text : String(text.dropLast())).map { $0 * (unit ?? 1) }
        guard let number, number > 0, number <= 1e7 else {
            throw bad(flag, Wording.quoted(text), "a time such as 30s, 5m or 1h")
        }
        return number
    }

    /// "512MB", "1.5GB", "300MiB" or a number of bytes.
    package static func bytes(_ text: String) throws(TrainError) -> Int {
        let units = [
            ("kib", 1024.0), ("mib", 1_048_576), ("gib", 1_073_741_824), ("kb", 1e3), ("mb", 1e6), ("gb", 1e9),
            ("b", 1),
        ]
        let lower = text.lowercased()
        let unit = units.first { lower.hasSuffix($0.0) }
        let digits = lower.dropLast(unit?.0.count ?? 0).filter { $0 != " " }
        guard let number = Double(digits), number * (unit?.1 ?? 1) >= 1, number <= 1e15 else {
            throw bad("--memory", Wording.quoted(text), "a size such as 512MB, 1.5GB or a number of bytes")
        }
        return Int(number * (unit?.1 ?? 1))
    }

    /// What was asked for, by the names of the flags.
    var described: [String: String] {
        func joined(_ names: [String]?) -> String? { names?.joined(separator: ", ") }
        let values: [(String, String?)] = [
            ("data", data), ("label", label), ("task", task?.rawValue), ("numeric", joined(numeric)),
            ("categorical", joined(categorical)), ("date", joined(dates)), ("drop", joined(dropped)),
            ("keep", joined(kept)), ("hold-out", holdOut.map { "\($0)" }), ("model", model),
            ("hidden", joined(hidden?.map(String.init))), ("activation", activation?.rawValue),
            ("dropout", dropout.map { "\($0)" }), ("epochs", epochs.map { "\($0)" }),
            ("batch-size", batchSize.map { "\($0)" }), ("learning-rate", learningRate.map { "\($0)" }),
            ("weight-decay", weightDecay.map { "\($0)" }), ("label-smoothing", labelSmoothing.map { "\($0)" }),
            ("balance", balancesClasses.map { "\($0)" }), ("members", members.map { "\($0)" }),
            ("patience", patience.map { "\($0)" }), ("time", searchSeconds.map { "\($0) s" }),
            ("memory", memoryBudget.map(MemoryBill.formatted)),
            ("refit", refits.map { "\($0)" }), ("seed", seed.map { "\($0)" }), ("watch", watch?.rawValue),
        ]
        return Dictionary(uniqueKeysWithValues: values.compactMap { name, value in value.map { (name, $0) } })
    }

    // MARK: Sense

    /// - Throws: `TrainError` for a number outside its range.
    package func validate() throws(TrainError) {
        try Self.check("--epochs", epochs, 1...1_000_000)
        try Self.check("--batch-size", batchSize, 1...1_000_000)
        try Self.check("--patience", patience, 0...1_000_000)
        try Self.check("--members", members, 1...256)
        if let learningRate, !(learningRate > 0 && learningRate <= 1e6) {
            throw Self.bad("--learning-rate", "\(learningRate)", "a number above 0, such as 0.001")
        }
        if let weightDecay, !(weightDecay >= 0 && weightDecay <= 1e6) {
            throw Self.bad("--weight-decay", "\(weightDecay)", "0 or a number above it, such as 0.01")
        }
        for (name, share) in [("--dropout", dropout), ("--label-smoothing", labelSmoothing), ("--hold-out", holdOut)] {
            if let share, !(share >= 0 && share < 1) {
                throw Self.bad(name, "\(share)", "at least 0 and less than 1, such as 0.2")
            }
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
