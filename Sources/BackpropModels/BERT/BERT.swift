import Backprop
import BackpropNN

/// BERT: an encoder of sequences that sees both sides of each position (Devlin et al., 2019).
///
/// ```swift
/// let features = BERT(BERTConfiguration())(ids)       // [batch, positions, 768]
/// ```
public struct BERT: PretrainedModel {
    public static let architectures = ["BertModel"]
    public let modelType = "bert"
    public let configuration: BERTConfiguration
    public let tokens: Embedding, positions: Embedding, kinds: Embedding
    public let embeddingNorm: LayerNorm
    public let blocks: [EncoderBlock]
    /// Makes the first position stand for the sequence; nil where nothing does.
    public let pooler: Linear?
    private let dropout: Dropout

    public init(_ configuration: BERTConfiguration, dtype: DType) {
        requireUsable(configuration, "BERT")
        let c = configuration, start = Initializer.normal(standardDeviation: 0.02)
        self.configuration = c
        tokens = Embedding(
            c.vocabularySize, c.features, paddingIndex: c.paddingToken, initializer: start, dtype: dtype)
        positions = Embedding(c.positions, c.features, initializer: start, dtype: dtype)
        kinds = Embedding(c.kinds, c.features, initializer: start, dtype: dtype)
        embeddingNorm = LayerNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        blocks = (0..<c.layers).map { _ in
            EncoderBlock(
                c.features, heads: c.heads, hidden: c.hidden, activation: c.activation, epsilon: c.epsilon,
                normalizesFirst: false, attentionDropout: c.attentionDropout, dropout: c.dropout, dtype: dtype)
        }
        pooler = c.hasPooler ? Linear(c.features, c.features, initializer: start, dtype: dtype) : nil
        dropout = Dropout(c.dropout)
    }

    /// What the last block makes of tokens, [batch, positions, features].
    ///
    /// - Parameters:
    ///   - ids: int32 or int64, [batch, positions].
    ///   - isSeen: bool, [batch, positions], false where nobody looks: padding.
    ///   - kinds: which part each token is of, [batch, positions]; the first where left out.
    public func callAsFunction(_ ids: Tensor, isSeen: Tensor? = nil, kinds kindIDs: Tensor? = nil) -> Tensor {
        require(
            ids.ndim == 2 && ids.dim(1) > 0 && ids.dim(1) <= configuration.positions,
            "BERT: tokens of shape \(ids.shape) are not [batch, at most \(configuration.positions) positions]")
        let kind = kindIDs ?? Tensor.zeros([ids.dim(1)], dtype: .int64)
        var x = tokens(ids) + positions(Tensor.arange(ids.dim(1), dtype: .int64)) + kinds(kind)
        x = dropout(embeddingNorm(x))
        for block in blocks { x = ofBlock { block(x, mask: .seen(isSeen)) } }
        return x
    }

    /// One vector for each sequence of features, made of its first position, [batch, features]. A model without a pooler
    /// stops it.
    public func pooled(_ features: Tensor) -> Tensor {
        guard let pooler else { trap("BERT: this one has no pooler; it was not in the file") }
        return tanh(pooler(features.narrowed(axis: 1, 0..<1).squeezed(axis: 1)))
    }

    public var names: TensorNames { TensorNames(Self.parts, body: "bert.", unused: Self.unused) }

    static let parts = [
        "tokens": "embeddings.word_embeddings", "positions": "embeddings.position_embeddings",
        "kinds": "embeddings.token_type_embeddings", "embeddingNorm": "embeddings.LayerNorm",
        "blocks": "encoder.layer", "attention": "attention.self", "queries": "query", "keys": "key", "values": "value",
        "attention.output": "attention.output.dense", "attentionNorm": "attention.output.LayerNorm",
        "feedForward.expand": "intermediate.dense", "feedForward.contract": "output.dense",
        "feedForwardNorm": "output.LayerNorm", "pooler": "pooler.dense",
    ]

    /// Heads of other models on the same body, and what was once written beside the weights.
    static let unused = ["cls.", "classifier.", "qa_outputs.", "pooler.", "embeddings.position_ids"]
}
