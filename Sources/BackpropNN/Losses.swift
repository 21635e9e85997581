import Backprop

/// How a loss becomes one number.
public enum Reduction: Sendable {
    case mean, sum
    /// One loss for every example.
    case none

    fileprivate func callAsFunction(_ losses: Tensor) -> Tensor {
        switch self {
        case .mean: losses.mean()
        case .sum: losses.sum()
        case .none: losses
        }
    }
}

/// The negative log-likelihood of class labels under softmax(logits).
///
/// - Parameters:
///   - logits: floating point, [..., classes].
///   - labels: int32, int64 or uint8 of the shape without the last axis. Evaluation stops with a message where a label
///     is not a class.
public func crossEntropy(
    _ logits: Tensor, _ labels: Tensor, reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        logits.ndim >= 1 && Array(logits.shape.dropLast()) == labels.shape && !labels.dtype.isFloatingPoint,
        "crossEntropy: logits \(logits.shape) need integer labels of shape \(Array(logits.shape.dropLast())), not \(labels.dtype)\(labels.shape)",
        file: file, line: line)
    let classes = logits.dim(-1)
    let integers = labels.dtype == .int64 ? labels : labels.asType(.int32)
    let checked = Tensor(Node.checkIndices(integers.node, below: classes))
    // A comparison in the dtype of the logits stays in their block program; classes are exact in it.
    let index = Tensor.arange(classes, dtype: logits.dtype)
    let isLabel = index .== checked.asType(logits.dtype).expandedDimensions(axis: -1)
    let picked = which(isLabel, logits, Tensor(0, dtype: logits.dtype)).sum(axis: -1)
    return reduction(logits.logSumExp(axes: [-1]) - picked)
}

/// The squared difference, averaged over all elements unless asked otherwise.
public func meanSquaredError(
    _ predictions: Tensor, _ targets: Tensor, reduction: Reduction = .mean, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    require(
        predictions.shape == targets.shape,
        "meanSquaredError: predictions \(predictions.shape) and targets \(targets.shape) differ in shape", file: file,
        line: line)
    return reduction(square(predictions - targets))
}
