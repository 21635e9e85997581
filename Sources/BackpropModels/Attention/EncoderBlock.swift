import Backprop
import BackpropNN

/// A block of BERT or ViT: self-attention and a feed-forward part, each added to what it reads.
public struct EncoderBlock: ParameterContainer {
    public let attention: HeadedAttention
    public let attentionNorm: LayerNorm
    public let feedForward: FeedForward
    public let feedForwardNorm: LayerNorm
    /// Whether what a part reads is normalized, rather than the sum that it leaves.
    public let normalizesFirst: Bool
    private let dropout: Dropout

    init(
        _ features: Int, heads: Int, hidden: Int, activation: Activation, bias: Bool = true, epsilon: Double,
        normalizesFirst: Bool, attentionDropout: Double, dropout: Double, dtype: DType
    ) {
        attention = HeadedAttention(
            features, heads: heads, bias: bias, outputBias: true, dropout: attentionDropout, dtype: dtype)
        attentionNorm = LayerNorm(features, epsilon: epsilon, dtype: dtype)
        feedForward = FeedForward(features, hidden: hidden, activation: activation, dtype: dtype)
        feedForwardNorm = LayerNorm(features, epsilon: epsilon, dtype: dtype)
        self.normalizesFirst = normalizesFirst
        self.dropout = Dropout(dropout)
    }

    /// x, [batch, positions, features], after the block.
    func callAsFunction(_ x: Tensor, mask: AttentionMask) -> Tensor {
        if normalizesFirst {
            let x = x + dropout(attention(attentionNorm(x), mask: mask))
            return x + dropout(feedForward(feedForwardNorm(x)))
        }
        let x = attentionNorm(x + dropout(attention(x, mask: mask)))
        return feedForwardNorm(x + dropout(feedForward(x)))
    }
}
