import Backprop

/// The negative log-likelihood of class labels under softmax(logits). Shapes that do not fit, and a smoothing outside
/// of [0, 1], stop it.
///
/// ```swift
/// crossEntropy(Tensor([0.0, 0, 0, 1000], shape: [2, 2]), Tensor([1, 1] as [Int32]))  // 0.346574
/// ```
///
/// - Parameters:
///   - logits: floating point, [..., classes]: classes are the last axis (PyTorch's are axis 1).
///   - labels: int32, int64 or uint8 of the shape without the last axis. Evaluation stops with a message where a label
///     is not a class.
///   - weights: a factor for each class, [classes]. A mean is divided by the sum of the weights of the labels.
///   - labelSmoothing: the part of each label that is spread evenly over all classes (Szegedy et al., 2016).
///   - ignoredLabel: a label, in the range of classes or not, whose examples have no loss and do not count in a mean.
public func crossEntropy(
    _ logits: Tensor, _ labels: Tensor, weights: Tensor? = nil, labelSmoothing: Double = 0, ignoredLabel: Int? = nil,
    reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let chosen = ClassLabels(
        labels, of: logits, weights, ignored: ignoredLabel, .crossEntropy, "logits", file: file, line: line)
    requireFraction(labelSmoothing, file, line)
    warnOfSoftmax(logits, file, line)
    let logits = logits.castForSum
    let total = logits.logSumExp(axes: [-1])
    let likelihood = chosen.loss(total - chosen.pick(logits), reduction)
    if labelSmoothing == 0 { return likelihood }
    var everyClass = total.expandedDimensions(axis: -1) - logits
    if let weights { everyClass = everyClass * weights }
    let even = chosen.unweightedLoss(everyClass.sum(axis: -1), reduction) * (labelSmoothing / Double(logits.dim(-1)))
    return likelihood * (1 - labelSmoothing) + even
}

/// The cross-entropy of softmax(logits) relative to class probabilities, -Σ p log(softmax(logits)). Other shapes stop
/// it.
///
/// ```swift
/// crossEntropy(Tensor([0.0, 0]), probabilities: Tensor([0.3, 0.7]))  // 0.693147
/// ```
///
/// - Parameters:
///   - logits: floating point, [..., classes].
///   - probabilities: of the same shape and dtype; may carry gradients.
///   - weights: a factor for each class, [classes]. A mean is divided by the number of examples all the same, as in
///     PyTorch.
///   - labelSmoothing: the part of the probabilities that is spread evenly over all classes.
public func crossEntropy(
    _ logits: Tensor, probabilities: Tensor, weights: Tensor? = nil, labelSmoothing: Double = 0,
    reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireAlike("crossEntropy", ("logits", logits), ("probabilities", probabilities), file, line)
    require(logits.ndim >= 1, "crossEntropy: logits have no axis of classes", file: file, line: line)
    requireClassWeights(weights, for: logits, "crossEntropy", file, line)
    requireFraction(labelSmoothing, file, line)
    warnOfSoftmax(logits, file, line)
    var target = probabilities
    if labelSmoothing > 0 {
        target = target * (1 - labelSmoothing) + labelSmoothing / Double(logits.dim(-1))
    }
    if let weights { target = target * weights }
    return reduction(-(logSoftmax(logits) * target).sum(axis: -1))
}

/// The negative log-likelihood of class labels under given log-probabilities. Shapes that do not fit stop it.
///
/// ```swift
/// negativeLogLikelihood(log(Tensor([0.2, 0.8], shape: [1, 2])), Tensor([1] as [Int32]))  // 0.223144
/// ```
///
/// - Parameters:
///   - logProbabilities: floating point, [..., classes], as `logSoftmax` gives them.
///   - labels: int32, int64 or uint8 of the shape without the last axis. Evaluation stops with a message where a label
///     is not a class.
///   - weights: a factor for each class, [classes]. A mean is divided by the sum of the weights of the labels.
///   - ignoredLabel: a label, in the range of classes or not, whose examples have no loss and do not count in a mean.
public func negativeLogLikelihood(
    _ logProbabilities: Tensor, _ labels: Tensor, weights: Tensor? = nil, ignoredLabel: Int? = nil,
    reduction: Reduction = .mean, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    let chosen = ClassLabels(
        labels, of: logProbabilities, weights, ignored: ignoredLabel, .negativeLogLikelihood, "log-probabilities",
        file: file, line: line)
    if logProbabilities.isSoftmax {
        Warnings.printOnce(
            "negativeLogLikelihood takes logarithms of probabilities, but was given those of a softmax; use logSoftmax, or crossEntropy of the logits",
            file: file, line: line)
    }
    return chosen.loss(-chosen.pick(logProbabilities), reduction)
}

/// Labels that are known to be classes, as a mask over the scores.
struct ClassLabels {
    /// [..., classes]; the row of an ignored example points at class 0.
    private let isLabel: Tensor
    /// False where an example is ignored; nil where none is.
    private let isCounted: Tensor?
    /// The weight of each example's label.
    private let weights: Tensor?
    private let dtype: DType

