import Backprop

/// `layerNorm` over the last axes with a learned weight and bias.
public struct LayerNorm: Module {
    /// Of the shape of the normalized axes; nil without scale.
    public let weight: Parameter?
    public let bias: Parameter?
    /// Of the normalized axes.
    public let shape: [Int]
    public let epsilon: Double

    /// A layer that starts with weights of one and a bias of zeros.
    ///
    /// - Parameters:
    ///   - shape: of the normalized axes, the last of the operand.
    ///   - isScaled: whether there are a weight and a bias.
    public init(
        _ shape: [Int], epsilon: Double = 1e-5, isScaled: Bool = true, bias: Bool = true, dtype: DType = .float32
    ) {
        weight = isScaled ? Parameter(.ones(shape, dtype: dtype)) : nil
        self.bias = isScaled && bias ? Parameter(.zeros(shape, dtype: dtype)) : nil
        self.epsilon = epsilon
        self.shape = shape
    }

    /// A layer over the last axis.
    public init(
        _ features: Int, epsilon: Double = 1e-5, isScaled: Bool = true, bias: Bool = true, dtype: DType = .float32
    ) { self.init([features], epsilon: epsilon, isScaled: isScaled, bias: bias, dtype: dtype) }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        require(
            x.shape.suffix(shape.count) == shape[...],
            "\(layerDescription): an input of shape \(x.shape) does not end in \(shape)")
        return reported([x]) {
            layerNorm(x, weight: weight?.value, bias: bias?.value, trailingAxes: shape.count, epsilon: epsilon)
        }
    }
}

/// `rmsNorm` over the last axis with a learned weight.
public struct RMSNorm: Module {
    /// [features].
    public let weight: Parameter
    public let features: Int
    public let epsilon: Double

    /// A layer that starts with weights of one.
    public init(_ features: Int, epsilon: Double = 1e-5, dtype: DType = .float32) {
        weight = Parameter(.ones([features], dtype: dtype))
        self.features = features
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireFeatures(features, of: x)
        return reported([x]) { rmsNorm(x, weight: weight.value, epsilon: epsilon) }
    }
}

/// `groupNorm` with a learned weight and bias for each channel. Takes [batch, ..., channels].
public struct GroupNorm: Module {
    /// [channels]; nil without scale.
    public let weight: Parameter?
    public let bias: Parameter?
    public let groups: Int, channels: Int
    public let epsilon: Double

    /// A layer that starts with weights of one and a bias of zeros.
    public init(
        groups: Int, _ channels: Int, epsilon: Double = 1e-5, isScaled: Bool = true, dtype: DType = .float32
    ) {
        weight = isScaled ? Parameter(.ones([channels], dtype: dtype)) : nil
        bias = isScaled ? Parameter(.zeros([channels], dtype: dtype)) : nil
        (self.groups, self.channels) = (groups, channels)
        self.epsilon = epsilon
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(channels, of: x, leadingAxes: 1)
        return reported([x]) {
            groupNorm(x, groups: groups, weight: weight?.value, bias: bias?.value, epsilon: epsilon)
        }
    }
}
