import Backprop

/// Connectionist temporal classification (Graves et al., 2006): the negative logarithm of the probability of all
/// alignments of a target with a longer sequence of predictions, where neighbours that are equal count once and blanks
/// are dropped. Shapes that do not fit, and a blank that is no class, stop it.
///
/// The gradient is the one for predictions that come out of a log-softmax, which is PyTorch's: it contains the term
/// exp(log-probability) that a log-softmax takes out again. Where the loss is infinite and stays so it is NaN.
///
/// ```swift
/// let even = Tensor.full([2, 2], 0.5), length = Tensor([2, 1] as [Int32])
/// ctcLoss(log(even), Tensor([1] as [Int32]), inputLengths: length[0], targetLengths: length[1])  // 0.287682
/// ```
///
/// - Parameters:
///   - logProbabilities: [time, batch, classes], or [time, classes] for one sequence; normalized over the classes.
///   - targets: classes (int32 or int64) without blanks, [batch, longest], or one after the other along one axis.
///   - inputLengths: how many steps of each sequence count (int32 or int64, [batch] or a scalar for one sequence).
///   - targetLengths: how many classes each target has, in the same form; computed at once where the targets come one after
///     the other.
///   - blank: the class that stands for nothing.
///   - reduction: `.mean` divides each loss by the length of its target first.
///   - zeroingInfinity: whether losses of targets that do not fit into their sequence, and their gradients, become 0.
public func ctcLoss(
    _ logProbabilities: Tensor, _ targets: Tensor, inputLengths: Tensor, targetLengths: Tensor, blank: Int = 0,
    reduction: Reduction = .mean, zeroingInfinity: Bool = false, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    if logProbabilities.ndim == 2 {
        let losses = ctcLoss(
            logProbabilities.expandedDimensions(axis: 1), targets.reshaped([1, -1]),
            inputLengths: inputLengths.reshaped([1]), targetLengths: targetLengths.reshaped([1]), blank: blank,
            reduction: reduction, zeroingInfinity: zeroingInfinity, file: file, line: line)
        return reduction == .none ? losses.squeezed(axis: 0) : losses
    }
    require(
        logProbabilities.ndim == 3 && inputLengths.shape == [logProbabilities.dim(1)]
            && targetLengths.shape == inputLengths.shape
            && (targets.ndim == 1 || targets.ndim == 2 && targets.dim(0) == inputLengths.size),
        "ctcLoss: log-probabilities \(logProbabilities.shape), targets \(targets.shape) and lengths \(inputLengths.shape) and \(targetLengths.shape) do not fit together",
        file: file, line: line)
    require(
        blank >= 0 && blank < logProbabilities.dim(2),
        "ctcLoss: the blank \(blank) is none of \(logProbabilities.dim(2)) classes", file: file, line: line)
    require(
        logProbabilities.dtype.isFloatingPoint && [targets, inputLengths, targetLengths].allSatisfy(\.dtype.isInteger),
        "ctcLoss: log-probabilities, targets and lengths are \(logProbabilities.dtype), \(targets.dtype), \(inputLengths.dtype) and \(targetLengths.dtype), not floating point and integers",
        file: file, line: line)
    func checked(_ lengths: Tensor, below limit: Int) -> Tensor {
        Tensor(Node.checkIndices(lengths.asType(.int64).node, below: limit, for: .ctcLoss))
    }
    let inputLengths = checked(inputLengths, below: logProbabilities.dim(0) + 1)
    let targetLengths = checked(targetLengths, below: targets.dim(-1) + 1)
    let labels = Labels(targets.asType(.int64), lengths: targetLengths, blank: blank)
    var losses = labels.negativeLogLikelihood(logProbabilities, inputLengths: inputLengths)
    let isInfinite = losses .== Double.infinity
    let isCounted = Tensor.arange(logProbabilities.dim(0), dtype: .int64).expandedDimensions(axis: 1) .< inputLengths
    let normalization = logProbabilities.gradientOfNormalization(isCounted)
    // Without zeroing, infinity times zero makes the gradient of an infinite loss NaN.
    losses = which(
        isInfinite, zeroingInfinity ? losses.like(0) : losses * (1 + 0 * normalization), losses + normalization)
    guard reduction == .mean else { return reduction(losses) }
    return (losses / maximum(targetLengths, targetLengths.like(1)).asType(losses.dtype)).mean()
}

/// Targets with blanks before, between and behind their classes.
private struct Labels {
    /// Classes [batch, 2 longest + 1].
    let classes: Tensor
    /// The place of the blank at the end, [batch].
    let last: Tensor
    /// Whether an alignment may come from two places before: where a class differs from the one before it.
    let maySkip: Tensor

