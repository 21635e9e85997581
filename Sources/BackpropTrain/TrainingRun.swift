import Backprop
import BackpropData
import BackpropNN

/// A training run from options to a finished run folder.
package struct TrainingRun {
    /// What is said on the way, and how progress is shown.
    package struct Reporter: Sendable {
        package var say: @Sendable (String) throws -> Void
        package var progress: ProgressBar.Style

        package init(progress: ProgressBar.Style, say: @escaping @Sendable (String) throws -> Void) {
            self.progress = progress
            self.say = say
        }

        /// Says nothing.
        package static let quiet = Reporter(progress: .quiet) { _ in }
    }

    package let configuration: RunConfiguration
    let data: TrainingData
    private let destination: RunDraft.Destination
    private let encoding: TableEncoding?

    /// Reads the data and settles everything that the options leave open.
    ///
    /// - Throws: `TrainError` and `DataError` for options and data that cannot be trained on.
    package init(_ options: TrainingOptions) throws {
        try options.validate()
        let prepared = try PreparedSource(options)
        configuration = prepared.configuration
        encoding = prepared.encoding
        try MemoryLimit.check(configuration, exampleCount: prepared.examples.count + prepared.test.count)
        data = TrainingData(
            examples: prepared.examples, test: prepared.test, validationShare: configuration.validationShare,
            seed: configuration.seed)
        destination = options.output.map { .path($0) } ?? .numbered(in: "runs")
    }

    /// Trains, judges and keeps the run. Where it throws, nothing is kept.
    package func perform(_ reporter: Reporter) throws -> TrainingOutcome {
        let draft = try RunDraft(destination)
        defer { draft.discard() }
        try draft.writeConfiguration(configuration)
        try introduce(reporter)
        let clock = ContinuousClock()
        let start = clock.now
        let (model, history) = try withRandomSeed(configuration.seed) { try train(draft, reporter) }
        var outcome = TrainingOutcome(
            epochs: history.epochs.count, bestEpoch: history.bestEpoch, seconds: 0,
            peakBytes: history.peakBytes,
            weightsDigest: "", run: draft.path)
        judge(model, &outcome)
        outcome.seconds = Self.seconds(clock.now - start)
        let weights = Weights(of: model)
        outcome.weightsDigest = weights.digest
        try Interruption.check(draft.path)
        try weights.write(to: draft)
        try draft.write(history.chart.svg(), to: "loss.svg")
        try draft.writeJSON(outcome, to: TrainingOutcome.partName)
        try Interruption.check(draft.path)
        outcome.run = try draft.commit().path
        try conclude(outcome, reporter)
        return outcome
    }

    /// The five steps: a loss, weights to begin with, and then forward, backward and update, batch by batch.
    private func train(_ draft: RunDraft, _ reporter: Reporter) throws -> (Sequential, TrainingHistory) {
        let model = configuration.makeNetwork()
        let optimizer = AdamW(
            model.parameters(), learningRate: configuration.learningRate,
            weightDecay: configuration.weightDecay)
        let loader = data.loader(batchSize: configuration.batchSize, seed: configuration.seed)
        let variation = configuration.variation
        let stepCount = loader.batchCount * configuration.epochs
        var history = TrainingHistory()
        var best = Weights(of: model)
        var progress = ProgressBar(
            epochs: configuration.epochs, batchesPerEpoch: loader.batchCount, style: reporter.progress)
        defer { progress.finish() }

        for epoch in 1...configuration.epochs {
            var losses = 0.0
            for batch in loader.epoch(epoch) {
                try Interruption.check(draft.path)
                optimizer.learningRate =
                    configuration.learningRate * Self.share(optimizer.stepCount, of: stepCount)
                let loss = variation.loss(model(variation.inputs(batch.inputs)), batch.labels)
                loss.backward()
                if optimizer.stepCount == 0 {
                    let bill = optimizer.memoryBill()
                    history.peakBytes = bill.peakBytes
                    try reporter.say("Memory   \(bill)\n")
                }
                optimizer.step()
                let value = loss.item()
                guard value.isFinite else { throw diverged(epoch, batch.index + 1, value) }
                losses += value * Double(batch.count)
                progress.update(
                    epoch: epoch, batch: batch.index + 1,
                    [("loss", losses / Double(batch.index * configuration.batchSize + batch.count))])
            }
            let trained = Measures(model, data.examples, data.training)
            let checked = data.validation.isEmpty ? nil : Measures(model, data.examples, data.validation)
            let record = EpochRecord(
                epoch: epoch, loss: trained.loss, accuracy: trained.accuracy, validationLoss: checked?.loss,
                validationAccuracy: checked?.accuracy, learningRate: optimizer.learningRate)
            guard trained.loss.isFinite, checked?.loss.isFinite ?? true else {
                throw diverged(epoch, loader.batchCount, trained.loss)
            }
            try draft.appendMetrics(record)
            if history.note(record) { best = Weights(of: model) }
            progress.finishEpoch(epoch, record.shown)
            if configuration.patience > 0, epoch - history.bestEpoch >= configuration.patience { break }
        }
        try best.restore(to: model)
        return (model, history)
    }

    /// The learning rate falls along half a cosine to a hundredth.
    private static func share(_ step: Int, of count: Int) -> Double {
        let place = Double(step) / Double(max(count, 1))
        return 0.01 + 0.99 * (1 + Exponential.cos(Double.pi * place)) / 2
    }

    private func judge(_ model: Sequential, _ outcome: inout TrainingOutcome) {
        let test = data.test
        guard test.count > 0 else { return }
        let positions = Array(0..<test.count)
        let outputs = Measures.outputs(model, test, positions)
        let measures = Measures(outputs: outputs, test.targets, positions)
        outcome.testLoss = measures.loss
        outcome.testAccuracy = measures.accuracy
        guard case .numbers(let targets) = test.targets, let encoding else { return }
        let scale = encoding.original(1) - encoding.original(0)
        outcome.testRMSE = measures.loss.squareRoot() * scale
        let mean = targets.reduce(0) { $0 + Double($1) } / Double(targets.count)
        let spread =
            targets.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / Double(targets.count)
        outcome.testR2 = spread > 0 ? 1 - measures.loss / spread : nil
    }

    private func introduce(_ reporter: Reporter) throws {
        let name: String
        switch configuration.source {
        case .digits: name = "handwritten digits of 8 x 8 pixels"
        case .table(let file, let encoding, _, _, _):
            let task = encoding.classNames.isEmpty ? "a number" : "\(encoding.classNames.count) classes"
            name =
                "\(file), \(Wording.quoted(encoding.label.column)) (\(task)) from "
                + Wording.count(encoding.features.count, "column")
        }
        let parts = [
            "\(Self.grouped(data.training.count)) to train",
            data.validation.isEmpty ? nil : "\(Self.grouped(data.validation.count)) to stop in time",
            data.test.count == 0 ? nil : "\(Self.grouped(data.test.count)) to test",
        ]
        try reporter.say("Data     \(name): \(parts.compactMap(\.self).joined(separator: ", "))\n")
        let count = zip(configuration.widths, configuration.widths.dropFirst()).reduce(0) {
            $0 + ($1.0 + 1) * $1.1
        }
        try reporter.say(
            "Network  \(configuration.networkDescription): \(Self.grouped(count)) parameters, seed \(configuration.seed)\n"
        )
    }

    private func conclude(_ outcome: TrainingOutcome, _ reporter: Reporter) throws {
        var result = "the weights of epoch \(outcome.bestEpoch) of \(outcome.epochs)"
        if let accuracy = outcome.testAccuracy {
            let right = Int((accuracy * Double(data.test.count)).rounded())
            result +=
                ", \(NumberFormat.fixed(accuracy * 100, digits: 2)) % right on the test part "
                + "(\(Self.grouped(right)) of \(Self.grouped(data.test.count)))"
        }
        if let error = outcome.testRMSE {
            result += ", off by \(NumberFormat.significant(error)) on the test part (root of the mean square)"
        }
        if let explained = outcome.testR2 {
            result += ", which explains \(NumberFormat.fixed(explained * 100, digits: 1)) % of the variance"
        }
        if let loss = outcome.testLoss { result += ", loss \(NumberFormat.significant(loss))" }
        try reporter.say("Result   \(result)\n")
        try reporter.say("Time     \(NumberFormat.fixed(outcome.seconds, digits: 2)) s\n")
        try reporter.say("Weights  \(outcome.weightsDigest)\n")
        try reporter.say("Run      \(outcome.run)\n")
    }

    private func diverged(_ epoch: Int, _ batch: Int, _ loss: Double) -> TrainError {
        let rate = configuration.learningRate
        return TrainError(
            .diverged, at: "epoch \(epoch), batch \(batch)",
            "the loss became \(NumberFormat.fixed(loss, digits: 0))",
            remedy:
                "lower the learning rate (now \(rate)), such as --learning-rate \(NumberFormat.scientific(min(rate / 10, 1e-3), digits: 2)); nothing was kept"
        )
    }

    private static func grouped(_ number: Int) -> String { NumberFormat.grouped(String(number)) }

    private static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + (Double(attoseconds) * 1e-15).rounded() * 1e-3
    }
}
