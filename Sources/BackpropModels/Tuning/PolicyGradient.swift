import Backprop
import BackpropNN

/// How a policy gradient is estimated and followed.
public struct PolicyOptions: Sendable {
    public enum Method: String, Sendable, CaseIterable {
        /// The gradient of the log-probability of an answer times its reward, less the mean reward so far (Williams, 1992). The
        /// divergence from the reference is taken from the reward (Ouyang et al., 2022).
        case reinforce
        /// Rewards are compared within the answers to one prompt, the step is clipped, and the divergence is part of the loss
        /// (GRPO, Shao et al., 2024).
        case grpo
    }

    public var method = Method.grpo
    /// Answers that are drawn for each prompt of a step.
    public var samples = 8
    /// What a nat of divergence from the reference costs.
    public var divergenceWeight = 0.02
    /// By how much of itself the probability of a token may change while the answers of a step are used; of GRPO.
    public var clip = 0.2
    /// Updates with the answers of a step; REINFORCE makes one.
    public var updates = 2
    /// The share of a step in the mean reward that REINFORCE compares with.
    public var baselineShare = 0.1
    /// The most tokens of an answer.
    public var maximumTokens = 32
    public var temperature = 1.0
    /// Tokens that end an answer.
    public var stopTokens: Set<Int> = []
    public var seed: UInt64 = 0

    public init() {}
}

/// What a step of a policy gradient has seen.
public struct PolicyStep: Sendable {
    /// The mean reward of its answers.
    public let reward: Double
    /// The mean over its answers of log p(answer) - log p_reference(answer), in nats: an estimate of the divergence from the
    /// reference before the step.
    public let divergence: Double
    /// Tokens of an answer, in the mean.
    public let length: Double
}

/// Raises a reward that a function gives to the answers of a language model, by gradients of the probabilities of what it
/// says.
///
/// ```swift
/// let gradient = PolicyGradient(model, reference: model.copy(), AdamW(model.parameters(), learningRate: 1e-3))
/// let step = try gradient.step([[3], [5]]) { prompt, answer in Double(answer.count { $0 == prompt[0] }) }
/// print(step.reward, step.divergence)
/// ```
public final class PolicyGradient<Model: LanguageModel> {
    public let model: Model
    public let reference: Model
    public let optimizer: Optimizer
    public let options: PolicyOptions
    /// The mean reward so far, divergence included; nil before the first step.
    public private(set) var baseline: Double?
    private var drawn: UInt64 = 0

    /// - Parameter reference: what the model is held to: one of the same tokens that does not learn.
    public init(
        _ model: Model, reference: Model, _ optimizer: Optimizer, _ options: PolicyOptions = PolicyOptions(),
        file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            options.samples > (options.method == .grpo ? 1 : 0) && options.updates > 0 && options.temperature > 0,
            "PolicyGradient: \(options.samples) answers, \(options.updates) updates and a temperature of \(options.temperature)",
            file: file, line: line)
        (self.model, self.reference, self.optimizer, self.options) = (model, reference, optimizer, options)
    }

    /// Draws answers to the prompts, asks for their rewards, and moves the model towards those with more of it.
    ///
    /// - Throws: `EvaluationError` where the model cannot be computed, and what `reward` throws.
    @discardableResult
    public func step(
        _ prompts: [[Int]], reward: (_ prompt: [Int], _ answer: [Int]) throws -> Double
    ) throws -> PolicyStep {
        let drawn = try prompts.flatMap { prompt in
            try (0..<options.samples).map { _ in try (prompt, answer(to: prompt)) }
        }
        let rewards = try drawn.map(reward)
        let tokens = PaddedTokens(drawn.map { LabelledTokens(prompt: $0.0, answer: $0.1) })
        // What both say about the answers before anything moves.
        let old = withoutGradients { model.labelLogProbabilities(tokens.ids, labels: tokens.labels) }
        let fixed = withoutGradients { reference.labelLogProbabilities(tokens.ids, labels: tokens.labels) }
        let moved = (old - fixed).sum(axis: 1).asType(.float64)
        try evaluate(old, fixed, moved)
        let divergences = moved.array(of: Double.self)
        let isAnswer = tokens.labels.narrowed(axis: 1, 1..<tokens.labels.dim(1)) .!= ignoredLabel
        switch options.method {
        case .reinforce:
            let returns = zip(rewards, divergences).map { $0 - options.divergenceWeight * $1 }
            let mean = returns.reduce(0, +) / Double(returns.count)
            let known = baseline ?? mean
            baseline = known + options.baselineShare * (mean - known)
            let advantages = Tensor(returns.map { Float($0 - known) })
            let sums = model.logProbability(tokens.ids, labels: tokens.labels)
            (-(sums * advantages).mean()).backward()
            optimizer.step()
        case .grpo:
            let advantages = Tensor(advantages(rewards)).expandedDimensions(axis: -1)
            let weights =
                isAnswer.asType(old.dtype) / maximum(isAnswer.asType(old.dtype).sum(axis: 1, keepDims: true), 1)
            for _ in 0..<options.updates {
                let now = model.labelLogProbabilities(tokens.ids, labels: tokens.labels)
                let ratio = exp(now - old)
                let gain = minimum(
                    ratio * advantages, clip(ratio, min: 1 - options.clip, max: 1 + options.clip) * advantages)
                // Never negative, and its mean is the divergence (Schulman, 2020).
                let divergence = exp(fixed - now) - (fixed - now) - 1
                let losses = (divergence * options.divergenceWeight - gain) * weights
                losses.sum(axis: 1).mean().backward()
                optimizer.step()
            }
        }
        func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(values.count, 1)) }
        return PolicyStep(
            reward: mean(rewards), divergence: mean(divergences), length: mean(drawn.map { Double($0.1.count) }))
    }

    /// An answer of at least one token: what ends it is part of it.
    private func answer(to prompt: [Int]) throws -> [Int] {
        var generation = GenerationOptions()
        (generation.maximumTokens, generation.temperature) = (options.maximumTokens, options.temperature)
        generation.seed = options.seed &+ drawn
        drawn += 1
        var answer: [Int] = []
        try model.generate(after: prompt, generation) { token in
            answer.append(token)
            return !options.stopTokens.contains(token)
        }
        return answer
    }

    /// How much better each answer is than those to the same prompt, in their deviation.
    private func advantages(_ rewards: [Double]) -> [Float] {
        stride(from: 0, to: rewards.count, by: options.samples).flatMap { start -> [Float] in
            let group = rewards[start..<(start + options.samples)]
            let mean = group.reduce(0, +) / Double(group.count)
            let variance = group.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(group.count - 1)
            return group.map { Float(($0 - mean) / (variance.squareRoot() + 1e-4)) }
        }
    }
}
