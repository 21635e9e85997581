import Backprop
import BackpropNN

/// Llama and what has its shape, Mistral, Qwen2 and SmolLM: a language model with rotary positions, heads that share keys,
/// gated feed-forward parts, and RMS normalization of what each part reads (Touvron et al., 2023).
///
/// ```swift
/// var configuration = LlamaConfiguration()
/// configuration.layers = 2
/// let logits = Llama(configuration)(ids)   // [batch, positions, 32000]
/// ```
public struct Llama: LanguageModel {
    public static let architectures = LlamaConfiguration.Kind.allCases.map(\.architecture)
    public let configuration: LlamaConfiguration
    public let tokens: Embedding
    public let blocks: [LlamaBlock]
    public let finalNorm: RMSNorm
    /// A head with weights of its own; nil where they are those of the embedding.
    public let logits: Linear?
    private let frequencies: RotaryFrequencies

    public init(_ configuration: LlamaConfiguration, dtype: DType) {
        requireUsable(configuration, "Llama")
        let c = configuration, start = Initializer.normal(standardDeviation: 0.02)
        self.configuration = c
        tokens = Embedding(
            c.vocabularySize, c.features, paddingIndex: c.paddingToken, initializer: start, dtype: dtype)
        blocks = (0..<c.layers).map { _ in LlamaBlock(c, dtype: dtype) }
        finalNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        logits =
            c.tiesEmbeddings
            ? nil : Linear(c.features, c.vocabularySize, bias: false, initializer: start, dtype: dtype)
        frequencies = RotaryFrequencies(
            features: c.headFeatures ?? c.features / c.heads, base: c.base, scaling: c.scaling)
    }

    public var architecture: String { configuration.kind.architecture }
    public var modelType: String { configuration.kind.rawValue }
    public var vocabularySize: Int { configuration.vocabularySize }
    public var positionLimit: Int { configuration.positions }
    public var layerCount: Int { configuration.layers }

    public func features(
        _ ids: Tensor, isSeen: Tensor?, packing: SequencePacking?, cache: inout DecodingCache?
    ) -> Tensor {
        let pass = CausalPass(
            ids, isSeen: isSeen, packing: packing, cache: cache, limit: positionLimit, "Llama")
        var x = tokens(ids)
        let rotation = Rotation(positions: pass.positions, frequencies: frequencies, dtype: x.dtype)
        let full = pass.mask(), windowed = configuration.window.map { pass.mask(window: $0) }
        for (index, block) in blocks.enumerated() {
            let mask = configuration.window(ofLayer: index) == nil ? full : windowed ?? full
            x = cache.withLayer(index) { block(x, mask: mask, rotation: rotation, cache: &$0) }
        }
        return finalNorm(x)
    }

    public func head(_ features: Tensor) -> Tensor { logits?(features) ?? tokens.asLinear(features) }

    public var names: TensorNames {
        TensorNames(
            [
                "tokens": "model.embed_tokens", "blocks": "model.layers", "finalNorm": "model.norm",
                "attentionNorm": "input_layernorm", "feedForwardNorm": "post_attention_layernorm",
                "attention": "self_attn", "queries": "q_proj", "keys": "k_proj", "values": "v_proj",
                "attention.output": "self_attn.o_proj", "feedForward": "mlp", "gate": "gate_proj", "expand": "up_proj",
                "contract": "down_proj", "logits": "lm_head",
            ], body: "model.", unused: ["lm_head.weight", "score.", ".rotary_emb.inv_freq"])
    }
}

/// A block of Llama: self-attention and a gated feed-forward part, each added to what it reads.
public struct LlamaBlock: ParameterContainer {
    public let attentionNorm: RMSNorm
    public let attention: HeadedAttention
    public let feedForwardNorm: RMSNorm
    public let feedForward: GatedFeedForward

    init(_ c: LlamaConfiguration, dtype: DType) {
        attentionNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        attention = HeadedAttention(
            c.features, heads: c.heads, keyHeads: c.keyHeads, headFeatures: c.headFeatures, bias: c.attentionBias,
            outputBias: c.outputBias, dropout: c.attentionDropout, dtype: dtype)
        feedForwardNorm = RMSNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        feedForward = GatedFeedForward(
            c.features, hidden: c.hidden, activation: c.activation, bias: c.feedForwardBias, dtype: dtype)
    }

    func callAsFunction(
        _ x: Tensor, mask: AttentionMask, rotation: Rotation, cache: inout KeyValueCache?
    ) -> Tensor {
        let x = x + attention(attentionNorm(x), mask: mask, rotation: rotation, cache: &cache)
        return x + feedForward(feedForwardNorm(x))
    }
}

/// Two linear layers side by side, one of which gates the other, and a third behind them (Shazeer, 2020). Takes
/// [..., features].
public struct GatedFeedForward: Module {
    public let gate: Linear, expand: Linear, contract: Linear
    public let activation: Activation
    private let dropout: Dropout

    /// - Parameter dropout: the probability with which an element inside is lost in training.
    public init(
        _ features: Int, hidden: Int, activation: Activation = .silu, dropout: Double = 0, bias: Bool = false,
        dtype: DType = .float32
    ) {
        gate = Linear(features, hidden, bias: bias, dtype: dtype)
        expand = Linear(features, hidden, bias: bias, dtype: dtype)
        contract = Linear(hidden, features, bias: bias, dtype: dtype)
        self.activation = activation
        self.dropout = Dropout(dropout)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { contract(dropout(activation(gate(x)) * expand(x))) }
}
