import Backprop

/// The mean of each channel over all places: [batch, ..., channels] to [batch, channels] (Lin et al., 2014).
public struct GlobalAveragePool: Module {
    public init() {}

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { x.mean(axes: x.placeAxes("GlobalAveragePool")) }
    }
}

/// The greatest element of each channel over all places: [batch, ..., channels] to [batch, channels]. Equal ones share the
/// gradient.
public struct GlobalMaxPool: Module {
    public init() {}

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { x.max(axes: x.placeAxes("GlobalMaxPool")) }
    }
}

extension Tensor {
    /// The axes between the batch and the channels.
    fileprivate func placeAxes(_ name: String) -> [Int] {
        require(ndim >= 3, "\(name): a tensor of shape \(shape) is not [batch, places..., channels]")
        return Array(1..<(ndim - 1))
    }

    /// Stops where the axes are not [batch, as many spatial ones, channels].
    func requireSpatialAxes(_ count: Int, _ name: String) {
        require(
            ndim == count + 2,
            "\(name): a tensor of shape \(shape) does not have \(count) spatial axes between batch and channels")
    }
}
