import Backprop
import BackpropFiles

/// The settings of a ViT; those of the base model for images of 224 by 224 where left out.
public struct ViTConfiguration: ModelConfiguration {
    /// Height and width of an image, and of a patch, in pixels.
    public var image = [224, 224], patch = [16, 16]
    public var channels = 3
    public var features = 768
    public var layers = 12
    public var heads = 12
    /// Features inside of a feed-forward part.
    public var hidden = 3072
    public var activation = Activation.gelu
    public var epsilon = 1e-12
    /// Whether queries, keys and values have a bias.
    public var attentionBias = true
    /// Probabilities of loss in training: of what each part adds, and of weights of the attention.
    public var dropout = 0.0, attentionDropout = 0.0
    public var classes = ClassSettings(count: 2)
    public var carried: [String: JSONValue] = [:]

    public init() {}

    public init(_ reader: inout ConfigurationReader) throws(DataError) {
        let sides = 1...(1 << 14)
        image = try reader.pair("image_size", 224, in: sides)
        patch = try reader.pair("patch_size", 16, in: sides)
        channels = try reader.integer("num_channels", 3, in: sides)
        features = try reader.integer("hidden_size", 768, in: Limit.features)
        layers = try reader.integer("num_hidden_layers", 12, in: Limit.layers)
        heads = try reader.integer("num_attention_heads", 12, in: Limit.heads)
        hidden = try reader.integer("intermediate_size", 3072, in: Limit.features)
        activation = try reader.activation("hidden_act", "gelu")
        epsilon = try reader.number("layer_norm_eps", 1e-12, in: Limit.epsilon)
        attentionBias = try reader.flag("qkv_bias", true)
        dropout = try reader.number("hidden_dropout_prob", 0, in: Limit.probability)
        attentionDropout = try reader.number("attention_probs_dropout_prob", 0, in: Limit.probability)
        classes = try ClassSettings(&reader)
        // Of other heads.
        reader.carry("encoder_stride", "pooler_output_size", "pooler_act")
        carried = try reader.finish()
        if let mistake { throw reader.problem(mistake) }
    }

    /// How many patches an image has.
    var patches: Int { (image[0] / patch[0]) * (image[1] / patch[1]) }

    public var settings: [String: JSONValue] {
        func side(_ pair: [Int]) -> JSONValue {
            pair[0] == pair[1] ? .integer(pair[0]) : .list(pair.map { .integer($0) })
        }
        let own: [String: JSONValue] = [
            "image_size": side(image), "patch_size": side(patch), "num_channels": .integer(channels),
            "hidden_size": .integer(features), "num_hidden_layers": .integer(layers),
            "num_attention_heads": .integer(heads), "intermediate_size": .integer(hidden),
            "hidden_act": .text(ActivationNames.name(activation)), "layer_norm_eps": .real(epsilon),
            "qkv_bias": .bool(attentionBias), "hidden_dropout_prob": .real(dropout),
            "attention_probs_dropout_prob": .real(attentionDropout),
        ]
        return own.merging(classes.settings) { $1 }
    }

    public var mistake: String? {
        if image.count != 2 || patch.count != 2 { return "images and patches need height and width" }
        if image[0] < patch[0] || image[1] < patch[1] { return "a patch \(patch) is larger than an image \(image)" }
        let shapes = [[features] + patch + [channels], [1, 1 + patches, features]]
        return shapes.lazy.compactMap { Shape.mistake(in: $0) }.first
            ?? Self.mistake(features: features, heads: heads) ?? classes.mistake
    }
}
