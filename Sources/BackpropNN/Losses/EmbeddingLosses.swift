import Backprop

/// The cosine of the angle between vectors along an axis, a·b / (max(|a|, ε) max(|b|, ε)), with broadcasting.
public func cosineSimilarity(
    _ a: Tensor, _ b: Tensor, axis: Int = -1, epsilon: Double = 1e-8, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    // The axis counts in the common shape, where broadcasting is over.
    let like = a.zero * b
    let (a, b) = (a + like.zero.broadcast(to: like.shape), b + like.zero.broadcast(to: like.shape))
    let axis = a.resolved(axis: axis, "cosineSimilarity", file: file, line: line)
    func unit(_ x: Tensor) -> Tensor {
        x / closedMaximum(vectorNorm(x, power: 2, axes: [axis], keepDims: true), epsilon)
    }
    return (unit(a) * unit(b)).sum(axis: axis)
}

/// The vectors along an axis divided by max(|x|, ε), with the norm of a power.
public func normalized(
    _ x: Tensor, power: Double = 2, axis: Int = -1, epsilon: Double = 1e-12
) -> Tensor { x / closedMaximum(vectorNorm(x, power: power, axes: [axis], keepDims: true), epsilon) }

/// The norm of a power of a - b + `epsilon`, along the last axis, with broadcasting. The gradient where the norm is 0 is 0.
public func pairwiseDistance(
    _ a: Tensor, _ b: Tensor, power: Double = 2, epsilon: Double = 1e-6, keepDims: Bool = false
) -> Tensor { vectorNorm(a - b + epsilon, power: power, axes: [-1], keepDims: keepDims) }

/// 1 - cos(a, b) where the target is 1, and max(0, cos(a, b) - `margin`) where it is -1.
///
/// - Parameters:
///   - a: vectors along the last axis, [..., features]; so is b.
///   - targets: signs, of the shape without the last axis, in any dtype.
public func cosineEmbeddingLoss(
    _ a: Tensor, _ b: Tensor, _ targets: Tensor, margin: Double = 0, reduction: Reduction = .mean
) -> Tensor {
    // As PyTorch's, which differs from `cosineSimilarity` in what it adds.
    let tiny = 1e-12
    let squares = (square(a).sum(axis: -1) + tiny) * (square(b).sum(axis: -1) + tiny)
    let cosine = (a * b).sum(axis: -1) / sqrt(squares)
    let near = which(targets .== 1, 1 - cosine, cosine.zero)
    return reduction(near + which(targets .== -1, closedHinge(cosine - margin), cosine.zero))
}

/// max(0, d(anchor, positive) - d(anchor, negative) + `margin`), where d is `pairwiseDistance` unless another is given (Balntas
/// et al., 2016).
///
/// - Parameters:
///   - anchors: vectors along the last axis, [..., features]; so are the others.
///   - power: of the norm.
///   - epsilon: added to differences by `pairwiseDistance`.
///   - swap: whether the negative is compared with the positive instead where that is nearer.
///   - distance: from two tensors of vectors to one of numbers, instead of `pairwiseDistance`.
public func tripletMarginLoss(
    anchors: Tensor, positives: Tensor, negatives: Tensor, margin: Double = 1, power: Double = 2,
    epsilon: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean,
    distance: ((Tensor, Tensor) -> Tensor)? = nil
) -> Tensor {
    let distance = distance ?? { pairwiseDistance($0, $1, power: power, epsilon: epsilon) }
    var far = distance(anchors, negatives)
    if swap { far = minimum(far, distance(positives, negatives)) }
    return reduction(closedHinge(distance(anchors, positives) - far + margin))
}

/// max(x, bound), with the whole gradient to x at the bound.
private func closedMaximum(_ x: Tensor, _ bound: Double) -> Tensor { which(x .< bound, x.like(bound), x) }
