import BackpropFiles

/// The settings of a T5; those of the small one where left out.
public struct T5Configuration: ModelConfiguration {
    public var vocabularySize = 32_128
    public var features = 512
    public var heads = 8
    /// Features of a head.
    public var headFeatures = 64
    /// Features inside of a feed-forward part.
    public var hidden = 2048
    public var layers = 6, decoderLayers = 6
    /// How many distances between positions are told apart, and from which on they are all one.
    public var buckets = 32, farthest = 128
    public var dropout = 0.1
    public var epsilon = 1e-6
    public var activation = Activation.relu
    /// Whether a feed-forward part has a gate.
    public var isGated = false
    /// Whether what the head reads is divided by the root of the features.
    public var scalesHead = true
    /// Whether the head has the weights of the embedding.
    public var tiesEmbeddings = true
    /// What a decoder reads first.
    public var startToken = 0
    /// What stands for a label that does not count where a decoder reads labels.
    public var paddingToken = 0
    public var carried: [String: JSONValue] = [:]

    public init() {}

    public init(_ reader: inout ConfigurationReader) throws(DataError) {
        vocabularySize = try reader.integer("vocab_size", 32_128, in: Limit.vocabulary)
        features = try reader.integer("d_model", 512, in: Limit.features)
        heads = try reader.integer("num_heads", 8, in: Limit.heads)
        headFeatures = try reader.integer("d_kv", 64, in: Limit.features)
        hidden = try reader.integer("d_ff", 2048, in: Limit.features)
        layers = try reader.integer("num_layers", 6, in: Limit.layers)
        decoderLayers = try reader.integer("num_decoder_layers", layers, in: Limit.layers)
        buckets = try reader.integer("relative_attention_num_buckets", 32, in: 4...(1 << 16))
        farthest = try reader.integer("relative_attention_max_distance", 128, in: Limit.positions)
        dropout = try reader.number("dropout_rate", 0.1, in: Limit.probability)
        epsilon = try reader.number("layer_norm_epsilon", 1e-6, in: Limit.epsilon)
        let plain = ActivationNames.known
        let projection = try reader.word(
            "feed_forward_proj", "relu", of: plain + plain.map { "gated-" + $0 })
        isGated = projection.hasPrefix("gated-")
        let name = isGated ? String(projection.dropFirst("gated-".count)) : projection
        activation = projection == "gated-gelu" ? .geluTanh : ActivationNames.activation(name)
        // Both follow from what was read.
        reader.carry("dense_act_fn", "is_gated_act")
        let ties = try reader.flag("tie_word_embeddings", true)
        scalesHead = try reader.flag("scale_decoder_outputs", ties)
        tiesEmbeddings = ties
        paddingToken = try reader.paddingToken(of: vocabularySize, fallback: 0) ?? 0
        startToken = try reader.integer("decoder_start_token_id", paddingToken, in: 0...(vocabularySize - 1))
        try reader.expect("is_encoder_decoder", .bool(true))
        try reader.expect("is_decoder", .bool(false))
        reader.carry("classifier_dropout", "n_positions")
        carried = try reader.finish()
        if let mistake { throw reader.problem(mistake) }
    }

    public mutating func adapt(to tensors: Set<String>) { tiesEmbeddings = !tensors.contains("lm_head.weight") }

    public var settings: [String: JSONValue] {
        let plain = ActivationNames.name(activation)
        return [
            "vocab_size": .integer(vocabularySize), "d_model": .integer(features), "num_heads": .integer(heads),
            "d_kv": .integer(headFeatures), "d_ff": .integer(hidden), "num_layers": .integer(layers),
            "num_decoder_layers": .integer(decoderLayers), "relative_attention_num_buckets": .integer(buckets),
            "relative_attention_max_distance": .integer(farthest), "dropout_rate": .real(dropout),
            "layer_norm_epsilon": .real(epsilon),
            "feed_forward_proj": .text(isGated ? activation == .geluTanh ? "gated-gelu" : "gated-" + plain : plain),
            "is_gated_act": .bool(isGated),
            "dense_act_fn": .text(activation == .geluTanh ? "gelu_new" : plain),
            "tie_word_embeddings": .bool(scalesHead), "scale_decoder_outputs": .bool(scalesHead),
            "pad_token_id": .integer(paddingToken), "decoder_start_token_id": .integer(startToken),
            "is_encoder_decoder": .bool(true),
        ]
    }

    public var mistake: String? {
        if buckets % 4 != 0 { return "\(buckets) buckets of distances are not a multiple of 4" }
        if farthest <= buckets / 2 { return "the distance \(farthest) is not beyond half of \(buckets) buckets" }
        if heads * headFeatures > Limit.features.upperBound { return "\(heads) heads of \(headFeatures) are too many" }
        return Self.mistake(padding: paddingToken, of: vocabularySize)
    }
}
