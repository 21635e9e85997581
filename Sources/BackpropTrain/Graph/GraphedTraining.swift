import Backprop
import BackpropData

extension StepGraph {
    /// Ends a training before its first step.
    private struct Found: Error {}

    /// The graph of the first step of a training.
    ///
    /// - Throws: `TrainError` and `DataError`, as the training would.
    package init(_ options: TrainingOptions) throws {
        try options.validate()
        let source = try DataSource(recognizing: options.data ?? "digits")
        var subject = try source.subject(options)
        var surroundings = TrainingSurroundings()
        var found: StepGraph?
        surroundings.memoryBudget = options.memoryBudget.map { MemoryBudget(bytes: $0) }
        surroundings.announceGraph = { graph in
            found = graph
            throw Found()
        }
        do { _ = try subject.train(surroundings) } catch is Found {}
        guard var found else {
            throw TrainError(
                .badOption, at: "graph", "this training makes no step", remedy: "give --epochs of at least 1")
        }
        found.title = "\(subject.introduction.model) on \(subject.introduction.name)"
        self = found
    }

    /// What the graph holds, in a line for each part of the step.
    package var text: String {
        var lines = ["Graph    \(title)"]
        for phase in StepAnatomy.Phase.allCases {
            let own = values.filter { $0.phase == phase.rawValue }, layers = Set(own.map(\.layer)).subtracting([""])
            lines.append(
                PlainText.filled(phase.rawValue.capitalized, to: 9)
                    + "\(Wording.count(own.count, "value")) in \(Wording.count(layers.count, "layer"))")
        }
        let again = values.count { !$0.again.isEmpty }
        lines.append("Plan     \(Wording.count(kernels.count, "kernel")) in \(Wording.count(waves, "wave"))")
        lines.append("Kept     \(Wording.count(values.count(where: \.isKept), "value")) for the backward pass")
        if again > 0 { lines.append("Again    \(Wording.count(again, "value")) computed twice") }
        lines.append("Peak     \(MemoryBill.formatted(peakBytes)) in wave \(peakWave + 1)")
        let bad = values.filter { ($0.statistics?.bad ?? 0) > 0 }
        if let first = bad.first {
            lines.append("Bad      \(Wording.count(bad.count, "value")) not finite, first \(first.name) in \(first.layer)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
