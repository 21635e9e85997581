import BackpropFiles
import Foundation
import Testing

@testable import BackpropModels

/// Good files with mistakes in them, of which there are a fixed number, or as many as fit into `BACKPROP_FUZZ_SECONDS`.
struct Mistakes {
    private static let seconds = ProcessInfo.processInfo.environment["BACKPROP_FUZZ_SECONDS"].flatMap(Double.init)
    private static let words = [
        "null", "true", "-1", "0", "1e99", "[]", "{}", "\"\"", "\"a\"", "4194304", "[[", "1048576", "16777216", "0.5",
    ]
    private let random: RandomState

    init(seed: UInt64) { random = RandomState(seed: seed) }

    private func below(_ count: Int) -> Int { Int(random.nextKey() % UInt64(max(count, 1))) }

    /// One to three mistakes, in the first `head` bytes.
    private func mistaken(_ bytes: [UInt8], head: Int) -> [UInt8] {
        var bytes = bytes
        for _ in 0...below(3) {
            let place = below(min(head, bytes.count) + 1)
            switch below(7) {
            case 0 where place < bytes.count: bytes[place] = UInt8(below(256))
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(below(8))
            case 2: bytes.removeSubrange(place..<min(bytes.count, place + 1 + below(9)))
            case 3:
                let piece = bytes[place..<min(bytes.count, place + 40)]
                bytes.insert(contentsOf: piece, at: below(min(head, bytes.count) + 1))
            case 4:
                // Numbers that stand there become others.
                let digits = bytes[place...].prefix(head).indices.first { (48...57).contains(bytes[$0]) } ?? place
                let end = bytes[digits...].firstIndex { !(48...57).contains($0) } ?? digits
                bytes.replaceSubrange(digits..<max(digits, end), with: Self.words[below(Self.words.count)].utf8)
            case 5: bytes.removeLast(below(min(bytes.count, 40)))
            default: bytes.insert(contentsOf: Self.words[below(Self.words.count)].utf8, at: place)
            }
        }
        return bytes
    }

    /// Has `read` take the bytes with mistakes, or throw an error of one line.
    func check(_ name: String, _ bytes: [UInt8], head: Int = .max, count: Int, read: ([UInt8]) throws -> Void) throws {
        try read(bytes)
        var taken = 0, refused = 0
        let start = ContinuousClock.now
        while Self.seconds.map({ ContinuousClock.now - start < .seconds($0) }) ?? (taken + refused < count) {
            do {
                try read(mistaken(bytes, head: head))
                taken += 1
            } catch let error as DataError {
                #expect(isOneLine(error.description), "\(error)")
                refused += 1
            }
        }
        #expect(refused > 0)
        if Self.seconds != nil { print("\(name): \(taken) taken, \(refused) refused") }
    }
}

/// Folders of models in which one file has mistakes.
@Suite struct HostileModelTests {
    /// Reads a folder again and again with one file of it replaced.
    private func check(
        _ folder: TemporaryFolder, _ file: String, head: Int = .max, count: Int, seed: UInt64, read: () throws -> Void
    ) throws {
        let bytes = try Array(Data(contentsOf: URL(filePath: folder.path + "/" + file)))
        try Mistakes(seed: seed).check(file, bytes, head: head, count: count) { bytes in
            _ = try folder.file(file, bytes)
            try read()
        }
        _ = try folder.file(file, bytes)
    }

    @Test(arguments: TinyModel.all) func modelsAreTakenOrRefused(tiny: TinyModel) throws {
        let folder = try TemporaryFolder()
        try tiny.make(.float32).save(to: folder.path)
        try check(folder, "config.json", count: 60, seed: 1) { _ = try Pretrained.load(folder.path) }
        try check(folder, "model.safetensors", head: 4_000, count: 60, seed: 2) {
            let model = try Pretrained.load(folder.path)
            try evaluate(model.parameters().map(\.value))
        }
    }

    @Test func adaptersAreTakenOrRefused() throws {
        let folder = try TemporaryFolder(), model = withRandomSeed(1) { Llama(TinyModel.llama) }
        try LowRankAdapters(for: model).save(to: folder.path, of: "base")
        for (file, seed) in [("adapter_config.json", UInt64(1)), ("adapter_model.safetensors", 2)] {
            try check(folder, file, head: 3_000, count: 200, seed: seed) {
                _ = try LowRankAdapters.base(of: folder.path)
                _ = try LowRankAdapters.load(folder.path, for: model)
            }
        }
    }

    /// What stands beside a model: how it speaks, and how sentences become vectors.
    @Test func settingsAreTakenOrRefused() throws {
        let folder = try TemporaryFolder(), model = withRandomSeed(1) { BERT(TinyModel.bert) }
        try model.save(to: folder.path)
        let settings = #"{"do_sample": true, "temperature": 0.6, "top_k": 20, "top_p": 0.9, "eos_token_id": [1, 2]}"#
        _ = try folder.file("generation_config.json", Array(settings.utf8))
        try check(folder, "generation_config.json", count: 300, seed: 1) {
            _ = try GenerationOptions(folder: folder.path)
        }
        try TextGeneratorTests.tokenizer.save(to: folder.path)
        let modules =
            #"[{"type": "sentence_transformers.models.Transformer"}, {"type": "sentence_transformers.models.Pooling", "path": "p"}]"#
        _ = try folder.file("modules.json", Array(modules.utf8))
        try FileManager.default.createDirectory(atPath: folder.path + "/p", withIntermediateDirectories: true)
        _ = try folder.file("p/config.json", Array(#"{"pooling_mode_mean_tokens": true}"#.utf8))
        for (file, seed) in [("modules.json", UInt64(3)), ("p/config.json", 4)] {
            try check(folder, file, count: 100, seed: seed) { _ = try SentenceEncoder(folder.path) }
        }
    }
}
