import BackpropFiles

/// The settings of a Llama or of what has its shape: Mistral, Qwen2, SmolLM.
public struct LlamaConfiguration: ModelConfiguration {
    /// The families that differ in settings only.
    public enum Kind: String, Sendable, CaseIterable {
        case llama, mistral, qwen2

        var architecture: String {
            switch self {
            case .llama: "LlamaForCausalLM"
            case .mistral: "MistralForCausalLM"
            case .qwen2: "Qwen2ForCausalLM"
            }
        }
    }

    public var kind = Kind.llama
    public var vocabularySize = 32_000
    /// How many positions a sequence can have.
    public var positions = 2048
    public var features = 4096
    public var layers = 32
    public var heads = 32
    /// Heads of keys and values, each of which serves several of the queries (Ainslie et al., 2023).
    public var keyHeads = 32
    /// Features of a head; a share of the features where nil.
    public var headFeatures: Int?
    /// Features inside of a feed-forward part.
    public var hidden = 11_008
    public var activation = Activation.silu
    public var epsilon = 1e-6
    /// The base of the rotary positions.
    public var base = 10_000.0
    public var scaling = RotaryScaling.none
    /// Whether queries, keys and values have a bias, and whether the output of the attention has one.
    public var attentionBias = false, outputBias = false
    /// Whether the feed-forward parts have biases.
    public var feedForwardBias = false
    /// The probability with which a weight of the attention is lost in training.
    public var attentionDropout = 0.0
    /// How many positions back a query sees, its own included, in layers that have a window; all where nil.
    public var window: Int?
    /// The first layer that has a window.
    public var windowedFrom = 0
    /// Whether the head has the weights of the embedding.
    public var tiesEmbeddings = false
    /// The token whose row of the embedding gets no gradient from where it is read.
    public var paddingToken: Int?
    public var carried: [String: JSONValue] = [:]

    public init() {}

    public init(_ reader: inout ConfigurationReader) throws(DataError) {
        kind = Kind(rawValue: try reader.word("model_type", "llama", of: Kind.allCases.map(\.rawValue)))!
        let small = kind == .llama
        vocabularySize = try reader.integer("vocab_size", kind == .qwen2 ? 151_936 : 32_000, in: Limit.vocabulary)
        features = try reader.integer("hidden_size", 4096, in: Limit.features)
        hidden = try reader.integer(
            "intermediate_size", kind == .mistral ? 14_336 : kind == .qwen2 ? 22_016 : 11_008, in: Limit.features)
        layers = try reader.integer("num_hidden_layers", 32, in: Limit.layers)
        heads = try reader.integer("num_attention_heads", 32, in: Limit.heads)
        keyHeads = try reader.integer(
            "num_key_value_heads", kind == .mistral ? 8 : kind == .qwen2 ? 32 : heads, in: Limit.heads)
        headFeatures = reader.has("head_dim") ? try reader.integer("head_dim", in: Limit.features) : nil
        positions = try reader.integer(
            "max_position_embeddings", small ? 2048 : kind == .qwen2 ? 32_768 : 131_072, in: Limit.positions)
        activation = try reader.activation("hidden_act", "silu")
        epsilon = try reader.number("rms_norm_eps", 1e-6, in: Limit.epsilon)
        (base, scaling) = try RotaryScaling.read(&reader, positions: positions)
        attentionDropout = try reader.number("attention_dropout", 0, in: Limit.probability)
        tiesEmbeddings = try reader.flag("tie_word_embeddings", false)
        paddingToken = try reader.paddingToken(of: vocabularySize, fallback: nil)
        switch kind {
        case .llama:
            attentionBias = try reader.flag("attention_bias", false)
            outputBias = attentionBias
            feedForwardBias = try reader.flag("mlp_bias", false)
            // How products are cut on several devices.
            reader.carry("pretraining_tp")
        case .mistral:
            window = reader.has("sliding_window") ? try reader.integer("sliding_window", in: Limit.positions) : nil
            if window == nil && !reader.has("sliding_window") { reader.carry("sliding_window") }
        case .qwen2:
            attentionBias = true
            let isUsed = try reader.flag("use_sliding_window", false)
            let size = try reader.integer("sliding_window", 4096, in: Limit.positions)
            windowedFrom = try reader.integer("max_window_layers", 28, in: 0...Limit.layers.upperBound)
            window = isUsed ? size : nil
            if !isUsed { reader.carry("sliding_window", "max_window_layers") }
            try reader.expect("use_mrope", .bool(false))
            try checkLayerTypes(&reader)
        }
        // A setting of one checkpoint family that says what its positions are, which all have here.
        reader.carry("rope_interleaved")
        try reader.expect("rope_interleaved", .bool(false))
        carried = try reader.finish()
        if let mistake { throw reader.problem(mistake) }
    }

