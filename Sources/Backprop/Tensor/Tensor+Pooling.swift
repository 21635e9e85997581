// Pooling over windows, with channels last: [batch, spatial..., channels] with one to three spatial axes.

/// How windows slide, from the options of a pooling function.
private struct Pooling {
    let window: [Int], stride: [Int], padding: [Int], dilation: [Int]
    /// Windows along each axis.
    let places: [Int]
    let geometry: WindowGeometry

    init(
        _ name: String, _ x: Tensor, _ window: any PerAxisConvertible, _ stride: (any PerAxisConvertible)?,
        _ padding: any PerAxisConvertible, _ dilation: any PerAxisConvertible = 1, ceilMode: Bool, _ file: StaticString,
        _ line: UInt
    ) {
        let rank = x.ndim - 2
        require(
            (1...3).contains(rank), "\(name): a tensor of shape \(x.node.shape) does not have 1 to 3 spatial axes",
            file: file, line: line)
        let sizes = window.perAxis(rank, name, "window", file: file, line: line)
        let strides = stride?.perAxis(rank, name, "stride", file: file, line: line) ?? sizes
        let paddings = padding.perAxis(rank, name, "padding", file: file, line: line)
        let dilations = dilation.perAxis(rank, name, "dilation", file: file, line: line)
        require(
            (sizes + strides + dilations).allSatisfy { $0 > 0 },
            "\(name): window \(sizes), stride \(strides) and dilation \(dilations) must be positive", file: file,
            line: line)
        var places: [Int] = []
        for axis in 0..<rank {
            let extent = x.dim(axis + 1), span = (sizes[axis] - 1) * dilations[axis] + 1
            require(
                paddings[axis] >= 0 && paddings[axis] <= span / 2,
                "\(name): padding \(paddings[axis]) is more than half of the window, which spans \(span)", file: file,
                line: line)
            let room = extent + 2 * paddings[axis] - span
            require(
                room >= 0, "\(name): windows \(sizes) do not fit the padded input of shape \(x.node.shape)", file: file,
                line: line)
            var count = (ceilMode ? room + strides[axis] - 1 : room) / strides[axis] + 1
            // A window that would start behind the input is left out.
            if ceilMode && (count - 1) * strides[axis] >= extent + paddings[axis] { count -= 1 }
            places.append(count)
        }
        self.window = sizes
        (self.stride, self.padding, self.dilation, self.places) = (strides, paddings, dilations, places)
        let high = (0..<rank).map { axis in
            (places[axis] - 1) * strides[axis] + (sizes[axis] - 1) * dilations[axis] + 1 - x.dim(axis + 1)
                - paddings[axis]
        }
        geometry = WindowGeometry(stride: strides, low: paddings, high: high, dilation: dilations)
    }

    /// The greatest element of each window.
    func greatest(of x: Tensor) -> Tensor {
        Tensor(Node.windowPick(x.node, whereGreatest: stopGradient(x).node, window: window, geometry))
    }

    /// How many elements each window has, [places..., 1]: those within the input, or also those of its padding.
    func counts(in x: Tensor, withPadding: Bool) -> Tensor {
        var counts = Tensor(1, dtype: x.dtype)
        for axis in window.indices {
            let extent = x.dim(axis + 1), border = withPadding ? padding[axis] : 0
            let numbers = (0..<places[axis]).map { place in
                let start = place * stride[axis] - padding[axis]
                return Double(min(start + window[axis], extent + border) - max(start, -border))
            }
            var shape = [Int](repeating: 1, count: window.count + 1)
            shape[axis] = places[axis]
            counts = counts * Tensor(numbers, shape: shape, dtype: .float64).asType(x.dtype)
        }
        return counts
    }
}

/// The mean of each window. Windows that do not fit the padded input stop it.
///
/// An axis of n elements has (n + 2 padding - window) / stride + 1 windows, rounded down, or up with `ceilMode`, where a
/// last window may reach beyond the padding but does not start there. As in PyTorch, such a window counts only what lies
/// within the padding.
///
/// ```swift
/// averagePool(Tensor([1.0, 2, 3, 4], shape: [1, 4, 1]), window: 2)  // [1.5, 3.5]
/// ```
///
/// - Parameters:
///   - x: [batch, spatial..., channels], floating point.
///   - window: The extents of a window.
///   - stride: Elements from one window to the next; those of the window where left out.
///   - padding: Zeros on both sides, at most half of the window.
///   - countsPadding: Whether the zeros of the padding count as elements.
///   - divisor: What sums are divided by instead of the number of elements.
public func averagePool(
    _ x: Tensor, window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil,
    padding: any PerAxisConvertible = 0, ceilMode: Bool = false, countsPadding: Bool = true, divisor: Double? = nil,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let pooling = Pooling("averagePool", x, window, stride, padding, ceilMode: ceilMode, file, line)
    let sums = Tensor(Node.windowSum(x.node, window: pooling.window, pooling.geometry))
    if let divisor {
        require(divisor != 0, "averagePool: a divisor of 0 for shape \(x.node.shape)", file: file, line: line)
        return sums / divisor
    }
    return sums / pooling.counts(in: x, withPadding: countsPadding)
}

