import Backprop

/// -(t log(p) + (1 - t) log(1 - p)), for probabilities p and targets t between 0 and 1. Floating point of one shape and
/// dtype; anything else stops it.
///
/// As in PyTorch, logarithms are at least -100, and the gradient for p is (p - t) / max(p (1 - p), 1e-12), so that both are
/// finite at 0 and 1. `binaryCrossEntropyWithLogits` is more accurate.
///
/// ```swift
/// binaryCrossEntropy(Tensor([0.9, 0.2]), Tensor([1.0, 0]), reduction: .none)  // [0.105361, 0.223144]
/// ```
///
/// - Parameter weights: factors that broadcast to the shape of the losses; a mean is divided by the number of losses.
public func binaryCrossEntropy(
    _ probabilities: Tensor, _ targets: Tensor, weights: Tensor? = nil, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireAlike("binaryCrossEntropy", ("probabilities", probabilities), ("targets", targets), file, line)
    let p = probabilities, t = targets, least = 1e-12
    let isInside = p * (1 - p) .> least
    let inside = which(isInside, p, p.like(0.5))
    let losses = which(isInside, (t - 1) * log1p(-inside) - t * log(inside), saturated(p, t, least: least))
    return reduction(scaled("binaryCrossEntropy", losses, by: weights, file, line))
}

/// The loss at the ends of the range, whose logarithms are clamped. What gives it the derivatives of PyTorch is multiplied
/// by a difference that is 0.
private func saturated(_ p: Tensor, _ t: Tensor, least: Double) -> Tensor {
    let still = stopGradient(p), target = stopGradient(t)
    let (whole, rest) = (still + least, 1 - still + least)
    let curvature = (square(still) - 2 * still * target + target) / (square(whole) * square(rest))
    let slope = (still - t) * (1 / least)
    let difference = p - still
    let positive = t * maximum(log(still), still.like(-100))
    let negative = (1 - t) * maximum(log1p(-still), still.like(-100))
    return difference * (slope + difference * curvature * 0.5) - positive - negative
}

/// `binaryCrossEntropy` of sigmoid(logits), exact for logits of any size. Floating point, any shape; another shape of
/// the targets stops it.
///
/// ```swift
/// binaryCrossEntropyWithLogits(Tensor([0.0, -1000]), Tensor([1.0, 0]), reduction: .none)  // [0.693147, 0]
/// ```
///
/// - Parameters:
///   - targets: of the shape of the logits, between 0 and 1.
///   - weights: factors that broadcast to the shape of the losses; a mean is divided by the number of losses.
///   - positiveWeights: factors of the part of a loss that belongs to the positive class; they broadcast.
public func binaryCrossEntropyWithLogits(
    _ logits: Tensor, _ targets: Tensor, weights: Tensor? = nil, positiveWeights: Tensor? = nil,
    reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let name = "binaryCrossEntropyWithLogits"
    requireAlike(name, ("logits", logits), ("targets", targets), file, line)
    if logits.isSigmoid {
        Warnings.printOnce(
            "\(name) takes logits, but was given what has gone through sigmoid already; leave the sigmoid out",
            file: file, line: line)
    }
    if let positiveWeights { requireCommon(name, logits, positiveWeights, file: file, line: line) }
    let factors = (positiveWeights ?? logits.like(1)).broadcast(to: logits.shape)
    let losses = logisticLosses([logits, targets, factors])[0]
    return reduction(scaled(name, losses, by: weights, file, line))
}

/// (1 - t) x + (1 + (w - 1) t) softplus(-x) of logits x, targets t and weights w. The slope in x is written as what
/// remains of the sigmoid, since 1 and -1 + a small number would lose the latter.
private let logisticLosses = CustomFunction { inputs in
    let (x, t, w) = (inputs[0], inputs[1], inputs[2])
    return [(1 - t) * x + ((w - 1) * t + 1) * softplus(-x)]
} vjp: { inputs, _, cotangents in
    let (x, t, w) = (inputs[0], inputs[1], inputs[2])
    let weighted = w * t, positive = softplus(-x)
    let slope = (1 - t) * sigmoid(x) - weighted * sigmoid(-x)
    return [cotangents[0] * slope, cotangents[0] * ((w - 1) * positive - x), cotangents[0] * (t * positive)]
}

private func scaled(
    _ name: String, _ losses: Tensor, by weights: Tensor?, _ file: StaticString, _ line: UInt
) -> Tensor {
    guard let weights else { return losses }
    requireCommon(name, losses, weights, file: file, line: line)
    let product = losses * weights
    require(
        product.shape == losses.shape, "\(name): weights \(weights.shape) do not broadcast to losses \(losses.shape)",
        file: file, line: line)
    return product
}
