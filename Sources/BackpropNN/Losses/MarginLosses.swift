import Backprop

// Losses that are 0 once a score is on the right side of a margin. Targets that are signs are 1 or -1, in any dtype.

/// x where the target is 1, and max(0, `margin` - x) where it is -1, for distances x (Hadsell et al., 2006). The
/// gradient passes at the margin. Floating point, any shape; targets of another shape stop it.
///
/// ```swift
/// hingeEmbeddingLoss(Tensor([0.3, 0.3]), Tensor([1.0, -1]), reduction: .none)  // [0.3, 0.7]
/// ```
///
/// - Parameter targets: signs of the shape of x.
public func hingeEmbeddingLoss(
    _ x: Tensor, _ targets: Tensor, margin: Double = 1, reduction: Reduction = .mean, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    requireSameShape("hingeEmbeddingLoss", ("distances", x), ("targets", targets), file, line)
    let near = which(targets .!= -1, x, x.zero)
    return reduction(near + which(targets .!= 1, closedHinge(margin - x), x.zero))
}

/// max(0, -t (a - b) + `margin`): a should rank above b where the target t is 1, below it where t is -1. The gradient
/// passes at the margin. Floating point.
///
/// ```swift
/// marginRankingLoss(Tensor([1.0]), Tensor([3.0]), Tensor([1.0]), margin: 0.5)  // 2.5
/// ```
///
/// - Parameter targets: signs; all three broadcast to a common shape.
public func marginRankingLoss(
    _ a: Tensor, _ b: Tensor, _ targets: Tensor, margin: Double = 0, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireCommon("marginRankingLoss", a, b, file: file, line: line)
    requireCommonShape("marginRankingLoss", [a, b, targets], file: file, line: line)
    return reduction(closedHinge(margin - targets.asType(a.dtype) * (a - b)))
}

/// log(1 + exp(-t x)), for scores x and signs t of the same shape. Floating point; targets of another shape stop it.
///
/// ```swift
/// softMarginLoss(Tensor([0.0, 1000]), Tensor([1.0, -1]), reduction: .none)  // [0.693147, 1000]
/// ```
public func softMarginLoss(
    _ scores: Tensor, _ targets: Tensor, reduction: Reduction = .mean, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    requireSameShape("softMarginLoss", ("scores", scores), ("targets", targets), file, line)
    return reduction(softplus(-(targets.asType(scores.dtype) * scores)))
}

/// The hinge loss of several classes: the sum over all other classes i of max(0, `margin` - x[label] + x[i])^`power`,
/// divided by the number of classes (Crammer and Singer, 2001). The gradient at the margin is 0. Labels that do not
/// fit, and another power, stop it.
///
/// ```swift
/// multiMarginLoss(Tensor([0.5, 2, 1.5], shape: [1, 3]), Tensor([1] as [Int32]))  // 0.166667
/// ```
///
/// - Parameters:
///   - scores: x, floating point, [..., classes].
///   - labels: int32, int64 or uint8 of the shape without the last axis. Evaluation stops with a message where a label
///     is not a class.
///   - power: 1 or 2.
///   - weights: a factor for each label, [classes]; a mean is divided by the number of examples.
public func multiMarginLoss(
    _ scores: Tensor, _ labels: Tensor, power: Int = 1, margin: Double = 1, weights: Tensor? = nil,
    reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(power == 1 || power == 2, "multiMarginLoss: the power \(power) is neither 1 nor 2", file: file, line: line)
    let chosen = ClassLabels(
        labels, of: scores, weights, ignored: nil, .multiMarginLoss, "scores", file: file, line: line)
    let excess = relu(scores - chosen.pick(scores).expandedDimensions(axis: -1) + margin)
    let others = chosen.zeroingLabels(power == 1 ? excess : square(excess))
    return reduction(chosen.weighted(others.sum(axis: -1) * (1 / Double(scores.dim(-1)))))
}

/// The hinge loss of several labels an example: the sum over its labels l and all classes i that are none of them of
/// max(0, 1 - x[l] + x[i]), divided by the number of classes. The gradient at the margin is 0. Labels of another shape
/// stop it.
///
/// ```swift
/// multilabelMarginLoss(Tensor([0.5, 2, 1.5]), Tensor([1, -1, 0] as [Int64]))  // 0.166667
/// ```
///
/// - Parameters:
///   - scores: x, floating point, [..., classes].
///   - labels: int32 or int64 of the same shape. The labels of an example come first in its row; the first -1 ends them.
///     Evaluation stops with a message where one of them is not a class.
public func multilabelMarginLoss(
    _ scores: Tensor, _ labels: Tensor, reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        scores.ndim >= 1 && scores.shape == labels.shape && labels.dtype.isInteger && labels.dtype != .uint8,
        "multilabelMarginLoss: scores \(scores.shape) need integer labels of the same shape, not \(labels.dtype)\(labels.shape)",
        file: file, line: line)
    let classes = scores.dim(-1)
    let position = Tensor.arange(classes, dtype: .int32)
    // Before the first -1: no end at this place or at an earlier one.
    let isEarlier = position .<= position.expandedDimensions(axis: -1)
    let isEnd = (labels .< 0).expandedDimensions(axis: -2)
    let ends = (isEnd .& isEarlier).sum(axis: -1)
    let isListed = ends .== 0
    let isPair =
        isClass(which(isListed, labels, labels.zero), of: scores, for: .multilabelMarginLoss)
        .& isListed.expandedDimensions(axis: -1)
    // How often each class is listed.
    let count = isPair.sum(axis: -2).asType(scores.dtype)
    let isOther = (count .== 0).expandedDimensions(axis: -2)
    let excess = relu(scores.expandedDimensions(axis: -2) - scores.expandedDimensions(axis: -1) + 1)
    let sums = which(isOther, excess, excess.zero).sum(axis: -1)
    return reduction((sums * count).sum(axis: -1) * (1 / Double(classes)))
}

/// `binaryCrossEntropyWithLogits` of every class, averaged over the classes of an example. Targets of another shape
/// stop it.
///
/// ```swift
/// multilabelSoftMarginLoss(Tensor([0.0, 0], shape: [1, 2]), Tensor([1.0, 0], shape: [1, 2]))  // 0.693147
/// ```
///
/// - Parameters:
///   - scores: floating point, [..., classes].
///   - targets: of the same shape, 1 for the classes that apply and 0 for the others.
///   - weights: factors that broadcast to the shape of the scores.
public func multilabelSoftMarginLoss(
    _ scores: Tensor, _ targets: Tensor, weights: Tensor? = nil, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(scores.ndim >= 1, "multilabelSoftMarginLoss: scores have no axis of classes", file: file, line: line)
    requireSameShape("multilabelSoftMarginLoss", ("scores", scores), ("targets", targets), file, line)
    let losses = binaryCrossEntropyWithLogits(
        scores, targets.asType(scores.dtype), weights: weights, reduction: .none, file: file, line: line)
    return reduction(losses.mean(axis: -1))
}

/// max(0, x), through which the gradient passes at 0: PyTorch's losses differ from one another in this.
func closedHinge(_ x: Tensor) -> Tensor { which(x .< 0, x.zero, x) }
