import Backprop

/// Sines and cosines of the angles by which the features of positions are turned (Su et al., 2021), made once for all layers
/// of a pass. Feature i makes a pair with i + features / 2.
struct Rotation {
    /// [positions, features / 2], or [batch, 1, positions, features / 2].
    let cosine: Tensor, sine: Tensor

    /// - Parameters:
    ///   - positions: integers [positions], or [batch, positions].
    ///   - frequencies: the angle of each pair at position 1.
    init(positions: Tensor, frequencies: RotaryFrequencies, dtype: DType) {
        // Angles and what they give are float32 in the library that such models come from.
        var angles = positions.asType(.float32).expandedDimensions(axis: -1) * Tensor(frequencies.values)
        if positions.ndim == 2 { angles = angles.expandedDimensions(axis: 1) }
        cosine = (cos(angles) * frequencies.amplitude).asType(dtype)
        sine = (sin(angles) * frequencies.amplitude).asType(dtype)
    }

    /// x, [..., positions, features], turned.
    func callAsFunction(_ x: Tensor) -> Tensor {
        let half = x.dim(-1) / 2
        let first = x.narrowed(axis: -1, 0..<half), second = x.narrowed(axis: -1, half..<(2 * half))
        return concatenated([first * cosine - second * sine, second * cosine + first * sine], axis: -1)
    }
}
