import Backprop
import BackpropNN

/// ResNet: convolutions with shortcuts, and a classifier of what is left of an image (He et al., 2016).
///
/// ```swift
/// let logits = ResNet(ResNetConfiguration())(images)  // images [batch, 224, 224, 3]
/// ```
public struct ResNet: PretrainedModel, Module {
    public static let architectures = ["ResNetForImageClassification"]
    public let modelType = "resnet"
    public let configuration: ResNetConfiguration
    public let stem: NormalizedConvolution
    public let stages: [ResNetStage]
    public let classifier: Linear
    private let pool = MaxPool2d(3, stride: 2, padding: 1)

    public init(_ configuration: ResNetConfiguration, dtype: DType) {
        requireUsable(configuration, "ResNet")
        let c = configuration
        self.configuration = c
        stem = NormalizedConvolution(
            c.channels, c.start, kernel: 7, stride: 2, activation: c.activation, dtype: dtype)
        let inputs = [c.start] + c.widths.dropLast()
        stages = c.widths.indices.map { stage in
            ResNetStage(
                c, inputs[stage], c.widths[stage], stride: stage > 0 || c.halvesFirst ? 2 : 1, depth: c.depths[stage],
                dtype: dtype)
        }
        classifier = Linear(c.widths[c.widths.count - 1], c.classes.count, dtype: dtype)
    }

    /// What the last stage makes of images [batch, height, width, channels], [batch, rows, columns, channels].
    public func features(_ images: Tensor) -> Tensor {
        var x = pool(stem(images))
        for stage in stages { for block in stage.blocks { x = block(x) } }
        return x
    }

    /// The logits of the classes, [batch, classes], of images [batch, height, width, channels].
    public func callAsFunction(_ images: Tensor) -> Tensor { classifier(features(images).mean(axes: [1, 2])) }

    /// The mean loss of logits, see `ClassSettings.loss`.
    public func loss(_ logits: Tensor, labels: Tensor) -> Tensor { configuration.classes.loss(logits, labels: labels) }

    public var names: TensorNames {
        TensorNames(
            [
                "stem": "resnet.embedder.embedder", "stages": "resnet.encoder.stages", "blocks": "layers",
                "convolutions": "layer", "statistics.mean": "running_mean", "statistics.variance": "running_var",
                "classifier": "classifier.1",
            ], body: "resnet.", unused: [".num_batches_tracked"],
            arrangement: { $0.hasSuffix("convolution.weight") ? .convolution : .same })
    }
}

/// A stage of ResNet: blocks of one width.
public struct ResNetStage: ParameterContainer {
    public let blocks: [ResNetBlock]

    init(_ c: ResNetConfiguration, _ inputs: Int, _ outputs: Int, stride: Int, depth: Int, dtype: DType) {
        blocks = (0..<depth).map { index in
            ResNetBlock(
                c, index == 0 ? inputs : outputs, outputs, stride: index == 0 ? stride : 1,
                halvesFirst: index == 0 && c.halvesBeforeBottleneck, dtype: dtype)
        }
    }
}

/// A block of ResNet: two or three convolutions, added to what they read.
public struct ResNetBlock: Module {
    /// Fits what is read to what is added; nil where it fits.
    public let shortcut: NormalizedConvolution?
    public let convolutions: [NormalizedConvolution]
    public let activation: Activation

    init(
        _ c: ResNetConfiguration, _ inputs: Int, _ outputs: Int, stride: Int, halvesFirst: Bool, dtype: DType
    ) {
        func layer(_ inputs: Int, _ outputs: Int, _ kernel: Int, _ stride: Int, _ activation: Activation?)
            -> NormalizedConvolution
        {
            NormalizedConvolution(
                inputs, outputs, kernel: kernel, stride: stride, activation: activation, dtype: dtype)
        }
        shortcut = inputs == outputs && stride == 1 ? nil : layer(inputs, outputs, 1, stride, nil)
        let narrow = outputs / 4
        convolutions =
            c.isBottleneck
            ? [
                layer(inputs, narrow, 1, halvesFirst ? stride : 1, .relu),
                layer(narrow, narrow, 3, halvesFirst ? 1 : stride, .relu), layer(narrow, outputs, 1, 1, nil),
            ] : [layer(inputs, outputs, 3, stride, .relu), layer(outputs, outputs, 3, 1, nil)]
        activation = c.activation
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        let added = convolutions.reduce(x) { $1($0) }
        return activation(added + (shortcut?(x) ?? x))
    }
}

/// A convolution without bias, batch normalization, and an activation where there is one. Takes [batch, height, width,
/// channels].
public struct NormalizedConvolution: Module {
    public let convolution: Conv2d
    public let normalization: BatchNorm
    public let activation: Activation?

    init(_ inputs: Int, _ outputs: Int, kernel: Int, stride: Int, activation: Activation?, dtype: DType) {
        convolution = Conv2d(
            inputs, outputs, kernel: kernel, stride: stride, padding: kernel / 2, bias: false, dtype: dtype)
        normalization = BatchNorm(outputs, dtype: dtype)
        self.activation = activation
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        let x = normalization(convolution(x))
        return activation?(x) ?? x
    }
}