    init(_ targets: Tensor, lengths: Tensor, blank: Int) {
        let padded = targets.ndim == 2 ? targets : Labels.padded(targets, lengths)
        let batch = lengths.size, longest = padded.dim(1)
        let blanks = Tensor.full([batch, longest, 1], Double(blank), dtype: .int64)
        let isPresent = Tensor.arange(longest, dtype: .int64) .< lengths.expandedDimensions(axis: 1)
        let present = which(isPresent, padded, padded.like(Double(blank))).expandedDimensions(axis: 2)
        let pairs = concatenated([blanks, present], axis: 2).reshaped([batch, 2 * longest])
        classes = concatenated([pairs, Tensor.full([batch, 1], Double(blank), dtype: .int64)], axis: 1)
        last = lengths * 2
        let before = concatenated(
            [
                Tensor.full([batch, 2], Double(blank), dtype: .int64),
                classes.narrowed(axis: 1, 0..<Swift.max(0, 2 * longest - 1)),
            ],
            axis: 1
        ).narrowed(axis: 1, 0..<(2 * longest + 1))
        maySkip = (classes .!= Double(blank)) .& (classes .!= before)
    }

    /// Targets that come one after the other as rows.
    private static func padded(_ targets: Tensor, _ lengths: Tensor) -> Tensor {
        let counts = lengths.array(of: Int64.self), longest = Int(counts.max() ?? 0)
        require(
            counts.reduce(0, +) <= targets.size,
            "ctcLoss: targets of shape \(targets.shape) are too few for target lengths \(counts)")
        let starts = (lengths.cumsum(axis: 0) - lengths).expandedDimensions(axis: 1)
        let place = starts + Tensor.arange(longest, dtype: .int64)
        if targets.size == 0 { return Tensor.zeros(place.shape, dtype: .int64) }
        return targets.take(minimum(place, place.like(Double(targets.size - 1))))
    }

    /// The recursion over time for the logarithms of forward variables.
    func negativeLogLikelihood(_ logProbabilities: Tensor, inputLengths: Tensor) -> Tensor {
        let steps = logProbabilities.dim(0), batch = classes.dim(0), count = classes.dim(1)
        let impossible = logProbabilities.like(-Double.infinity)
        let place = Tensor.arange(count, dtype: .int64)
        let isStart = (place .<= 1) .& (place .<= last.expandedDimensions(axis: 1))
        var alpha = impossible.broadcast(to: [batch, count])
        if steps > 0 {
            let emitted = logProbabilities.takeAlong(classes.expandedDimensions(axis: 0), axis: 2)
            alpha = which(isStart, emitted.narrowed(axis: 0, 0..<1).squeezed(axis: 0), impossible)
            for step in 1..<Swift.max(1, steps) {
                let arrived = logSum([
                    alpha, moved(alpha, by: 1), which(maySkip, moved(alpha, by: 2), impossible),
                ])
                let next = arrived + emitted.narrowed(axis: 0, step..<(step + 1)).squeezed(axis: 0)
                alpha = which((inputLengths .> Double(step)).expandedDimensions(axis: 1), next, alpha)
            }
        }
        let end = last.expandedDimensions(axis: 1)
        let final = alpha.takeAlong(end, axis: 1)
        let beforeFinal = which(end .> 0, alpha.takeAlong(maximum(end - 1, end.like(0)), axis: 1), impossible)
        let losses = -logSum([final, beforeFinal]).squeezed(axis: 1)
        // Without a step there is one alignment with the empty target and none with any other.
        let ofNothing = which(last .== 0, losses.like(0), losses.like(Double.infinity))
        return which(inputLengths .== 0, ofNothing, losses)
    }

    /// The elements some places further along the last axis.
    private func moved(_ alpha: Tensor, by places: Int) -> Tensor {
        let count = alpha.dim(1)
        guard count > places else { return alpha.like(-Double.infinity).broadcast(to: alpha.shape) }
        let front = alpha.like(-Double.infinity).broadcast(to: [alpha.dim(0), places])
        return concatenated([front, alpha.narrowed(axis: 1, 0..<(count - places))], axis: 1)
    }

    /// log(Σ exp(x)); where all are -∞, that, and no gradient.
    private func logSum(_ terms: [Tensor]) -> Tensor {
        let greatest = stopGradient(terms.dropFirst().reduce(terms[0]) { maximum($0, $1) })
        let shift = which(greatest .== -Double.infinity, greatest.like(0), greatest)
        let sum = terms.dropFirst().reduce(exp(terms[0] - shift)) { $0 + exp($1 - shift) }
        let isNothing = sum .== 0
        return which(isNothing, sum.like(-Double.infinity), log(which(isNothing, sum.like(1), sum)) + shift)
    }
}

extension Tensor {
    /// Zeros [batch] whose gradient is exp(log-probability) at the steps that count.
    fileprivate func gradientOfNormalization(_ isCounted: Tensor) -> Tensor {
        let total = Backprop.exp(which(isCounted.expandedDimensions(axis: 2), self, like(-Double.infinity))).sum(axes: [
            0, 2,
        ])
        return total - stopGradient(total)
    }
}
