import Backprop

/// The divergence of Kullback and Leibler, t (log(t) - x) for each element, where x is the logarithm of a predicted
/// probability and t the true one; 0 where t is 0, with no finite gradient for t there. Floating point; targets of
/// another shape stop it.
///
/// ```swift
/// klDivergence(log(Tensor([0.5, 0.5])), Tensor([0.25, 0.75]), reduction: .sum)  // 0.130812
/// ```
///
/// - Parameters:
///   - logProbabilities: x.
///   - targets: t, or log(t) where `targetsAreLogarithms` says so; of the same shape.
///   - reduction: the divergence itself, averaged over examples, is `.batchMean`; `.mean`, the default as in PyTorch,
///     averages over all elements.
public func klDivergence(
    _ logProbabilities: Tensor, _ targets: Tensor, targetsAreLogarithms: Bool = false, reduction: Reduction = .mean,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireAlike("klDivergence", ("log-probabilities", logProbabilities), ("targets", targets), file, line)
    if targetsAreLogarithms { return reduction(exp(targets) * (targets - logProbabilities)) }
    return reduction(xlogy(targets, targets) - targets * logProbabilities)
}

/// The negative logarithm of a normal density, up to a constant: (log(variance) + (x - t)² / variance) / 2 (Nix and
/// Weigend, 1994). Floating point; an epsilon that is not positive stops it.
///
/// ```swift
/// gaussianNegativeLogLikelihood(Tensor([1.0]), Tensor([3.0]), variance: Tensor([4.0]))  // 1.19315
/// ```
///
/// - Parameters:
///   - predictions: the means x.
///   - targets: t; broadcasts with the predictions.
///   - variance: not negative; broadcasts with the predictions. Raised to `epsilon` where it is lower, without an
///     effect on the gradient.
///   - isFull: whether to add the constant log(2π) / 2.
public func gaussianNegativeLogLikelihood(
    _ predictions: Tensor, _ targets: Tensor, variance: Tensor, isFull: Bool = false, epsilon: Double = 1e-6,
    reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        epsilon > 0, "gaussianNegativeLogLikelihood: epsilon \(epsilon) is not positive", file: file, line: line)
    requireCommon("gaussianNegativeLogLikelihood", predictions, targets, file: file, line: line)
    requireCommon("gaussianNegativeLogLikelihood", predictions, variance, file: file, line: line)
    let raised = which(variance .< epsilon, variance - stopGradient(variance) + epsilon, variance)
    let losses = (log(raised) + square(predictions - targets) / raised) * 0.5
    return reduction(isFull ? losses + 0.5 * 1.8378770664093453 : losses)  // log(2π)
}

/// The negative logarithm of a Poisson probability, up to a constant, for the count t. Floating point; targets of
/// another shape stop it.
///
/// ```swift
/// poissonNegativeLogLikelihood(Tensor([0.0]), Tensor([3.0]))  // 1
/// ```
///
/// - Parameters:
///   - predictions: the logarithm x of the rate, for a loss of exp(x) - t x; or with `predictionsAreLogarithms: false` the
///     rate x itself, for x - t log(x + `epsilon`).
///   - targets: t, of the same shape. In the full form its gradient at 0 is NaN, as in PyTorch.
///   - isFull: whether to add Stirling's approximation of log(t!) where t is above 1.
public func poissonNegativeLogLikelihood(
    _ predictions: Tensor, _ targets: Tensor, predictionsAreLogarithms: Bool = true, isFull: Bool = false,
    epsilon: Double = 1e-8, reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireAlike("poissonNegativeLogLikelihood", ("predictions", predictions), ("targets", targets), file, line)
    var losses =
        predictionsAreLogarithms
        ? exp(predictions) - targets * predictions : predictions - targets * log(predictions + epsilon)
    if isFull {
        let stirling = targets * log(targets) - targets + 0.5 * log(targets * (2 * Double.pi))
        losses = losses + which(targets .> 1, stirling, stirling.zero)
    }
    return reduction(losses)
}
