import Backprop
import BackpropFiles
import BackpropNN

extension LlamaConfiguration {
    /// The settings of a model in GGUF's format: Llama and what has its shape, or Qwen2.
    ///
    /// - Throws: `DataError` for another architecture, for settings that are missing or out of range, and for those that
    ///   change what a model says and are not implemented.
    public init(_ file: GGUFFile) throws(DataError) {
        self.init()
        let known = ["llama", "qwen2"]
        var reader = GGUFSettings(file)
        guard let family = file.metadata["general.architecture"]?.text, known.contains(family) else {
            let found = file.metadata["general.architecture"]?.text
            throw DataError(
                .mismatch, at: file.path,
                found.map { "nobody here knows the architecture \(Wording.quoted($0))" } ?? "no architecture is said",
                remedy: "use a model of \(Wording.list(known))")
        }
        kind = family == "qwen2" ? .qwen2 : .llama
        let tokens = file["token_embd.weight"]?.shape.first
        vocabularySize = try reader.integer("vocab_size", tokens, in: Limit.vocabulary)
        positions = try reader.integer("context_length", in: Limit.positions)
        features = try reader.integer("embedding_length", in: Limit.features)
        layers = try reader.integer("block_count", in: Limit.layers)
        hidden = try reader.integer("feed_forward_length", in: Limit.features)
        heads = try reader.integer("attention.head_count", in: Limit.heads)
        keyHeads = try reader.integer("attention.head_count_kv", heads, in: Limit.heads)
        epsilon = try reader.number("attention.layer_norm_rms_epsilon", in: Limit.epsilon)
        base = try reader.number("rope.freq_base", 10_000, in: 1...1e12)
        if file.metadata[reader.name("attention.key_length")] == nil,
            let mistake = Self.mistake(features: features, heads: heads)
        {
            throw reader.problem(mistake)
        }
        let size = try reader.integer("attention.key_length", features / max(1, heads), in: Limit.features)
        headFeatures = size * heads == features ? nil : size
        // What is turned is a whole head, and a value has its features.
        for key in ["rope.dimension_count", "attention.value_length"] {
            guard try reader.integer(key, size, in: Limit.features) == size else {
                throw reader.problem("'\(reader.name(key))' is not the \(size) features of a head")
            }
        }
        switch reader.text("rope.scaling.type") {
        case nil, "none": scaling = .none
        case "linear": scaling = .linear(factor: try reader.number("rope.scaling.factor", in: 1...1e6))
        case let other?: throw reader.problem("'\(reader.name("rope.scaling.type"))' is \(Wording.quoted(other))")
        }
        attentionBias = kind == .qwen2 || file["blk.0.attn_q.bias"] != nil
        outputBias = file["blk.0.attn_output.bias"] != nil
        tiesEmbeddings = file["output.weight"] == nil
        try reader.finish()
        if let mistake { throw reader.problem(mistake) }
        for (key, name) in [("bos", "bos_token_id"), ("eos", "eos_token_id"), ("padding", "pad_token_id")] {
            if let token = file.metadata["tokenizer.ggml.\(key)_token_id"]?.integer { carried[name] = .integer(token) }
        }
    }

    /// What the tensors are called in GGUF's format. Its Llamas turn features that stand beside each other.
    var namesInGGUF: TensorNames {
        let (heads, keyHeads, isPaired) = (heads, keyHeads, kind == .llama)
        return TensorNames(
            [
                "tokens": "token_embd", "blocks": "blk", "finalNorm": "output_norm", "logits": "output",
                "attentionNorm": "attn_norm", "feedForwardNorm": "ffn_norm", "attention.queries": "attn_q",
                "attention.keys": "attn_k", "attention.values": "attn_v", "attention.output": "attn_output",
                "feedForward.gate": "ffn_gate", "feedForward.expand": "ffn_up", "feedForward.contract": "ffn_down",
            ], body: "",
            arrangement: { name in
                if isPaired, name.contains("attention.queries") { return .pairedRows(heads: heads) }
                if isPaired, name.contains("attention.keys") { return .pairedRows(heads: keyHeads) }
                return .same
            })
    }
}

extension Llama {
    /// A model in GGUF's format, its blocks widened.
    ///
    /// - Throws: `DataError` for an architecture or a setting that is not known, and for tensors that do not fit.
    public static func load(_ file: GGUFFile, dtype: DType = .float32) throws(DataError) -> Llama {
        let model = Llama(try LlamaConfiguration(file), dtype: dtype)
        let names = model.configuration.namesInGGUF
        try model.load(from: file, foreign: { names.foreign($0) }, isLeftOut: { _ in false })
        return model
    }
}

/// Takes the settings of a family out of the metadata of a file, and knows which ones nobody has asked for.
private struct GGUFSettings {
    private let file: GGUFFile
    private let family: String
    private var unread: Set<String>

    init(_ file: GGUFFile) {
        self.file = file
        family = file.metadata["general.architecture"]?.text ?? ""
        let prefix = family + "."
        unread = Set(file.metadata.keys.filter { $0.hasPrefix(prefix) })
    }

    func name(_ key: String) -> String { "\(family).\(key)" }

    private mutating func value(_ key: String) -> GGUFValue? {
        unread.remove(name(key))
        return file.metadata[name(key)]
    }

    mutating func integer(
        _ key: String, _ fallback: Int? = nil, in range: ClosedRange<Int>
    ) throws(DataError) -> Int {
        guard let number = value(key) == nil ? fallback : value(key)?.integer, range.contains(number) else {
            throw problem("'\(name(key))' is no whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func number(
        _ key: String, _ fallback: Double? = nil, in range: ClosedRange<Double>
    ) throws(DataError) -> Double {
        guard let number = value(key) == nil ? fallback : value(key)?.number, range.contains(number) else {
            throw problem("'\(name(key))' is no number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    mutating func text(_ key: String) -> String? { value(key)?.text }

    func problem(_ found: String) -> DataError {
        DataError(.mismatch, at: file.path, found, remedy: "use another file, or fetch it again")
    }

    /// Throws where settings are left that nobody has asked for.
    mutating func finish() throws(DataError) {
        // Whether a sentence is cut where a model was trained on longer ones is no part of the model.
        for key in ["rope.scaling.original_context_length", "rope.scaling.finetuned", "tensor_data_layout"] {
            _ = value(key)
        }
        guard unread.isEmpty else {
            throw DataError(
                .mismatch, at: file.path, "nobody here knows the settings \(Wording.list(unread.sorted()))",
                remedy: "use another model")
        }
    }
}
