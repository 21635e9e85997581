import Synchronization
import Backprop
import BackpropNN
import Foundation
import Testing

@testable import BackpropTuning

/// A GPT of a few weights learns a text that repeats itself.
@Suite struct TextTrainingTests {
    private static let text = String(repeating: "the cat sat on the mat. the dog ate the cat.\n", count: 40)

    private func options(_ folder: TemporaryFolder) throws -> TextTrainingOptions {
        var options = TextTrainingOptions()
        options.text = try folder.write(Self.text, to: "text")
        (options.layers, options.features, options.heads, options.context) = (1, 16, 2, 16)
        (options.learning.batchSize, options.steps, options.evaluateEvery) = (4, 40, 20)
        options.learning.learningRate = 1e-2
        return options
    }

    @Test(arguments: [nil, 280]) func aTextIsLearnt(vocabulary: Int?) throws {
        let folder = try TemporaryFolder(), path = folder.path + "/run"
        var options = try options(folder)
        options.vocabulary = vocabulary
        let said = Lines()
        var reporter = TrainingRun.Reporter.quiet
        reporter.say = said.add
        let outcome = try TextTraining(options, output: path).perform(reporter)
        #expect(outcome.end == .completed && outcome.epochs == 2 && outcome.run == path)
        let generator = try TextGenerator(path)
        // Each token as likely as any other would be the logarithm of their number.
        let guessing = Foundation.log(Double(generator.tokenizer.vocabularySize))
        let loss = try #require(outcome.testLoss)
        #expect(loss < guessing - 1, "\(loss) beside \(guessing)")
        #expect(try generator.generate("the ").text.isEmpty == false)
        #expect(said.text.contains("--- after step 20\n") && said.text.contains(" tokens a second"))
        #expect(
            folder.names(in: "run") == [
                "config.json", "configuration.json", "metrics.jsonl", "model.safetensors", "result.json", "run.json",
                "tokenizer.json", "tokenizer_config.json",
            ])
        #expect(try RunList([folder.path]).text().contains("loss \(NumberFormat.fixed(loss, digits: 4))"))
    }

    /// Stopped at its first sample, a training ends with the bits of one that was not.
    @Test func aTrainingGoesOn() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder(), options = try options(folder)
        let whole = try TextTraining(options, output: folder.path + "/whole").perform(.quiet)
        var reporter = TrainingRun.Reporter.quiet
        reporter.checkpointSeconds = 0
        reporter.say = { text in if text.contains("--- after step 40") { throw Stop() } }
        let path = folder.path + "/parts"
        #expect(throws: Stop.self) { try TextTraining(options, output: path).perform(reporter) }
        #expect(folder.names(in: "parts").contains("checkpoints"))
        let rest = try TextTraining(resuming: path).perform(.quiet)
        #expect(rest.weightsDigest == whole.weightsDigest && rest.testLoss == whole.testLoss)
        #expect(!folder.names(in: "parts").contains("checkpoints"))
        // What is complete does not go on, and what another command began neither.
        #expect(throws: TrainError.self) { try TextTraining(resuming: path) }
    }

    @Test func whatMakesNoSenseIsOneLine() throws {
        let folder = try TemporaryFolder()
        func failure(_ change: (inout TextTrainingOptions) -> Void) throws -> String {
            var options = try options(folder)
            change(&options)
            do {
                _ = try TextTraining(options, output: folder.path + "/run").perform(.quiet)
                return ""
            } catch { return "\(error)" }
        }
        let short = try folder.write("too short", to: "short"), odd = try folder.write("a\0b", to: "odd")
        for (text, change) in [
            ("--heads: 3 makes no sense; give a number that divides the 16 features", { $0.heads = 3 }),
            ("--learning-rate: nan makes no sense; give more than 0", { $0.learning.learningRate = .nan }),
            ("--vocabulary: 20 makes no sense; give a whole number from 257 to 1000000", { $0.vocabulary = 20 }),
            (
                "\(short): 8 tokens to train are fewer than the 17 that a window of 16 needs; give a longer text, or a smaller --context",
                { $0.text = short }
            ),
        ] as [(String, (inout TextTrainingOptions) -> Void)] {
            #expect(try failure(change) == text)
        }
        #expect(try failure { $0.text = odd }.contains("is not UTF-8 text"))
        #expect(!folder.names.contains("run"))
    }

    /// What PyTorch needs to repeat a training: the weights that it begins with, and where its windows begin.
    @Test func aTrainingIsHandedOver() throws {
        guard let place = ProcessInfo.processInfo.environment["BACKPROP_CURVE"] else {
            return print("aTrainingIsHandedOver: skipped; BACKPROP_CURVE=TEXT,FOLDER hands a training over")
        }
        let parts = place.split(separator: ",").map(String.init)
        var options = TextTrainingOptions()
        options.text = parts[0]
        let corpus = try TextCorpus(options)
        let model = TextTraining.model(options, corpus)
        try model.save(to: parts[1])
        try corpus.tokenizer.save(to: parts[1])
        let order = corpus.trainingBatches(options).order(ofEpoch: 1)
        try Data("\(order)".utf8).write(to: URL(filePath: parts[1] + "/order.json"))
        #expect(order.count == options.stepsPerEpoch * options.learning.batchSize)
    }
}

/// What a training has said.
final class Lines: Sendable {
    private let lines = Mutex("")
    var add: @Sendable (String) throws -> Void { { text in self.lines.withLock { $0 += text } } }
    var text: String { lines.withLock { $0 } }
}
