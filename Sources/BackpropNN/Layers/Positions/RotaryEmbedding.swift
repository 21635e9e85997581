import Backprop

/// Pairs of features turned by an angle for each position, so that products of queries and keys depend on how far they
/// lie apart (Su et al., 2021). Takes [..., positions, features].
public struct RotaryEmbedding: Module {
    /// Which features make a pair.
    public enum Pairing: Sendable, Hashable {
        /// i and i + features / 2, as in Llama's and GPT-NeoX's weights of Hugging Face.
        case halves
        /// 2i and 2i + 1, as in the paper, GPT-J and Meta's Llama.
        case interleaved
    }

    /// How many features are turned; those behind them stay.
    public let features: Int
    public let base: Double
    public let pairing: Pairing

    /// - Parameters:
    ///   - features: even; those of a head, or fewer, where only the first are turned.
    ///   - base: pair i turns by position / base^(2i / features).
    public init(_ features: Int, base: Double = 10_000, pairing: Pairing = .halves) {
        require(
            features > 0 && features % 2 == 0 && base > 0,
            "RotaryEmbedding: \(features) features are not pairs, or the base \(base) is not positive")
        (self.features, self.base, self.pairing) = (features, base, pairing)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor { self(x, offset: 0) }

    /// - Parameter offset: the position of the first element, for a sequence that comes in parts.
    public func callAsFunction(_ x: Tensor, offset: Int) -> Tensor {
        require(x.ndim >= 2, "RotaryEmbedding: shape \(x.shape) is not [..., positions, features]")
        return self(x, positions: positions(x.dim(-2), from: offset))
    }

    /// - Parameter positions: of each element, integers [positions], or with axes in front that broadcast with those of x:
    ///   [batch, 1, positions] for [batch, heads, positions, features].
    public func callAsFunction(_ x: Tensor, positions: Tensor) -> Tensor {
        require(
            x.ndim >= 2 && x.dim(-1) >= features && positions.ndim >= 1 && positions.dim(-1) == x.dim(-2),
            "RotaryEmbedding: \(features) features and positions \(positions.shape) for a tensor of shape \(x.shape)")
        let angles = positionAngles(positions, features: features, base: base)
        let (sine, cosine) = (sin(angles).asType(x.dtype), cos(angles).asType(x.dtype))
        let turned = x.dim(-1) == features ? x : x.narrowed(axis: -1, 0..<features)
        let (first, second) = pairs(turned)
        let parts = [first * cosine - second * sine, first * sine + second * cosine]
        let result =
            pairing == .halves ? concatenated(parts, axis: -1) : stacked(parts, axis: -1).flattened(start: -2)
        if x.dim(-1) == features { return result }
        let rest = x.narrowed(axis: -1, features..<x.dim(-1))
        return concatenated([result, rest.broadcast(to: result.shape.dropLast() + [rest.dim(-1)])], axis: -1)
    }

    /// The first and the second feature of each pair.
    private func pairs(_ x: Tensor) -> (Tensor, Tensor) {
        let half = features / 2
        if pairing == .halves {
            return (x.narrowed(axis: -1, 0..<half), x.narrowed(axis: -1, half..<features))
        }
        let pairs = x.reshaped(x.shape.dropLast() + [half, 2])
        return (
            pairs.narrowed(axis: -1, 0..<1).squeezed(axis: -1), pairs.narrowed(axis: -1, 1..<2).squeezed(axis: -1)
        )
    }
}
