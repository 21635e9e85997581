import Backprop
import BackpropData
import BackpropFiles
import BackpropModels
import BackpropNN
import BackpropTrain

/// Raises a reward of what a language model answers, by the policy gradient.
package struct ReinforceTraining: LanguageTraining {
    package let run: LanguageRun<ReinforceOptions>

    package init(_ run: LanguageRun<ReinforceOptions>) { self.run = run }

    package func train(
        _ draft: RunDraft, _ surroundings: TrainingSurroundings, _ lines: RunLines
    ) throws -> TrainingOutcome {
        func say(_ name: String, _ text: String) throws { try surroundings.say(lines.line(name, text)) }
        let speaker = try TextGenerator(options.model), seed = options.learning.seed
        let reward = try AnswerReward(options.reward), name = FileSystem.name(of: options.data)
        let prompts = try PolicyPrompts(options, speaker)
        try say(
            "Data",
            "\(name): \(Wording.count(prompts.training.count, "prompt")) to train, \(prompts.validation.count) held out, \(options.samples) answers to each"
        )
        if prompts.skipped > 0 {
            try say("Note", "\(Wording.count(prompts.skipped, "prompt")) left out: no room for an answer")
        }
        let learner = try withRandomSeed(seed) { try TunedModel(speaker.model, options.learner) }
        let policy =
            learner.adapters.map { Policy(speaker.model, adapters: $0) }
            ?? Policy(speaker.model, reference: Self.frozenCopy(speaker.model))
        try say("Model", "\(speaker.model.architecture), \(learner.words); seed \(seed)")
        let training = prompts.loader(prompts.training, options, isJudging: false)
        let validation = prompts.loader(prompts.validation, options, isJudging: true)
        let baseline = PolicyBaseline()
        var policyOptions = options.policy
        policyOptions.stopTokens = prompts.stopTokens
        let trainer = options.trainer(
            learner, learning: learner.learning, batches: training.batchCount, metrics: Self.metrics
        ) { [policyOptions] (_, batch: PromptBatch) in
            let answers = try policy.answers(
                to: batch.prompts.map(\.tokens), policyOptions,
                seed: batch.isJudging ? seed : RandomState.current.nextKey()
            ) { prompt, answer in
                guard let asked = batch.prompts.first(where: { $0.tokens == prompt }) else { return 0 }
                return try reward(asked.turns, speaker.tokenizer.decode(answer, skippingSpecialTokens: true))
            }
            if !batch.isJudging { baseline.next = answers.baseline(after: baseline.value, policyOptions) }
            return StepOutput(
                loss: policy.losses(of: answers, policyOptions, baseline: baseline.value).mean(),
                outputs: answers.numbers, labels: answers.numbers, count: answers.rewards.count)
        }
        surroundings.apply(to: trainer)
        trainer.options.pace = ("answers", options.learning.batchSize * options.samples)
        trainer.parts["baseline"] = baseline
        trainer.callbacks = [baseline]
        // The loss of a policy gradient says nothing about how good answers are.
        func judged() throws -> [MetricValue] { try trainer.evaluate(validation).filter { $0.name != "loss" } }
        try say("Before", judged().words)
        let report = try withRandomSeed(seed) {
            try trainer.fit(
                training, validation: validation, epochs: options.passes.epochs, resuming: surroundings.resuming)
        }
        try say("After", judged().words)
        for part in try learner.save(to: draft.path, base: options.model, speaker) { _ = try draft.path(forPart: part) }
        return TrainingOutcome(
            data: name, label: "reward", model: "\(FileSystem.name(of: options.model)), \(learner.words)",
            seed: seed, testCount: prompts.validation.count, epochs: report.epochs.count,
            bestEpoch: report.bestEpoch ?? 0, end: report.end, seconds: 0, peakBytes: 0,
            weightsDigest: learner.weights.digest)
    }

    private static func frozenCopy(_ model: some LanguageModel) -> any LanguageModel {
        let copy = model.copy()
        copy.freeze()
        copy.eval()
        return copy
    }

    /// Of `PolicyAnswers.numbers`.
    private static var metrics: [any Metric] {
        ["reward", "kl", "tokens"].enumerated().map { column, name in
            MeanOf(name) { numbers, _ in numbers.narrowed(axis: 1, column..<(column + 1)).squeezed(axis: 1) }
        }
    }
}

extension PolicyAnswers {
    /// float32 [answers, 3]: reward, divergence, tokens.
    fileprivate var numbers: Tensor {
        let rows = rewards.indices.flatMap { [Float(rewards[$0]), Float(divergences[$0]), Float(lengths[$0])] }
        return Tensor(rows, shape: [rewards.count, 3])
    }
}

/// A prompt as people and as the model read it.
struct PolicyPrompt: Sendable {
    let turns: [ChatTurn]
    let tokens: [Int]
}

/// Prompts of a step.
struct PromptBatch: Sendable {
    let prompts: [PolicyPrompt]
    /// Whether answers to them only judge.
    let isJudging: Bool
}

/// The prompts of a file: those to learn from, and those that judge.
struct PolicyPrompts {
    let training: [PolicyPrompt]
    let validation: [PolicyPrompt]
    /// How many leave no room for an answer.
    let skipped: Int
    /// Tokens that end an answer.
    let stopTokens: Set<Int>

    init(_ options: ReinforceOptions, _ speaker: TextGenerator) throws(DataError) {
        let writer = PromptWriter(speaker), all = try PromptFile.read(options.data)
        let room = speaker.model.positionLimit - options.length
        let prompts = all.map { PolicyPrompt(turns: $0, tokens: writer.prompt($0)) }.filter {
            !$0.tokens.isEmpty && $0.tokens.count <= room
        }
        skipped = all.count - prompts.count
        stopTokens = Set(speaker.options.stopTokens).union(writer.end)
        let order = Sampler.shuffled.positions(of: prompts.count, seed: options.learning.seed, epoch: 0)
        let count = Int((Double(prompts.count) * options.learning.holdOut).rounded(.up))
        guard count < prompts.count else {
            throw DataError(
                .tooFew, at: options.data,
                "\(Wording.count(prompts.count, "prompt")) that leave room for \(options.length) tokens cannot be divided",
                remedy: "give more prompts, or fewer --tokens")
        }
        validation = order[..<count].map { prompts[$0] }
        training = order[count...].map { prompts[$0] }
    }

    func loader(
        _ prompts: [PolicyPrompt], _ options: ReinforceOptions, isJudging: Bool
    ) -> DataLoader<PromptBatch> {
        DataLoader(
            prompts, batchSize: options.learning.batchSize, shuffles: !isJudging, seed: options.learning.seed
        ) { PromptBatch(prompts: $0, isJudging: isJudging) }
    }
}

/// The mean return so far, which is another one when a step has ended.
private final class PolicyBaseline: TrainerCallback, Resumable {
    private(set) var value: Double?
    var next: Double?

    func stepEnded(_ moment: TrainerMoment) { value = next }

    var savedState: SavedState {
        var state = SavedState()
        if let value { state.values["value"] = .number(value) }
        return state
    }

    func restore(_ state: SavedState) throws(DataError) {
        if case .number(let number)? = state.values["value"] { value = number } else { value = nil }
    }
}
