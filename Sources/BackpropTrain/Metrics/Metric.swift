import Backprop
import BackpropData

/// One number of a metric, such as its value for one class.
public struct MetricValue: Sendable, Equatable, CustomStringConvertible {
    /// What logs and progress lines call it: `accuracy`, or `recall/3` for a class.
    public let name: String
    public let value: Double

    public init(_ name: String, _ value: Double) { (self.name, self.value) = (name, value) }

    /// `accuracy 0.9357`, as progress lines show it.
    public var description: String { "\(name) \(NumberFormat.significant(value))" }
}

/// A number that says how well a model does, over all batches since the last `reset()`.
///
/// `update` only records. What it counts is computed within the plan of the step it is recorded in, from scores that are
/// there anyway, so a metric costs neither a pass nor an evaluation of its own. Where no step follows, as under
/// `withoutGradients`, the batch is computed with the next one, or when a value is read.
///
/// ```swift
/// let accuracy = Accuracy()
/// for batch in loader.epoch(1) {
///     let scores = model(batch.inputs)
///     accuracy.update(scores, batch.labels)       // recorded
///     crossEntropy(scores, batch.labels).backward()
///     optimizer.step()                            // computed
/// }
/// print(accuracy.value)
/// ```
///
/// Counts are exact: integers of 64 bits. Sums of losses and of differences are in float64. A batch whose evaluation fails
/// stays recorded; `reset()` forgets it.
public protocol Metric: Resumable {
    /// What logs call it.
    var name: String { get }
    /// Records a batch: what the model made of it, and what would have been right. Shapes that do not fit stop it.
    func update(_ outputs: Tensor, _ labels: Tensor)
    /// Starts anew.
    func reset()
    /// The values now. Computes what is recorded.
    var values: [MetricValue] { get }
}

extension Metric {
    /// The value now, or the first of several; NaN where there is none. Computes what is recorded.
    public var value: Double { values.first?.value ?? .nan }
}

/// Numerator over denominator, and 0 where that is 0, as scikit-learn has it.
func share(_ numerator: Int, of denominator: Int) -> Double {
    denominator == 0 ? 0 : Double(numerator) / Double(denominator)
}
