import Backprop

/// `maxPool` of lines: [batch, length, channels] to [batch, windows, channels].
public struct MaxPool1d: Module {
    public let window: PerAxis, stride: PerAxis, padding: PerAxis, dilation: PerAxis
    public let ceilMode: Bool

    /// - Parameters:
    ///   - window: the extents of a window.
    ///   - stride: elements from one window to the next; those of the window where left out.
    ///   - padding: elements on both sides that do not count, at most half of the window.
    ///   - dilation: elements from one element of a window to the next.
    ///   - ceilMode: whether a last window may reach beyond the padding.
    public init(
        _ window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil, padding: any PerAxisConvertible = 0,
        dilation: any PerAxisConvertible = 1, ceilMode: Bool = false
    ) {
        self.window = window.perAxis
        self.stride = stride?.perAxis ?? window.perAxis
        (self.padding, self.dilation, self.ceilMode) = (padding.perAxis, dilation.perAxis, ceilMode)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(1, "MaxPool1d")
            return maxPool(
                x, window: window, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
        }
    }
}

/// `maxPool` of images: [batch, height, width, channels] to [batch, rows, columns, channels].
public struct MaxPool2d: Module {
    public let window: PerAxis, stride: PerAxis, padding: PerAxis, dilation: PerAxis
    public let ceilMode: Bool

    /// The options are those of `MaxPool1d`.
    public init(
        _ window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil, padding: any PerAxisConvertible = 0,
        dilation: any PerAxisConvertible = 1, ceilMode: Bool = false
    ) {
        self.window = window.perAxis
        self.stride = stride?.perAxis ?? window.perAxis
        (self.padding, self.dilation, self.ceilMode) = (padding.perAxis, dilation.perAxis, ceilMode)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(2, "MaxPool2d")
            return maxPool(
                x, window: window, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
        }
    }
}

/// `maxPool` of volumes: [batch, depth, height, width, channels] to [batch, windows..., channels].
public struct MaxPool3d: Module {
    public let window: PerAxis, stride: PerAxis, padding: PerAxis, dilation: PerAxis
    public let ceilMode: Bool

    /// The options are those of `MaxPool1d`.
    public init(
        _ window: any PerAxisConvertible, stride: (any PerAxisConvertible)? = nil, padding: any PerAxisConvertible = 0,
        dilation: any PerAxisConvertible = 1, ceilMode: Bool = false
    ) {
        self.window = window.perAxis
        self.stride = stride?.perAxis ?? window.perAxis
        (self.padding, self.dilation, self.ceilMode) = (padding.perAxis, dilation.perAxis, ceilMode)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(3, "MaxPool3d")
            return maxPool(
                x, window: window, stride: stride, padding: padding, dilation: dilation, ceilMode: ceilMode)
        }
    }
}
