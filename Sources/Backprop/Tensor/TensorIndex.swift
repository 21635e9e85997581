/// What may stand between the brackets of `x[...]`: an Int, a range, `.every(_:from:to:)`, `.ellipsis`, `.newAxis`, a list
/// of Ints, or a tensor of indices (int32, int64) or a mask (bool).
public protocol TensorIndex {
    var tensorIndexOperation: TensorIndexOperation { get }
}

/// What one element between the brackets does.
public enum TensorIndexOperation: Sendable {
    /// One place along the axis, which goes; negative ones count from the end.
    case at(Int)
    /// Every `step`-th place from `from` to before `to`, as Python slices: negative ones count from the end, what is too
    /// large is cut off, and a negative step walks backward.
    case slice(from: Int?, to: Int?, step: Int)
    /// As many whole axes as are left.
    case wholeAxes
    /// An axis of extent one.
    case addedAxis
    /// Places by index, or where a mask holds.
    case gather(Tensor)
}

extension TensorIndexOperation: TensorIndex {
    public var tensorIndexOperation: TensorIndexOperation { self }
}

extension TensorIndex where Self == TensorIndexOperation {
    /// As many whole axes as are left.
    public static var ellipsis: TensorIndexOperation { .wholeAxes }
    /// An axis of extent one.
    public static var newAxis: TensorIndexOperation { .addedAxis }
    /// Every `step`-th place from `from` to before `to`; negative ones count from the end.
    ///
    /// ```swift
    /// Tensor.arange(6)[.every(2, from: 1)]  // [1, 3, 5]
    /// ```
    public static func every(_ step: Int, from: Int? = nil, to: Int? = nil) -> TensorIndexOperation {
        .slice(from: from, to: to, step: step)
    }
}

extension Int: TensorIndex {
    public var tensorIndexOperation: TensorIndexOperation { .at(self) }
}

extension Range: TensorIndex where Bound == Int {
    public var tensorIndexOperation: TensorIndexOperation { .slice(from: lowerBound, to: upperBound, step: 1) }
}

extension ClosedRange: TensorIndex where Bound == Int {
    public var tensorIndexOperation: TensorIndexOperation {
        .slice(from: lowerBound, to: upperBound == -1 || upperBound == .max ? nil : upperBound + 1, step: 1)
    }
}

extension PartialRangeFrom: TensorIndex where Bound == Int {
    public var tensorIndexOperation: TensorIndexOperation { .slice(from: lowerBound, to: nil, step: 1) }
}

extension PartialRangeUpTo: TensorIndex where Bound == Int {
    public var tensorIndexOperation: TensorIndexOperation { .slice(from: nil, to: upperBound, step: 1) }
}

extension PartialRangeThrough: TensorIndex where Bound == Int {
    public var tensorIndexOperation: TensorIndexOperation {
        .slice(from: nil, to: upperBound == -1 || upperBound == .max ? nil : upperBound + 1, step: 1)
    }
}

/// A list of places: `x[[2, 0]]`.
extension Array: TensorIndex where Element == Int {
    public var tensorIndexOperation: TensorIndexOperation { .gather(Tensor(self)) }
}

extension Tensor: TensorIndex {
    public var tensorIndexOperation: TensorIndexOperation { .gather(self) }
}
