// Windows as axes of their own, with channels last.

/// How windows slide over the padded axes of an image of the given extents.
private struct WindowIndices {
    let window: [Int], padding: [Int]
    /// Windows along each axis.
    let places: [Int]
    /// For each axis the places of all windows, [places, window].
    let indices: [Tensor]
    /// The extents with padding.
    let padded: [Int]

    init(
        _ name: String, _ size: [Int], _ window: any PerAxisConvertible, _ stride: any PerAxisConvertible,
        _ padding: any PerAxisConvertible, _ dilation: any PerAxisConvertible, _ file: StaticString, _ line: UInt
    ) {
        let rank = size.count
        require(
            (1...3).contains(rank), "\(name): extents \(size), not those of 1 to 3 spatial axes", file: file, line: line
        )
        let window = window.perAxis(rank, name, "window", file: file, line: line)
        let strides = stride.perAxis(rank, name, "stride", file: file, line: line)
        let dilations = dilation.perAxis(rank, name, "dilation", file: file, line: line)
        let padding = padding.perAxis(rank, name, "padding", file: file, line: line)
        require(
            (window + strides + dilations).allSatisfy { $0 > 0 } && padding.allSatisfy { $0 >= 0 },
            "\(name): window \(window), stride \(strides), dilation \(dilations) or padding \(padding) is too small",
            file: file, line: line)
        var padded: [Int] = [], places: [Int] = []
        for axis in 0..<rank {
            let extent = size[axis] + 2 * padding[axis], span = (window[axis] - 1) * dilations[axis] + 1
            require(
                extent >= span,
                "\(name): windows \(window) do not fit the padded extent \(extent) of spatial axis \(axis)",
                file: file, line: line)
            padded.append(extent)
            places.append((extent - span) / strides[axis] + 1)
        }
        indices = (0..<rank).map { axis in
            var all: [Int64] = []
            for place in 0..<places[axis] {
                for element in 0..<window[axis] { all.append(Int64(place * strides[axis] + element * dilations[axis])) }
            }
            return Tensor(all, shape: [places[axis], window[axis]])
        }
        (self.window, self.padding, self.places, self.padded) = (window, padding, places, padded)
    }

    /// The order of axes that takes [batch, place, element, place, element, ..., channels] to
    /// [batch, places..., elements..., channels].
    var placesFirst: [Int] {
        let rank = window.count
        return [0] + (0..<rank).map { 2 * $0 + 1 } + (0..<rank).map { 2 * $0 + 2 } + [2 * rank + 1]
    }
}

/// All windows of x [batch, spatial..., channels], one beside the other: [batch, places..., window..., channels]. Where
/// windows overlap, gradients add up. Windows that do not fit the padded input stop it.
///
/// ```swift
/// unfold(Tensor([1.0, 2, 3], shape: [1, 3, 1]), window: 2)  // [1, 2, 2, 3]
/// ```
///
/// - Parameters:
///   - window: The extents of a window.
///   - stride: Elements from one window to the next.
///   - padding: Zeros on both sides.
///   - dilation: Elements from one element of a window to the next.
public func unfold(
    _ x: Tensor, window: any PerAxisConvertible, stride: any PerAxisConvertible = 1,
    padding: any PerAxisConvertible = 0, dilation: any PerAxisConvertible = 1, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    require(
        (3...5).contains(x.ndim), "unfold: a tensor of shape \(x.node.shape) does not have 1 to 3 spatial axes",
        file: file, line: line)
    let size = Array(x.shape.dropFirst().dropLast())
    let windows = WindowIndices("unfold", size, window, stride, padding, dilation, file, line)
    let borders = [(low: 0, high: 0)] + windows.padding.map { (low: $0, high: $0) } + [(low: 0, high: 0)]
    var result = x.padded(widths: borders)
    // An axis becomes two, so that the next one has moved by one more.
    for (axis, indices) in windows.indices.enumerated() { result = result.take(indices, axis: 2 * axis + 1) }
    return result.transposed(axes: windows.placesFirst)
}

/// The reverse of `unfold`: windows [batch, places..., window..., channels] added up where they lie in an image [batch,
/// size..., channels]. Another number of windows than the image has stops it.
///
/// ```swift
/// fold(Tensor([1.0, 2, 2, 3], shape: [1, 2, 2, 1]), size: [3])  // [1, 4, 3]
/// ```
///
/// - Parameters:
///   - size: The extents of the image.
///   - stride, padding, dilation: As for `unfold`.
public func fold(
    _ x: Tensor, size: [Int], stride: any PerAxisConvertible = 1, padding: any PerAxisConvertible = 0,
    dilation: any PerAxisConvertible = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let rank = size.count
    require(
        (1...3).contains(rank) && x.ndim == 2 * rank + 2,
        "fold: windows of shape \(x.node.shape) do not have \(rank) axes each for places and elements", file: file,
        line: line)
    let window = PerAxis(Array(x.shape[(rank + 1)...(2 * rank)]))
    let windows = WindowIndices("fold", size, window, stride, padding, dilation, file, line)
    require(
        Array(x.shape[1...rank]) == windows.places,
        "fold: shape \(x.node.shape) does not have the \(windows.places) places of extents \(size)", file: file,
        line: line)
    var order = [Int](repeating: 0, count: x.ndim)
    for (position, axis) in windows.placesFirst.enumerated() { order[axis] = position }
    var result = x.transposed(axes: order)
    for axis in (0..<rank).reversed() {
        result = Tensor(
            Node.scatterAdd(
                result.node, windows.indices[axis].node, axis: 2 * axis + 1, count: windows.padded[axis]))
    }
    for axis in 0..<rank {
        let low = windows.padding[axis]
        result = result.narrowed(axis: axis + 1, low..<(low + size[axis]))
    }
    return result
}
