// Convolutions, with channels last: inputs [batch, spatial..., channels], weights [out, kernel..., in / groups]. As in
// all frameworks the kernel is not turned round, so in mathematics this is a cross-correlation. Both operands have one
// floating-point dtype; a batch may be empty. There is no gradient convention to choose: the operation is linear in both.

/// The convolution of lines [batch, length, in] with weights [out, kernel, in / groups]: [batch, places, out]. Floating
/// point of one dtype; shapes that do not fit stop it.
///
/// An axis of n elements with padding p on both sides has (n + 2p - dilation (kernel - 1) - 1) / stride + 1 places,
/// rounded down.
///
/// ```swift
/// conv1d(Tensor([1.0, 2, 3], shape: [1, 3, 1]), Tensor([1.0, -1], shape: [1, 2, 1]))  // [-1, -1]
/// ```
///
/// - Parameters:
///   - stride: Elements from one place to the next.
///   - padding: Zeros around the input.
///   - dilation: Elements from one element of the kernel to the next.
///   - groups: Parts into which the channels are cut; each part of the outputs sees its part of the inputs only.
public func conv1d(
    _ x: Tensor, _ weights: Tensor, stride: any PerAxisConvertible = 1, padding: any ConvolutionPaddingConvertible = 0,
    dilation: any PerAxisConvertible = 1, groups: Int = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    convolved("conv1d", 1, x, weights, stride, padding, dilation, groups, file, line)
}

/// The convolution of images [batch, height, width, in] with weights [out, kernel height, kernel width, in / groups]:
/// [batch, places..., out]. The options are those of `conv1d`.
///
/// ```swift
/// conv2d(Tensor.ones([1, 5, 5, 3]), Tensor.ones([8, 3, 3, 3]), stride: 2, padding: 1).shape  // [1, 3, 3, 8]
/// ```
public func conv2d(
    _ x: Tensor, _ weights: Tensor, stride: any PerAxisConvertible = 1, padding: any ConvolutionPaddingConvertible = 0,
    dilation: any PerAxisConvertible = 1, groups: Int = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    convolved("conv2d", 2, x, weights, stride, padding, dilation, groups, file, line)
}

/// The convolution of volumes [batch, depth, height, width, in] with weights [out, kernel..., in / groups]:
/// [batch, places..., out]. The options are those of `conv1d`.
///
/// ```swift
/// conv3d(Tensor.ones([1, 2, 4, 4, 3]), Tensor.ones([8, 1, 3, 3, 3])).shape  // [1, 2, 2, 2, 8]
/// ```
public func conv3d(
    _ x: Tensor, _ weights: Tensor, stride: any PerAxisConvertible = 1, padding: any ConvolutionPaddingConvertible = 0,
    dilation: any PerAxisConvertible = 1, groups: Int = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    convolved("conv3d", 3, x, weights, stride, padding, dilation, groups, file, line)
}

/// A convolution with one to three spatial axes and all options.
///
/// ```swift
/// convGeneral(Tensor([1.0, 2, 3], shape: [1, 3, 1]), Tensor([1.0, -1], shape: [1, 2, 1]), flip: true)  // [1, 1]
/// ```
///
/// - Parameters:
///   - inputDilation: Places from one element of the input to the next, with zeros in between.
///   - flip: Whether the kernel is turned round along its spatial axes first.
public func convGeneral(
    _ x: Tensor, _ weights: Tensor, strides: any PerAxisConvertible = 1, padding: any ConvolutionPaddingConvertible = 0,
    kernelDilation: any PerAxisConvertible = 1, inputDilation: any PerAxisConvertible = 1, groups: Int = 1,
    flip: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireSpatial("convGeneral", x, weights, x.ndim - 2, file, line)
    let rank = x.ndim - 2
    let weights = flip ? weights.reversed(axes: Array(1...rank)) : weights
    return convolved(
        "convGeneral", rank, x, weights, strides, padding, kernelDilation, groups, inputDilation: inputDilation, file,
        line)
}

/// The transposed convolution of lines [batch, length, in] with weights [out, kernel, in / groups]: what the gradient
/// of a `conv1d` does with the same options. Floating point of one dtype; shapes that do not fit stop it.
///
/// An axis of n elements gets (n - 1) stride - 2 padding + dilation (kernel - 1) + outputPadding + 1.
///
/// ```swift
/// let x = Tensor([1.0, 2], shape: [1, 2, 1]), weights = Tensor([1.0, 10], shape: [1, 2, 1])
/// convTransposed1d(x, weights, stride: 2)  // [1, 10, 2, 20]
/// ```
///
/// - Parameters:
///   - padding: Elements that are left out on both sides of the result; `.same` leaves n stride + outputPadding.
///   - outputPadding: Elements more behind each axis of the result: with a stride above one, several extents have
///     convolutions of one extent.
public func convTransposed1d(
    _ x: Tensor, _ weights: Tensor, stride: any PerAxisConvertible = 1, padding: any ConvolutionPaddingConvertible = 0,
    dilation: any PerAxisConvertible = 1, outputPadding: any PerAxisConvertible = 0, groups: Int = 1,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    convolvedTransposed("convTransposed1d", 1, x, weights, stride, padding, dilation, outputPadding, groups, file, line)
}

