import Backprop

/// A block of a transformer that reads one sequence: self-attention and two linear layers, each added to what it
/// reads (Vaswani et al., 2017).
public struct TransformerEncoderLayer: Module {
    public let attention: MultiHeadAttention
    public let feedForward: FeedForward
    public let attentionNorm: LayerNorm, feedForwardNorm: LayerNorm
    /// Whether what a part reads is normalized, rather than the sum that it leaves (Xiong et al., 2020).
    public let normalizesFirst: Bool
    private let dropout: Dropout

    /// - Parameters:
    ///   - keyHeads: heads of keys and values, all where left out; divides `heads`.
    ///   - hidden: features between the two linear layers.
    ///   - isCausal: whether a position sees only itself and those before, where no other mask is given: a block of a
    ///     language model.
    ///   - rotary: turns queries and keys by their positions.
    ///   - dropout: the probability of loss in training, of weights of the attention and of what each part adds.
    public init(
        _ features: Int, heads: Int, keyHeads: Int? = nil, hidden: Int, activation: Activation = .relu,
        isCausal: Bool = false, rotary: RotaryEmbedding? = nil, normalizesFirst: Bool = false, dropout: Double = 0.1,
        epsilon: Double = 1e-5, bias: Bool = true, dtype: DType = .float32
    ) {
        attention = MultiHeadAttention(
            features, heads: heads, keyHeads: keyHeads, isCausal: isCausal, rotary: rotary, bias: bias,
            dropout: dropout, dtype: dtype)
        feedForward = FeedForward(
            features, hidden: hidden, activation: activation, dropout: dropout, bias: bias, dtype: dtype)
        attentionNorm = LayerNorm(features, epsilon: epsilon, bias: bias, dtype: dtype)
        feedForwardNorm = LayerNorm(features, epsilon: epsilon, bias: bias, dtype: dtype)
        self.normalizesFirst = normalizesFirst
        self.dropout = Dropout(dropout)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { self(x, mask: .none) }

    /// The next [..., positions, features] of a sequence, each of which sees itself, those before, and what the cache
    /// holds.
    public func callAsFunction(_ x: Tensor, cache: inout KeyValueCache) -> Tensor {
        requireFeatures(feedForward.features, of: x, axes: 2)
        let read = normalizesFirst ? attentionNorm(x) : x
        let heard = dropout(attention(read, cache: &cache))
        let sum = normalizesFirst ? x + heard : attentionNorm(x + heard)
        return adding(sum, feedForwardNorm, first: normalizesFirst) { dropout(feedForward($0)) }
    }

    /// - Parameters:
    ///   - x: [..., positions, features].
    ///   - mask: which positions one sees.
    ///   - isPadding: bool, [..., positions], true where nobody looks.
    public func callAsFunction(_ x: Tensor, mask: AttentionMask, isPadding: Tensor? = nil) -> Tensor {
        requireFeatures(feedForward.features, of: x, axes: 2)
        return reported([x]) {
            let sum = adding(x, attentionNorm, first: normalizesFirst) {
                dropout(attention(queries: $0, keys: $0, values: $0, mask: mask, isPadding: isPadding))
            }
            return adding(sum, feedForwardNorm, first: normalizesFirst) { dropout(feedForward($0)) }
        }
    }
}

/// A block of a transformer that reads its own sequence and a memory: self-attention, attention to the memory and two
/// linear layers, each added to what it reads (Vaswani et al., 2017).
public struct TransformerDecoderLayer: ParameterContainer {
    public let attention: MultiHeadAttention
    /// To the memory.
    public let crossAttention: MultiHeadAttention
    public let feedForward: FeedForward
    public let attentionNorm: LayerNorm, crossNorm: LayerNorm, feedForwardNorm: LayerNorm
    /// Whether what a part reads is normalized, rather than the sum that it leaves (Xiong et al., 2020).
    public let normalizesFirst: Bool
    private let dropout: Dropout

