import BackpropFiles
import Testing

@testable import BackpropText

/// Tokenizers in the metadata of GGUF files.
@Suite struct GGUFTokenizerTests {
    static let pairs: [String: GGUFValue] = [
        "tokenizer.ggml.model": .text("gpt2"), "tokenizer.ggml.pre": .text("smollm"),
        "tokenizer.ggml.tokens": .texts(["<e>", "a", "b", "Ġ", "1", "2", "ab", "Ġa", "12"]),
        "tokenizer.ggml.token_type": .integers([3, 1, 1, 1, 1, 1, 1, 1, 1]),
        "tokenizer.ggml.merges": .texts(["a b", "Ġ a", "1 2"]), "tokenizer.ggml.eos_token_id": .integer(0),
        "tokenizer.chat_template": .text("{{ x }}"),
    ]

    static let scored: [String: GGUFValue] = [
        "tokenizer.ggml.model": .text("llama"),
        "tokenizer.ggml.tokens": .texts(["<unk>", "<s>", "</s>", "<0xC3>", "<0xA9>", "▁", "a", "▁a", "b", "ab"]),
        "tokenizer.ggml.token_type": .integers([2, 3, 3, 6, 6, 1, 1, 1, 1, 1]),
        "tokenizer.ggml.scores": .numbers([0, 0, 0, 0, 0, -4, -5, -1, -6, -2]),
        "tokenizer.ggml.bos_token_id": .integer(1), "tokenizer.ggml.eos_token_id": .integer(2),
        "tokenizer.ggml.unknown_token_id": .integer(0),
    ]

    static let words: [String: GGUFValue] = [
        "tokenizer.ggml.model": .text("bert"),
        "tokenizer.ggml.tokens": .texts(["[UNK]", "[CLS]", "[SEP]", "▁un", "do", "▁."]),
        "tokenizer.ggml.token_type": .integers([3, 3, 3, 1, 1, 1]), "tokenizer.ggml.bos_token_id": .integer(1),
        "tokenizer.ggml.seperator_token_id": .integer(2), "tokenizer.ggml.unknown_token_id": .integer(0),
    ]

    static let unigrams: [String: GGUFValue] = [
        "tokenizer.ggml.model": .text("t5"), "tokenizer.ggml.tokens": .texts(["</s>", "<unk>", "▁a", "b", "▁"]),
        "tokenizer.ggml.token_type": .integers([3, 2, 1, 1, 1]),
        "tokenizer.ggml.scores": .numbers([0, 0, -1, -2, -3]), "tokenizer.ggml.eos_token_id": .integer(0),
        "tokenizer.ggml.unknown_token_id": .integer(1), "tokenizer.ggml.remove_extra_whitespaces": .bool(true),
    ]

    static func tokenizer(
        _ metadata: [String: GGUFValue], _ changes: [String: GGUFValue] = [:]
    ) throws(FormatProblem) -> Tokenizer {
        try Tokenizer(TokenizerForm(metadata: metadata.merging(changes) { $1 }))
    }

    @Test func pairsOfBytes() throws {
        let bytes = try Self.tokenizer(Self.pairs)
        #expect(bytes.encode("ab  12 a<e>") == [6, 3, 3, 4, 5, 7, 0])
        // Only this kind of pattern keeps digits apart.
        #expect(try Self.tokenizer(Self.pairs, ["tokenizer.ggml.pre": .text("gpt-2")]).encode("ab 12") == [6, 3, 8])
        #expect(bytes.specialTokens.end == 0)
        #expect(bytes.chatTemplate == "{{ x }}")
        let begins = try Self.tokenizer(
            Self.pairs, ["tokenizer.ggml.add_bos_token": .bool(true), "tokenizer.ggml.bos_token_id": .integer(0)])
        #expect(begins.encode("a") == [0, 1])
        #expect(begins.encode("a", addingSpecialTokens: false) == [1])
    }

