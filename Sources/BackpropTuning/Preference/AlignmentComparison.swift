import Backprop
import BackpropModels
import BackpropNN
import BackpropTrain

/// A reward raised by the policy gradient, and by pairs (DPO), side by side on a small task: a GPT of some thousand weights
/// sees a letter, and gets a reward for each letter of its answer that is the same.
///
/// Every way begins with the same model, draws the same number of answers, and is judged by the same number of new ones.
package struct AlignmentComparison: Sendable {
    /// One way.
    package struct Row: Sendable {
        package let name: String
        /// Answers whose rewards were asked for.
        package let answers: Int
        package let updates: Int
        package let seconds: Double
        /// The mean reward of new answers, at most 1.
        package let reward: Double
        /// The mean of log p - log p_reference over them, in nats an answer.
        package let divergence: Double
    }

    package let rows: [Row]

    private static let letters = 8, answerLength = 8, rate = 1e-2
    /// Pairs of answers that were drawn before are used more than once, in smaller steps: what tells the answers of a pair
    /// apart is mostly chance, which larger ones would learn.
    private static let pairRate = 3e-3, pairPasses = 4
    private static let prompts = (0..<letters).map { [$0] }

    /// The share of the answer that repeats the prompt.
    package static func reward(_ prompt: [Int], _ answer: [Int]) -> Double {
        Double(answer.count { $0 == prompt[0] }) / Double(answerLength)
    }

    /// - Parameters:
    ///   - rounds: times that all prompts are answered.
    ///   - samples: answers to each prompt in a round, an even number.
    ///   - judged: answers to each prompt that judge a model.
    /// - Throws: `EvaluationError` where a model cannot be computed.
    package init(rounds: Int = 30, samples: Int = 16, judged judgedCount: Int = 32, seed: UInt64 = 0) throws {
        var configuration = GPT2Configuration()
        (configuration.vocabularySize, configuration.positions) = (Self.letters, 16)
        (configuration.features, configuration.layers, configuration.heads) = (32, 1, 2)
        (configuration.embeddingDropout, configuration.attentionDropout, configuration.dropout) = (0, 0, 0)
        let start = withRandomSeed(seed) { GPT2(configuration) }
        var rows = [try Self.judged("before", start, start, answers: 0, updates: 0, seconds: 0, judgedCount, seed)]
        let clock = ContinuousClock()
        for method in PolicyOptions.Method.allCases {
            let model = start.copy(), begin = clock.now
            var options = PolicyOptions()
            (options.method, options.samples, options.maximumTokens) = (method, samples, Self.answerLength)
            options.seed = seed &* 1_000_003
            let gradient = PolicyGradient(
                model, reference: start, AdamW(model.parameters(), learningRate: Self.rate, weightDecay: 0), options)
            for _ in 0..<rounds { try gradient.step(Self.prompts, reward: Self.reward) }
            rows.append(
                try Self.judged(
                    method == .grpo ? "GRPO" : "REINFORCE", model, start,
                    answers: rounds * samples * Self.letters,
                    updates: rounds * (method == .grpo ? options.updates : 1),
                    seconds: (clock.now - begin) / .seconds(1), judgedCount, seed))
        }
        let begin = clock.now
        let (model, updates) = try Self.preferring(start, rounds, samples, seed)
        rows.append(
            try Self.judged(
                "DPO", model, start, answers: rounds * samples * Self.letters, updates: updates,
                seconds: (clock.now - begin) / .seconds(1), judgedCount, seed))
        self.rows = rows
    }

    /// A model that has learnt from pairs of its own answers, all drawn before it learns; the one with more reward is chosen.
    private static func preferring(
        _ start: GPT2, _ rounds: Int, _ samples: Int, _ seed: UInt64
    ) throws -> (model: GPT2, updates: Int) {
        let model = start.copy(), optimizer = AdamW(model.parameters(), learningRate: pairRate, weightDecay: 0)
        var batches: [PairBatch] = []
        for round in 0..<rounds {
            var pairs: [PreferencePair] = []
            for prompt in prompts {
                let answers = try drawn(start, prompt, samples, seed &+ UInt64(round + 1) << 20)
                for place in stride(from: 0, to: samples, by: 2) {
                    let pair = [answers[place], answers[place + 1]].sorted { reward(prompt, $0) > reward(prompt, $1) }
                    guard reward(prompt, pair[0]) > reward(prompt, pair[1]) else { continue }
                    pairs.append(
                        PreferencePair(
                            chosen: LabelledTokens(prompt: prompt, answer: pair[0]),
                            rejected: LabelledTokens(prompt: prompt, answer: pair[1])))
                }
            }
            if !pairs.isEmpty { batches.append(PairBatch(try pairs.referenced(by: start, batchSize: pairs.count))) }
        }
        for batch in (0..<pairPasses).flatMap({ _ in batches }) {
            let (chosen, rejected) = batch.halves(
                model.logProbability(batch.tokens.ids, labels: batch.tokens.labels))
            PreferenceLoss.sigmoid(
                chosen: chosen, rejected: rejected, referenceChosen: batch.referenceChosen,
                referenceRejected: batch.referenceRejected, beta: 0.1
            ).mean().backward()
            optimizer.step()
        }
        return (model, pairPasses * batches.count)
    }

    private static func drawn(_ model: GPT2, _ prompt: [Int], _ count: Int, _ seed: UInt64) throws -> [[Int]] {
        var options = GenerationOptions()
        (options.maximumTokens, options.temperature) = (answerLength, 1)
        return try (0..<count).map { number in
            options.seed = seed &+ UInt64(prompt[0] * count + number)
            return try model.generate(after: prompt, options).tokens
        }
    }

    private static func judged(
        _ name: String, _ model: GPT2, _ start: GPT2, answers: Int, updates: Int, seconds: Double, _ count: Int,
        _ seed: UInt64
    ) throws -> Row {
        var rewards: [Double] = [], rows: [LabelledTokens] = []
        for prompt in prompts {
            for answer in try drawn(model, prompt, count, seed &+ 1 << 40) {
                rewards.append(reward(prompt, answer))
                rows.append(LabelledTokens(prompt: prompt, answer: answer))
            }
        }
        let tokens = PaddedTokens(rows)
        let moved = withoutGradients {
            (model.logProbability(tokens.ids, labels: tokens.labels)
                - start.logProbability(tokens.ids, labels: tokens.labels)).mean().asType(.float64)
        }
        return Row(
            name: name, answers: answers, updates: updates, seconds: seconds,
            reward: rewards.reduce(0, +) / Double(rewards.count), divergence: moved.item())
    }

    package var text: String {
        let table = TextTable(columns: [
            .left("way"), .right("answers"), .right("updates"), .right("seconds"), .right("reward"),
            .right("KL, nats an answer"),
        ]).text(
            rows.map { row in
                [
                    row.name, "\(row.answers)", "\(row.updates)", NumberFormat.fixed(row.seconds, digits: 1),
                    NumberFormat.fixed(row.reward, digits: 3), NumberFormat.fixed(row.divergence, digits: 2),
                ]
            })
        return """
            A small GPT sees a letter, and is rewarded for each letter of its answer that is
            the same: 1 at most. Every way asks for the rewards of as many answers.
            REINFORCE and GRPO draw them from the model while it learns; DPO draws pairs
            from the model as it was, and goes over them \(Self.pairPasses) times. KL says how far the
            model went from there.

            \(table)
            """
    }
}
