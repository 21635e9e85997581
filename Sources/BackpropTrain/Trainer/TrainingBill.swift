import Backprop

/// What a training holds in memory, worked out before its first step is computed.
package struct TrainingBill {
    /// Of a step.
    package var step: MemoryBill
    /// Of a batch of validation data; nil where there is none.
    package var validation: MemoryBill?
    /// All parameters of the optimizer.
    package var weightBytes: Int
}

extension MemoryBill {
    /// What is added to the values that are there already.
    var addedBytes: Int { peakBytes - inputBytes }
}