    @Test func pairsByScores() throws {
        let scored = try Self.tokenizer(Self.scored)
        // "▁a" has a better score than "ab"; what is no token is its bytes.
        #expect(scored.encode("ab ab") == [1, 7, 8, 7, 8])
        #expect(scored.encode("bab") == [1, 5, 8, 9])
        #expect(scored.encode("éa") == [1, 5, 3, 4, 6])
        #expect(scored.encode("a</s>a<unk>") == [1, 7, 2, 7, 0])
        #expect(scored.decode([1, 7, 8, 5, 3, 4]) == "ab é")
        let bare = try Self.tokenizer(
            Self.scored,
            ["tokenizer.ggml.add_space_prefix": .bool(false), "tokenizer.ggml.add_bos_token": .bool(false)])
        #expect(bare.encode("ab") == [9])
    }

    @Test func piecesOfWordsAndUnigrams() throws {
        let words = try Self.tokenizer(Self.words)
        #expect(words.encode("Undo. x") == [1, 3, 4, 5, 0, 2])
        #expect(words.decode(words.encode("Undo.")) == "undo.")
        let unigrams = try Self.tokenizer(Self.unigrams)
        #expect(unigrams.encode("  ab   a ") == [2, 3, 2, 0])
        #expect(unigrams.encode("b") == [4, 3, 0])
    }

    @Test(
        arguments: [
            (["tokenizer.ggml.pre": .text("strange")], "'strange'"),
            (["tokenizer.ggml.model": .text("rwkv")], "'rwkv'"),
            (["tokenizer.ggml.tokens": .integers([1])], "no 'tokenizer.ggml.tokens'"),
            (
                ["tokenizer.ggml.tokens": .texts(["a", "a"]), "tokenizer.ggml.token_type": .integers([1, 1])],
                "occurs twice"
            ),
            (["tokenizer.ggml.token_type": .integers([1])], "types of 1"),
            (["tokenizer.ggml.merges": .texts(["a zz"])], "no token"),
            (["tokenizer.ggml.merges": .texts(["ab"])], "no two parts"),
            (["tokenizer.ggml.eos_token_id": .integer(99)], "there are 9 tokens"),
            (["tokenizer.ggml.add_bos_token": .bool(true)], "does not say which"),
            (["tokenizer.ggml.model": .text("llama")], "no score for each token"),
            (["tokenizer.ggml.model": .text("t5")], "no finite score"),
        ] as [([String: GGUFValue], String)])
    func refuses(_ changes: [String: GGUFValue], _ says: String) {
        let problem = #expect(throws: FormatProblem.self) { _ = try Self.tokenizer(Self.pairs, changes) }
        if let problem {
            #expect(problem.found.contains(says), "\(problem)")
            #expect(isOneLine(problem.at("m.gguf").description))
        }
    }

    /// What metadata says in another place is taken or refused, and nothing else happens.
    @Test func exchangedValuesAreTakenOrRefused() {
        let files = [Self.pairs, Self.scored, Self.words, Self.unigrams]
        // In an order that does not change from run to run.
        let keys = Set(files.flatMap(\.keys)).sorted()
        let values =
            files.flatMap { file in keys.compactMap { file[$0] } }
            + [.integer(-1), .integer(.max), .numbers([.infinity]), .texts([]), .text("")]
        var generator = SplitMix(state: 4), counts = (taken: 0, refused: 0)
        for _ in 0..<600 {
            var metadata = files.randomElement(using: &generator)!
            for _ in 0...Int.random(in: 0...1, using: &generator) {
                metadata[keys.randomElement(using: &generator)!] = values.randomElement(using: &generator)!
            }
            do throws(FormatProblem) {
                let tokenizer = try Self.tokenizer(metadata)
                _ = tokenizer.decode(tokenizer.encode(generator.text()))
                counts.taken += 1
            } catch {
                #expect(isOneLine(error.at("m.gguf").description))
                counts.refused += 1
            }
        }
        #expect(counts.taken > 0 && counts.refused > 0)
    }
}
