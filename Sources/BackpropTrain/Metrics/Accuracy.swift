import Backprop
import BackpropData

/// The share of examples whose label is the class with the highest score, the first of equal ones.
///
/// Takes scores [..., classes], floating point, and labels of the shape without the last axis: int32, int64 or uint8.
public final class Accuracy: Metric {
    public let name: String
    /// A label whose examples do not count.
    public let ignoredLabel: Int?
    private let counters = MetricCounters.shareOfExamples

    public init(ignoredLabel: Int? = nil, name: String = "accuracy") {
        (self.ignoredLabel, self.name) = (ignoredLabel, name)
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        requireClassScores("Accuracy", outputs, labels)
        counters.count(labels, ignoredLabel) { outputs.argMax(axis: -1) .== $0 }
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

    /// Records which examples are right, of those that have another label than the ignored one.
    ///
    /// - Parameter isRight: from labels as int64 to a mask of their shape.
    func count(_ labels: Tensor, _ ignoredLabel: Int?, _ isRight: (Tensor) -> Tensor) {
        add {
            let labels = labels.asType(.int64), right = isRight(labels)
            guard let ignoredLabel else {
                return [right.asType(.int64).sum(), Tensor(Int64(labels.size), dtype: .int64)]
            }
            let isCounted = labels .!= ignoredLabel
            return [(right .& isCounted).asType(.int64).sum(), isCounted.asType(.int64).sum()]
        }
    }

    /// The share of the examples that are right.
    var share: Double {
        let values = values
        return BackpropTrain.share(Int(values[0]), of: Int(values[1]))
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
