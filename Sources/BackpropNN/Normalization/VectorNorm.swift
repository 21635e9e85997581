import Backprop

/// (Σ |x|^power)^(1/power) over axes, with the limits at powers 0 (how many are not 0) and ±infinity (the greatest and
/// the least). The gradient of a norm that is 0 is 0.
func vectorNorm(_ x: Tensor, power: Double, axes: [Int], keepDims: Bool) -> Tensor {
    switch power {
    case 0:
        return (x .!= 0).asType(x.dtype).sum(axes: axes, keepDims: keepDims)
    case 1:
        return abs(x).sum(axes: axes, keepDims: keepDims)
    case .infinity:
        return abs(x).max(axes: axes, keepDims: keepDims)
    case -.infinity:
        return abs(x).min(axes: axes, keepDims: keepDims)
    case 2:
        let sum = square(x).sum(axes: axes, keepDims: keepDims)
        let isZero = sum .== 0
        return which(isZero, sum, sqrt(which(isZero, sum.like(1), sum)))
    default:
        // A power below 1 is infinitely steep at 0.
        let isNothing = x .== 0
        let powers =
            power > 0 ? which(isNothing, x.zero, pow(abs(which(isNothing, x.like(1), x)), power)) : pow(abs(x), power)
        let sum = powers.sum(axes: axes, keepDims: keepDims)
        let isZero = sum .== 0
        return which(isZero, sum, pow(which(isZero, sum.like(1), sum), 1 / power))
    }
}

/// The slices along an axis, each scaled down to the greatest norm where its own is greater; the gradient of the others is
/// theirs alone.
public func renormalized(
    _ x: Tensor, axis: Int, maximumNorm: Double, power: Double = 2, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let axis = x.resolved(axis: axis, "renormalized", file: file, line: line)
    let others = (0..<x.ndim).filter { $0 != axis }
    let norm = vectorNorm(x, power: power, axes: others, keepDims: true)
    // What PyTorch adds, so that the norm stays below the greatest.
    return which(norm .> maximumNorm, x * (maximumNorm / (norm + 1e-7)), x)
}
