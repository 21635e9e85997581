import Backprop

/// What a model makes of one batch: the loss to be lowered, and what metrics are computed from.
///
/// All of it is only recorded; it is computed in the plan of the step.
public struct StepOutput: Sendable {
    /// A single number.
    public var loss: Tensor
    /// The outputs of the model, which metrics take; nil where there are no metrics.
    public var outputs: Tensor?
    /// What the outputs should be.
    public var labels: Tensor?
    /// Examples of the batch: the weight of its loss in the mean of an epoch.
    public var count: Int

    /// - Parameter count: the first extent of the labels where left out, or 1 without labels.
    public init(loss: Tensor, outputs: Tensor? = nil, labels: Tensor? = nil, count: Int? = nil) {
        self.loss = loss
        self.outputs = outputs
        self.labels = labels
        self.count = count ?? labels.flatMap { $0.ndim > 0 ? $0.dim(0) : nil } ?? 1
    }
}
