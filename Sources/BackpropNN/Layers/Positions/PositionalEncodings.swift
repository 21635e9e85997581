import Backprop

/// A learned vector for each position, added to [..., positions, features] (Gehring et al., 2017).
public struct PositionalEmbedding: Module {
    /// [capacity, features].
    public let weight: Parameter
    public let capacity: Int, features: Int

    /// - Parameters:
    ///   - capacity: how many positions there can be.
    ///   - initializer: normal with a deviation of 0.02 where left out, as GPT-2's.
    public init(
        _ capacity: Int, _ features: Int, initializer: Initializer = .normal(standardDeviation: 0.02),
        dtype: DType = .float32
    ) {
        require(capacity > 0 && features > 0, "PositionalEmbedding: \(capacity) positions of \(features) features")
        (self.capacity, self.features) = (capacity, features)
        weight = Parameter(initializer([capacity, features], dtype: dtype))
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { self(x, offset: 0) }

    /// - Parameter offset: the position of the first element, for a sequence that comes in parts.
    public func callAsFunction(_ x: Tensor, offset: Int) -> Tensor {
        requireFeatures(features, of: x, axes: 2)
        require(
            offset >= 0 && x.dim(-2) + offset <= capacity,
            "\(layerDescription): \(x.shape) from position \(offset) on goes beyond \(capacity) positions")
        return x + weight.value.take(positions(x.dim(-2), from: offset), axis: 0)
    }
}

/// Sines and cosines of each position, added to [..., positions, features]: feature 2i is sin(position / base^(2i / features)),
/// feature 2i + 1 the cosine (Vaswani et al., 2017).
public struct SinusoidalEncoding: Module {
    public let features: Int
    public let base: Double

    /// - Parameter features: even.
    public init(_ features: Int, base: Double = 10_000) {
        require(features > 0 && features % 2 == 0, "SinusoidalEncoding: \(features) features are not pairs")
        (self.features, self.base) = (features, base)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { self(x, offset: 0) }

    /// - Parameter offset: the position of the first element, for a sequence that comes in parts.
    public func callAsFunction(_ x: Tensor, offset: Int) -> Tensor {
        require(
            x.ndim >= 2 && x.dim(-1) == features,
            "SinusoidalEncoding: shape \(x.shape) is not [..., positions, \(features)]")
        return x + encoding(x.dim(-2), offset: offset).asType(x.dtype)
    }

    /// The numbers alone, float64 [count, features].
    public func encoding(_ count: Int, offset: Int = 0) -> Tensor {
        let angles = positionAngles(positions(count, from: offset), features: features, base: base)
        return stacked([sin(angles), cos(angles)], axis: -1).reshaped([count, features])
    }
}