/// The transposed convolution of images [batch, height, width, in] with weights [out, kernel..., in / groups]. The
/// options are those of `convTransposed1d`.
///
/// ```swift
/// convTransposed2d(Tensor.ones([1, 3, 3, 8]), Tensor.ones([3, 2, 2, 8]), stride: 2).shape  // [1, 6, 6, 3]
/// ```
public func convTransposed2d(
    _ x: Tensor, _ weights: Tensor, stride: any PerAxisConvertible = 1, padding: any ConvolutionPaddingConvertible = 0,
    dilation: any PerAxisConvertible = 1, outputPadding: any PerAxisConvertible = 0, groups: Int = 1,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    convolvedTransposed("convTransposed2d", 2, x, weights, stride, padding, dilation, outputPadding, groups, file, line)
}

/// The transposed convolution of volumes [batch, depth, height, width, in] with weights [out, kernel..., in / groups].
/// The options are those of `convTransposed1d`.
///
/// ```swift
/// convTransposed3d(Tensor.ones([1, 1, 3, 3, 8]), Tensor.ones([3, 2, 2, 2, 8]), stride: 2).shape  // [1, 2, 6, 6, 3]
/// ```
public func convTransposed3d(
    _ x: Tensor, _ weights: Tensor, stride: any PerAxisConvertible = 1, padding: any ConvolutionPaddingConvertible = 0,
    dilation: any PerAxisConvertible = 1, outputPadding: any PerAxisConvertible = 0, groups: Int = 1,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    convolvedTransposed("convTransposed3d", 3, x, weights, stride, padding, dilation, outputPadding, groups, file, line)
}

// MARK: -

private func requireSpatial(
    _ name: String, _ x: Tensor, _ weights: Tensor, _ rank: Int, _ file: StaticString, _ line: UInt
) {
    require(
        (1...3).contains(rank) && x.ndim == rank + 2 && weights.ndim == rank + 2,
        "\(name): input \(x.node.shape) and weights \(weights.node.shape) do not have "
            + ((1...3).contains(rank) ? "\(rank)" : "1 to 3") + " spatial axes between two others",
        file: file, line: line)
}

private func convolved(
    _ name: String, _ rank: Int, _ x: Tensor, _ weights: Tensor, _ stride: any PerAxisConvertible,
    _ padding: any ConvolutionPaddingConvertible, _ dilation: any PerAxisConvertible, _ groups: Int,
    inputDilation: any PerAxisConvertible = 1, _ file: StaticString, _ line: UInt
) -> Tensor {
    requireSpatial(name, x, weights, rank, file, line)
    let strides = stride.perAxis(rank, name, "stride", file: file, line: line)
    let dilations = dilation.perAxis(rank, name, "dilation", file: file, line: line)
    let spans = (0..<rank).map { max(0, weights.dim($0 + 1) - 1) * dilations[$0] + 1 }
    let (low, high) = padding.convolutionPadding.widths(spans: spans, strides: strides, name, file: file, line: line)
    let geometry = WindowGeometry(
        stride: strides, low: low, high: high, dilation: dilations,
        inputDilation: inputDilation.perAxis(rank, name, "inputDilation", file: file, line: line))
    return Tensor(Node.convolution(x.node, weights.node, geometry, groups: groups, as: name, file: file, line: line))
}

/// A convolution of the input with zeros between its elements, with the kernel turned round.
private func convolvedTransposed(
    _ name: String, _ rank: Int, _ x: Tensor, _ weights: Tensor, _ stride: any PerAxisConvertible,
    _ padding: any ConvolutionPaddingConvertible, _ dilation: any PerAxisConvertible,
    _ outputPadding: any PerAxisConvertible, _ groups: Int, _ file: StaticString, _ line: UInt
) -> Tensor {
    requireSpatial(name, x, weights, rank, file, line)
    let dilations = dilation.perAxis(rank, name, "dilation", file: file, line: line)
    let strides = stride.perAxis(rank, name, "stride", file: file, line: line)
    let more = outputPadding.perAxis(rank, name, "outputPadding", file: file, line: line)
    let spans = (0..<rank).map { max(0, weights.dim($0 + 1) - 1) * dilations[$0] + 1 }
    let cropped = padding.convolutionPadding.croppedWidths(
        spans: spans, strides: strides, name, file: file, line: line)
    let geometry = WindowGeometry(
        stride: [Int](repeating: 1, count: rank), low: (0..<rank).map { spans[$0] - 1 - cropped.low[$0] },
        high: (0..<rank).map { spans[$0] - 1 - cropped.high[$0] + more[$0] }, dilation: dilations,
        inputDilation: strides)
    let turned = weights.reversed(axes: Array(1...rank))
    return Tensor(Node.convolution(x.node, turned.node, geometry, groups: groups, as: name, file: file, line: line))
}
