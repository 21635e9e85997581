import Backprop
import BackpropData
import BackpropFiles
import BackpropModels
import BackpropNN
import BackpropTrain

/// Trains a GPT from nothing on a text, and keeps a folder that `Pretrained.load` and transformers read.
package struct TextTraining: LanguageTraining {
    package let run: LanguageRun<TextTrainingOptions>

    package init(_ run: LanguageRun<TextTrainingOptions>) { self.run = run }

    package func train(
        _ draft: RunDraft, _ surroundings: TrainingSurroundings, _ lines: RunLines
    ) throws -> TrainingOutcome {
        let corpus = try TextCorpus(options), name = FileSystem.name(of: options.text)
        let model = Self.model(options, corpus), words = Self.words(model)
        func say(_ name: String, _ text: String) throws { try surroundings.say(lines.line(name, text)) }
        try say(
            "Data",
            "\(name): \(NumberFormat.grouped("\(corpus.training.tokens.count)")) tokens to train, \(NumberFormat.grouped("\(corpus.validation.tokens.count)")) held out; \(corpus.tokenizer.vocabularySize) \(corpus.isCharacters ? "characters" : "tokens of a byte-level BPE")"
        )
        try say("Model", "\(words), seed \(options.learning.seed)")
        try corpus.tokenizer.save(to: draft.path)
        let trainer = Self.trainer(model, options)
        surroundings.apply(to: trainer)
        let pace = TokenPace(tokensPerStep: options.learning.batchSize * options.context)
        let samples = SampleCallback(
            TextGenerator(model, corpus.tokenizer), behind: options.prompt ?? corpus.firstLine,
            seed: options.learning.seed,
            surroundings.say)
        trainer.callbacks = [pace, samples]
        let report = try withRandomSeed(options.learning.seed) {
            try trainer.fit(
                corpus.trainingBatches(options), validation: corpus.validationBatches(options), epochs: options.epochs,
                resuming: surroundings.resuming)
        }
        try model.save(to: draft.path)
        for part in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
            _ = try draft.path(forPart: part)
        }
        let loss = report.bestEpoch.flatMap { report.epochs[$0 - 1]["validation/loss"] }
        if let loss {
            try say(
                "Loss",
                "\(NumberFormat.fixed(loss, digits: 4)) a token of what was held out, perplexity \(NumberFormat.significant(ScalarMath.exp(loss)))"
            )
        }
        if let line = pace.line { try say("Speed", line) }
        return TrainingOutcome(
            data: name, label: "next token", model: words, seed: options.learning.seed, testLoss: loss,
            testCount: corpus.validation.count * options.context, epochs: report.epochs.count,
            bestEpoch: report.bestEpoch ?? 0, end: report.end, seconds: 0, peakBytes: 0,
            weightsDigest: Weights(of: model).digest)
    }

    /// With random weights that follow from the seed.
    static func model(_ options: TextTrainingOptions, _ corpus: TextCorpus) -> GPT2 {
        var configuration = GPT2Configuration()
        configuration.vocabularySize = corpus.tokenizer.vocabularySize
        (configuration.positions, configuration.features) = (options.context, options.features)
        (configuration.layers, configuration.heads) = (options.layers, options.heads)
        configuration.embeddingDropout = options.dropout
        (configuration.attentionDropout, configuration.dropout) = (options.dropout, options.dropout)
        return withRandomSeed(options.learning.seed) { GPT2(configuration) }
    }

    /// Weights of matrices are pulled to zero, what shifts and scales is not; the norm of all gradients is at most 1.
    static func trainer(_ model: GPT2, _ options: TextTrainingOptions) -> Trainer<GPT2, LabelledBatch> {
        let parameters = model.parameters()
        let optimizer = AdamW(
            [
                ParameterGroup(parameters.filter { $0.shape.count > 1 }),
                ParameterGroup(parameters.filter { $0.shape.count < 2 }, weightDecay: 0),
            ], learningRate: options.rate, betas: (0.9, 0.99), weightDecay: options.learning.weightDecay)
        let trainer = Trainer(model, optimizer) { (model, batch: LabelledBatch) in
            let loss = options.learning.recording { crossEntropy(model(batch.inputs), batch.labels) }
            return StepOutput(loss: loss, count: batch.count)
        }
        let rise = max(1, options.steps / 50)
        trainer.scheduler = Scheduler(
            optimizer,
            .linear(from: 1 / Double(rise + 1), to: 1, steps: rise).followed(
                after: rise,
                by: .cosine(steps: max(1, options.steps - rise), minimum: options.rate / 10)))
        trainer.options.clipping = .norm(1)
        trainer.options.keepsBest = true
        trainer.options.precision = options.learning.isMixed ? .bfloat16 : nil
        trainer.options.pace = ("tokens", options.learning.batchSize * options.context)
        return trainer
    }

    private static func words(_ model: GPT2) -> String {
        let c = model.configuration
        return
            "GPT, \(Wording.count(c.layers, "layer")) of \(c.features) features and \(Wording.count(c.heads, "head")), \(NumberFormat.grouped("\(model.parameterCount)")) parameters"
    }
}
