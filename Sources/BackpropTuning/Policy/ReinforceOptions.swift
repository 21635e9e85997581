import BackpropModels
import BackpropTrain

/// How a reward of answers is raised.
package struct ReinforceOptions: PassingOptions {
    package static let kind = "policy"
    package static let command = "lm reinforce"
    package static let examples = "prompts"
    package static var usualRates: String {
        "\(NumberFormat.decimal(TuningOptions.adapterRate)); \(NumberFormat.decimal(wholeRate)) with --whole"
    }

    package var model = ""
    /// Prompts: lines of text, or JSON records.
    package var data = ""
    package var reward = RewardChoice()
    package var method = PolicyOptions.Method.grpo
    /// Whether adapters learn, in the place of all weights.
    package var usesAdapters = true
    package var adapters = LowRankOptions()
    /// Answers to each prompt of a step.
    package var samples = 8
    /// The most tokens of an answer.
    package var length = 64
    package var temperature = 1.0
    /// What a nat of divergence costs.
    package var divergenceWeight = 0.02
    package var learning = LearningOptions(batchSize: 4)
    package var passes = PassOptions(epochs: 10)

    package init() {}

    package var usualRate: Double { usesAdapters ? TuningOptions.adapterRate : Self.wholeRate }
    private static let wholeRate = 1e-5

    var learner: TunedModel.Method { usesAdapters ? .lowRank(adapters) : .whole }

    /// Everything but what ends an answer. An answer is used once, so nothing is clipped.
    var policy: PolicyOptions {
        var policy = PolicyOptions()
        (policy.method, policy.samples, policy.maximumTokens) = (method, samples, length)
        (policy.temperature, policy.divergenceWeight) = (temperature, divergenceWeight)
        return policy
    }

    package func validate() throws(TrainError) {
        try OptionCheck.count("--samples", samples, (method == .grpo ? 2 : 1)...10_000)
        try OptionCheck.count("--tokens", length, 1...1_000_000)
        try OptionCheck.positive("--temperature", temperature)
        try OptionCheck.check(
            divergenceWeight >= 0 && divergenceWeight.isFinite, "--kl", divergenceWeight, "give 0 or more")
        try reward.validate()
        try learning.validate()
        try passes.validate()
        try OptionCheck.positive("--hold-out", learning.holdOut)
    }
}

/// What an answer is rewarded for; what is given adds up.
package struct RewardChoice: Codable, Sendable, Equatable {
    /// A folder that `lm reward` has written.
    package var model: String?
    /// 1 where a match of this expression is in the answer.
    package var pattern: String?
    /// 1 for an answer of so many words, less by their share for each that it has more or fewer, at least 0.
    package var words: Int?

    func validate() throws(TrainError) {
        if model == nil, pattern == nil, words == nil {
            throw TrainError(
                .badOption, at: "--reward", "nothing says what an answer is rewarded for",
                remedy: "give --reward, --reward-pattern or --reward-words")
        }
        try OptionCheck.count("--reward-words", words ?? 1)
        if let pattern, (try? Regex(pattern)) == nil {
            throw TrainError(
                .badOption, at: "--reward-pattern", "'\(pattern)' is no regular expression",
                remedy: "write one such as '[0-9]+'")
        }
    }
}

/// The reward of answers.
struct AnswerReward {
    private let choice: RewardChoice
    private let rater: AnswerRater?
    private let pattern: Regex<AnyRegexOutput>?

    init(_ choice: RewardChoice) throws(DataError) {
        self.choice = choice
        if let model = choice.model { rater = try AnswerRater(model) } else { rater = nil }
        pattern = choice.pattern.flatMap { try? Regex($0) }
    }

    func callAsFunction(_ prompt: [ChatTurn], _ answer: String) throws -> Double {
        var reward = try rater?.reward(prompt: prompt, answer: answer) ?? 0
        if let pattern, answer.firstMatch(of: pattern) != nil { reward += 1 }
        if let wanted = choice.words {
            let words = answer.split(whereSeparator: \.isWhitespace).count
            reward += max(0, 1 - Double(abs(words - wanted)) / Double(wanted))
        }
        return reward
    }
}
