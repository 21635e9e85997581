import Backprop

extension Tensor {
    /// [..., positions, features] as [..., heads, positions, features of a head].
    package func divided(intoHeads heads: Int) -> Tensor {
        reshaped(shape.dropLast() + [heads, dim(-1) / heads]).swappedAxes(-2, -3)
    }

    /// [..., heads, positions, features of a head] as [..., positions, features].
    package var joinedHeads: Tensor {
        let swapped = swappedAxes(-2, -3)
        return swapped.reshaped(swapped.shape.dropLast(2) + [swapped.dim(-1) * swapped.dim(-2)])
    }
}
