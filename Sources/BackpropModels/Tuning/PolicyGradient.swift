import Backprop
import BackpropNN

/// How a policy gradient is estimated and followed.
public struct PolicyOptions: Sendable {
    public enum Method: String, Sendable, CaseIterable, Codable {
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

    func check(_ file: StaticString, _ line: UInt) {
        require(
            samples > (method == .grpo ? 1 : 0) && updates > 0 && temperature > 0,
            "PolicyGradient: \(samples) answers, \(updates) updates and a temperature of \(temperature)", file: file,
            line: line)
    }
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
public final class PolicyGradient {
    public let policy: Policy
    public let optimizer: Optimizer
    public let options: PolicyOptions
    /// The mean reward so far, divergence included; nil before the first step.
    public private(set) var baseline: Double?
    private var drawn: UInt64 = 0

    /// - Parameter reference: what the model is held to: one of the same tokens that does not learn.
    public init(
        _ model: any LanguageModel, reference: any LanguageModel, _ optimizer: Optimizer,
        _ options: PolicyOptions = PolicyOptions(), file: StaticString = #fileID, line: UInt = #line
    ) {
        options.check(file, line)
        policy = Policy(model, reference: reference)
        (self.optimizer, self.options) = (optimizer, options)
    }

    /// Draws answers to the prompts, asks for their rewards, and moves the model towards those with more of it.
    ///
    /// - Throws: `EvaluationError` where the model cannot be computed, and what `reward` throws.
    @discardableResult
    public func step(
        _ prompts: [[Int]], reward: (_ prompt: [Int], _ answer: [Int]) throws -> Double
    ) throws -> PolicyStep {
        let count = UInt64(prompts.count * options.samples)
        let answers = try policy.answers(to: prompts, options, seed: options.seed &+ drawn, reward: reward)
        drawn += count
        let known = baseline
        baseline = answers.baseline(after: known, options)
        for _ in 0..<(options.method == .grpo ? options.updates : 1) {
            policy.losses(of: answers, options, baseline: known).mean().backward()
            optimizer.step()
        }
        return answers.summary
    }
}
