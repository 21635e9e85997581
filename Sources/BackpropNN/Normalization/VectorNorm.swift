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
