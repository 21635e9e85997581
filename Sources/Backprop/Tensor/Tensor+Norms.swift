// Lengths of vectors, and the distances that they measure. The gradient of a length of 0 is taken as 0.

extension Tensor {
    /// The norm of order p over the axes (all of them where left out), taken as one vector: (Σ |x|^p)^(1/p). Order 0 counts
    /// what is not 0, infinity gives the greatest and minus infinity the least magnitude, with ties sharing the gradient.
    /// Any other number is an order too. 0 over no elements, for orders from 0 on.
    public func vectorNorm(
        _ order: Double = 2, axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        require(dtype.isFloatingPoint, "vectorNorm needs a floating-point tensor, not \(dtype)", file: file, line: line)
        let set = resolved(axes: axes, "vectorNorm", file: file, line: line)
        switch order {
        case 0: return asType(.bool).asType(dtype).reduced(.sum, set, keepDims)
        case 1: return abs(self).reduced(.sum, set, keepDims)
        case 2: return square(self).reduced(.sum, set, keepDims).rootWithFlatZero
        case .infinity:
            return count(along: set) == 0 ? reduced(.sum, set, keepDims) : abs(self).reduced(.max, set, keepDims)
        case -.infinity: return abs(self).min(axes: set.axes, keepDims: keepDims, file: file, line: line)
        default: return generalNorm(order, set, keepDims)
        }
    }

    private func generalNorm(_ order: Double, _ axes: AxisSet, _ keepDims: Bool) -> Tensor {
        // Neither the power nor the root has a gradient at 0 that is worth passing on.
        let isZero = self .== 0
        let atZero = like(order > 0 ? 0 : .infinity)
        let powers = which(isZero, atZero, pow(abs(which(isZero, like(1), self)), order))
        let total = powers.reduced(.sum, axes, keepDims)
        let isNothing = total .== 0
        let root = pow(which(isNothing, total.like(1), total), 1 / order)
        return which(isNothing, atZero, root)
    }
}

/// The distances of order p between all rows of a ([..., n, k]) and all rows of b ([..., m, k]): [..., n, m]. Leading
/// axes broadcast.
public func distances(
    _ a: Tensor, _ b: Tensor, order: Double = 2, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        a.ndim >= 2 && b.ndim >= 2 && a.dim(-1) == b.dim(-1),
        "distances: shapes \(a.shape) and \(b.shape) are not rows of one length", file: file, line: line)
    return (a.expandedDimensions(axis: -2) - b.expandedDimensions(axis: -3)).vectorNorm(order, axes: [-1])
}