    /// What `layer_types` says has to be what the other settings say.
    private func checkLayerTypes(_ reader: inout ConfigurationReader) throws(DataError) {
        let own = (0..<layers).map { layer -> JSONValue in
            .text(window(ofLayer: layer) != nil ? "sliding_attention" : "full_attention")
        }
        try reader.expect("layer_types", .list(own))
    }

    /// How many positions back a query of a layer sees; nil for all.
    func window(ofLayer layer: Int) -> Int? { layer >= windowedFrom ? window : nil }

    /// A model that rates texts has no logits.
    public mutating func adapt(to tensors: Set<String>) {
        if tensors.contains(RewardModel.headName), !tensors.contains("lm_head.weight") { tiesEmbeddings = true }
    }

    public var settings: [String: JSONValue] {
        var settings: [String: JSONValue] = [
            "vocab_size": .integer(vocabularySize), "hidden_size": .integer(features),
            "intermediate_size": .integer(hidden), "num_hidden_layers": .integer(layers),
            "num_attention_heads": .integer(heads), "num_key_value_heads": .integer(keyHeads),
            "max_position_embeddings": .integer(positions),
            "hidden_act": .text(ActivationNames.name(activation)), "rms_norm_eps": .real(epsilon),
            "rope_parameters": scaling.settings(base: base), "attention_dropout": .real(attentionDropout),
            "tie_word_embeddings": .bool(tiesEmbeddings),
        ]
        // Versions before 5 read the base here.
        settings["rope_theta"] = .real(base)
        if let headFeatures { settings["head_dim"] = .integer(headFeatures) }
        if let paddingToken { settings["pad_token_id"] = .integer(paddingToken) }
        switch kind {
        case .llama:
            settings["attention_bias"] = .bool(attentionBias)
            settings["mlp_bias"] = .bool(feedForwardBias)
        case .mistral: settings["sliding_window"] = window.map { .integer($0) } ?? .null
        case .qwen2:
            settings["use_sliding_window"] = .bool(window != nil)
            settings["max_window_layers"] = .integer(windowedFrom)
            if let window { settings["sliding_window"] = .integer(window) }
        }
        return settings
    }

    public var mistake: String? {
        if headFeatures == nil, let mistake = Self.mistake(features: features, heads: heads) { return mistake }
        if heads % keyHeads != 0 { return "\(keyHeads) heads of keys do not divide \(heads) heads" }
        let size = headFeatures ?? features / heads
        if size % 2 != 0 { return "\(size) features of a head are not pairs to be turned" }
        if size * heads > Limit.features.upperBound { return "\(heads) heads of \(size) features are too many" }
        if let mistake = Self.mistake(padding: paddingToken, of: vocabularySize) { return mistake }
        if kind == .llama, attentionBias != outputBias {
            return "a Llama has a bias in all of its attention or in none"
        }
        if kind == .llama, window != nil { return "a Llama has no window; a Mistral has" }
        return nil
    }
}