    /// - Parameters:
    ///   - hidden: features between the two linear layers.
    ///   - dropout: the probability of loss in training, of weights of the attention and of what each part adds.
    public init(
        _ features: Int, heads: Int, hidden: Int, activation: Activation = .relu, normalizesFirst: Bool = false,
        dropout: Double = 0.1, epsilon: Double = 1e-5, bias: Bool = true, dtype: DType = .float32
    ) {
        attention = MultiHeadAttention(features, heads: heads, bias: bias, dropout: dropout, dtype: dtype)
        crossAttention = MultiHeadAttention(features, heads: heads, bias: bias, dropout: dropout, dtype: dtype)
        feedForward = FeedForward(
            features, hidden: hidden, activation: activation, dropout: dropout, bias: bias, dtype: dtype)
        attentionNorm = LayerNorm(features, epsilon: epsilon, bias: bias, dtype: dtype)
        crossNorm = LayerNorm(features, epsilon: epsilon, bias: bias, dtype: dtype)
        feedForwardNorm = LayerNorm(features, epsilon: epsilon, bias: bias, dtype: dtype)
        self.normalizesFirst = normalizesFirst
        self.dropout = Dropout(dropout)
    }

    /// - Parameters:
    ///   - x: [..., positions, features].
    ///   - memory: what an encoder made, [..., places, features].
    ///   - mask: which positions one sees: `.causal` where the block predicts the next one.
    ///   - isPadding: bool, [..., positions], true where nobody looks.
    ///   - memoryMask: which places of the memory a position sees.
    ///   - memoryIsPadding: bool, [..., places], true where nobody looks.
    public func callAsFunction(
        _ x: Tensor, memory: Tensor, mask: AttentionMask = .none, isPadding: Tensor? = nil,
        memoryMask: AttentionMask = .none, memoryIsPadding: Tensor? = nil
    ) -> Tensor {
        requireFeatures(feedForward.features, of: x, axes: 2)
        requireFeatures(feedForward.features, of: memory, "a memory", axes: 2)
        return reported([x, memory]) {
            let own = adding(x, attentionNorm, first: normalizesFirst) {
                dropout(attention(queries: $0, keys: $0, values: $0, mask: mask, isPadding: isPadding))
            }
            return answered(own, memory, memoryMask, memoryIsPadding)
        }
    }

    /// The next [..., positions, features] of a sequence, each of which sees itself, those before, what the cache holds,
    /// and the memory.
    public func callAsFunction(
        _ x: Tensor, memory: Tensor, cache: inout KeyValueCache, memoryMask: AttentionMask = .none,
        memoryIsPadding: Tensor? = nil
    ) -> Tensor {
        requireFeatures(feedForward.features, of: x, axes: 2)
        let read = normalizesFirst ? attentionNorm(x) : x
        let heard = dropout(attention(read, cache: &cache))
        return answered(normalizesFirst ? x + heard : attentionNorm(x + heard), memory, memoryMask, memoryIsPadding)
    }

    /// What the block makes of the sequence after it has read it.
    private func answered(
        _ own: Tensor, _ memory: Tensor, _ memoryMask: AttentionMask, _ memoryIsPadding: Tensor?
    ) -> Tensor {
        let both = adding(own, crossNorm, first: normalizesFirst) {
            dropout(
                crossAttention(
                    queries: $0, keys: memory, values: memory, mask: memoryMask, isPadding: memoryIsPadding))
        }
        return adding(both, feedForwardNorm, first: normalizesFirst) { dropout(feedForward($0)) }
    }
}

/// Two linear layers with an activation between them.
public struct FeedForward: Module {
    public let expand: Linear, contract: Linear
    public let features: Int, hidden: Int
    public let activation: Activation
    private let dropout: Dropout

    public init(
        _ features: Int, hidden: Int, activation: Activation = .relu, dropout: Double = 0, bias: Bool = true,
        dtype: DType = .float32
    ) {
        expand = Linear(features, hidden, bias: bias, dtype: dtype)
        contract = Linear(hidden, features, bias: bias, dtype: dtype)
        (self.features, self.hidden, self.activation) = (features, hidden, activation)
        self.dropout = Dropout(dropout)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireFeatures(features, of: x)
        return reported([x]) { contract(dropout(activation(expand(x)))) }
    }
}

private func adding(_ x: Tensor, _ norm: LayerNorm, first: Bool, _ part: (Tensor) -> Tensor) -> Tensor {
    first ? x + part(norm(x)) : norm(x + part(x))
}
