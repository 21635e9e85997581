import Backprop
import BackpropNN
import Foundation
import Testing

@testable import BackpropTuning

/// A GPT of a few weights learns what is good, and gets more of it.
@Suite struct PolicyTests {
    private func rewardOptions(_ folder: TemporaryFolder) throws -> RewardOptions {
        var options = RewardOptions()
        options.pairs.data = try folder.write(PreferenceTests.pairs.joined(separator: "\n"), to: "pairs.jsonl")
        (options.pairs.model, options.passes.epochs) = (try TuningTests.model(in: folder), 4)
        options.learning.learningRate = 1e-2
        return options
    }

    @Test(arguments: [true, false]) func answersAreRated(usesAdapters: Bool) throws {
        let folder = try TemporaryFolder(), path = folder.path + "/run"
        var options = try rewardOptions(folder)
        options.pairs.usesAdapters = usesAdapters
        let outcome = try RewardTraining(options, output: path).perform(.quiet)
        #expect(outcome.testAccuracy! > 0.9 && outcome.testCount == 3)
        #expect(
            try String(contentsOfFile: path + "/config.json", encoding: .utf8)
                .contains("\"GPT2ForSequenceClassification\""))
        let rater = try AnswerRater(path)
        func reward(_ answer: String) throws -> Double {
            try rater.reward(["prompt": "say b", "output": .text(answer)], place: "here")
        }
        #expect(try reward("b a") > reward("c z"))
        let error = #expect(throws: DataError.self) { try AnswerRater(options.pairs.model) }
        #expect(error?.description.contains("'GPT2LMHeadModel' does not rate texts") == true)
    }

    private func options(_ folder: TemporaryFolder) throws -> ReinforceOptions {
        var options = ReinforceOptions()
        options.model = try TuningTests.model(in: folder)
        options.data = try folder.write("say a\nsay b\nsay c\nsay d\nsay e\n", to: "prompts")
        options.reward.pattern = "[aeiou]"
        (options.samples, options.length, options.passes.epochs) = (12, 3, 12)
        (options.learning.batchSize, options.learning.learningRate, options.learning.holdOut) = (3, 5e-2, 0.4)
        return options
    }

    /// The mean rewards before and after, as they are said.
    private func rewards(_ said: String) -> [Double] {
        said.split(separator: "\n").filter { $0.hasPrefix("Before") || $0.hasPrefix("After") }.compactMap { line in
            line.firstMatch(of: /reward (-?[0-9.]+)/).flatMap { Double($0.1) }
        }
    }

    @Test(arguments: zip(PolicyOptions.Method.allCases, [true, false])) func aRewardRises(
        method: PolicyOptions.Method, usesAdapters: Bool
    ) throws {
        let folder = try TemporaryFolder(), said = Lines()
        var options = try options(folder), reporter = TrainingRun.Reporter.quiet
        (options.method, options.usesAdapters) = (method, usesAdapters)
        reporter.say = said.add
        let outcome = try ReinforceTraining(options, output: folder.path + "/run").perform(reporter)
        let found = rewards(said.text)
        #expect(found.count == 2 && found[1] > found[0] + 0.1, "\(said.text)")
        #expect(outcome.end == .completed && outcome.label == "reward")
        let metrics = try String(contentsOfFile: folder.path + "/run/metrics.jsonl", encoding: .utf8)
        #expect(metrics.contains("validation/reward") && metrics.contains("validation/kl"))
        #expect(try TextGenerator(folder.path + "/run").generate("say a").tokens.count > 0)
    }

    @Test func aTrainingGoesOn() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        var options = try options(folder)
        (options.method, options.passes.epochs) = (.reinforce, 3)
        let whole = try ReinforceTraining(options, output: folder.path + "/whole").perform(.quiet)
        var reporter = TrainingRun.Reporter.quiet
        reporter.checkpointSeconds = 0
        reporter.say = { text in if text.hasPrefix("After") { throw Stop() } }
        #expect(throws: Stop.self) { try ReinforceTraining(options, output: folder.path + "/parts").perform(reporter) }
        let rest = try ReinforceTraining(resuming: folder.path + "/parts").perform(.quiet)
        #expect(rest.weightsDigest == whole.weightsDigest)
    }

    @Test func whatWasLearntIsAReward() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/rater"
        _ = try RewardTraining(rewardOptions(folder), output: path).perform(.quiet)
        var choice = RewardChoice()
        choice.model = path
        let rater = try AnswerRater(path), reward = try AnswerReward(choice)
        choice.pattern = "b"
        let both = try AnswerReward(choice)
        for (answer, added) in [("b a", 1.0), ("c z", 0)] {
            let alone = try rater.reward(["prompt": "say b", "output": .text(answer)], place: "here")
            #expect(try reward([ChatTurn(.user, "say b")], answer) == alone)
            #expect(try both([ChatTurn(.user, "say b")], answer) == alone + added)
        }
    }

    @Test func wordsAreCounted() throws {
        var choice = RewardChoice()
        (choice.words, choice.pattern) = (4, "[0-9]+")
        let reward = try AnswerReward(choice)
        for (answer, expected) in [("a b c d", 1.0), ("a b 3 d", 2), ("a b", 0.5), ("", 0), ("a b c d e f g h i", 0)] {
            #expect(try reward([], answer) == expected, "\(answer)")
        }
    }

    @Test func whatMakesNoSenseIsOneLine() throws {
        let folder = try TemporaryFolder()
        func failure(_ change: (inout ReinforceOptions) throws -> Void) throws -> String {
            var options = try options(folder)
            try change(&options)
            do {
                _ = try ReinforceTraining(options, output: folder.path + "/run").perform(.quiet)
                return ""
            } catch { return "\(error)" }
        }
        for (text, change) in [
            ("nothing says what an answer is rewarded for", { $0.reward.pattern = nil }),
            ("'[' is no regular expression", { $0.reward.pattern = "[" }),
            ("give a whole number from 2 to 10000", { $0.samples = 1 }),
            ("does not rate texts", { $0.reward.model = $0.model }),
            ("there is no prompt in it", { $0.data = try folder.write("\n", to: "none") }),
            ("there is no prompt", { $0.data = try folder.write(#"{"text": "a"}"#, to: "other") }),
            ("leave room for 64 tokens cannot be divided", { $0.length = 64 }),
        ] as [(String, (inout ReinforceOptions) throws -> Void)] {
            let found = try failure(change)
            #expect(found.contains(text) && !found.contains("\n"), "\(found)")
        }
        #expect(!folder.names.contains("run"))
    }
}
