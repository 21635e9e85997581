import Backprop
import BackpropData
import BackpropNN

/// The mean of the absolute differences between outputs and labels, of any one shape.
///
/// ```swift
/// let error = MeanAbsoluteError()
/// error.update(Tensor([2.5, 0, 2, 8]), Tensor([3.0, -0.5, 2, 7]))
/// error.value  // 0.5
/// ```
public final class MeanAbsoluteError: Metric {
    public let name: String
    private let counters = MetricCounters(("sum", .float64, []), ("count", .int64, []))

    public init(name: String = "mae") { self.name = name }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        requireSameShape("MeanAbsoluteError", outputs, labels)
        counters.add { [abs(difference(outputs, labels)).sum(), Tensor(Int64(labels.size), dtype: .int64)] }
    }

    public func reset() { counters.reset() }
    /// The mean; NaN of nothing.
    public var values: [MetricValue] { [MetricValue(name, counters.mean)] }
    public var savedState: SavedState { counters.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }
}

/// The square root of the mean of the squared differences between outputs and labels, of any one shape.
///
/// ```swift
/// let error = RootMeanSquaredError()
/// error.update(Tensor([2.5, 0, 2, 8]), Tensor([3.0, -0.5, 2, 7]))
/// error.value  // 0.612372
/// ```
public final class RootMeanSquaredError: Metric {
    public let name: String
    private let counters = MetricCounters(("sum", .float64, []), ("count", .int64, []))

    public init(name: String = "rmse") { self.name = name }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        requireSameShape("RootMeanSquaredError", outputs, labels)
        counters.add { [square(difference(outputs, labels)).sum(), Tensor(Int64(labels.size), dtype: .int64)] }
    }

    public func reset() { counters.reset() }
    /// The root; NaN of nothing.
    public var values: [MetricValue] { [MetricValue(name, counters.mean.squareRoot())] }
    public var savedState: SavedState { counters.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }
}

/// How much of the variance of the labels the outputs explain: 1 is all of it, 0 as much as the mean does.
///
/// Takes outputs and labels of one shape; with several outputs [..., outputs], of which each is compared with its own mean,
/// and the value is the mean over them. Deviations are added up from means (Chan, Golub and LeVeque, 1983), so labels far
/// from 0 lose no digits.
///
/// ```swift
/// let explained = R2()
/// explained.update(Tensor([2.5, 0, 2, 8]), Tensor([3.0, -0.5, 2, 7]))
/// explained.value  // 0.948608
/// ```
public final class R2: Metric {
    public let name: String
    /// How many numbers an example has.
    public let outputs: Int
    private let counters: MetricCounters

    public init(outputs: Int = 1, name: String = "r2", file: StaticString = #fileID, line: UInt = #line) {
        require(outputs >= 1, "R2: \(outputs) outputs", file: file, line: line)
        (self.outputs, self.name) = (outputs, name)
        counters = MetricCounters(
            ("count", .int64, []), ("mean", .float64, [outputs]), ("deviation", .float64, [outputs]),
            ("residual", .float64, [outputs]))
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        requireSameShape("R2", outputs, labels)
        require(
            self.outputs == 1 || labels.shape.last == self.outputs,
            "R2: labels \(labels.shape) for \(self.outputs) outputs; they are the last axis")
        if labels.size == 0 { return }
        let examples = labels.size / self.outputs
        counters.update { old in
            let labels = labels.asType(.float64).reshaped([examples, self.outputs])
            let residual = labels - outputs.asType(.float64).reshaped([examples, self.outputs])
            let mean = labels.mean(axis: 0), count = old[0].asType(.float64), total = count + Double(examples)
            let change = mean - old[1]
            let deviation = square(labels - mean).sum(axis: 0)
            return [
                old[0] + examples, old[1] + change * (Double(examples) / total),
                old[2] + deviation + square(change) * (count * Double(examples) / total),
                old[3] + square(residual).sum(axis: 0),
            ]
        }
    }

    public func reset() { counters.reset() }

    /// The share; NaN of fewer than two examples. Where labels do not vary it is 1 if outputs are exact, and 0 otherwise.
    public var values: [MetricValue] {
        let counts = counters.values
        guard Int(counts[0]) >= 2 else { return [MetricValue(name, .nan)] }
        let shares = zip(counts[2].array(of: Double.self), counts[3].array(of: Double.self)).map {
            $0 == 0 ? ($1 == 0 ? 1 : 0) : 1 - $1 / $0
        }
        return [MetricValue(name, shares.reduce(0, +) / Double(outputs))]
    }

    public var savedState: SavedState { counters.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }
}

/// How many tokens a language model hesitates between: exp of the mean cross-entropy of the tokens.
///
/// Takes logits [..., vocabulary], and int32, int64 or uint8 tokens of the shape without the last axis.
///
/// ```swift
/// let perplexity = Perplexity()
/// perplexity.update(Tensor([[0.0, 0], [0, 0]]), Tensor([1, 0]))
/// perplexity.value  // 2
/// ```
public final class Perplexity: Metric {
    public let name: String
    /// A token that does not count: padding.
    public let ignoredLabel: Int?
    private let counters = MetricCounters(("sum", .float64, []), ("count", .int64, []))

    public init(ignoredLabel: Int? = nil, name: String = "perplexity") {
        (self.ignoredLabel, self.name) = (ignoredLabel, name)
    }

    public func update(_ outputs: Tensor, _ labels: Tensor) {
        requireClassScores("Perplexity", outputs, labels)
        counters.add {
            let losses = crossEntropy(outputs, labels, ignoredLabel: ignoredLabel, reduction: .none)
            let count =
                ignoredLabel.map { (labels.asType(.int64) .!= $0).asType(.int64).sum() }
                ?? Tensor(Int64(labels.size), dtype: .int64)
            return [losses.asType(.float64).sum(), count]
        }
    }

    public func reset() { counters.reset() }
    /// The perplexity; NaN of no tokens.
    public var values: [MetricValue] { [MetricValue(name, ScalarMath.exp(counters.mean))] }
    public var savedState: SavedState { counters.savedState }
    public func restore(_ state: SavedState) throws(DataError) { try counters.restore(state, of: name) }
}

extension MetricCounters {
    /// The first counter by the second; NaN of nothing.
    fileprivate var mean: Double {
        let values = values
        return values[0].item() / values[1].item()
    }
}

/// What the labels exceed outputs by, in float64.
private func difference(_ outputs: Tensor, _ labels: Tensor) -> Tensor {
    labels.asType(.float64) - outputs.asType(.float64)
}
