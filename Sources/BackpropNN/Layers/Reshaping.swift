import Backprop

/// Several axes as one: by default all but the batch. A linear layer behind it counts channels last, so its weights are
/// not in the order of PyTorch's.
public struct Flatten: Module {
    public let start: Int, end: Int

    /// - Parameters:
    ///   - start: the first axis that is joined.
    ///   - end: the last one; negative axes count from the end.
    public init(start: Int = 1, end: Int = -1) { (self.start, self.end) = (start, end) }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { x.flattened(start: start, end: end) }
    }
}

/// One axis as several of the given extents, one of which may be -1 and is worked out.
public struct Unflatten: Module {
    public let axis: Int
    public let extents: [Int]

    public init(axis: Int, _ extents: [Int]) { (self.axis, self.extents) = (axis, extents) }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { x.unflattened(axis: axis, extents) }
    }
}

/// Elements added around the spatial axes of [batch, spatial..., channels].
public struct Pad: Module {
    public let low: PerAxis, high: PerAxis
    public let mode: PadMode

    /// - Parameters:
    ///   - low: elements before each axis; negative numbers take some away.
    ///   - high: elements behind each axis.
    ///   - mode: what the elements are: zeros unless asked otherwise.
    public init(low: any PerAxisConvertible, high: any PerAxisConvertible, mode: PadMode = .constant(0)) {
        (self.low, self.high, self.mode) = (low.perAxis, high.perAxis, mode)
    }

    /// As many elements on both sides.
    public init(_ width: any PerAxisConvertible, mode: PadMode = .constant(0)) {
        self.init(low: width, high: width, mode: mode)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            let axes = x.ndim - 2
            require(axes > 0, "Pad: a tensor of shape \(x.shape) has no axis between batch and channels")
            let low = low(axes, "Pad", "low", file: #fileID, line: #line)
            let high = high(axes, "Pad", "high", file: #fileID, line: #line)
            let spatial = (0..<axes).map { (low: low[$0], high: high[$0]) }
            return x.padded(widths: [(low: 0, high: 0)] + spatial + [(low: 0, high: 0)], mode: mode)
        }
    }
}
