import Backprop
import BackpropNN

/// A language model that learns, and what it is held to.
public struct Policy: Sendable {
    public let model: any LanguageModel
    public let reference: any LanguageModel
    /// What learns in the place of the model's own weights; nil where they do.
    public let adapters: LowRankAdapters?

    /// - Parameter reference: one of the same tokens that does not learn.
    public init(_ model: any LanguageModel, reference: any LanguageModel) {
        (self.model, self.reference, adapters) = (model, reference, nil)
    }

    /// A model whose adapters learn, which is held to what it is without them.
    public init(_ model: any LanguageModel, adapters: LowRankAdapters) {
        (self.model, reference, self.adapters) = (model, model, adapters)
    }

    private func learning<Result>(_ body: () throws -> Result) rethrows -> Result {
        guard let adapters else { return try body() }
        return try adapters.inUse(body)
    }

    /// Draws `options.samples` answers to each prompt, and asks for their rewards.
    ///
    /// - Parameter seed: what the first answer follows from; those behind it follow from the numbers after it.
    /// - Throws: `EvaluationError` where the model cannot be computed, and what `reward` throws.
    public func answers(
        to prompts: [[Int]], _ options: PolicyOptions, seed: UInt64,
        reward: (_ prompt: [Int], _ answer: [Int]) throws -> Double
    ) throws -> PolicyAnswers {
        var next = seed, rows: [LabelledTokens] = [], rewards: [Double] = []
        for prompt in prompts {
            for _ in 0..<options.samples {
                let answer = try answer(to: prompt, options, seed: next)
                next &+= 1
                rows.append(LabelledTokens(prompt: prompt, answer: answer))
                rewards.append(try reward(prompt, answer))
            }
        }
        let tokens = PaddedTokens(rows)
        // What both say about the answers before anything moves.
        let old = withoutGradients { learning { model.labelLogProbabilities(tokens.ids, labels: tokens.labels) } }
        let fixed = withoutGradients { reference.labelLogProbabilities(tokens.ids, labels: tokens.labels) }
        let moved = (old - fixed).sum(axis: 1).asType(.float64)
        try evaluate(old, fixed, moved)
        return PolicyAnswers(
            tokens: tokens, rewards: rewards, divergences: moved.array(of: Double.self),
            lengths: rows.map { row in row.labels.count { $0 != ignoredLabel } }, old: old, fixed: fixed)
    }

    /// An answer of at least one token: what ends it is part of it.
    private func answer(to prompt: [Int], _ options: PolicyOptions, seed: UInt64) throws -> [Int] {
        var generation = GenerationOptions()
        (generation.maximumTokens, generation.temperature) = (options.maximumTokens, options.temperature)
        generation.seed = seed
        var answer: [Int] = []
        try learning {
            _ = try model.generate(after: prompt, generation) { token in
                answer.append(token)
                return !options.stopTokens.contains(token)
            }
        }
        return answer
    }

    /// The loss of each answer, [answers].
    ///
    /// - Parameter baseline: the mean return so far, which REINFORCE compares with; that of these answers where nil.
    public func losses(of answers: PolicyAnswers, _ options: PolicyOptions, baseline: Double?) -> Tensor {
        let tokens = answers.tokens
        let now = learning { model.labelLogProbabilities(tokens.ids, labels: tokens.labels) }
        switch options.method {
        case .reinforce:
            let returns = answers.returns(options), known = baseline ?? answers.mean(returns)
            return -(now.sum(axis: 1) * Tensor(returns.map { Float($0 - known) }))
        case .grpo:
            let isAnswer = (tokens.labels.narrowed(axis: 1, 1..<tokens.labels.dim(1)) .!= ignoredLabel)
                .asType(now.dtype)
            let advantages = Tensor(answers.advantages(options)).expandedDimensions(axis: -1)
            let weights = isAnswer / maximum(isAnswer.sum(axis: 1, keepDims: true), 1)
            let ratio = exp(now - answers.old)
            let gain = minimum(
                ratio * advantages, clip(ratio, min: 1 - options.clip, max: 1 + options.clip) * advantages)
            // Never negative, and its mean is the divergence (Schulman, 2020).
            let divergence = exp(answers.fixed - now) - (answers.fixed - now) - 1
            return ((divergence * options.divergenceWeight - gain) * weights).sum(axis: 1)
        }
    }
}

/// Answers that were drawn, as many in a row to each prompt as `PolicyOptions.samples` says, and their rewards.
public struct PolicyAnswers: Sendable {
    public let tokens: PaddedTokens
    public let rewards: [Double]
    /// log p(answer) - log p_reference(answer) of each, in nats.
    public let divergences: [Double]
    /// Tokens of each.
    public let lengths: [Int]
    /// The logarithms of the probabilities of their tokens before a step, [answers, positions - 1], under the model and
    /// under the reference.
    let old: Tensor, fixed: Tensor

    public var summary: PolicyStep {
        PolicyStep(reward: mean(rewards), divergence: mean(divergences), length: mean(lengths.map(Double.init)))
    }

    /// The mean return after these answers; see `PolicyOptions.baselineShare`.
    public func baseline(after known: Double?, _ options: PolicyOptions) -> Double {
        let mean = mean(returns(options)), known = known ?? mean
        return known + options.baselineShare * (mean - known)
    }

    /// Rewards, less what the divergence costs.
    func returns(_ options: PolicyOptions) -> [Double] {
        zip(rewards, divergences).map { $0 - options.divergenceWeight * $1 }
    }

    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }

    /// How much better each answer is than those to the same prompt, in their deviation.
    func advantages(_ options: PolicyOptions) -> [Float] {
        stride(from: 0, to: rewards.count, by: options.samples).flatMap { start -> [Float] in
            let group = rewards[start..<(start + options.samples)]
            let mean = group.reduce(0, +) / Double(group.count)
            let variance = group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group.count - 1)
            return group.map { Float(($0 - mean) / (variance.squareRoot() + 1e-4)) }
        }
    }
}
