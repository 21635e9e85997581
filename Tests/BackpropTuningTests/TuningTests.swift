import Backprop
import BackpropNN
import Foundation
import Testing

@testable import BackpropText
@testable import BackpropTuning

/// A GPT of a few weights learns to answer.
@Suite struct TuningTests {
    /// A folder with a model whose tokens are letters.
    static func model(in folder: TemporaryFolder, layers: Int = 2) throws -> String {
        var c = GPT2Configuration()
        let tokenizer = Tokenizer(charactersOf: "abcdefghijklmnopqrstuvwxyzIR#:\n ")
        c.vocabularySize = tokenizer.vocabularySize
        (c.positions, c.features, c.layers, c.heads) = (64, 16, layers, 2)
        let path = folder.path + "/model"
        try withRandomSeed(3) { GPT2(c) }.save(to: path)
        try tokenizer.save(to: path)
        return path
    }

    private static let examples = (0..<24).map { number in
        let letter = String(UnicodeScalar(UInt8(97 + number % 4)))
        return "{\"instruction\": \"say \(letter)\", \"output\": \"\(letter)\(letter)\"}"
    }

    private func options(_ folder: TemporaryFolder, _ method: TuningOptions.Method) throws -> TuningOptions {
        let data = try folder.write(Self.examples.joined(separator: "\n"), to: "data.jsonl")
        var options = TuningOptions()
        (options.model, options.data, options.method) = (try Self.model(in: folder), data, method)
        (options.context, options.passes.epochs) = (64, 6)
        (options.learning.batchSize, options.learning.learningRate) = (2, 1e-2)
        return options
    }

    @Test(arguments: TuningOptions.Method.allCases) func answersAreLearnt(method: TuningOptions.Method) throws {
        let folder = try TemporaryFolder(), said = Lines()
        var options = try options(folder, method)
        options.lastBlocks = 1
        var reporter = TrainingRun.Reporter.quiet
        reporter.say = said.add
        let outcome = try Tuning(options, output: folder.path + "/run").perform(reporter)
        let losses = said.text.split(separator: "\n").compactMap { line -> Double? in
            line.hasPrefix("Before") || line.hasPrefix("After")
                ? line.split(separator: " ").dropFirst(2).first.flatMap { Double($0) } : nil
        }
        #expect(losses.count == 2 && losses[1] < losses[0] - 0.1, "\(said.text)")
        #expect(outcome.end == .completed)
        let names = folder.names(in: "run")
        #expect(names.contains("adapter_model.safetensors") == (method == .lowRank))
        #expect(names.contains("model.safetensors") == (method != .lowRank))
        // What was trained speaks, from adapters too.
        let speaker = try TextGenerator(folder.path + "/run")
        #expect(try speaker.generate("### Response:\n").tokens.count > 0)
        let data = try InstructionData(
            options.data, PromptWriter(speaker), context: 64, holdOut: options.learning.holdOut,
            seed: options.learning.seed)
        let batch = PackedTokens(data.validation, length: 64)
        let loss = speaker.model.evaluating {
            speaker.model.loss(batch.ids, labels: batch.labels, packing: batch.packing).item(Double.self)
        }
        #expect(abs(loss - outcome.testLoss!) < 1e-4)
    }

    @Test(arguments: [TuningOptions.Method.lowRank, .last]) func aTuningGoesOn(method: TuningOptions.Method) throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder(), options = try options(folder, method)
        let whole = try Tuning(options, output: folder.path + "/whole").perform(.quiet)
        var reporter = TrainingRun.Reporter.quiet
        reporter.checkpointSeconds = 0
        reporter.say = { text in if text.hasPrefix("After") { throw Stop() } }
        #expect(throws: Stop.self) { try Tuning(options, output: folder.path + "/parts").perform(reporter) }
        let rest = try Tuning(resuming: folder.path + "/parts").perform(.quiet)
        #expect(rest.weightsDigest == whole.weightsDigest)
        #expect(throws: TrainError.self) { try TextTraining(resuming: folder.path + "/whole") }
    }

    @Test func recordsHaveManyForms() throws {
        let folder = try TemporaryFolder()
        let writer = PromptWriter(try TextGenerator(try Self.model(in: folder)))
        func text(_ json: String) throws -> [String] {
            let path = try folder.write(json, to: "one.json")
            let record = try ExampleFile(path).records[0]
            let example = try writer.example(ExampleRecord(place: "here", value: record.value))
            let learnt = zip(example.tokens, example.labels).filter { $1 != ignoredLabel }.map(\.0)
            return [writer.tokenizer.decode(example.tokens), writer.tokenizer.decode(learnt)]
        }
        for json in [
            #"{"instruction": "say", "input": "a", "output": "aa"}"#, #"[{"prompt": "say\na", "completion": "aa"}]"#,
            #"{"messages": [{"role": "user", "content": "say\na"}, {"role": "assistant", "content": "aa"}]}"#,
        ] {
            let found = try text(json)
            #expect(found == ["### Instruction:\nsay\na\n\n### Response:\naa", "aa"], "\(json)")
        }
        #expect(try text(#"{"text": "abc"}"#) == ["abc", "bc"])
        for (json, message) in [
            (#"{"a": 1}"#, "there are no texts to learn from"),
            (#"{"prompt": 3, "output": "a"}"#, "'prompt' is no text"),
            (#"{"messages": [{"role": "judge", "content": ""}]}"#, "'messages' has an element that is no turn"),
            (#"{"messages": [{"role": "user", "content": "a"}]}"#, "'messages' do not end with the assistant"),
            ("", "there is no record in it"), ("[]", "there is no record in it"), (#"{"text": "#, "line 1"),
        ] {
            let error = #expect(throws: DataError.self) { _ = try text(json) }
            #expect(error?.description.contains(message) == true, "\(error?.description ?? "") for \(json)")
        }
    }
}
