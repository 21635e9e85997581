import Backprop
import BackpropData
import BackpropFiles
import BackpropModels
import BackpropNN
import BackpropTrain

/// Trains an encoder and a head to tell sentences apart.
package struct ClassifierTraining: LanguageTraining {
    package let run: LanguageRun<ClassifierOptions>

    package init(_ run: LanguageRun<ClassifierOptions>) { self.run = run }

    package func train(
        _ draft: RunDraft, _ surroundings: TrainingSurroundings, _ lines: RunLines
    ) throws -> TrainingOutcome {
        func say(_ name: String, _ text: String) throws { try surroundings.say(lines.line(name, text)) }
        let (training, test) = try sentences()
        let classes = training.classes, name = FileSystem.name(of: options.data)
        try say(
            "Data",
            "\(name): \(training.texts.count) sentences to train, \(test.texts.count) to test; classes \(Wording.list(classes, limit: 6))"
        )
        let encoder = try SentenceEncoder(options.model)
        let model = withRandomSeed(options.learning.seed) {
            SentenceClassifier(encoder, classes: classes, limit: min(options.length, encoder.limit))
        }
        let words =
            "\(model.encoder.pooling.rawValue) of \(FileSystem.name(of: options.model)), \(NumberFormat.grouped("\(model.parameterCount)")) parameters"
        try say("Model", "\(words), seed \(options.learning.seed)")
        let batches = Self.loader(training, model, options, shuffles: true)
        let trainer = Self.trainer(model, options, batches: batches.batchCount)
        surroundings.apply(to: trainer)
        trainer.options.pace = ("sentences", options.learning.batchSize)
        let report = try withRandomSeed(options.learning.seed) {
            try trainer.fit(
                batches, validation: Self.loader(test, model, options, shuffles: false), epochs: options.passes.epochs,
                resuming: surroundings.resuming)
        }
        let last = report.last
        if let accuracy = last?["validation/accuracy"], let loss = last?["validation/loss"] {
            let guess = Double(classes.map { name in test.labels.count { $0 == name } }.max() ?? 0)
            try say(
                "Accuracy",
                "\(NumberFormat.fixed(accuracy * 100, digits: 2)) % of \(test.texts.count), loss \(NumberFormat.fixed(loss, digits: 4)); guessing gives \(NumberFormat.fixed(guess / Double(max(test.texts.count, 1)) * 100, digits: 2)) %"
            )
        }
        try say(
            "Speed",
            "\(NumberFormat.fixed(Double(report.stepCount * options.passes.accumulation * options.learning.batchSize) / max(report.seconds, 1e-9), digits: 1)) sentences a second, test included"
        )
        try model.save(to: draft.path)
        for part in SentenceClassifier.files { _ = try draft.path(forPart: part) }
        return TrainingOutcome(
            data: name, label: "class", model: words, seed: options.learning.seed,
            testAccuracy: last?["validation/accuracy"],
            testLoss: last?["validation/loss"], testCount: test.texts.count, epochs: report.epochs.count,
            bestEpoch: report.epochs.count, end: report.end, seconds: 0, peakBytes: 0,
            weightsDigest: Weights(of: model).digest)
    }

    /// Those to learn from and those that judge.
    private func sentences() throws(DataError) -> (training: LabelledSentences, test: LabelledSentences) {
        var training = try LabelledSentences(options.data), test: LabelledSentences
        if let path = options.test {
            test = try LabelledSentences(path)
        } else {
            let order = Sampler.shuffled.positions(of: training.texts.count, seed: options.learning.seed, epoch: 0)
            let count = Int((Double(order.count) * options.learning.holdOut).rounded())
            test = training.part(order[..<count])
            training = training.part(order[count...])
        }
        guard training.classes.count >= 2 else {
            throw DataError(
                .badLabel, at: options.data, "all sentences to train have one label",
                remedy: "give sentences of two classes or more")
        }
        if let unknown = Set(test.labels).subtracting(training.labels).min() {
            throw DataError(
                .badLabelCell, at: options.test ?? options.data,
                "the label \(Wording.quoted(unknown)) is none of those to train",
                remedy: "give training sentences with it, or leave it out of the test")
        }
        return (training, test)
    }

    /// Sentences of about the same length are in one batch.
    private static func loader(
        _ sentences: LabelledSentences, _ model: SentenceClassifier, _ options: ClassifierOptions, shuffles: Bool
    ) -> DataLoader<SentenceBatch> {
        let numbers = Dictionary(uniqueKeysWithValues: model.classes.enumerated().map { ($1, Int32($0)) })
        var rows = zip(sentences.texts, sentences.labels).map { (model.encoder.encode($0), numbers[$1] ?? 0) }
        // What only judges may stand in any order.
        if !shuffles { rows.sort { $0.0.count < $1.0.count } }
        return DataLoader(
            rows, batchSize: options.learning.batchSize, shuffles: false, seed: options.learning.seed,
            sampler: shuffles ? .byLength(rows.map(\.0.count)) : nil, prefetch: 2
        ) { rows in
            let (ids, isSeen) = model.encoder.padded(rows.map(\.0), multipleOf: 8)
            return SentenceBatch(ids: ids, isSeen: isSeen, labels: Tensor(rows.map(\.1)))
        }
    }

    private static func trainer(
        _ model: SentenceClassifier, _ options: ClassifierOptions, batches: Int
    ) -> Trainer<SentenceClassifier, SentenceBatch> {
        // What the encoder has for other heads gets no gradient.
        let parameters = model.namedParameters().filter { !$0.name.contains(".pooler.") }.map(\.parameter)
        let optimizer = AdamW(parameters, learningRate: options.rate, weightDecay: options.learning.weightDecay)
        let trainer = Trainer(model, optimizer, metrics: [Accuracy()]) { (model, batch: SentenceBatch) in
            let logits = options.learning.recording { model(batch.ids, isSeen: batch.isSeen) }
            return StepOutput(loss: crossEntropy(logits, batch.labels), outputs: logits, labels: batch.labels)
        }
        trainer.scheduler = Scheduler(
            optimizer, .linear(from: 1, to: 0, steps: max(1, options.passes.updates(batches: batches))))
        options.apply(to: trainer)
        return trainer
    }
}

/// Sentences as tokens with the numbers of their classes.
struct SentenceBatch: Sendable {
    /// [sentences, positions].
    let ids: Tensor, isSeen: Tensor
    /// int32 [sentences].
    let labels: Tensor
}
