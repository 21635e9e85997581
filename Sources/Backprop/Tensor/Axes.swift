/// One axis or several: an Int, or a list of them. Negative ones count from the end.
public protocol Axes {
    /// The numbers of the axes.
    var axisNumbers: [Int] { get }
}

extension Int: Axes { public var axisNumbers: [Int] { [self] } }
extension Array: Axes where Element == Int { public var axisNumbers: [Int] { self } }

// `axis:` takes what MLX calls axis and axes, and PyTorch dim.
extension Tensor {
    /// `sum(axes:)` over one axis, or over those of a list.
    public func sum(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { sum(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `mean(axes:)` over one axis, or over those of a list.
    public func mean(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { mean(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `product(axes:)` over one axis, or over those of a list.
    public func product(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { product(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `max(axes:)` over one axis, or over those of a list.
    public func max(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { max(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `min(axes:)` over one axis, or over those of a list.
    public func min(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { min(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `variance(axes:)` over one axis, or over those of a list.
    public func variance(
        axis: some Axes, keepDims: Bool = false, ddof: Double = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { variance(axes: axis.axisNumbers, keepDims: keepDims, ddof: ddof, file: file, line: line) }

    /// `std(axes:)` over one axis, or over those of a list.
    public func std(
        axis: some Axes, keepDims: Bool = false, ddof: Double = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { std(axes: axis.axisNumbers, keepDims: keepDims, ddof: ddof, file: file, line: line) }

    /// `logSumExp(axes:)` over one axis, or over those of a list.
    public func logSumExp(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { logSumExp(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `nanSum(axes:)` over one axis, or over those of a list.
    public func nanSum(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { nanSum(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `nanMean(axes:)` over one axis, or over those of a list.
    public func nanMean(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { nanMean(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `countNonzero(axes:)` over one axis, or over those of a list.
    public func countNonzero(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { countNonzero(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `any(axes:)` over one axis, or over those of a list.
    public func any(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { any(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }

    /// `all(axes:)` over one axis, or over those of a list.
    public func all(
        axis: some Axes, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { all(axes: axis.axisNumbers, keepDims: keepDims, file: file, line: line) }
}
