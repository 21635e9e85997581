import BackpropFiles

/// The settings of a GPT-2; those of the smallest one where left out.
public struct GPT2Configuration: ModelConfiguration {
    public var vocabularySize = 50_257
    /// How many positions a sequence can have.
    public var positions = 1024
    public var features = 768
    public var layers = 12
    public var heads = 12
    /// Features inside of a feed-forward part; four times the features where nil.
    public var hidden: Int?
    public var activation = Activation.geluTanh
    public var epsilon = 1e-5
    /// Probabilities with which elements are lost in training: of the embeddings, of weights of the attention, and of what
    /// each part adds.
    public var embeddingDropout = 0.1, attentionDropout = 0.1, dropout = 0.1
    /// Whether scores are divided by the root of the features of a head.
    public var scalesAttention = true
    /// Whether they are divided by the number of the layer too.
    public var scalesByLayer = false
    /// Whether the head has the weights of the embedding.
    public var tiesEmbeddings = true
    public var carried: [String: JSONValue] = [:]

    public init() {}

    public init(_ reader: inout ConfigurationReader) throws(DataError) {
        vocabularySize = try reader.integer("vocab_size", 50_257, in: Limit.vocabulary)
        positions = try reader.integer("n_positions", 1024, in: Limit.positions)
        features = try reader.integer("n_embd", 768, in: Limit.features)
        layers = try reader.integer("n_layer", 12, in: Limit.layers)
        heads = try reader.integer("n_head", 12, in: Limit.heads)
        hidden = reader.has("n_inner") ? try reader.integer("n_inner", in: Limit.features) : nil
        activation = try reader.activation("activation_function", "gelu_new")
        epsilon = try reader.number("layer_norm_epsilon", 1e-5, in: Limit.epsilon)
        embeddingDropout = try reader.number("embd_pdrop", 0.1, in: Limit.probability)
        attentionDropout = try reader.number("attn_pdrop", 0.1, in: Limit.probability)
        dropout = try reader.number("resid_pdrop", 0.1, in: Limit.probability)
        scalesAttention = try reader.flag("scale_attn_weights", true)
        scalesByLayer = try reader.flag("scale_attn_by_inverse_layer_idx", false)
        tiesEmbeddings = try reader.flag("tie_word_embeddings", true)
        try reader.expect("add_cross_attention", .bool(false))
        // Where sums are taken in more than half precision changes nothing here; of summaries there are none.
        reader.carry(
            "n_inner", "n_ctx", "reorder_and_upcast_attn", "summary_type", "summary_use_proj", "summary_activation",
            "summary_proj_to_labels", "summary_first_dropout")
        carried = try reader.finish()
        if let mistake { throw reader.problem(mistake) }
    }

    /// A model that rates texts has no logits.
    public mutating func adapt(to tensors: Set<String>) {
        if tensors.contains(RewardModel.headName), !tensors.contains("lm_head.weight") { tiesEmbeddings = true }
    }

    public var settings: [String: JSONValue] {
        [
            "vocab_size": .integer(vocabularySize), "n_positions": .integer(positions), "n_embd": .integer(features),
            "n_layer": .integer(layers), "n_head": .integer(heads), "n_inner": hidden.map { .integer($0) } ?? .null,
            "activation_function": .text(activation == .geluTanh ? "gelu_new" : ActivationNames.name(activation)),
            "layer_norm_epsilon": .real(epsilon), "embd_pdrop": .real(embeddingDropout),
            "attn_pdrop": .real(attentionDropout), "resid_pdrop": .real(dropout),
            "scale_attn_weights": .bool(scalesAttention), "scale_attn_by_inverse_layer_idx": .bool(scalesByLayer),
            "tie_word_embeddings": .bool(tiesEmbeddings),
        ]
    }

    public var mistake: String? { Self.mistake(features: features, heads: heads) }
}
