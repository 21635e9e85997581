// Lengths of vectors, and what they serve for: distances, directions, similarities. The gradient of a length of 0 is
// taken as 0.

extension Tensor {
    /// The norm of order p over the axes (all of them where left out), taken as one vector: (Σ |x|^p)^(1/p). Order 0
    /// counts what is not 0, infinity gives the greatest and minus infinity the least magnitude, with ties sharing the
    /// gradient. Any other number is an order too. 0 over no elements, for orders from 0 on. Floating point only. The
    /// gradient at 0 is 0.
    ///
    /// ```swift
    /// Tensor([3.0, -4]).vectorNorm()  // 5
    /// ```
    public func vectorNorm(
        _ order: Double = 2, axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        require(
            dtype.isFloatingPoint,
            "vectorNorm needs a floating-point tensor, not \(dtype); convert it with asType(.float32)", file: file,
            line: line)
        require(!order.isNaN, "vectorNorm: an order of \(order) for shape \(node.shape)", file: file, line: line)
        let set = resolved(axes: axes, "vectorNorm", file: file, line: line)
        switch order {
        case 0: return asType(.bool).asType(dtype).reduced(.sum, set, keepDims)
        case 1: return Backprop.abs(self).reduced(.sum, set, keepDims)
        case 2: return Backprop.square(self).reduced(.sum, set, keepDims).rootWithFlatZero
        case .infinity:
            return count(along: set) == 0
                ? reduced(.sum, set, keepDims) : Backprop.abs(self).reduced(.max, set, keepDims)
        case -.infinity: return Backprop.abs(self).min(axes: set.axes, keepDims: keepDims, file: file, line: line)
        default: return generalNorm(order, set, keepDims)
        }
    }

    private func generalNorm(_ order: Double, _ axes: AxisSet, _ keepDims: Bool) -> Tensor {
        // Neither the power nor the root has a gradient at 0 that is worth passing on.
        let isZero = self .== 0
        let atZero = like(order > 0 ? 0 : .infinity)
        let powers = which(isZero, atZero, Backprop.pow(Backprop.abs(which(isZero, like(1), self)), order))
        let total = powers.reduced(.sum, axes, keepDims)
        let isNothing = total .== 0
        let root = Backprop.pow(which(isNothing, total.like(1), total), 1 / order)
        return which(isNothing, atZero, root)
    }

    /// Slices along the axis whose norm exceeds `limit`, made shorter until it is the norm; others stay as they are.
    /// Floating point only.
    ///
    /// ```swift
    /// Tensor([3.0, 4, 0.3, 0.4], shape: [2, 2]).renormalized(axis: 0, limit: 1)  // [0.6, 0.8, 0.3, 0.4]
    /// ```
    public func renormalized(
        _ order: Double = 2, axis: Int, limit: Double, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "renormalized", file: file, line: line)
        let norm = vectorNorm(order, axes: (0..<ndim).filter { $0 != axis }, keepDims: true)
        let factor = which(norm .> limit, limit / (norm + 1e-7), norm.like(1))
        return self * factor
    }
}

/// x divided by its norm of order p along the axes, or by `epsilon` where the norm is less. Floating point only.
///
/// ```swift
/// normalized(Tensor([3.0, 4]))  // [0.6, 0.8]
/// ```
public func normalized(
    _ x: Tensor, order: Double = 2, axes: [Int] = [-1], epsilon: Double = 1e-12, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    x / clip(x.vectorNorm(order, axes: axes, keepDims: true, file: file, line: line), min: epsilon, max: nil)
}

/// The cosine of the angle between a and b along the axis, with broadcasting; norms below `epsilon` count as `epsilon`.
/// Floating point only.
///
/// ```swift
/// cosineSimilarity(Tensor([1.0, 0]), Tensor([1.0, 1]))  // 0.707107
/// ```
public func cosineSimilarity(
    _ a: Tensor, _ b: Tensor, axis: Int = -1, epsilon: Double = 1e-8, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    // The limit holds for the value alone: the gradient is that of the norm.
    func direction(_ x: Tensor) -> Tensor {
        let norm = x.vectorNorm(axes: [axis], keepDims: true, file: file, line: line)
        return x / (norm + withoutGradients { clip(norm, min: epsilon, max: nil) - norm })
    }
    guard let shape = Shape.broadcast(a.node.shape, b.node.shape)?.array else {
        trap("cosineSimilarity: shapes \(a.shape) and \(b.shape) do not broadcast", file: file, line: line)
    }
    let (first, second) = (a.broadcast(to: shape), b.broadcast(to: shape))
    _ = first.resolved(axis: axis, "cosineSimilarity", file: file, line: line)
    return (direction(first) * direction(second)).sum(axis: axis, file: file, line: line)
}

/// The norm of order p of a - b + `epsilon` along the last axis, with broadcasting. Floating point only.
///
/// ```swift
/// pairwiseDistance(Tensor([0.0, 0]), Tensor([3.0, 4]))  // 5
/// ```
public func pairwiseDistance(
    _ a: Tensor, _ b: Tensor, order: Double = 2, epsilon: Double = 1e-6, keepDims: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireCommon("pairwiseDistance", a, b, file: file, line: line)
    return (a - b + epsilon).vectorNorm(order, axes: [-1], keepDims: keepDims, file: file, line: line)
}

/// The distances of order p between all rows of a ([..., n, k]) and all rows of b ([..., m, k]): [..., n, m]. Leading
/// axes broadcast. With order infinity each of several greatest differences gets the whole gradient. Floating point
/// only. Rows of different lengths stop it.
///
/// ```swift
/// distances(Tensor([0.0, 0], shape: [1, 2]), Tensor([3.0, 4, 0, 1], shape: [2, 2]))  // [5, 1]
/// ```
public func distances(
    _ a: Tensor, _ b: Tensor, order: Double = 2, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        a.ndim >= 2 && b.ndim >= 2 && a.dim(-1) == b.dim(-1),
        "distances: shapes \(a.shape) and \(b.shape) are not rows of one length", file: file, line: line)
    let differences = a.expandedDimensions(axis: -2) - b.expandedDimensions(axis: -3)
    guard order == .infinity, a.dim(-1) > 0 else { return differences.vectorNorm(order, axes: [-1]) }
    let sizes = abs(differences)
    let greatest = withoutGradients { sizes.max(axis: -1, keepDims: true) }
    // The elements that are greatest, each with a value of 0 and its derivative.
    let derivatives = which((sizes .== greatest) .& isFinite(sizes), sizes - stopGradient(sizes), sizes.like(0)).sum(
        axis: -1)
    return greatest.squeezed(axis: -1) + derivatives
}
