import Backprop

/// `conv1d` of lines with learned weights and bias. Takes [batch, length, inputs] and gives [batch, places, outputs].
public struct Conv1d: Module {
    /// [outputs, kernel, inputs / groups].
    public let weight: Parameter
    /// [outputs]; nil without bias.
    public let bias: Parameter?
    public let inputs: Int, outputs: Int
    public let kernel: PerAxis, stride: PerAxis
    public let padding: ConvolutionPadding
    public let dilation: PerAxis
    public let groups: Int

    /// A layer with weights and a bias that are uniform within ±1 / sqrt(kernel places x inputs / groups), as PyTorch's.
    ///
    /// - Parameters:
    ///   - kernel: the extents of the kernel.
    ///   - stride: elements from one place to the next.
    ///   - padding: zeros around the input: a width, one for each axis, or `.same`, which keeps the extents.
    ///   - dilation: elements from one element of the kernel to the next.
    ///   - groups: parts into which the channels are cut; as many as there are inputs make it depthwise.
    ///   - initializer: of the weights, where it is not PyTorch's.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: any PerAxisConvertible, stride: any PerAxisConvertible = 1,
        padding: any ConvolutionPaddingConvertible = 0, dilation: any PerAxisConvertible = 1, groups: Int = 1,
        bias: Bool = true, initializer: Initializer? = nil, dtype: DType = .float32
    ) {
        let start = ConvolutionStart("Conv1d", inputs, outputs, kernel.perAxis, axes: 1, groups: groups)
        weight = start.weight(initializer, dtype: dtype)
        self.bias = bias ? start.bias(dtype: dtype) : nil
        (self.inputs, self.outputs, self.groups) = (inputs, outputs, groups)
        (self.kernel, self.stride, self.dilation) = (kernel.perAxis, stride.perAxis, dilation.perAxis)
        self.padding = padding.convolutionPadding
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(inputs, of: x, spatialAxes: 1)
        let weight = weight.value
        requireDType(of: weight, x)
        return reported([x]) {
            conv1d(x, weight, stride: stride, padding: padding, dilation: dilation, groups: groups).adding(bias)
        }
    }
}

/// `conv2d` of images with learned weights and bias. Takes [batch, height, width, inputs] and gives
/// [batch, rows, columns, outputs].
public struct Conv2d: Module {
    /// [outputs, kernel height, kernel width, inputs / groups].
    public let weight: Parameter
    /// [outputs]; nil without bias.
    public let bias: Parameter?
    public let inputs: Int, outputs: Int
    public let kernel: PerAxis, stride: PerAxis
    public let padding: ConvolutionPadding
    public let dilation: PerAxis
    public let groups: Int

    /// A layer that starts like `Conv1d`; the options are those of `Conv1d`.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: any PerAxisConvertible, stride: any PerAxisConvertible = 1,
        padding: any ConvolutionPaddingConvertible = 0, dilation: any PerAxisConvertible = 1, groups: Int = 1,
        bias: Bool = true, initializer: Initializer? = nil, dtype: DType = .float32
    ) {
        let start = ConvolutionStart("Conv2d", inputs, outputs, kernel.perAxis, axes: 2, groups: groups)
        weight = start.weight(initializer, dtype: dtype)
        self.bias = bias ? start.bias(dtype: dtype) : nil
        (self.inputs, self.outputs, self.groups) = (inputs, outputs, groups)
        (self.kernel, self.stride, self.dilation) = (kernel.perAxis, stride.perAxis, dilation.perAxis)
        self.padding = padding.convolutionPadding
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(inputs, of: x, spatialAxes: 2)
        let weight = weight.value
        requireDType(of: weight, x)
        return reported([x]) {
            conv2d(x, weight, stride: stride, padding: padding, dilation: dilation, groups: groups).adding(bias)
        }
    }
}

/// `conv3d` of volumes with learned weights and bias. Takes [batch, depth, height, width, inputs] and gives
/// [batch, places..., outputs].
public struct Conv3d: Module {
    /// [outputs, kernel depth, kernel height, kernel width, inputs / groups].
    public let weight: Parameter
    /// [outputs]; nil without bias.
    public let bias: Parameter?
    public let inputs: Int, outputs: Int
    public let kernel: PerAxis, stride: PerAxis
    public let padding: ConvolutionPadding
    public let dilation: PerAxis
    public let groups: Int

    /// A layer that starts like `Conv1d`; the options are those of `Conv1d`.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: any PerAxisConvertible, stride: any PerAxisConvertible = 1,
        padding: any ConvolutionPaddingConvertible = 0, dilation: any PerAxisConvertible = 1, groups: Int = 1,
        bias: Bool = true, initializer: Initializer? = nil, dtype: DType = .float32
    ) {
        let start = ConvolutionStart("Conv3d", inputs, outputs, kernel.perAxis, axes: 3, groups: groups)
        weight = start.weight(initializer, dtype: dtype)
        self.bias = bias ? start.bias(dtype: dtype) : nil
        (self.inputs, self.outputs, self.groups) = (inputs, outputs, groups)
        (self.kernel, self.stride, self.dilation) = (kernel.perAxis, stride.perAxis, dilation.perAxis)
        self.padding = padding.convolutionPadding
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(inputs, of: x, spatialAxes: 3)
        let weight = weight.value
        requireDType(of: weight, x)
        return reported([x]) {
            conv3d(x, weight, stride: stride, padding: padding, dilation: dilation, groups: groups).adding(bias)
        }
    }
}
