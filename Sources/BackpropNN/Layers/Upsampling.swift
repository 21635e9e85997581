import Backprop

/// `resize` of [batch, spatial..., channels], to given extents or by factors.
public struct Upsample: Module {
    /// The spatial extents of the result; nil where factors are given.
    public let size: PerAxis?
    /// One factor for all spatial axes, or one for each; nil where the extents are given.
    public let factors: [Double]?
    public let method: ResizeMethod
    public let alignCorners: Bool

    /// A layer that multiplies the extents, rounded down.
    public init(by factors: [Double], method: ResizeMethod = .nearest, alignCorners: Bool = false) {
        (size, self.factors, self.method, self.alignCorners) = (nil, factors, method, alignCorners)
    }

    /// A layer that multiplies all extents by one factor.
    public init(by factor: Double, method: ResizeMethod = .nearest, alignCorners: Bool = false) {
        self.init(by: [factor], method: method, alignCorners: alignCorners)
    }

    /// A layer whose results have these extents.
    public init(to size: any PerAxisConvertible, method: ResizeMethod = .nearest, alignCorners: Bool = false) {
        (self.size, factors, self.method, self.alignCorners) = (size.perAxis, nil, method, alignCorners)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            if let size { return resize(x, to: size, method: method, alignCorners: alignCorners) }
            return resize(x, by: factors ?? [1], method: method, alignCorners: alignCorners)
        }
    }
}

/// `pixelShuffle`: channels as places, [batch, height, width, channels r²] to [batch, height r, width r, channels].
public struct PixelShuffle: Module {
    public let factor: Int

    public init(_ factor: Int) { self.factor = factor }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { pixelShuffle(x, factor: factor) }
    }
}

/// `pixelUnshuffle`: places as channels, the reverse of `PixelShuffle`.
public struct PixelUnshuffle: Module {
    public let factor: Int

    public init(_ factor: Int) { self.factor = factor }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { pixelUnshuffle(x, factor: factor) }
    }
}

/// `channelShuffle`: the channels of all groups alternate.
public struct ChannelShuffle: Module {
    public let groups: Int

    public init(groups: Int) { self.groups = groups }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { channelShuffle(x, groups: groups) }
    }
}
