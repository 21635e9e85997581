import BackpropFiles

/// The pre-tokenizers that folders and GGUF files name instead of describing them.
enum KnownSplits {
    /// Llama 3's pattern; Qwen 2's is the same with single digits.
    static func llama3(digits: String = #"\p{N}{1,3}"#) -> String {
        #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"# + digits
            + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    }

    /// GPT-4o's pattern.
    private static let gpt4o =
        #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
        + #"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"#
        + #"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    static let gpt2: JSONValue = [
        "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
    ]

    static func split(_ pattern: String) -> JSONValue {
        ["type": "Split", "pattern": ["Regex": .text(pattern)], "behavior": "Isolated", "invert": false]
    }

    /// Some patterns, then bytes.
    static func bytes(_ patterns: String...) -> JSONValue {
        let last: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false,
        ]
        return ["type": "Sequence", "pretokenizers": .list(patterns.map(split) + [last])]
    }

    /// Digits one by one, then GPT-2's pattern.
    static let digits: JSONValue = [
        "type": "Sequence", "pretokenizers": [["type": "Digits", "individual_digits": true], gpt2],
    ]

    /// What `tokenizer.ggml.pre` of a GGUF file stands for; nil where it is not known.
    ///
    /// Source: https://github.com/ggml-org/llama.cpp, src/llama-vocab.cpp.
    static func ggml(_ name: String) -> (splits: JSONValue, normalizer: JSONValue, takesWhole: Bool, addsBegin: Bool)? {
        switch name {
        case "gpt-2", "phi-2", "mpt", "olmo", "jais", "jina-es", "jina-de", "jina-v2-es", "jina-v2-de", "jina-v2-code":
            (gpt2, nil, false, false)
        case "smollm", "starcoder", "refact", "command-r", "codeshell": (digits, nil, false, false)
        case "llama3", "llama-v3", "llama-bpe", "falcon3": (bytes(llama3()), nil, true, true)
        case "dbrx", "smaug-bpe": (bytes(llama3()), nil, false, false)
        case "qwen2": (bytes(llama3(digits: #"\p{N}"#)), ["type": "NFC"], false, false)
        case "stablelm2": (bytes(llama3(digits: #"\p{N}"#)), nil, false, false)
        case "gpt-4o", "llama4": (bytes(gpt4o), nil, name == "llama4", name == "llama4")
        case "default":
            (
                bytes(#"[\p{P}\$\+<=>\^~\|]+"#, Splitter.gpt2, #"\p{N}+"#, "[0-9][0-9][0-9]"), nil, false, false
            )
        default: nil
        }
    }
}
