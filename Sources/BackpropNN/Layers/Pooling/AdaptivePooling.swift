import Backprop

/// `adaptiveAveragePool` of lines, [batch, length, channels], to given extents, [batch, size..., channels].
public struct AdaptiveAveragePool1d: Module {
    public let size: PerAxis

    /// - Parameter size: the spatial extents of the result.
    public init(_ size: any PerAxisConvertible) { self.size = size.perAxis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(1, "AdaptiveAveragePool1d")
            return adaptiveAveragePool(x, size: size)
        }
    }
}

/// `adaptiveAveragePool` of images, [batch, height, width, channels], to given extents, [batch, size..., channels].
public struct AdaptiveAveragePool2d: Module {
    public let size: PerAxis

    /// - Parameter size: the spatial extents of the result.
    public init(_ size: any PerAxisConvertible) { self.size = size.perAxis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(2, "AdaptiveAveragePool2d")
            return adaptiveAveragePool(x, size: size)
        }
    }
}

/// `adaptiveAveragePool` of volumes, [batch, depth, height, width, channels], to given extents, [batch, size..., channels].
public struct AdaptiveAveragePool3d: Module {
    public let size: PerAxis

    /// - Parameter size: the spatial extents of the result.
    public init(_ size: any PerAxisConvertible) { self.size = size.perAxis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(3, "AdaptiveAveragePool3d")
            return adaptiveAveragePool(x, size: size)
        }
    }
}

/// `adaptiveMaxPool` of lines, [batch, length, channels], to given extents, [batch, size..., channels].
public struct AdaptiveMaxPool1d: Module {
    public let size: PerAxis

    /// - Parameter size: the spatial extents of the result.
    public init(_ size: any PerAxisConvertible) { self.size = size.perAxis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(1, "AdaptiveMaxPool1d")
            return adaptiveMaxPool(x, size: size)
        }
    }
}

/// `adaptiveMaxPool` of images, [batch, height, width, channels], to given extents, [batch, size..., channels].
public struct AdaptiveMaxPool2d: Module {
    public let size: PerAxis

    /// - Parameter size: the spatial extents of the result.
    public init(_ size: any PerAxisConvertible) { self.size = size.perAxis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(2, "AdaptiveMaxPool2d")
            return adaptiveMaxPool(x, size: size)
        }
    }
}

/// `adaptiveMaxPool` of volumes, [batch, depth, height, width, channels], to given extents, [batch, size..., channels].
public struct AdaptiveMaxPool3d: Module {
    public let size: PerAxis

    /// - Parameter size: the spatial extents of the result.
    public init(_ size: any PerAxisConvertible) { self.size = size.perAxis }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            x.requireSpatialAxes(3, "AdaptiveMaxPool3d")
            return adaptiveMaxPool(x, size: size)
        }
    }
}
