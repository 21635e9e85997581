import Backprop
import BackpropNN

/// T5: an encoder of one sequence, and a decoder that writes another, with relative positions (Raffel et al., 2020).
///
/// ```swift
/// let model = T5(T5Configuration())
/// let loss = model.loss(model(ids, decoderIDs: model.decoderIDs(for: labels)), labels: labels)
/// ```
public struct T5: PretrainedModel {
    public static let architectures = ["T5ForConditionalGeneration"]
    public let modelType = "t5"
    public let configuration: T5Configuration
    public let tokens: Embedding
    public let encoder: T5Encoder
    public let decoder: T5Decoder
    /// A head with weights of its own; nil where they are those of the embedding.
    public let logits: Linear?

    public init(_ configuration: T5Configuration, dtype: DType) {
        requireUsable(configuration, "T5")
        let c = configuration
        self.configuration = c
        tokens = Embedding(c.vocabularySize, c.features, dtype: dtype)
        encoder = T5Encoder(c, dtype: dtype)
        decoder = T5Decoder(c, dtype: dtype)
        logits = c.tiesEmbeddings ? nil : Linear(c.features, c.vocabularySize, bias: false, dtype: dtype)
    }

    /// What the encoder makes of tokens, [batch, positions, features].
    ///
    /// - Parameter isSeen: bool, [batch, positions], false where nobody looks: padding.
    public func encoded(_ ids: Tensor, isSeen: Tensor? = nil) -> Tensor { encoder(tokens(ids), isSeen: isSeen) }

    /// The logits of the token behind each of the decoder's, [batch, positions, vocabulary].
    ///
    /// - Parameters:
    ///   - memory: what the encoder has made.
    ///   - isSeen: of what the encoder has read.
    ///   - areSeen: of what the decoder reads.
    public func decoded(
        _ decoderIDs: Tensor, memory: Tensor, isSeen: Tensor? = nil, areSeen: Tensor? = nil
    ) -> Tensor {
        head(decoder(tokens(decoderIDs), memory: memory, isSeen: isSeen, areSeen: areSeen))
    }

    /// The logits for what the decoder makes, [..., vocabulary].
    func head(_ x: Tensor) -> Tensor {
        let x = configuration.scalesHead ? x * (1 / Double(configuration.features).squareRoot()) : x
        return logits?(x) ?? tokens.asLinear(x)
    }

    /// The logits of the token behind each of the decoder's, [batch, positions, vocabulary].
    public func callAsFunction(
        _ ids: Tensor, isSeen: Tensor? = nil, decoderIDs: Tensor, areSeen: Tensor? = nil
    ) -> Tensor {
        decoded(decoderIDs, memory: encoded(ids, isSeen: isSeen), isSeen: isSeen, areSeen: areSeen)
    }

    /// What the decoder reads so that it says labels [batch, positions]: a start, and the labels but the last. One of -100 is
    /// padding.
    public func decoderIDs(for labels: Tensor) -> Tensor {
        let start = Tensor.full([labels.dim(0), 1], Double(configuration.startToken), dtype: labels.dtype)
        let earlier = labels.narrowed(axis: 1, 0..<(labels.dim(1) - 1))
        let ids = which(earlier .== Double(ignoredLabel), earlier.like(Double(configuration.paddingToken)), earlier)
        return concatenated([start, ids], axis: 1)
    }

    /// The mean negative log-likelihood of labels [batch, positions]; one of -100 does not count.
    public func loss(_ logits: Tensor, labels: Tensor) -> Tensor {
        crossEntropy(logits, labels, ignoredLabel: ignoredLabel)
    }

    public var names: TensorNames {
        var parts = [
            "tokens": "shared", "logits": "lm_head", "queries": "q", "keys": "k", "values": "v", "output": "o",
            "contract": "wo",
            "expand": configuration.isGated ? "wi_1" : "wi", "gate": "wi_0",
        ]
        for (stack, last) in [("encoder", 1), ("decoder", 2)] {
            parts["\(stack).positions"] = "\(stack).block.0.layer.0.SelfAttention.relative_attention_bias"
            parts["\(stack).finalNorm"] = "\(stack).final_layer_norm"
            parts["\(stack).blocks.*.attentionNorm"] = "\(stack).block.*.layer.0.layer_norm"
            parts["\(stack).blocks.*.attention"] = "\(stack).block.*.layer.0.SelfAttention"
            parts["\(stack).blocks.*.memoryNorm"] = "\(stack).block.*.layer.1.layer_norm"
            parts["\(stack).blocks.*.memoryAttention"] = "\(stack).block.*.layer.1.EncDecAttention"
            parts["\(stack).blocks.*.feedForwardNorm"] = "\(stack).block.*.layer.\(last).layer_norm"
            parts["\(stack).blocks.*.feedForward"] = "\(stack).block.*.layer.\(last).DenseReluDense"
        }
        return TensorNames(
            parts, body: "",
            unused: [
                "lm_head.weight", "encoder.embed_tokens.weight", "decoder.embed_tokens.weight",
                // A number that old files hold and no version reads.
                "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight",
            ])
    }
}