    init(
        _ labels: Tensor, of scores: Tensor, _ weights: Tensor?, ignored: Int?, _ reader: IndexReader,
        _ scoresName: String, file: StaticString, line: UInt
    ) {
        let name = "\(reader)"
        require(
            scores.dtype.isFloatingPoint,
            "\(name): \(scoresName) are \(scores.dtype)\(scores.shape), not floating point",
            file: file, line: line)
        require(
            scores.ndim >= 1 && Array(scores.shape.dropLast()) == labels.shape && labels.dtype.isInteger,
            "\(name): \(scoresName) \(scores.shape) need integer labels of shape \(Array(scores.shape.dropLast())), not \(labels.dtype)\(labels.shape)\(ClassLabels.remedy(labels, scores, reader))",
            file: file, line: line)
        requireClassWeights(weights, for: scores, name, file, line)
        var integers = labels.dtype == .int64 ? labels : labels.asType(.int32)
        isCounted = ignored.map { integers .!= Double($0) }
        if let isCounted { integers = which(isCounted, integers, integers.zero) }
        isLabel = isClass(integers, of: scores, for: reader)
        self.weights = weights.map { [isLabel] in which(isLabel, $0, $0.zero).sum(axis: -1) }
        dtype = scores.dtype
    }

    /// What makes such labels fit, where they come in one of the usual other forms.
    private static func remedy(_ labels: Tensor, _ scores: Tensor, _ reader: IndexReader) -> String {
        let wanted = Array(scores.shape.dropLast())
        if scores.ndim >= 1 && labels.shape == scores.shape && labels.ndim > 0 {
            let number = "argMax(axis: -1) makes numbers of classes of one-hot rows"
            if reader != .crossEntropy { return "; \(number)" }
            let dtype = labels.dtype == scores.dtype ? "" : ".asType(.\(scores.dtype))"
            return "; class probabilities and one-hot rows go in as probabilities: labels\(dtype), and \(number)"
        }
        if labels.shape == wanted { return "; convert them with asType(.int64)" }
        if labels.shape == wanted + [1] {
            return "; take the last axis away with squeezed(axis: -1)"
                + (labels.dtype.isInteger ? "" : " and convert them with asType(.int64)")
        }
        return ""
    }

    /// The score of each example's label.
    func pick(_ scores: Tensor) -> Tensor { which(isLabel, scores, scores.zero).sum(axis: -1) }

    /// The scores with 0 in the place of each example's label.
    func zeroingLabels(_ scores: Tensor) -> Tensor { which(isLabel, scores.zero, scores) }

    /// Losses of the examples times the weights of their labels.
    func weighted(_ losses: Tensor) -> Tensor { weights.map { losses * $0 } ?? losses }

    /// Losses of the examples, weighted by their labels.
    func loss(_ losses: Tensor, _ reduction: Reduction) -> Tensor { unweightedLoss(weighted(losses), reduction) }

    /// Losses of the examples, which count in a mean by the weights of their labels.
    func unweightedLoss(_ losses: Tensor, _ reduction: Reduction) -> Tensor {
        guard let isCounted else { return weights.map { reduction(losses, weights: $0) } ?? reduction(losses) }
        let counts = weights.map { which(isCounted, $0, $0.zero) } ?? isCounted.asType(dtype)
        return reduction(which(isCounted, losses, losses.zero), weights: counts)
    }
}

/// Whether each class is the label of the example, [..., classes]; evaluation stops where a label is not a class.
func isClass(_ labels: Tensor, of scores: Tensor, for reader: IndexReader) -> Tensor {
    let classes = scores.dim(-1)
    let checked = Tensor(Node.checkIndices(labels.node, below: classes, for: reader))
    // A comparison in floating point stays in the block program of the scores; classes are exact in it.
    let number: DType = scores.dtype == .float64 ? .float64 : .float32
    let index = Tensor.arange(classes, dtype: number)
    return index .== checked.asType(number).expandedDimensions(axis: -1)
}

func requireClassWeights(
    _ weights: Tensor?, for scores: Tensor, _ name: String, _ file: StaticString, _ line: UInt
) {
    guard let weights else { return }
    require(
        weights.shape == [scores.dim(-1)]
            && (weights.dtype == scores.dtype || autocastLetsMeet(weights.dtype, scores.dtype)),
        "\(name): scores \(scores.dtype)\(scores.shape) need class weights \(scores.dtype)[\(scores.dim(-1))], not \(weights.dtype)\(weights.shape)",
        file: file, line: line)
}

/// What has gone through a softmax is no logits any more: it would go through a second one, which has it learn slowly.
private func warnOfSoftmax(_ logits: Tensor, _ file: StaticString, _ line: UInt) {
    if logits.isSoftmax {
        Warnings.printOnce(
            "crossEntropy takes logits, but was given what has gone through softmax already; leave the softmax out",
            file: file, line: line)
    }
}

private func requireFraction(_ labelSmoothing: Double, _ file: StaticString, _ line: UInt) {
    require(
        (0...1).contains(labelSmoothing), "crossEntropy: the label smoothing \(labelSmoothing) is not between 0 and 1",
        file: file, line: line)
}
