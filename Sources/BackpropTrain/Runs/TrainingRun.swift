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
            weightsDigest: "")
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

    /// Epoch after epoch, until the last one or until the validation part no longer gets better.
    private func train(_ draft: RunDraft, _ reporter: Reporter) throws -> (Sequential, TrainingHistory) {
        let model = configuration.makeNetwork()
        let optimizer = AdamW(
            model.parameters(), learningRate: configuration.learningRate,
            weightDecay: configuration.weightDecay)
        let loader = data.loader(batchSize: configuration.batchSize, seed: configuration.seed)
        var history = TrainingHistory()
        var best = Weights(of: model)
        var progress = ProgressBar(
            epochs: configuration.epochs, batchesPerEpoch: loader.batchCount, style: reporter.progress)
        defer { progress.finish() }

        for epoch in 1...configuration.epochs {
            var losses = 0.0, seen = 0
            for batch in loader.epoch(epoch) {
                try Interruption.check(draft.path)
                let place = Double(optimizer.stepCount) / Double(loader.batchCount * configuration.epochs)
                optimizer.learningRate = configuration.learningRate * Self.rateShare(at: place)
                let loss = try step(model, optimizer, batch) { bill in
                    history.peakBytes = bill.peakBytes
                    try reporter.say("Memory   \(bill)\n")
                }
                guard loss.isFinite else { throw diverged(epoch, batch.index + 1, loss) }
                losses += loss * Double(batch.count)
                seen += batch.count
                progress.update(
                    epoch: epoch, batch: batch.index + 1,
                    [("loss", losses / Double(seen))] + history.lastAccuracy)
            }
            let record = measured(model, epoch, optimizer.learningRate)
            for loss in [record.loss, record.validationLoss ?? 0] where !loss.isFinite {
                throw diverged(epoch, loader.batchCount, loss)
            }
            try draft.appendMetrics(record)
            if history.note(record) { best = Weights(of: model) }
            progress.finishEpoch(epoch, record.shown)
            if configuration.patience > 0, epoch - history.bestEpoch >= configuration.patience { break }
        }
        try best.restore(to: model)
        return (model, history)
    }

    /// Forward pass, loss, backward pass and update on one batch. `announce` gets the memory bill before the first step.
    private func step(
        _ model: Sequential, _ optimizer: AdamW, _ batch: LabelledBatch,
        announce: (MemoryBill) throws -> Void
    ) throws -> Double {
        let variation = configuration.variation
        let loss = variation.loss(model(variation.inputs(batch.inputs)), batch.labels)
        loss.backward()
        if optimizer.stepCount == 0 { try announce(optimizer.memoryBill()) }
        optimizer.step()
        return loss.item()
    }

    private func measured(_ model: Sequential, _ epoch: Int, _ learningRate: Double) -> EpochRecord {
        let trained = Measures(model, data.examples, data.training)
        let checked = data.validation.isEmpty ? nil : Measures(model, data.examples, data.validation)
        return EpochRecord(
            epoch: epoch, loss: trained.loss, accuracy: trained.accuracy, validationLoss: checked?.loss,
            validationAccuracy: checked?.accuracy, learningRate: learningRate)
    }

    /// The learning rate falls along half a cosine to a hundredth.
    private static func rateShare(at place: Double) -> Double {
        0.01 + 0.99 * (1 + Exponential.cos(Double.pi * place)) / 2
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
        case .table(let file, _, let encoding, _):
            let task = encoding.classNames.isEmpty ? "a number" : "\(encoding.classNames.count) classes"
            name =
                "\(file), \(Wording.quoted(encoding.label.column.name)) (\(task)) from "
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
        var parts: [String] = []
        if let accuracy = outcome.testAccuracy {
            let right = Int((accuracy * Double(data.test.count)).rounded())
            parts.append(
                "\(NumberFormat.fixed(accuracy * 100, digits: 2)) % right on the test part "
                    + "(\(Self.grouped(right)) of \(Self.grouped(data.test.count)))")
        }
        if let error = outcome.testRMSE {
            let shown = NumberFormat.grouped(NumberFormat.significant(error))
            parts.append("off by \(shown) on the test part (root of the mean square)")
        }
        if let explained = outcome.testR2 {
            parts.append("\(NumberFormat.fixed(explained * 100, digits: 1)) % of the variance explained")
        }
        if let loss = outcome.testLoss { parts.append("loss \(NumberFormat.significant(loss))") }
        parts.append("with the weights of epoch \(outcome.bestEpoch) of \(outcome.epochs)")
        try reporter.say("Result   \(parts.joined(separator: ", "))\n")
        try reporter.say("Time     \(NumberFormat.fixed(outcome.seconds, digits: 2)) s\n")
        try reporter.say("Weights  \(outcome.weightsDigest)\n")
        try reporter.say("Run      \(outcome.run ?? "")\n")
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
        return Double(seconds * 1_000 + attoseconds / 1_000_000_000_000_000) / 1_000
    }
}
