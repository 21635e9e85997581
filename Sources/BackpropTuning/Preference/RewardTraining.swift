import Backprop
import BackpropData
import BackpropFiles
import BackpropModels
import BackpropNN
import BackpropText
import BackpropTrain

/// Trains a model to rate answers: the better of two shall get the higher number (Bradley and Terry).
package struct RewardTraining: LanguageTraining {
    package let run: LanguageRun<RewardOptions>

    package init(_ run: LanguageRun<RewardOptions>) { self.run = run }

    package func train(
        _ draft: RunDraft, _ surroundings: TrainingSurroundings, _ lines: RunLines
    ) throws -> TrainingOutcome {
        func say(_ name: String, _ text: String) throws { try surroundings.say(lines.line(name, text)) }
        let (speaker, pairs, body) = try options.begin(say)
        let learner = withRandomSeed(options.learning.seed) { RatingModel(body) }
        let training = pairs.loader(pairs.training, options, shuffles: true)
        let validation = pairs.loader(pairs.validation, options, shuffles: false)
        let trainer = options.trainer(
            learner, learning: body.learning + learner.head.parameters(), batches: training.batchCount,
            metrics: PreferenceMetrics.all
        ) { (learner, batch: PairBatch) in
            let (chosen, rejected) = batch.halves(learner.scores(batch.tokens))
            return StepOutput(
                loss: bradleyTerryLoss(chosen: chosen, rejected: rejected).mean(),
                outputs: stacked([chosen, rejected], axis: 1), labels: batch.referenceChosen, count: batch.count)
        }
        surroundings.apply(to: trainer)
        trainer.options.pace = ("pairs", options.learning.batchSize)
        let report = try withRandomSeed(options.learning.seed) {
            try trainer.fit(
                training, validation: validation, epochs: options.passes.epochs, resuming: surroundings.resuming)
        }
        let values = try trainer.evaluate(validation)
        try say("After", values.words)
        let digest = learner.weights.digest
        body.adapters?.merge()
        try learner.whole.save(to: draft.path)
        try speaker.tokenizer.save(to: draft.path)
        for part in ["config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
            _ = try draft.path(forPart: part)
        }
        return options.outcome(
            "reward", body, report, values, judged: pairs.validation.count, digest: digest)
    }
}

/// A reward model of which only adapters and the head may learn.
private struct RatingModel: ParameterContainer {
    let body: TunedModel
    let head: Linear

    init(_ body: TunedModel) { (self.body, head) = (body, RewardModel(body.model).head) }

    var whole: RewardModel { RewardModel(body.model, head: head) }

    var weights: Weights { Weights(of: self) }

    /// float32 [rows].
    func scores(_ tokens: PaddedTokens) -> Tensor {
        body.inUse { whole(tokens.ids, ends: tokens.ends).asType(.float32) }
    }
}

/// Rates answers by a run of `lm reward`.
package struct AnswerRater: Sendable {
    private let model: RewardModel
    private let writer: PromptWriter

    /// - Throws: `DataError` where the folder holds no reward model.
    package init(_ folder: String) throws(DataError) {
        model = try RewardModel.load(folder)
        writer = PromptWriter(TextGenerator(model.model, try Tokenizer(path: folder)))
    }

    /// The reward of a record of a prompt with an answer, in the forms that `lm tune` takes.
    ///
    /// - Parameter place: what messages call it.
    /// - Throws: `DataError` where it has another form, `EvaluationError` where the model cannot be computed.
    package func reward(_ record: JSONValue, place: String) throws -> Double {
        try reward(try writer.example(ExampleRecord(place: place, value: record)), place: place)
    }

    /// The reward of what a prompt and an answer say.
    func reward(prompt: [ChatTurn], answer: String) throws -> Double {
        try reward(
            LabelledTokens(prompt: writer.prompt(prompt), answer: writer.answer(answer)), place: "the answer")
    }

    private func reward(_ example: LabelledTokens, place: String) throws -> Double {
        let tokens = PaddedTokens([example])
        guard tokens.ids.dim(1) <= model.model.positionLimit else {
            throw DataError(
                .tooLarge, at: place,
                "it has \(example.tokens.count) tokens, the model reads \(model.model.positionLimit)",
                remedy: "shorten it")
        }
        let score = model.evaluating { withoutGradients { model(tokens.ids, ends: tokens.ends) } }
        try evaluate(score)
        return score.asType(.float64).item()
    }
}
