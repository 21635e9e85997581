import Backprop
import BackpropNN
import Foundation
import Testing

@testable import BackpropTuning

/// Pairs of answers align a GPT of a few weights.
@Suite struct PreferenceTests {
    static let pairs = (0..<30).map { number in
        let letter = String(UnicodeScalar(UInt8(97 + number % 20))),
            other = String(UnicodeScalar(UInt8(98 + number % 24)))
        return "{\"instruction\": \"say \(letter)\", \"chosen\": \"\(letter) a\", \"rejected\": \"\(other) z\"}"
    }

    private func options(_ folder: TemporaryFolder) throws -> PreferenceOptions {
        let data = try folder.write("[" + Self.pairs.joined(separator: ",\n") + "]", to: "pairs.json")
        var options = PreferenceOptions()
        (options.pairs.model, options.pairs.data, options.passes.epochs) = (try TuningTests.model(in: folder), data, 3)
        (options.learning.batchSize, options.learning.learningRate) = (4, 1e-2)
        return options
    }

    @Test(arguments: PreferenceLoss.allCases, [true, false])
    func whatIsChosenIsPreferred(loss: PreferenceLoss, usesAdapters: Bool) throws {
        let folder = try TemporaryFolder(), said = Lines()
        var options = try options(folder), reporter = TrainingRun.Reporter.quiet
        (options.loss, options.pairs.usesAdapters) = (loss, usesAdapters)
        reporter.say = said.add
        let outcome = try PreferenceTraining(options, output: folder.path + "/run").perform(reporter)
        #expect(outcome.testAccuracy! > 0.9, "\(said.text)")
        #expect(said.text.contains("rewards/margins ") && said.text.contains("\nKL ") == usesAdapters)
        let metrics = try String(contentsOfFile: folder.path + "/run/metrics.jsonl", encoding: .utf8)
        for name in ["chosen", "rejected", "margins", "accuracy"] {
            #expect(metrics.contains("validation/rewards/\(name)"))
        }
        #expect(folder.names(in: "run").contains("adapter_model.safetensors") == usesAdapters)
    }

    @Test func aTrainingGoesOn() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder(), options = try options(folder)
        let whole = try PreferenceTraining(options, output: folder.path + "/whole").perform(.quiet)
        var reporter = TrainingRun.Reporter.quiet
        reporter.checkpointSeconds = 0
        reporter.say = { text in if text.hasPrefix("After") { throw Stop() } }
        #expect(throws: Stop.self) { try PreferenceTraining(options, output: folder.path + "/parts").perform(reporter) }
        let rest = try PreferenceTraining(resuming: folder.path + "/parts").perform(.quiet)
        #expect(rest.weightsDigest == whole.weightsDigest)
    }

    @Test func pairsThatAreNoneAreOneLine() throws {
        let folder = try TemporaryFolder()
        var options = try options(folder)
        for (json, message) in [
            (#"{"instruction": "a", "chosen": "b"}"#, "there is no 'rejected'"),
            (#"{"chosen": "b", "rejected": "c"}"#, "there is no prompt"),
            (#"{"prompt": "a", "chosen": "b", "rejected": "b"}"#, "0 pairs of at most 512 tokens cannot be divided"),
        ] {
            options.pairs.data = try folder.write(json, to: "bad.json")
            let error = #expect(throws: DataError.self) {
                try PreferenceTraining(options, output: folder.path + "/run").perform(.quiet)
            }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "")")
        }
    }

    /// The table of `lm prefer --compare`, with too few answers to learn much.
    @Test func waysOfAligningStandInATable() throws {
        let table = try AlignmentComparison(rounds: 1, samples: 2, judged: 1)
        #expect(table.rows.map(\.name) == ["before", "REINFORCE", "GRPO", "DPO"])
        #expect(table.rows.map(\.answers) == [0, 16, 16, 16])
        #expect(table.rows[0].divergence == 0 && table.rows[1...].allSatisfy { $0.reward >= 0 && $0.reward <= 1 })
        #expect(
            table.text.split(separator: "\n").suffix(4).map { $0.prefix { $0 != " " } }
                == table.rows.map { $0.name[...] })
    }
}
