import BackpropText
import Foundation
import Testing

@testable import BackpropModels

@Suite struct TextGeneratorTests {
    /// A token for each of some letters, as GPT-2's files say it without a merge.
    static let tokenizer: Tokenizer = {
        do {
            let folder = try TemporaryFolder()
            let letters = "abcdefghĠ".enumerated().map { "\"\($1)\": \($0)" }
            _ = try folder.file("vocab.json", Array("{\(letters.joined(separator: ", "))}".utf8))
            _ = try folder.file("merges.txt", Array("#version: 0.2\n".utf8))
            return try Tokenizer(path: folder.path)
        } catch { fatalError("\(error)") }
    }()

    /// A model of as many tokens as there are letters.
    static func speaker() -> TextGenerator {
        var configuration = TinyModel.llama
        configuration.vocabularySize = tokenizer.vocabularySize
        let model = withRandomSeed(4) {
            let model = Llama(configuration)
            model.tokens.weight.value = Tensor.normal([tokenizer.vocabularySize, 16])
            return model
        }
        return TextGenerator(model, tokenizer)
    }

    @Test func textIsWhatTheTokensSay() throws {
        let speaker = Self.speaker()
        var options = GenerationOptions()
        options.maximumTokens = 12
        var pieces: [String] = []
        let result = try speaker.generate("abc", options) { piece in
            pieces.append(piece)
            return true
        }
        let prompt = Self.tokenizer.encode("abc")
        #expect(result.prompt == prompt)
        #expect(result.tokens == (try speaker.model.generate(after: prompt, options).tokens))
        #expect(result.text == Self.tokenizer.decode(result.tokens) && pieces.joined() == result.text)
        // A word of two letters that was said ends it in front of its first place.
        let word = String(result.text.dropFirst(4).prefix(2))
        let start = try #require(result.text.firstRange(of: word)?.lowerBound)
        let stopped = try speaker.generate("abc", options, stopWords: [word])
        #expect(stopped.text == String(result.text[..<start]) && stopped.tokens.count < 12)
    }

    @Test func promptsWithoutTokensAreRefused() throws {
        let speaker = Self.speaker()
        for prompt in ["", String(repeating: "a", count: 100)] {
            let error = #expect(throws: DataError.self) { try speaker.generate(prompt) }
            #expect(isOneLine(error?.description ?? ""))
        }
        let error = #expect(throws: DataError.self) { _ = try Chat(speaker) }
        #expect(error?.description.contains("it has no template") ?? false)
    }

    @Test func vectorsOfSentencesDoNotDependOnTheOthers() throws {
        var configuration = TinyModel.bert
        configuration.vocabularySize = Self.tokenizer.vocabularySize
        let model = withRandomSeed(1) { BERT(configuration) }
        let texts = ["abc", "h", "abcdefgh abc", "a b"]
        for pooling in SentenceEncoder.Pooling.allCases {
            let encoder = SentenceEncoder(model, Self.tokenizer, pooling: pooling)
            let together = try encoder.vectors(texts)
            for (text, vector) in zip(texts, together) {
                let alone = try encoder.vectors([text])[0]
                #expect(zip(alone, vector).allSatisfy { abs($0 - $1) < 1e-5 }, "\(pooling)")
                #expect(abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
            }
            #expect(together[0] != together[1])
        }
        // What is longer than the model reads is cut: the first eight letters are the same.
        let encoder = SentenceEncoder(model, Self.tokenizer, limit: 8)
        #expect(try encoder.vectors(["abcdefgh"]) == encoder.vectors(["abcdefgh abc"]))
    }

    @Test func optionsComeFromTheFolder() throws {
        let folder = try TemporaryFolder()
        _ = try folder.file("config.json", Array(#"{"eos_token_id": 7}"#.utf8))
        #expect(try GenerationOptions(folder: folder.path).stopTokens == [7])
        let file =
            #"{"eos_token_id": [3, 4], "do_sample": true, "temperature": 0.6, "top_p": 0.9, "top_k": 20, "max_new_tokens": 9, "repetition_penalty": 1.1, "transformers_version": "4"}"#
        _ = try folder.file("generation_config.json", Array(file.utf8))
        let options = try GenerationOptions(folder: folder.path)
        #expect(options.stopTokens == [3, 4] && options.temperature == 0.6 && options.topP == 0.9)
        #expect(options.topK == 20 && options.maximumTokens == 9 && options.repetitionPenalty == 1.1)
        // Settings of random choices count where choices are random.
        _ = try folder.file("generation_config.json", Array(#"{"temperature": 0.6, "top_p": 0.9}"#.utf8))
        let greedy = try GenerationOptions(folder: folder.path)
        #expect(greedy.temperature == 0 && greedy.topP == nil && greedy.stopTokens == [7])
        for (text, says) in [
            (#"{"num_beams": 4}"#, "'num_beams' is 4, which is not implemented"), (#"{"magic": 1}"#, "'magic'"),
            (#"{"top_p": 2}"#, "'top_p' is 2"), (#"{"eos_token_id": "x"}"#, "'eos_token_id' is 'x'"),
            ("[]", "an object"),
        ] {
            _ = try folder.file("generation_config.json", Array(text.utf8))
            let error = #expect(throws: DataError.self) { _ = try GenerationOptions(folder: folder.path) }
            let found = error?.description ?? ""
            #expect(isOneLine(found) && found.contains(says), "\(found)")
        }
    }
}
