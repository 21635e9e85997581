import Backprop
import BackpropNN

/// GPT-2: a language model with learned positions, whose blocks normalize what they read (Radford et al., 2019).
///
/// ```swift
/// let model = GPT2(GPT2Configuration())
/// let logits = model(ids)                  // [batch, positions, 50257]
/// ```
public struct GPT2: LanguageModel {
    public static let architectures = ["GPT2LMHeadModel"]
    public let modelType = "gpt2"
    public let configuration: GPT2Configuration
    public let tokens: Embedding, positions: Embedding
    public let blocks: [GPT2Block]
    public let finalNorm: LayerNorm
    /// A head with weights of its own; nil where they are those of the embedding.
    public let logits: Linear?
    private let dropout: Dropout

    public init(_ configuration: GPT2Configuration, dtype: DType) {
        requireUsable(configuration, "GPT2")
        let c = configuration, start = Initializer.normal(standardDeviation: 0.02)
        self.configuration = c
        tokens = Embedding(c.vocabularySize, c.features, initializer: start, dtype: dtype)
        positions = Embedding(c.positions, c.features, initializer: start, dtype: dtype)
        blocks = (0..<c.layers).map { GPT2Block(c, layer: $0, dtype: dtype) }
        finalNorm = LayerNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        logits =
            c.tiesEmbeddings
            ? nil : Linear(c.features, c.vocabularySize, bias: false, initializer: start, dtype: dtype)
        dropout = Dropout(c.embeddingDropout)
    }

    public var vocabularySize: Int { configuration.vocabularySize }
    public var positionLimit: Int { configuration.positions }
    public var layerCount: Int { configuration.layers }

    public func features(
        _ ids: Tensor, isSeen: Tensor?, packing: SequencePacking?, cache: inout DecodingCache?
    ) -> Tensor {
        let pass = CausalPass(
            ids, isSeen: isSeen, packing: packing, cache: cache, limit: positionLimit, "GPT2")
        let mask = pass.mask()
        var x = dropout(tokens(ids) + positions(pass.positions))
        for (index, block) in blocks.enumerated() {
            x = cache.withLayer(index) { block(x, mask: mask, cache: &$0) }
        }
        return finalNorm(x)
    }

    public func head(_ features: Tensor) -> Tensor { logits?(features) ?? tokens.asLinear(features) }

    public var names: TensorNames {
        TensorNames(
            [
                "tokens": "transformer.wte", "positions": "transformer.wpe", "blocks": "transformer.h",
                "attentionNorm": "ln_1", "feedForwardNorm": "ln_2", "finalNorm": "transformer.ln_f",
                "attention.projections": "attn.c_attn", "attention.output": "attn.c_proj",
                "feedForward.expand": "mlp.c_fc", "feedForward.contract": "mlp.c_proj", "logits": "lm_head",
            ], body: "transformer.",
            // Heads that are the embedding or rate texts, and masks that old files hold.
            unused: ["lm_head.weight", "score.", ".attn.bias", ".attn.masked_bias"],
            arrangement: { name in
                name.hasSuffix(".weight") && (name.contains(".attention.") || name.contains(".feedForward."))
                    ? .transposed : .same
            })
    }
}

/// A block of GPT-2: self-attention and a feed-forward part, each added to what it reads.
public struct GPT2Block: ParameterContainer {
    public let attentionNorm: LayerNorm
    public let attention: GPT2Attention
    public let feedForwardNorm: LayerNorm
    public let feedForward: FeedForward
    private let dropout: Dropout

    init(_ c: GPT2Configuration, layer: Int, dtype: DType) {
        attentionNorm = LayerNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        attention = GPT2Attention(c, layer: layer, dtype: dtype)
        feedForwardNorm = LayerNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        feedForward = FeedForward(
            c.features, hidden: c.hidden ?? 4 * c.features, activation: c.activation, dtype: dtype)
        dropout = Dropout(c.dropout)
        // As the paper starts: what adds to the stream is smaller the more of it there are.
        let added = 0.02 / Double(2 * c.layers).squareRoot()
        for (linear, deviation) in [
            (attention.projections, 0.02), (attention.output, added), (feedForward.expand, 0.02),
            (feedForward.contract, added),
        ] {
            let start = Initializer.normal(standardDeviation: deviation)
            linear.weight.value = start(linear.weight.shape, dtype: dtype)
        }
    }

    func callAsFunction(_ x: Tensor, mask: AttentionMask, cache: inout KeyValueCache?) -> Tensor {
        let x = x + dropout(attention(attentionNorm(x), mask: mask, cache: &cache))
        return x + dropout(feedForward(feedForwardNorm(x)))
    }
}

/// The attention of GPT-2, whose queries, keys and values are one projection.
public struct GPT2Attention: ParameterContainer {
    /// To queries, keys and values, one behind the other.
    public let projections: Linear
    public let output: Linear
    public let heads: Int
    /// What scores are multiplied by.
    public let scale: Double
    private let dropout: Dropout

    init(_ c: GPT2Configuration, layer: Int, dtype: DType) {
        projections = Linear(c.features, 3 * c.features, dtype: dtype)
        output = Linear(c.features, c.features, dtype: dtype)
        heads = c.heads
        let root = c.scalesAttention ? 1 / Double(c.features / c.heads).squareRoot() : 1
        scale = c.scalesByLayer ? root / Double(layer + 1) : root
        dropout = Dropout(c.attentionDropout)
    }

    func callAsFunction(_ x: Tensor, mask: AttentionMask, cache: inout KeyValueCache?) -> Tensor {
        let parts = projections(x).split(parts: 3, axis: -1).map { $0.divided(intoHeads: heads) }
        var (keys, values) = (parts[1], parts[2])
        if cache != nil {
            cache!.append(keys: keys, values: values)
            (keys, values) = (cache!.keys!, cache!.values!)
        }
        let heard = scaledDotProductAttention(
            queries: parts[0], keys: keys, values: values, mask: mask, scale: scale,
            dropout: dropout.presentProbability)
        return output(heard.joinedHeads)
    }
}
