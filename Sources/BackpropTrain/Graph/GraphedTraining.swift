import Backprop
import BackpropData
import BackpropNN

extension StepGraph {
    /// Ends a training before its first step.
    private struct Found: Error {}

    /// The graph of the first step of a training.
    ///
    /// - Throws: `TrainError` and `DataError`, as the training would.
    package init(_ options: TrainingOptions) throws {
        try options.validate()
        let source = try DataSource(recognizing: options.data ?? "digits")
        try self.init(of: try source.subject(options), options, nil)
    }

    /// The graph of a step that a finished run would go on with: its network and weights, on its data.
    ///
    /// - Parameter data: where the examples are; where the run found them, where left out.
    /// - Throws: `TrainError` and `DataError` for a run or data that are not there, or not as they were.
    package init(run path: String, data: String? = nil) throws {
        let predictor = try RunPredictor(opening: path)
        var options = predictor.configuration.options
        options.data = data ?? options.data
        options.searchSeconds = nil
        let source = try DataSource(recognizing: options.data ?? "digits")
        var subject = try source.subject(options)
        let weights: Weights
        switch predictor.subject {
        case .table(_, let judge):
            weights = Weights(of: judge.model.network)
            do { try subject.adopt(predictor.configuration.subject) } catch {
                // The model that was kept may have learnt from all rows.
                options.holdOut = 0
                subject = try source.subject(options)
                try subject.adopt(predictor.configuration.subject)
            }
        case .arrays(let model):
            weights = Weights(of: model.network)
            try subject.adopt(predictor.configuration.subject)
        }
        try self.init(of: subject, options, weights)
        title += ", weights of \(FileSystem.name(of: path))"
    }

    private init(of subject: any RunSubject, _ options: TrainingOptions, _ weights: Weights?) throws {
        var subject = subject
        var surroundings = TrainingSurroundings()
        var found: StepGraph?
        surroundings.memoryBudget = options.memoryBudget.map { MemoryBudget(bytes: $0) }
        surroundings.graphedWeights = weights
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
            lines.append(
                "Bad      \(Wording.count(bad.count, "value")) not finite, first \(first.name) in \(first.layer)")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