/// The p-norm of each window without the absolute values: (sum of xᵖ)^(1/p), NaN where the sum is negative. The gradient
/// at a sum of zero is zero, as in PyTorch's `lp_pool2d`.
///
/// ```swift
/// powerPool(Tensor([3.0, 4], shape: [1, 2, 1]), power: 2, window: 2)  // [5]
/// ```
///
/// - Parameters:
///   - x: [batch, spatial..., channels], floating point.
///   - power: p.
///   - window, stride, ceilMode: As for `averagePool`.
public func powerPool(
    _ x: Tensor, power: Double, window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil,
    ceilMode: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(power != 0, "powerPool: a power of 0 for shape \(x.node.shape)", file: file, line: line)
    let pooling = Pooling("powerPool", x, window, stride, 0, ceilMode: ceilMode, file, line)
    let sums = Tensor(Node.windowSum(pow(x, power).node, window: pooling.window, pooling.geometry))
    // With ceilMode PyTorch takes the mean of what a window has, times the size of a whole one.
    let whole = Double(pooling.window.reduce(1, *))
    let scaled = ceilMode ? sums / pooling.counts(in: x, withPadding: true) * whole : sums
    let isZero = scaled .== 0
    return which(isZero, scaled.like(0), pow(which(isZero, scaled.like(1), scaled), 1 / power))
}

/// The greatest element of each window. Windows that do not fit the padded input stop it.
///
/// NaN is greater than all numbers, and places outside of the input do not count. All of the gradient goes to the first
/// of equal elements.
///
/// ```swift
/// maxPool(Tensor([1.0, 2, 4, 3], shape: [1, 4, 1]), window: 2)  // [2, 4]
/// ```
///
/// - Parameters:
///   - x: [batch, spatial..., channels], floating point.
///   - dilation: Elements from one element of a window to the next.
///   - window, stride, padding, ceilMode: As for `averagePool`.
public func maxPool(
    _ x: Tensor, window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil,
    padding: any PerAxisConvertible = 0, dilation: any PerAxisConvertible = 1, ceilMode: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let pooling = Pooling("maxPool", x, window, stride, padding, dilation, ceilMode: ceilMode, file, line)
    return pooling.greatest(of: x)
}

/// The greatest element of each window, and where it lies among the places of the input, counted in row-major order
/// (int64). The rest is said at `maxPool`.
///
/// ```swift
/// maxPoolWithIndices(Tensor([1.0, 2, 4, 3], shape: [1, 4, 1]), window: 2).indices  // [1, 2]
/// ```
public func maxPoolWithIndices(
    _ x: Tensor, window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil,
    padding: any PerAxisConvertible = 0, dilation: any PerAxisConvertible = 1, ceilMode: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
) -> (values: Tensor, indices: Tensor) {
    let pooling = Pooling("maxPool", x, window, stride, padding, dilation, ceilMode: ceilMode, file, line)
    let indices = Tensor(Node.windowArgMax(x.node, window: pooling.window, pooling.geometry))
    return (pooling.greatest(of: x), indices)
}

extension Tensor {
    /// For each place and channel of `indices` [batch, places..., channels] the element of x [batch, spatial..., channels]
    /// at that place of the spatial axes, counted in row-major order.
    func takePlaces(_ indices: Tensor) -> Tensor { flattened().take(positions(of: indices, places: spatialCount)) }

    /// The product of the extents between the first axis and the last.
    var spatialCount: Int { shape.dropFirst().dropLast().reduce(1, *) }

    /// Where the elements at such places lie in a flattened [batch, places, channels].
    func positions(of indices: Tensor, places: Int) -> Tensor {
        let channels = indices.dim(-1)
        let batch = Tensor.indices(indices.shape, axis: 0, dtype: .int64) * Double(places)
        let channel = Tensor.indices(indices.shape, axis: -1, dtype: .int64)
        return (indices.asType(.int64) + batch) * Double(channels) + channel
    }
}
