import Backprop
import BackpropData

/// The share of examples that are classified right.
///
/// Takes scores [..., classes], of which the highest decides, the first of equal ones, and int32, int64 or uint8 labels of
/// the shape without the last axis; with `.binary()` logits and labels of one shape.
///
/// ```swift
/// let accuracy = Accuracy()
/// accuracy.update(Tensor([[0.1, 2], [3, 1], [0, 1]]), Tensor([1, 0, 0]))
/// accuracy.value  // 0.666667
/// ```
public final class Accuracy: Metric {
    public let name: String
    /// Nil for scores of any number of classes.
    public let classification: Classification?
    /// A label whose examples do not count.
    public let ignoredLabel: Int?
    private let counters = MetricCounters.shareOfExamples

    public init(
        _ classification: Classification? = nil, ignoredLabel: Int? = nil, name: String = "accuracy",
        file: StaticString = #fileID, line: UInt = #line
    ) {
        classification?.check("Accuracy", file, line)
        (self.classification, self.ignoredLabel, self.name) = (classification, ignoredLabel, name)
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        if classification == nil { requireClassScores("Accuracy", outputs, labels) }
        let kind = classification ?? .multiclass(outputs.dim(-1))
        kind.check("Accuracy", outputs, labels)
        counters.count {
            let found = kind.decisions(outputs, labels, ignoring: ignoredLabel)
            return (found.predicted .== found.actual, found.counted)
        }
    }

    public func reset() { counters.reset() }
    /// The share; 0 of no examples.
    public var values: [MetricValue] { [MetricValue(name, counters.share)] }
    public var savedState: SavedState { counters.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }
}

/// The share of examples whose label is among the k classes with the highest scores; of equal scores the first ones are
/// higher, and NaN is higher than any.
///
/// Takes scores [..., classes], and int32, int64 or uint8 labels of the shape without the last axis.
///
/// ```swift
/// let accuracy = TopKAccuracy(2)
/// accuracy.update(Tensor([[0.1, 2, 1], [3, 1, 2], [1, 1, 1]]), Tensor([2, 1, 1]))
/// accuracy.value  // 0.666667
/// ```
public final class TopKAccuracy: Metric {
    public let name: String
    public let k: Int
    /// A label whose examples do not count.
    public let ignoredLabel: Int?
    private let counters = MetricCounters.shareOfExamples

    /// - Parameter name: `top5_accuracy` for k = 5 where left out.
    public init(
        _ k: Int, ignoredLabel: Int? = nil, name: String? = nil, file: StaticString = #fileID, line: UInt = #line
    ) {
        require(k >= 1, "TopKAccuracy: the \(k) highest", file: file, line: line)
        (self.k, self.ignoredLabel, self.name) = (k, ignoredLabel, name ?? "top\(k)_accuracy")
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        requireClassScores("TopKAccuracy", outputs, labels)
        let classes = outputs.dim(-1)
        counters.count {
            let found = Classification.multiclass(classes).decisions(outputs, labels, ignoring: ignoredLabel)
            let scores = outputs.reshaped([labels.size, classes])
            let place = Tensor.arange(classes, dtype: .int64), label = found.actual.expandedDimensions(axis: -1)
            let own = which(place .== label, scores, 0).sum(axis: -1, keepDims: true)
            // Neither of two is at least the other where one is NaN.
            let isHigher = .!(own .>= scores) .| ((own .== scores) .& (place .< label))
            return (isHigher.asType(.int64).sum(axis: -1) .< k, found.counted)
        }
    }

    public func reset() { counters.reset() }
    /// The share; 0 of no examples.
    public var values: [MetricValue] { [MetricValue(name, counters.share)] }
    public var savedState: SavedState { counters.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }
}

extension MetricCounters {
    /// How many examples are right, and how many there are.
    static var shareOfExamples: MetricCounters { MetricCounters(("right", .int64, []), ("examples", .int64, [])) }

    /// Records which examples are right, a mask, and which count, 1 or 0 in int64.
    func count(_ examples: () -> (isRight: Tensor, counted: Tensor)) {
        add {
            let (isRight, counted) = examples()
            return [(isRight.asType(.int64) * counted).sum(), counted.sum()]
        }
    }

    /// The share of the examples that are right.
    var share: Double {
        let values = values
        return BackpropTrain.share(Int(values[0]), of: Int(values[1]))
    }
}
