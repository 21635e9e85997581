import Backprop

// Distances between predictions and targets, element by element. Both may carry gradients.

/// The squared difference, averaged over all elements unless asked otherwise. Other shapes of the targets stop it.
///
/// ```swift
/// meanSquaredError(Tensor([1.0, 2]), Tensor([1.0, 5]))  // 4.5
/// ```
///
/// - Parameter weights: a factor for each element, of the same shape. A weighted mean is divided by their sum.
public func meanSquaredError(
    _ predictions: Tensor, _ targets: Tensor, weights: Tensor? = nil, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireAlike("meanSquaredError", ("predictions", predictions), ("targets", targets), file, line)
    return weighted("meanSquaredError", square(predictions - targets), weights, reduction, file, line)
}

/// The absolute difference, averaged over all elements unless asked otherwise; its gradient at 0 is 0. Other shapes of
/// the targets stop it.
///
/// ```swift
/// l1Loss(Tensor([1.0, 2]), Tensor([1.0, 5]))  // 1.5
/// ```
///
/// - Parameter weights: a factor for each element, of the same shape. A weighted mean is divided by their sum.
public func l1Loss(
    _ predictions: Tensor, _ targets: Tensor, weights: Tensor? = nil, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireAlike("l1Loss", ("predictions", predictions), ("targets", targets), file, line)
    return weighted("l1Loss", abs(predictions - targets), weights, reduction, file, line)
}

/// Half the squared difference up to `delta`, and beyond it the line of slope `delta` that continues it (Huber, 1964).
/// Other shapes of the targets stop it. A delta that is not positive stops it, too.
///
/// ```swift
/// huberLoss(Tensor([0.5, 3]), Tensor([0.0, 0]), reduction: .none)  // [0.125, 2.5]
/// ```
///
/// - Parameter weights: a factor for each element, of the same shape. A mean is divided by the number of elements all the
///   same, as in PyTorch.
public func huberLoss(
    _ predictions: Tensor, _ targets: Tensor, delta: Double = 1, weights: Tensor? = nil, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireAlike("huberLoss", ("predictions", predictions), ("targets", targets), file, line)
    require(delta > 0, "huberLoss: delta \(delta) is not positive", file: file, line: line)
    var losses = huber(predictions - targets, delta: delta)
    if let weights {
        requireAlike("huberLoss", ("predictions", predictions), ("weights", weights), file, line)
        losses = losses * weights
    }
    return reduction(losses)
}

/// `huberLoss` divided by its bound: the absolute difference minus `beta`/2 beyond `beta`, rounded off within
/// (Girshick, 2015). With a `beta` of 0 it is `l1Loss`. Other shapes of the targets stop it. So does a negative `beta`.
///
/// ```swift
/// smoothL1Loss(Tensor([0.5, 3]), Tensor([0.0, 0]), reduction: .none)  // [0.125, 2.5]
/// ```
public func smoothL1Loss(
    _ predictions: Tensor, _ targets: Tensor, beta: Double = 1, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireAlike("smoothL1Loss", ("predictions", predictions), ("targets", targets), file, line)
    require(beta >= 0, "smoothL1Loss: beta \(beta) is negative", file: file, line: line)
    if beta == 0 { return reduction(abs(predictions - targets)) }
    return reduction(huber(predictions - targets, delta: beta) * (1 / beta))
}

private func huber(_ difference: Tensor, delta: Double) -> Tensor {
    let distance = abs(difference)
    let isNear = distance .< delta
    // The square of a large difference would be infinite on the side that is not taken.
    let near = which(isNear, difference, difference.zero)
    return which(isNear, square(near) * 0.5, (distance - delta / 2) * delta)
}

private func weighted(
    _ name: String, _ losses: Tensor, _ weights: Tensor?, _ reduction: Reduction, _ file: StaticString, _ line: UInt
) -> Tensor {
    guard let weights else { return reduction(losses) }
    requireAlike(name, ("predictions", losses), ("weights", weights), file, line)
    return reduction(losses * weights, weights: weights)
}
