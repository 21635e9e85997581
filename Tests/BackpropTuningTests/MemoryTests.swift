import Backprop
import BackpropNN
import Foundation
import Testing

@testable import BackpropTuning

/// Steps that hold less train the same weights to the bit.
@Suite struct MemoryTests {
    /// Trains as it is, with checkpointed blocks, and under a bound that is as low.
    private func check<Training: LanguageTraining>(
        _ options: Training.Options, _ type: Training.Type, in folder: TemporaryFolder
    ) throws {
        func train(_ name: String, _ change: (inout LearningOptions) -> Void = { _ in }) throws -> TrainingOutcome {
            var options = options
            change(&options.learning)
            return try Training(options, output: folder.path + "/" + name).perform(.quiet)
        }
        let plain = try train("plain")
        let blocks = try train("blocks") { $0.checkpointsBlocks = true }
        #expect(blocks.weightsDigest == plain.weightsDigest)
        #expect(blocks.peakBytes < plain.peakBytes, "\(blocks.peakBytes) beside \(plain.peakBytes)")
        let bound = (blocks.peakBytes + plain.peakBytes) / 2
        let bounded = try train("bounded") { $0.memoryBudget = bound }
        #expect(bounded.weightsDigest == plain.weightsDigest && bounded.peakBytes <= bound)
    }

    @Test func ofATextAreTheSame() throws {
        let folder = try TemporaryFolder()
        var options = TextTrainingOptions()
        options.text = try folder.write(String(repeating: "the cat sat on the mat. ", count: 60), to: "text")
        (options.layers, options.features, options.heads, options.context) = (2, 8, 2, 32)
        (options.steps, options.evaluateEvery, options.dropout) = (3, 3, 0.1)
        try check(options, TextTraining.self, in: folder)
    }

    private func tuning(_ folder: TemporaryFolder, _ method: TuningOptions.Method) throws -> TuningOptions {
        var options = TuningOptions()
        let line = #"{"prompt": "say aaaaa", "output": "bbbbbbbbb"}"# + "\n"
        options.data = try folder.write(String(repeating: line, count: 17), to: "data.jsonl")
        (options.model, options.method, options.context) = (try TuningTests.model(in: folder), method, 64)
        options.adapters.dropout = 0.1
        return options
    }

    @Test(arguments: [TuningOptions.Method.whole, .lowRank], [1, 2]) func ofATuningAreTheSame(
        method: TuningOptions.Method, accumulation: Int
    ) throws {
        let folder = try TemporaryFolder()
        var options = try tuning(folder, method)
        options.passes.accumulation = accumulation
        try check(options, Tuning.self, in: folder)
    }

    @Test func ofAClassifierAreTheSame() throws {
        let folder = try TemporaryFolder()
        var options = ClassifierOptions()
        options.model = try ClassifierTests.model(in: folder, layers: 2)
        options.data = try folder.write(ClassifierTests.lines.joined(separator: "\n"), to: "lines")
        try check(options, ClassifierTraining.self, in: folder)
    }

    @Test func ofPairsAreTheSame() throws {
        let folder = try TemporaryFolder()
        var options = PreferenceOptions()
        options.pairs.data = try folder.write(PreferenceTests.pairs.joined(separator: "\n"), to: "pairs.jsonl")
        (options.pairs.model, options.passes.steps) = (try TuningTests.model(in: folder), 3)
        try check(options, PreferenceTraining.self, in: folder)
    }

    /// What is refused says what would do.
    @Test(arguments: [1, 2]) func theRemedyOfARefusalWorks(accumulation: Int) throws {
        let folder = try TemporaryFolder()
        var options = try tuning(folder, .lowRank)
        (options.passes.accumulation, options.learning.memoryBudget) = (accumulation, 1_000)
        let error = #expect(throws: TrainError.self) {
            try Tuning(options, output: folder.path + "/run").perform(.quiet)
        }
        #expect(!folder.names.contains("run"))
        let words = "\(error.map { "\($0)" } ?? "")".split { !$0.isNumber }.compactMap { Int($0) }
        options.learning.memoryBudget = words.last ?? 0
        let outcome = try Tuning(options, output: folder.path + "/run").perform(.quiet)
        #expect(outcome.end == .completed && outcome.peakBytes <= options.learning.memoryBudget!)
    }
}
