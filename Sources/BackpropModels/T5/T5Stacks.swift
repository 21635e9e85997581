import Backprop
import BackpropNN

/// The encoder of T5.
public struct T5Encoder: ParameterContainer {
    public let positions: RelativePositions
    public let blocks: [T5EncoderBlock]
    public let finalNorm: RMSNorm
    private let dropout: Dropout

    init(_ c: T5Configuration, dtype: DType) {
        positions = RelativePositions(
            buckets: c.buckets, heads: c.heads, farthest: c.farthest, seesBehind: true, dtype: dtype)
        blocks = (0..<c.layers).map { _ in T5EncoderBlock(c, dtype: dtype) }
        finalNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        dropout = Dropout(c.dropout)
    }

    /// x, [batch, positions, features], encoded.
    func callAsFunction(_ x: Tensor, isSeen: Tensor?) -> Tensor {
        let bias = positions(queries: x.dim(1), keys: x.dim(1)).hidden(isSeen)
        var x = dropout(x)
        for block in blocks { x = ofBlock { block(x, mask: .tensor(bias)) } }
        return dropout(finalNorm(x))
    }
}

/// The decoder of T5.
public struct T5Decoder: ParameterContainer {
    public let positions: RelativePositions
    public let blocks: [T5DecoderBlock]
    public let finalNorm: RMSNorm
    private let dropout: Dropout

    init(_ c: T5Configuration, dtype: DType) {
        positions = RelativePositions(
            buckets: c.buckets, heads: c.heads, farthest: c.farthest, seesBehind: false, dtype: dtype)
        blocks = (0..<c.decoderLayers).map { _ in T5DecoderBlock(c, dtype: dtype) }
        finalNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        dropout = Dropout(c.dropout)
    }

    /// x, [batch, positions, features], each of which sees itself, those before, and the memory.
    func callAsFunction(_ x: Tensor, memory: Tensor, isSeen: Tensor?, areSeen: Tensor?) -> Tensor {
        let count = x.dim(1)
        let query = Tensor.arange(count, dtype: .int32).expandedDimensions(axis: -1)
        let isBefore = Tensor.arange(count, dtype: .int32) .<= query
        let bias = positions(queries: count, keys: count)
        let causal = which(isBefore, bias, bias.like(-.infinity)).hidden(areSeen)
        var x = dropout(x)
        for block in blocks {
            x = ofBlock {
                var none: KeyValueCache?
                return block(
                    x, mask: .tensor(causal), memory: block.memoryAttention.read(memory), memoryMask: .seen(isSeen),
                    cache: &none)
            }
        }
        return dropout(finalNorm(x))
    }

    /// What becomes of one position, [batch, 1, features], behind those that the cache holds.
    ///
    /// - Parameter memory: keys and values of what the encoder has made, for each block.
    func step(_ x: Tensor, memory: [(keys: Tensor, values: Tensor)], cache: inout DecodingCache?) -> Tensor {
        let place = cache?.count ?? 0, capacity = cache?.capacity ?? 1
        let bias = positions(queries: 1, keys: capacity, offset: place)
        // Where the position is, is data: one plan serves all.
        let isThere = Tensor.arange(capacity, dtype: .int64) .<= Tensor([Int64(place)])
        let mask = AttentionMask.tensor(which(isThere, bias, bias.like(-.infinity)))
        var x = dropout(x)
        for (index, block) in blocks.enumerated() {
            x = cache.withLayer(index) {
                block(x, mask: mask, memory: memory[index], memoryMask: .none, cache: &$0)
            }
        }
        return dropout(finalNorm(x))
    }
}

/// A block of the encoder: self-attention and a feed-forward part, each added to what it reads.
public struct T5EncoderBlock: ParameterContainer {
    public let attentionNorm: RMSNorm
    public let attention: HeadedAttention
    public let feedForwardNorm: RMSNorm
    public let feedForward: any Module
    private let dropout: Dropout

    init(_ c: T5Configuration, dtype: DType) {
        attentionNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        attention = c.attention(dtype: dtype)
        feedForwardNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        feedForward = c.feedForward(dtype: dtype)
        dropout = Dropout(c.dropout)
    }

    func callAsFunction(_ x: Tensor, mask: AttentionMask) -> Tensor {
        let x = x + dropout(attention(attentionNorm(x), mask: mask))
        return x + dropout(feedForward(feedForwardNorm(x)))
    }
}

/// A block of the decoder: self-attention, attention to what the encoder has made, and a feed-forward part.
public struct T5DecoderBlock: ParameterContainer {
    public let attentionNorm: RMSNorm
    public let attention: HeadedAttention
    public let memoryNorm: RMSNorm
    public let memoryAttention: HeadedAttention
    public let feedForwardNorm: RMSNorm
    public let feedForward: any Module
    private let dropout: Dropout

    init(_ c: T5Configuration, dtype: DType) {
        attentionNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        attention = c.attention(dtype: dtype)
        memoryNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        memoryAttention = c.attention(dtype: dtype)
        feedForwardNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        feedForward = c.feedForward(dtype: dtype)
        dropout = Dropout(c.dropout)
    }

    /// - Parameters:
    ///   - memory: keys and values of what the encoder has made, see `memoryAttention.read`.
    ///   - cache: of the positions before.
    func callAsFunction(
        _ x: Tensor, mask: AttentionMask, memory: (keys: Tensor, values: Tensor), memoryMask: AttentionMask,
        cache: inout KeyValueCache?
    ) -> Tensor {
        var x = x + dropout(attention(attentionNorm(x), mask: mask, cache: &cache))
        x = x + dropout(memoryAttention(memoryNorm(x), memory: memory, mask: memoryMask))
        return x + dropout(feedForward(feedForwardNorm(x)))
    }
}

extension T5Configuration {
    /// Attention whose scores are not divided by anything.
    fileprivate func attention(dtype: DType) -> HeadedAttention {
        HeadedAttention(
            features, heads: heads, headFeatures: headFeatures, bias: false, outputBias: false, scale: 1,
            dropout: dropout, dtype: dtype)
    }

    fileprivate func feedForward(dtype: DType) -> any Module {
        isGated
            ? GatedFeedForward(features, hidden: hidden, activation: activation, dropout: dropout, dtype: dtype)
            : FeedForward(
                features, hidden: hidden, activation: activation, dropout: dropout, bias: false, dtype: dtype)
    }
}

extension Tensor {
    /// What is added to scores [batch, heads, queries, keys], with keys hidden that are padding of bool [batch, keys].
    fileprivate func hidden(_ isSeen: Tensor?) -> Tensor {
        guard let isSeen else { return self }
        return which(isSeen.expandedDimensions(axis: 1).expandedDimensions(axis: 1), self, like(-.infinity))
    }
}
