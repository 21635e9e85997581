import BackpropFiles

/// The settings of a BERT; those of the base model where left out.
public struct BERTConfiguration: ModelConfiguration {
    public var vocabularySize = 30_522
    /// How many positions a sequence can have.
    public var positions = 512
    /// How many kinds of parts a sequence has, such as a question and its answer.
    public var kinds = 2
    public var features = 768
    public var layers = 12
    public var heads = 12
    /// Features inside of a feed-forward part.
    public var hidden = 3072
    public var activation = Activation.gelu
    public var epsilon = 1e-12
    /// Probabilities of loss in training: of what each part adds, of weights of the attention, and before a classifier.
    public var dropout = 0.1, attentionDropout = 0.1, classifierDropout = 0.1
    /// Whether a head for masked tokens has the weights of the embedding.
    public var tiesEmbeddings = true
    /// The token whose row of the embedding gets no gradient from where it is read.
    public var paddingToken: Int? = 0
    /// Whether the first position is made to stand for the sequence, by a layer of its own.
    public var hasPooler = true
    /// Of a classifier.
    public var classes = ClassSettings(count: 2)
    public var carried: [String: JSONValue] = [:]

    public init() {}

    public init(_ reader: inout ConfigurationReader) throws(DataError) {
        vocabularySize = try reader.integer("vocab_size", 30_522, in: Limit.vocabulary)
        positions = try reader.integer("max_position_embeddings", 512, in: Limit.positions)
        kinds = try reader.integer("type_vocab_size", 2, in: Limit.features)
        features = try reader.integer("hidden_size", 768, in: Limit.features)
        layers = try reader.integer("num_hidden_layers", 12, in: Limit.layers)
        heads = try reader.integer("num_attention_heads", 12, in: Limit.heads)
        hidden = try reader.integer("intermediate_size", 3072, in: Limit.features)
        activation = try reader.activation("hidden_act", "gelu")
        epsilon = try reader.number("layer_norm_eps", 1e-12, in: Limit.epsilon)
        dropout = try reader.number("hidden_dropout_prob", 0.1, in: Limit.probability)
        attentionDropout = try reader.number("attention_probs_dropout_prob", 0.1, in: Limit.probability)
        classifierDropout = try reader.number("classifier_dropout", dropout, in: Limit.probability)
        tiesEmbeddings = try reader.flag("tie_word_embeddings", true)
        paddingToken = try reader.paddingToken(of: vocabularySize, fallback: 0)
        classes = try ClassSettings(&reader)
        try reader.expect("is_decoder", .bool(false))
        try reader.expect("add_cross_attention", .bool(false))
        try reader.expect("position_embedding_type", .text("absolute"))
        // How a feed-forward part is cut to save memory, and sizes of a head that nobody reads.
        reader.carry(
            "chunk_size_feed_forward", "directionality", "pooler_fc_size", "pooler_num_attention_heads",
            "pooler_num_fc_layers", "pooler_size_per_head", "pooler_type")
        carried = try reader.finish()
        if let mistake { throw reader.problem(mistake) }
    }

    public mutating func adapt(to tensors: Set<String>) {
        hasPooler = tensors.contains { $0.hasSuffix("pooler.dense.weight") }
    }

    public var settings: [String: JSONValue] {
        let own: [String: JSONValue] = [
            "vocab_size": .integer(vocabularySize), "max_position_embeddings": .integer(positions),
            "type_vocab_size": .integer(kinds), "hidden_size": .integer(features),
            "num_hidden_layers": .integer(layers), "num_attention_heads": .integer(heads),
            "intermediate_size": .integer(hidden), "hidden_act": .text(ActivationNames.name(activation)),
            "layer_norm_eps": .real(epsilon), "hidden_dropout_prob": .real(dropout),
            "attention_probs_dropout_prob": .real(attentionDropout),
            "classifier_dropout": .real(classifierDropout), "tie_word_embeddings": .bool(tiesEmbeddings),
            "pad_token_id": paddingToken.map { .integer($0) } ?? .null,
        ]
        return own.merging(classes.settings) { $1 }
    }

    public var mistake: String? {
        Self.mistake(features: features, heads: heads) ?? Self.mistake(padding: paddingToken, of: vocabularySize)
            ?? classes.mistake
    }
}
