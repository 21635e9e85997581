// Pooling to given extents, with channels last. Window i of m over n elements goes from i n / m, rounded down, to
// (i + 1) n / m, rounded up: https://pytorch.org/docs/stable/generated/torch.nn.AdaptiveAvgPool2d.html

/// Where the windows of one axis begin and end.
private func adaptiveWindows(_ extent: Int, _ count: Int) -> [Range<Int>] {
    (0..<count).map { ($0 * extent / count)..<((($0 + 1) * extent + count - 1) / count) }
}

private func adaptiveSize(
    _ name: String, _ x: Tensor, _ size: any PerAxisConvertible, _ file: StaticString, _ line: UInt
) -> [Int] {
    let rank = x.ndim - 2
    require(
        (1...3).contains(rank), "\(name): a tensor of shape \(x.node.shape) does not have 1 to 3 spatial axes",
        file: file, line: line)
    let sizes = size.perAxis(rank, name, "size", file: file, line: line)
    for axis in 0..<rank {
        require(
            sizes[axis] >= 0 && (sizes[axis] == 0 || x.dim(axis + 1) > 0),
            "\(name): no windows of shape \(sizes) over an input of shape \(x.node.shape)", file: file, line: line)
    }
    return sizes
}

/// The means of as many windows as give the extents `size`. Windows over an empty axis stop it.
///
/// ```swift
/// adaptiveAveragePool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2)  // [1.5, 3.5]
/// ```
///
/// - Parameters:
///   - x: [batch, spatial..., channels] with one to three spatial axes, floating point.
///   - size: The spatial extents of the result.
public func adaptiveAveragePool(
    _ x: Tensor, size: any PerAxisConvertible, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        x.dtype.isFloatingPoint,
        "adaptiveAveragePool needs a floating-point tensor, not \(x.dtype); convert it with asType(.float32)",
        file: file,
        line: line)
    let sizes = adaptiveSize("adaptiveAveragePool", x, size, file, line)
    var result = x
    for (axis, count) in sizes.enumerated() where count != x.dim(axis + 1) {
        let extent = x.dim(axis + 1)
        result = result.resampled(axis: axis + 1, count: count) { place in
            let window = adaptiveWindows(extent, count)[place]
            return window.map { ($0, 1 / Double(window.count)) }
        }
    }
    return result
}

/// The greatest elements of as many windows as give the extents `size`. NaN is greater than all numbers; all of the
/// gradient goes to the first of equal elements.
///
/// ```swift
/// adaptiveMaxPool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2)  // [2, 4]
/// ```
///
/// - Parameters:
///   - x: [batch, spatial..., channels] with one to three spatial axes, floating point.
///   - size: The spatial extents of the result.
public func adaptiveMaxPool(
    _ x: Tensor, size: any PerAxisConvertible, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    adaptiveMaxPoolWithIndices(x, size: size, file: file, line: line).values
}

/// The values of `adaptiveMaxPool`, and where each lies among the places of the input, counted in row-major order (int64).
///
/// ```swift
/// adaptiveMaxPoolWithIndices(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), size: 2).indices  // [1, 3]
/// ```
public func adaptiveMaxPoolWithIndices(
    _ x: Tensor, size: any PerAxisConvertible, file: StaticString = #fileID, line: UInt = #line
) -> (values: Tensor, indices: Tensor) {
    let sizes = adaptiveSize("adaptiveMaxPool", x, size, file, line)
    if sizes.contains(0) || x.size == 0 {
        let shape = [x.dim(0)] + sizes + [x.dim(-1)]
        return (Tensor.zeros(shape, dtype: x.dtype), Tensor.zeros(shape, dtype: .int64))
    }
    let extents = sizes.indices.map { x.dim($0 + 1) }
    if sizes.indices.allSatisfy({ extents[$0] % sizes[$0] == 0 }) {
        return maxPoolWithIndices(x, window: PerAxis(sizes.indices.map { extents[$0] / sizes[$0] }))
    }
    // The windows differ in size. Shorter ones repeat their last element, which does not change the first greatest.
    var windows: [[Int]] = [[0]]
    for axis in sizes.indices {
        let ranges = adaptiveWindows(extents[axis], sizes[axis]), length = ranges.map(\.count).max()!
        windows = windows.flatMap { window in
            ranges.map { range in
                window.flatMap { place in
                    (0..<length).map { place * extents[axis] + min(range.lowerBound + $0, range.upperBound - 1) }
                }
            }
        }
    }
    let length = windows[0].count
    let candidates = Tensor(windows.joined().map { Int64($0) }, shape: [windows.count, length])
    let planes = x.reshaped([x.dim(0), x.spatialCount, x.dim(-1)])
    let winners = planes.take(candidates, axis: 1).argMax(axis: 2)
    let numbers = winners + Tensor.indices(winners.shape, axis: 1, dtype: .int64) * Double(length)
    let indices = candidates.flattened().take(numbers).reshaped([x.dim(0)] + sizes + [x.dim(-1)])
    return (x.takePlaces(indices), indices)
}

extension Tensor {
    /// The sums of weighted elements along one axis: place i of the result adds up `terms(i)`, pairs of an index and its
    /// weight, as a product with a small matrix.
    func resampled(axis: Int, count: Int, terms: (Int) -> [(index: Int, weight: Double)]) -> Tensor {
        let extent = dim(axis)
        require(
            count * extent <= Shape.maximumExtent,
            "a new extent of \(count) for axis \(axis) of shape \(node.shape) needs too large a matrix")
        var matrix = [Double](repeating: 0, count: count * extent)
        for place in 0..<count {
            for (index, weight) in terms(place) { matrix[place * extent + index] += weight }
        }
        var shape = self.shape
        let outer = shape[..<axis].reduce(1, *), inner = shape[(axis + 1)...].reduce(1, *)
        shape[axis] = count
        let weights = Tensor(matrix, shape: [count, extent], dtype: .float64).asType(dtype)
        return Backprop.matmul(weights, reshaped([outer, extent, inner])).reshaped(shape)
    }
}
