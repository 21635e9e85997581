import Backprop

/// The positions of a sequence that begins at `offset`, int64 [count]. They are data of a plan, so that the plan of one
/// offset serves all of them.
func positions(_ count: Int, from offset: Int) -> Tensor { Tensor((0..<count).map { Int64(offset + $0) }) }

/// The angles by which positions turn pairs of features, position / base^(2 i / features), float64
/// [..., positions, features / 2].
func positionAngles(_ positions: Tensor, features: Int, base: Double) -> Tensor {
    let pair = Tensor.arange(features / 2, dtype: .float64)
    let frequencies = exp(pair * (-2 * ScalarMath.log(base) / Double(features)))
    return positions.asType(.float64).expandedDimensions(axis: -1) * frequencies
}
