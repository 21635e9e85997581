import Backprop

/// Some of the examples of a data set: what goes into a model and what should come out.
public struct LabelledBatch: Sendable {
    /// The number of the batch in its epoch, from 0.
    public let index: Int
    /// Shape [examples, ...].
    public let inputs: Tensor
    /// Shape [examples, ...], in the same order.
    public let labels: Tensor
    /// How many examples there are.
    public var count: Int { inputs.dim(0) }

    public init(
        index: Int = 0, inputs: Tensor, labels: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            inputs.ndim > 0 && labels.ndim > 0 && inputs.dim(0) == labels.dim(0),
            "LabelledBatch: inputs \(inputs.shape) and labels \(labels.shape) differ in their number of examples",
            file: file, line: line)
        self.index = index
        self.inputs = inputs
        self.labels = labels
    }
}
