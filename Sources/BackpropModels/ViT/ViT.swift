import Backprop
import BackpropNN

/// ViT: an encoder of the patches of an image, and a classifier of the token in front of them (Dosovitskiy et al., 2021).
///
/// ```swift
/// let logits = ViT(ViTConfiguration())(images)        // images [batch, 224, 224, 3]
/// ```
public struct ViT: PretrainedModel, Module {
    public static let architectures = ["ViTForImageClassification"]
    public let modelType = "vit"
    public let configuration: ViTConfiguration
    public let patches: Conv2d
    /// [1, 1, features]: what stands in front of the patches.
    public let classToken: Parameter
    /// [1, 1 + patches, features].
    public let positions: Parameter
    public let blocks: [EncoderBlock]
    public let finalNorm: LayerNorm
    public let classifier: Linear
    private let dropout: Dropout

    public init(_ configuration: ViTConfiguration, dtype: DType) {
        requireUsable(configuration, "ViT")
        let c = configuration, start = Initializer.normal(standardDeviation: 0.02)
        self.configuration = c
        let patch: PerAxis = [c.patch[0], c.patch[1]]
        patches = Conv2d(
            c.channels, c.features, kernel: patch, stride: patch,
            dtype: dtype)
        classToken = Parameter(start([1, 1, c.features], dtype: dtype))
        positions = Parameter(start([1, 1 + c.patches, c.features], dtype: dtype))
        blocks = (0..<c.layers).map { _ in
            EncoderBlock(
                c.features, heads: c.heads, hidden: c.hidden, activation: c.activation, bias: c.attentionBias,
                epsilon: c.epsilon, normalizesFirst: true, attentionDropout: c.attentionDropout, dropout: c.dropout,
                dtype: dtype)
        }
        finalNorm = LayerNorm(c.features, epsilon: c.epsilon, dtype: dtype)
        classifier = Linear(c.features, c.classes.count, initializer: start, dtype: dtype)
        dropout = Dropout(c.dropout)
    }

    /// What the last block makes of images [batch, height, width, channels], [batch, 1 + patches, features].
    public func features(_ images: Tensor) -> Tensor {
        let c = configuration
        require(
            images.ndim == 4 && Array(images.shape.dropFirst()) == c.image + [c.channels],
            "ViT: images of shape \(images.shape) are not [batch, \(c.image[0]), \(c.image[1]), \(c.channels)]")
        let embedded = patches(images).reshaped([images.dim(0), c.patches, c.features])
        let front = classToken.value.broadcast(to: [images.dim(0), 1, c.features])
        var x = dropout(concatenated([front, embedded], axis: 1) + positions.value)
        for block in blocks { x = ofBlock { block(x, mask: .none) } }
        return finalNorm(x)
    }

    /// The logits of the classes, [batch, classes], of images [batch, height, width, channels].
    public func callAsFunction(_ images: Tensor) -> Tensor {
        classifier(features(images).narrowed(axis: 1, 0..<1).squeezed(axis: 1))
    }

    /// The mean loss of logits, see `ClassSettings.loss`.
    public func loss(_ logits: Tensor, labels: Tensor) -> Tensor { configuration.classes.loss(logits, labels: labels) }

    private func names(_ blocks: [String: String]) -> TensorNames {
        let common = [
            "patches": "vit.embeddings.patch_embeddings.projection", "classToken": "vit.embeddings.cls_token",
            "positions": "vit.embeddings.position_embeddings", "finalNorm": "vit.layernorm",
            "attentionNorm": "layernorm_before", "feedForwardNorm": "layernorm_after",
        ]
        return TensorNames(
            common.merging(blocks) { $1 }, body: "vit.", unused: ["pooler.", "embeddings.mask_token"],
            arrangement: { $0 == "patches.weight" ? .convolution : .same })
    }

    public var names: TensorNames {
        names([
            "blocks": "vit.encoder.layer", "attention": "attention.attention", "queries": "query", "keys": "key",
            "values": "value", "attention.output": "attention.output.dense", "feedForward.expand": "intermediate.dense",
            "feedForward.contract": "output.dense",
        ])
    }

    public var otherNames: [TensorNames] {
        [
            names([
                "blocks": "vit.layers", "queries": "q_proj", "keys": "k_proj", "values": "v_proj", "output": "o_proj",
                "feedForward.expand": "mlp.fc1", "feedForward.contract": "mlp.fc2",
            ])
        ]
    }
}
