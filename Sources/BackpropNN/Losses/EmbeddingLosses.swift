import Backprop

/// 1 - cos(a, b) where the target is 1, and max(0, cos(a, b) - `margin`) where it is -1. Floating point; a loss for
/// each pair of vectors.
///
/// ```swift
/// cosineEmbeddingLoss(Tensor([1.0, 0], shape: [1, 2]), Tensor([1.0, 1], shape: [1, 2]), Tensor([1.0]))  // 0.292893
/// ```
///
/// - Parameters:
///   - a: vectors along the last axis, [..., features]; so is b.
///   - targets: signs, of the shape without the last axis, in any dtype.
public func cosineEmbeddingLoss(
    _ a: Tensor, _ b: Tensor, _ targets: Tensor, margin: Double = 0, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireCommon("cosineEmbeddingLoss", a, b, file: file, line: line)
    // As PyTorch's, which adds to the squares where `cosineSimilarity` limits the norms.
    let tiny = 1e-12
    let squares = (square(a).sum(axis: -1) + tiny) * (square(b).sum(axis: -1) + tiny)
    let cosine = (a * b).sum(axis: -1) / sqrt(squares)
    requireCommonShape("cosineEmbeddingLoss", [cosine, targets], file: file, line: line)
    let near = which(targets .== 1, 1 - cosine, cosine.zero)
    return reduction(near + which(targets .== -1, closedHinge(cosine - margin), cosine.zero))
}

/// max(0, d(anchor, positive) - d(anchor, negative) + `margin`), where d is the norm of a difference unless another is
/// given (Balntas et al., 2016). Floating point; a loss for each triple of vectors.
///
/// ```swift
/// tripletMarginLoss(anchors: Tensor([0.0]), positives: Tensor([2.0]), negatives: Tensor([2.5]))  // 0.5
/// ```
///
/// - Parameters:
///   - anchors: vectors along the last axis, [..., features]; so are the others.
///   - power: of the norm.
///   - epsilon: added to differences before their norm.
///   - swap: whether the negative is compared with the positive instead where that is nearer.
///   - distance: from two tensors of vectors to one of numbers, instead of the norm.
public func tripletMarginLoss(
    anchors: Tensor, positives: Tensor, negatives: Tensor, margin: Double = 1, power: Double = 2,
    epsilon: Double = 1e-6, swap: Bool = false, reduction: Reduction = .mean,
    distance: ((Tensor, Tensor) -> Tensor)? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    for others in [positives, negatives] where distance == nil {
        requireCommon("tripletMarginLoss", anchors, others, file: file, line: line)
    }
    let distance = distance ?? { pairwiseDistance($0, $1, order: power, epsilon: epsilon) }
    var far = distance(anchors, negatives)
    if swap { far = minimum(far, distance(positives, negatives)) }
    return reduction(closedHinge(distance(anchors, positives) - far + margin))
}
