import Backprop
import BackpropData
import BackpropNN

/// The mean of numbers that come batch by batch, such as of losses that are computed anyway.
///
/// ```swift
/// let meanLoss = RunningMean("loss")
/// for batch in loader.epoch(1) {
///     let loss = crossEntropy(model(batch.inputs), batch.labels)
///     meanLoss.add(loss, count: batch.count)      // recorded
///     loss.backward()
///     optimizer.step()                            // computed
/// }
/// print(meanLoss.value)
/// ```
///
/// Sums are in float64.
public final class RunningMean: Resumable {
    /// What logs call it.
    public let name: String
    private let counters = MetricCounters(("sum", .float64, []), ("weight", .float64, []))

    public init(_ name: String) { self.name = name }

    /// Records a mean over `count` examples, of one element; or numbers that count as much each, of any shape. Any dtype
    /// of numbers; a negative count stops it.
    public func add(_ values: Tensor, count: Int = 1, file: StaticString = #fileID, line: UInt = #line) {
        require(count >= 0, "RunningMean.add: a mean over \(count) examples", file: file, line: line)
        counters.add {
            [values.asType(.float64).sum() * Double(count), Tensor(Double(count * values.size), dtype: .float64)]
        }
    }

    /// Records numbers that count by `weights` of the same shape. Other shapes stop it.
    public func add(_ values: Tensor, weights: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        require(
            values.shape == weights.shape,
            "RunningMean.add: values of shape \(values.shape) and weights of shape \(weights.shape)", file: file,
            line: line)
        counters.add {
            let weights = weights.asType(.float64)
            return [(values.asType(.float64) * weights).sum(), weights.sum()]
        }
    }

    /// Starts anew.
    public func reset() { counters.reset() }

    /// The mean; NaN where nothing has been added. Computes what is recorded.
    public var value: Double {
        let values = counters.values
        return values[0].item() / values[1].item()
    }

    public var savedState: SavedState { counters.savedState }

    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }
}

/// The mean over all examples of a loss, or of anything else that is computed from outputs and labels.
///
/// A loss that the step computes as well is computed once. `measure` gives the mean over the examples of a batch, which
/// counts by their number, or one number for each example, [batch].
///
/// ```swift
/// let loss = MeanOf("loss") { scores, labels in crossEntropy(scores, labels) }
/// ```
public final class MeanOf: Metric {
    public var name: String { mean.name }
    private let mean: RunningMean
    private let measure: (Tensor, Tensor) -> Tensor

    public init(_ name: String, _ measure: @escaping (_ outputs: Tensor, _ labels: Tensor) -> Tensor) {
        mean = RunningMean(name)
        self.measure = measure
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        let values = withoutGradients { measure(outputs, labels) }
        let examples = labels.ndim == 0 ? 1 : labels.dim(0)
        require(
            values.size == 1 || values.size == examples,
            "MeanOf(\"\(name)\"): measured \(values.shape) for \(examples) examples, not one number or one for each")
        mean.add(values, count: values.size == 1 ? examples : 1)
    }

    public func reset() { mean.reset() }
    public var values: [MetricValue] { [MetricValue(name, mean.value)] }
    public var savedState: SavedState { mean.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try mean.restore(state) }
}
