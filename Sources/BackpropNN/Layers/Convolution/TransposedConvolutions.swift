import Backprop

/// `convTransposed1d` of lines with learned weights and bias. Takes [batch, length, inputs] and gives
/// [batch, places, outputs].
public struct ConvTransposed1d: Module {
    /// [outputs, kernel, inputs / groups].
    public let weight: Parameter
    /// [outputs]; nil without bias.
    public let bias: Parameter?
    public let inputs: Int, outputs: Int
    public let kernel: PerAxis, stride: PerAxis
    public let padding: ConvolutionPadding
    public let dilation: PerAxis, outputPadding: PerAxis
    public let groups: Int

    /// A layer with weights and a bias that are uniform within ±1 / sqrt(kernel places x outputs / groups), as PyTorch's.
    ///
    /// - Parameters:
    ///   - kernel: the extents of the kernel.
    ///   - stride: elements of the result from what one element of the input becomes to what the next becomes.
    ///   - padding: elements that are left out on both sides of the result: a width, one for each axis, or `.same`, with
    ///     which n elements become n times the stride.
    ///   - dilation: elements from one element of the kernel to the next.
    ///   - outputPadding: elements more behind each axis of the result.
    ///   - groups: parts into which the channels are cut.
    ///   - initializer: of the weights, where it is not PyTorch's.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: any PerAxisConvertible, stride: any PerAxisConvertible = 1,
        padding: any ConvolutionPaddingConvertible = 0, dilation: any PerAxisConvertible = 1,
        outputPadding: any PerAxisConvertible = 0, groups: Int = 1, bias: Bool = true,
        initializer: Initializer? = nil, dtype: DType = .float32
    ) {
        let start = ConvolutionStart(
            "ConvTransposed1d", inputs, outputs, kernel.perAxis, axes: 1, groups: groups, isTransposed: true)
        weight = start.weight(initializer, dtype: dtype)
        self.bias = bias ? start.bias(dtype: dtype) : nil
        (self.inputs, self.outputs, self.groups) = (inputs, outputs, groups)
        (self.kernel, self.stride, self.dilation) = (kernel.perAxis, stride.perAxis, dilation.perAxis)
        (self.padding, self.outputPadding) = (padding.convolutionPadding, outputPadding.perAxis)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(inputs, of: x, spatialAxes: 1)
        let weight = weight.value
        requireDType(of: weight, x)
        return reported([x]) {
            convTransposed1d(
                x, weight, stride: stride, padding: padding, dilation: dilation, outputPadding: outputPadding,
                groups: groups
            ).adding(bias)
        }
    }
}

/// `convTransposed2d` of images with learned weights and bias. Takes [batch, height, width, inputs] and gives
/// [batch, rows, columns, outputs].
public struct ConvTransposed2d: Module {
    /// [outputs, kernel height, kernel width, inputs / groups].
    public let weight: Parameter
    /// [outputs]; nil without bias.
    public let bias: Parameter?
    public let inputs: Int, outputs: Int
    public let kernel: PerAxis, stride: PerAxis
    public let padding: ConvolutionPadding
    public let dilation: PerAxis, outputPadding: PerAxis
    public let groups: Int

    /// A layer that starts like `ConvTransposed1d`; the options are those of `ConvTransposed1d`.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: any PerAxisConvertible, stride: any PerAxisConvertible = 1,
        padding: any ConvolutionPaddingConvertible = 0, dilation: any PerAxisConvertible = 1,
        outputPadding: any PerAxisConvertible = 0, groups: Int = 1, bias: Bool = true,
        initializer: Initializer? = nil, dtype: DType = .float32
    ) {
        let start = ConvolutionStart(
            "ConvTransposed2d", inputs, outputs, kernel.perAxis, axes: 2, groups: groups, isTransposed: true)
        weight = start.weight(initializer, dtype: dtype)
        self.bias = bias ? start.bias(dtype: dtype) : nil
        (self.inputs, self.outputs, self.groups) = (inputs, outputs, groups)
        (self.kernel, self.stride, self.dilation) = (kernel.perAxis, stride.perAxis, dilation.perAxis)
        (self.padding, self.outputPadding) = (padding.convolutionPadding, outputPadding.perAxis)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(inputs, of: x, spatialAxes: 2)
        let weight = weight.value
        requireDType(of: weight, x)
        return reported([x]) {
            convTransposed2d(
                x, weight, stride: stride, padding: padding, dilation: dilation, outputPadding: outputPadding,
                groups: groups
            ).adding(bias)
        }
    }
}

/// `convTransposed3d` of volumes with learned weights and bias. Takes [batch, depth, height, width, inputs] and gives
/// [batch, places..., outputs].
public struct ConvTransposed3d: Module {
    /// [outputs, kernel depth, kernel height, kernel width, inputs / groups].
    public let weight: Parameter
    /// [outputs]; nil without bias.
    public let bias: Parameter?
    public let inputs: Int, outputs: Int
    public let kernel: PerAxis, stride: PerAxis
    public let padding: ConvolutionPadding
    public let dilation: PerAxis, outputPadding: PerAxis
    public let groups: Int

    /// A layer that starts like `ConvTransposed1d`; the options are those of `ConvTransposed1d`.
    public init(
        _ inputs: Int, _ outputs: Int, kernel: any PerAxisConvertible, stride: any PerAxisConvertible = 1,
        padding: any ConvolutionPaddingConvertible = 0, dilation: any PerAxisConvertible = 1,
        outputPadding: any PerAxisConvertible = 0, groups: Int = 1, bias: Bool = true,
        initializer: Initializer? = nil, dtype: DType = .float32
    ) {
        let start = ConvolutionStart(
            "ConvTransposed3d", inputs, outputs, kernel.perAxis, axes: 3, groups: groups, isTransposed: true)
        weight = start.weight(initializer, dtype: dtype)
        self.bias = bias ? start.bias(dtype: dtype) : nil
        (self.inputs, self.outputs, self.groups) = (inputs, outputs, groups)
        (self.kernel, self.stride, self.dilation) = (kernel.perAxis, stride.perAxis, dilation.perAxis)
        (self.padding, self.outputPadding) = (padding.convolutionPadding, outputPadding.perAxis)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireChannels(inputs, of: x, spatialAxes: 3)
        let weight = weight.value
        requireDType(of: weight, x)
        return reported([x]) {
            convTransposed3d(
                x, weight, stride: stride, padding: padding, dilation: dilation, outputPadding: outputPadding,
                groups: groups
            ).adding(bias)
        }
    }
}
