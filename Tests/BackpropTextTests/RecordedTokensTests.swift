import BackpropFiles
import Foundation
import Testing

@testable import BackpropText

/// The ids that three real tokenizers give, as recorded.
@Suite struct RecordedTokensTests {
    private struct Entry: Decodable {
        let text: String
        let gpt2: [Int]
        let smollm2: [Int]
        let minilm: [Int]
    }

    private static func entries() throws -> [Entry] {
        try JSONDecoder().decode([Entry].self, from: Data(contentsOf: URL(filePath: try #require(Beside.tokens))))
    }

    @Test(.enabled(if: Beside.gpt2 != nil && Beside.tokens != nil, "needs GPT-2's vocabulary beside the project"))
    func gpt2() throws {
        let tokenizer = try Tokenizer(path: #require(Beside.gpt2))
        for entry in try Self.entries() {
            #expect(tokenizer.encode(entry.text) == entry.gpt2)
            #expect(tokenizer.decode(entry.gpt2) == entry.text)
        }
        #expect(tokenizer.vocabularySize == 50_257)
        #expect(tokenizer.specialTokens.end == 50_256)
        #expect(tokenizer.encode("a<|endoftext|>") == [64, 50_256])
    }

    @Test(.enabled(if: Beside.smol != nil && Beside.tokens != nil, "needs the model beside the project"))
    func smolLM2() throws {
        let tokenizer = try Tokenizer(path: #require(Beside.smol))
        for entry in try Self.entries() {
            #expect(tokenizer.encode(entry.text) == entry.smollm2)
            #expect(tokenizer.decode(entry.smollm2) == entry.text)
        }
        #expect(tokenizer.specialTokens.end == 2)
        #expect(tokenizer.encode("<|im_start|>user\n").first == 1)
        #expect(tokenizer.chatTemplate?.contains("<|im_start|>") == true)
    }

    @Test(.enabled(if: Beside.miniLM != nil && Beside.tokens != nil, "needs the model beside the project"))
    func miniLM() throws {
        let folder = try #require(Beside.miniLM), tokenizer = try Tokenizer(path: folder)
        let list = try Tokenizer(path: withVocabularyOnly(folder))
        for entry in try Self.entries() {
            #expect(tokenizer.encode(entry.text) == entry.minilm)
            #expect(list.encode(entry.text) == entry.minilm)
        }
        #expect(tokenizer.maximumLength == 512)
        #expect(tokenizer.specialTokens.classifier == 101)
        #expect(tokenizer.encode("a cat sat", limit: 4) == [101, 1037, 4937, 102])
    }

    /// A folder with vocab.txt alone.
    private func withVocabularyOnly(_ folder: String) throws -> String {
        let copy = FileManager.default.temporaryDirectory.appending(path: "vocabulary-\(UUID())")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: URL(filePath: folder).appending(path: "vocab.txt"), to: copy.appending(path: "vocab.txt"))
        return copy.path
    }
}
