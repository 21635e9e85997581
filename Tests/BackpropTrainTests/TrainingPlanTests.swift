import BackpropFiles
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct TrainingPlanTests {
    private static var options: TrainingOptions {
        var options = TrainingOptions()
        (options.epochs, options.hidden, options.model) = (1, [256, 256, 256, 256], "mlp")
        (options.batchSize, options.seed) = (512, 1)
        return options
    }

    private struct Record: Decodable {
        var peak_bytes: Int
        var weight_bytes: Int
        var gradient_bytes: Int
        var optimizer_state_bytes: Int
        var activation_bytes: Int
        var scratch_bytes: Int
        var data_bytes: Int
        var result_bytes: Int
        var inference_peak_bytes: Int
        var added_work: Double?
    }

    private static func record(_ options: TrainingOptions) throws -> Record {
        try JSONDecoder().decode(Record.self, from: Data(try TrainingPlan(options).jsonLine().utf8))
    }

    @Test func saysWhatTheTrainingThenHolds() throws {
        let folder = try TemporaryFolder()
        let record = try Self.record(Self.options)
        let outcome = try TrainingRun(Self.options, output: folder.path + "/run").perform(.quiet)
        #expect(record.peak_bytes == outcome.peakBytes)
        let parts = [
            record.weight_bytes, record.gradient_bytes, record.optimizer_state_bytes, record.activation_bytes,
            record.scratch_bytes, record.data_bytes, record.result_bytes,
        ]
        #expect(parts.reduce(0, +) == record.peak_bytes)
        #expect(
            record.optimizer_state_bytes == 2 * record.weight_bytes && record.inference_peak_bytes < record.peak_bytes)
        #expect(try TrainingPlan(Self.options).text.contains("by layer, at the peak"))
    }

    /// The remedy in the message works at the first try.
    @Test func refusesWhatCannotFitAndSaysWhatDoes() throws {
        let folder = try TemporaryFolder()
        let plain = try TrainingRun(Self.options, output: folder.path + "/plain").perform(.quiet)
        var options = Self.options
        options.memoryBudget = 1_000
        let error = try #require(throws: TrainError.self) { try TrainingPlan(options) }
        #expect(error.reason == .tooLarge)
        let needed = try #require(error.description.firstMatch(of: /needs (\d+)/).flatMap { Int($0.1) })
        #expect(needed < plain.peakBytes)
        options.memoryBudget = needed
        let tight = try TrainingRun(options, output: folder.path + "/tight").perform(.quiet)
        #expect(tight.peakBytes == needed)
        #expect(tight.weightsDigest == plain.weightsDigest)
        options.memoryBudget = needed - 1
        #expect(throws: TrainError.self) { try TrainingRun(options, output: folder.path + "/less").perform(.quiet) }
    }

    @Test(arguments: [
        ("512MB", 512_000_000), ("1.5 GB", 1_500_000_000), ("2KiB", 2048), ("77", 77), ("3mb", 3_000_000),
    ])
    func readsSizes(text: String, bytes: Int) throws {
        #expect(try TrainingOptions.bytes(text) == bytes)
    }

    @Test(arguments: ["", "MB", "-1MB", "0", "nan", "1e99GB", "12 parsecs"])
    func refusesWhatIsNoSize(text: String) {
        #expect(throws: TrainError.self) { try TrainingOptions.bytes(text) }
    }

    @Test func theLessonKeepsLessAndChangesNoBit() throws {
        let lesson = try MemoryLesson(depth: 6)
        let plain = try #require(lesson.ways.first)
        for way in lesson.ways.dropFirst() { #expect(way.isSame && way.peakBytes < plain.peakBytes, "\(way.name)") }
        #expect(lesson.text(colour: false).contains("a budget of"))
    }
}
