import Backprop

/// What the outputs of a classifier are.
public enum Classification: Sendable, Hashable {
    /// One logit for each example, of any shape: yes where its sigmoid is above the threshold. Labels of the same shape and
    /// any dtype are 0 or 1.
    case binary(threshold: Double = 0.5)
    /// Scores [..., classes], of which the highest decides, the first of equal ones. Labels are int32, int64 or uint8 of the
    /// shape without the last axis; evaluation stops where one is no class.
    case multiclass(Int)

    /// How many classes there are: no and yes, or as many as were said.
    var count: Int {
        switch self {
        case .binary: 2
        case .multiclass(let count): count
        }
    }

    /// A batch, example by example: [examples], int64.
    struct Decisions {
        let predicted: Tensor
        /// The label; 0 where it is ignored.
        let actual: Tensor
        /// 1, or 0 where the label is ignored.
        let counted: Tensor
    }

    /// Stops where the classification cannot be meant.
    func check(_ name: String, _ file: StaticString, _ line: UInt) {
        switch self {
        case .binary(let threshold):
            require(
                (0...1).contains(threshold), "\(name): the threshold \(threshold) is not between 0 and 1", file: file,
                line: line)
        case .multiclass(let count):
            require(count >= 1, "\(name): \(count) classes", file: file, line: line)
        }
    }

    /// Stops where outputs and labels are not what was said.
    func check(_ name: String, _ outputs: Tensor, _ labels: Tensor) {
        switch self {
        case .binary:
            requireBinaryScores(name, outputs, labels)
        case .multiclass(let count):
            requireClassScores(name, outputs, labels)
            require(
                outputs.shape.last == count,
                "\(name): scores \(outputs.shape) for \(count) classes; the last axis is that of the classes")
        }
    }

    /// Records what is decided; `check` has been called before.
    func decisions(_ outputs: Tensor, _ labels: Tensor, ignoring ignoredLabel: Int?) -> Decisions {
        // A fraction is no class, rather than the one below.
        let whole = labels.dtype.isFloatingPoint ? which(floor(labels) .== labels, labels, -1) : labels
        let labels = whole.asType(.int64).flattened()
        let isCounted = ignoredLabel.map { labels .!= $0 }
        let known = isCounted.map { which($0, labels, 0) } ?? labels
        return Decisions(
            predicted: predictions(outputs).flattened(),
            actual: Tensor(Node.checkIndices(known.node, below: count, for: .metric)),
            counted: isCounted?.asType(.int64) ?? Tensor.ones(labels.shape, dtype: .int64))
    }

    private func predictions(_ outputs: Tensor) -> Tensor {
        switch self {
        case .binary(let threshold): isAbove(threshold, outputs).asType(.int64)
        case .multiclass: outputs.argMax(axis: -1)
        }
    }

    /// Whether the sigmoid of logits is above the threshold.
    private func isAbove(_ threshold: Double, _ logits: Tensor) -> Tensor {
        switch threshold {
        case 0: logits .> -Double.infinity
        case 1: logits .> Double.infinity
        default: logits .> ScalarMath.log(threshold / (1 - threshold))
        }
    }
}

/// Stops where outputs are no scores of classes, or labels none of their examples.
func requireClassScores(_ name: String, _ outputs: Tensor, _ labels: Tensor) {
    require(
        outputs.dtype.isFloatingPoint && outputs.ndim >= 1 && outputs.shape.last! > 0,
        "\(name): scores are \(outputs.dtype)\(outputs.shape), not floating point of shape [..., classes]")
    require(
        Array(outputs.shape.dropLast()) == labels.shape && labels.dtype.isInteger,
        "\(name): scores \(outputs.shape) need integer labels of shape \(Array(outputs.shape.dropLast())), not \(labels.dtype)\(labels.shape)"
    )
}

/// Stops where outputs are not one number for each label.
func requireBinaryScores(_ name: String, _ outputs: Tensor, _ labels: Tensor) {
    require(
        outputs.dtype.isFloatingPoint,
        "\(name): outputs are \(outputs.dtype)\(outputs.shape), not floating point")
    requireSameShape(name, outputs, labels)
}

/// Stops where outputs and labels differ in shape: broadcasting them would hide a mistake.
func requireSameShape(_ name: String, _ outputs: Tensor, _ labels: Tensor) {
    var remedy = ""
    if outputs.shape == labels.shape + [1] {
        remedy = "; take the last axis of the outputs away with squeezed(axis: -1)"
    }
    if labels.shape == outputs.shape + [1] {
        remedy = "; take the last axis of the labels away with squeezed(axis: -1)"
    }
    require(
        outputs.shape == labels.shape,
        "\(name): outputs \(outputs.shape) and labels \(labels.shape) differ in shape\(remedy)")
}
