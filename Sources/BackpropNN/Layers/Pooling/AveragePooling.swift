import Backprop

/// `averagePool` of lines: [batch, length, channels] to [batch, windows, channels].
public struct AveragePool1d: Module {
    public let window: PerAxis, stride: PerAxis, padding: PerAxis
    public let ceilMode: Bool, countsPadding: Bool
    public let divisor: Double?

    /// - Parameters:
    ///   - window: the extents of a window.
    ///   - stride: elements from one window to the next; those of the window where left out.
    ///   - padding: zeros on both sides, at most half of the window.
    ///   - ceilMode: whether a last window may reach beyond the padding.
    ///   - countsPadding: whether the zeros of the padding count as elements.
    ///   - divisor: what sums are divided by instead of the number of elements.
    public init(
        _ window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil, padding: any PerAxisConvertible = 0,
        ceilMode: Bool = false, countsPadding: Bool = true, divisor: Double? = nil
    ) {
        self.window = window.perAxis
        self.stride = stride?.perAxis ?? window.perAxis
        self.padding = padding.perAxis
        (self.ceilMode, self.countsPadding, self.divisor) = (ceilMode, countsPadding, divisor)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(1, "AveragePool1d")
            return averagePool(
                x, window: window, stride: stride, padding: padding, ceilMode: ceilMode, countsPadding: countsPadding,
                divisor: divisor)
        }
    }
}

/// `averagePool` of images: [batch, height, width, channels] to [batch, rows, columns, channels].
public struct AveragePool2d: Module {
    public let window: PerAxis, stride: PerAxis, padding: PerAxis
    public let ceilMode: Bool, countsPadding: Bool
    public let divisor: Double?

    /// The options are those of `AveragePool1d`.
    public init(
        _ window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil, padding: any PerAxisConvertible = 0,
        ceilMode: Bool = false, countsPadding: Bool = true, divisor: Double? = nil
    ) {
        self.window = window.perAxis
        self.stride = stride?.perAxis ?? window.perAxis
        self.padding = padding.perAxis
        (self.ceilMode, self.countsPadding, self.divisor) = (ceilMode, countsPadding, divisor)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(2, "AveragePool2d")
            return averagePool(
                x, window: window, stride: stride, padding: padding, ceilMode: ceilMode, countsPadding: countsPadding,
                divisor: divisor)
        }
    }
}

/// `averagePool` of volumes: [batch, depth, height, width, channels] to [batch, windows..., channels].
public struct AveragePool3d: Module {
    public let window: PerAxis, stride: PerAxis, padding: PerAxis
    public let ceilMode: Bool, countsPadding: Bool
    public let divisor: Double?

    /// The options are those of `AveragePool1d`.
    public init(
        _ window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil, padding: any PerAxisConvertible = 0,
        ceilMode: Bool = false, countsPadding: Bool = true, divisor: Double? = nil
    ) {
        self.window = window.perAxis
        self.stride = stride?.perAxis ?? window.perAxis
        self.padding = padding.perAxis
        (self.ceilMode, self.countsPadding, self.divisor) = (ceilMode, countsPadding, divisor)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(3, "AveragePool3d")
            return averagePool(
                x, window: window, stride: stride, padding: padding, ceilMode: ceilMode, countsPadding: countsPadding,
                divisor: divisor)
        }
    }
}
