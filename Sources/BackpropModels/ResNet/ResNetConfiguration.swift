import BackpropFiles

/// The settings of a ResNet; those of ResNet-50 where left out.
public struct ResNetConfiguration: ModelConfiguration {
    public var channels = 3
    /// Channels behind the first convolution, and behind each stage.
    public var start = 64
    public var widths = [256, 512, 1024, 2048]
    /// Blocks of each stage.
    public var depths = [3, 4, 6, 3]
    /// Whether a block has three convolutions, the middle one of a quarter of the channels, or two.
    public var isBottleneck = true
    /// Of the first convolution and of sums; within a block it is always relu.
    public var activation = Activation.relu
    /// Whether the first stage halves its images as the others do.
    public var halvesFirst = false
    /// Whether the first convolution of a bottleneck halves, rather than the second.
    public var halvesBeforeBottleneck = false
    public var classes = ClassSettings(count: 2)
    public var carried: [String: JSONValue] = [:]

    public init() {}

    public init(_ reader: inout ConfigurationReader) throws(DataError) {
        let widthRange = 1...(1 << 16)
        channels = try reader.integer("num_channels", 3, in: widthRange)
        start = try reader.integer("embedding_size", 64, in: widthRange)
        widths = try reader.integers("hidden_sizes", [256, 512, 1024, 2048], in: widthRange)
        depths = try reader.integers("depths", [3, 4, 6, 3], in: Limit.layers)
        isBottleneck = try reader.word("layer_type", "bottleneck", of: ["basic", "bottleneck"]) == "bottleneck"
        activation = try reader.activation("hidden_act", "relu")
        halvesFirst = try reader.flag("downsample_in_first_stage", false)
        halvesBeforeBottleneck = try reader.flag("downsample_in_bottleneck", false)
        classes = try ClassSettings(&reader)
        // What a backbone of another model hands out.
        reader.carry("out_features", "out_indices", "stage_names")
        carried = try reader.finish()
        if let mistake { throw reader.problem(mistake) }
    }

    public var settings: [String: JSONValue] {
        let own: [String: JSONValue] = [
            "num_channels": .integer(channels), "embedding_size": .integer(start),
            "hidden_sizes": .list(widths.map { .integer($0) }), "depths": .list(depths.map { .integer($0) }),
            "layer_type": .text(isBottleneck ? "bottleneck" : "basic"),
            "hidden_act": .text(ActivationNames.name(activation)), "downsample_in_first_stage": .bool(halvesFirst),
            "downsample_in_bottleneck": .bool(halvesBeforeBottleneck),
        ]
        return own.merging(classes.settings) { $1 }
    }

    public var mistake: String? {
        if widths.isEmpty || widths.count != depths.count {
            return "\(widths.count) widths and \(depths.count) depths are not one of each for every stage"
        }
        let blocks = depths.reduce(0, +)
        if blocks > Limit.layers.upperBound { return "\(blocks) blocks are more than \(Limit.layers.upperBound)" }
        if isBottleneck, let narrow = widths.first(where: { $0 < 4 }) { return "\(narrow) channels have no quarter" }
        return classes.mistake
    }
}
