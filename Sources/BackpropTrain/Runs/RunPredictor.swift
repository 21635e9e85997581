import Backprop
import BackpropData
import BackpropNN

/// A finished run, ready to be used.
package struct RunPredictor {
    /// What the model says about one row.
    package enum Prediction: Sendable, Equatable {
        case category(String, probability: Double)
        case value(Double)
    }

    package let configuration: RunConfiguration
    private let model: Sequential
    private let place: String

    /// Opens a run and checks that its weights are those that it was finished with.
    ///
    /// - Throws: `TrainError` and `DataError` where the folder holds no such run, or a part of it was changed.
    package init(opening path: String) throws {
        let run = try RunFolder(opening: path)
        let weightsPath = try run.path(of: "weights.safetensors")
        configuration = try run.configuration(as: RunConfiguration.self)
        try configuration.check(try run.path(of: RunFolder.configurationName))
        model = configuration.makeNetwork()
        let weights = try Weights(reading: weightsPath, for: model)
        let outcome = try run.readJSON(TrainingOutcome.self, from: TrainingOutcome.partName)
        guard weights.digest == outcome.weightsDigest else {
            throw TrainError(
                .corrupt, at: weightsPath, "these are not the weights that the run was finished with",
                remedy: "copy the whole folder again, or train again")
        }
        try weights.restore(to: model)
        place = path
    }

    /// Predicts every row of a CSV file.
    ///
    /// - Parameter hasHeader: nil for what the run was trained with; a run on digits finds out by itself.
    package func predict(csv path: String, hasHeader: Bool? = nil) throws -> [Prediction] {
        switch configuration.source {
        case .digits:
            return try predictions(Digits.pixels(csv: path, hasHeader: hasHeader), width: Digits.pixelsPerImage) {
                Self.category($0, names: (0..<Digits.classCount).map(String.init))
            }
        case .table(_, let schema, let encoding, _):
            var options = TableOptions()
            options.hasHeader = hasHeader
            let table = try Table(path, for: schema, options: options)
            let width = encoding.oneHotWidth
            try MemoryLimit.check(rows: table.rowCount, width: width, at: table.source)
            let names = encoding.classNames
            return try predictions(try encoding.rows(of: table).oneHot(), width: width) {
                names.isEmpty ? .value(encoding.original($0.first!)) : Self.category($0, names: names)
            }
        }
    }

    private func predictions(
        _ inputs: [Float], width: Int, _ read: (ArraySlice<Float>) -> Prediction
    ) throws -> [Prediction] {
        let count = inputs.count / width
        let examples = Examples(
            inputs: inputs, width: width, targets: .numbers([Float](repeating: 0, count: count)))
        let outputs = Measures.outputs(model, examples, Array(0..<count))
        guard outputs.allSatisfy(\.isFinite) else {
            throw TrainError(
                .corrupt, at: place, "the network gives numbers that are not finite", remedy: "train again")
        }
        let outputWidth = outputs.count / count
        return (0..<count).map { read(outputs[($0 * outputWidth)..<(($0 + 1) * outputWidth)]) }
    }

    private static func category(_ scores: ArraySlice<Float>, names: [String]) -> Prediction {
        let best = ClassScores(scores)
        return .category(names[best.index], probability: best.probability)
    }
}

extension [RunPredictor.Prediction] {
    /// A CSV file with a header: class and probability, or value.
    package var csv: String {
        var text = ""
        if case .value? = first { text = "value\n" } else { text = "class,probability\n" }
        for prediction in self {
            switch prediction {
            case .value(let value): text += "\(value)\n"
            case .category(let name, let probability):
                text += Self.cell(name) + "," + NumberFormat.fixed(probability, digits: 6) + "\n"
            }
        }
        return text
    }

    /// One JSON object a line.
    package var jsonLines: String {
        var text = ""
        for prediction in self {
            switch prediction {
            case .value(let value): text += "{\"value\":\(value)}\n"
            case .category(let name, let probability):
                text +=
                    "{\"class\":\(JSONText.quoted(name)),\"probability\":\(NumberFormat.fixed(probability, digits: 6))}\n"
            }
        }
        return text
    }

    /// A cell of a CSV file, in quotes where it needs them.
    private static func cell(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D, 0x09, 0x3B].contains($0) }
        return needsQuotes || text.hasPrefix(" ") || text.hasSuffix(" ")
            ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
                + "\""
            : text
    }
}
