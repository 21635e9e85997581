import Backprop
import BackpropData

/// What a training would take of memory, found out without a step of it.
package struct TrainingPlan {
    private let introduction: RunIntroduction
    private let bill: TrainingBill
    private let estimate: MemoryEstimate
    private let budget: Int?

    /// Ends a training before its first step.
    private struct Found: Error {}

    /// Prepares the training and records its first step.
    ///
    /// - Throws: `TrainError` and `DataError`, as the training would.
    package init(_ options: TrainingOptions) throws {
        try options.validate()
        let source = try DataSource(recognizing: options.data ?? "digits")
        var subject = try source.subject(options)
        var surroundings = TrainingSurroundings()
        var found: TrainingBill?
        var estimate = MemoryEstimate()
        surroundings.memoryBudget = options.memoryBudget.map { MemoryBudget(bytes: $0) }
        surroundings.announceMemory = { bill in
            estimate.note(bill)
            found = bill
            throw Found()
        }
        do { _ = try subject.train(surroundings) } catch is Found {}
        guard let found else {
            throw TrainError(
                .badOption, at: "plan", "this training makes no step", remedy: "give --epochs of at least 1")
        }
        (introduction, bill, self.estimate, budget) = (subject.introduction, found, estimate, options.memoryBudget)
    }

    /// The plan as a person reads it.
    package var text: String {
        var lines = [
            "Model    \(introduction.model)", "Step     " + bill.step.table.replacing("\n", with: "\n         "),
        ]
        if let budget { lines.append("Budget   \(MemoryBill.formatted(budget)) a step") }
        if let inference = bill.inference {
            lines.append("Use      \(MemoryBill.formatted(inference.peakBytes)) for the forward pass of such a batch")
        }
        if let validation = bill.validation {
            lines.append("Judging  \(MemoryBill.formatted(validation.peakBytes)) for a batch of validation data")
        }
        lines.append("Process  \(estimate.line)")
        return lines.joined(separator: "\n") + "\n"
    }

    /// The plan as one line of JSON.
    package func jsonLine() throws -> String { try JSONFile.line(of: record, keys: .convertToSnakeCase) }

    private var record: Record {
        let parts = bill.step.parts
        let recomputation = bill.step.recomputation
        return Record(
            model: introduction.model, peakBytes: bill.step.peakBytes, weightBytes: parts[.weights] ?? 0,
            gradientBytes: parts[.gradients] ?? 0, optimizerStateBytes: parts[.optimizerState] ?? 0,
            activationBytes: parts[.activations] ?? 0, scratchBytes: parts[.scratch] ?? 0, dataBytes: parts[.data] ?? 0,
            resultBytes: parts[.results] ?? 0, inferencePeakBytes: bill.inference?.peakBytes,
            validationPeakBytes: bill.validation?.peakBytes, processBytes: estimate.peakBytes, budgetBytes: budget,
            moment: Record.Moment(
                wave: bill.step.moment.wave, waves: bill.step.moment.waves, kernels: bill.step.moment.kernels),
            layers: bill.step.bytesByModule.map { Record.Layer(layer: $0.module, bytes: $0.bytes) },
            values: bill.step.items.map {
                Record.Value(
                    name: $0.name, shape: $0.shape, bytes: $0.bytes, kind: $0.kind.rawValue, layer: $0.module,
                    atPeak: $0.isAtPeak, recomputed: $0.isRecomputed)
            },
            addedWork: recomputation?.addedWork,
            curve: recomputation?.curve.map { Record.Point(addedBytes: $0.addedBytes, addedWork: $0.addedWork) })
    }

    /// The parts of the JSON line.
    private struct Record: Encodable {
        struct Moment: Encodable {
            var wave: Int
            var waves: Int
            var kernels: [String]
        }
        struct Layer: Encodable {
            var layer: String
            var bytes: Int
        }
        struct Value: Encodable {
            var name: String
            var shape: [Int]
            var bytes: Int
            var kind: String
            var layer: String
            var atPeak: Bool
            var recomputed: Bool
        }
        struct Point: Encodable {
            var addedBytes: Int
            var addedWork: Double
        }

        var model: String
        var peakBytes: Int
        var weightBytes: Int
        var gradientBytes: Int
        var optimizerStateBytes: Int
        var activationBytes: Int
        var scratchBytes: Int
        var dataBytes: Int
        var resultBytes: Int
        var inferencePeakBytes: Int?
        var validationPeakBytes: Int?
        var processBytes: Int
        var budgetBytes: Int?
        var moment: Moment
        var layers: [Layer]
        var values: [Value]
        var addedWork: Double?
        var curve: [Point]?
    }
}
