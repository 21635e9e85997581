import Backprop

/// What a training holds in memory, worked out before its first step is computed.
package struct TrainingBill {
    /// Of a step.
    package var step: MemoryBill
    /// Of a batch of validation data; nil where there is none.
    package var validation: MemoryBill?
    /// Of the forward pass of a training batch by itself; nil where no step was recorded.
    package var inference: MemoryBill?
    /// All parameters of the optimizer.
    package var weightBytes: Int

    /// - Parameter waiting: bytes that lie beside a step.
    /// - Throws: `TrainError` where something of it does not fit.
    func check(_ budget: MemoryBudget?, beside waiting: Int = 0) throws(TrainError) {
        guard let budget else { return }
        let judging = validation?.peakBytes ?? 0, stepping = step.peakBytes + waiting
        if max(stepping, judging) <= budget.bytes { return }
        let isStep = stepping >= judging
        throw TrainError(
            .tooLarge, at: "the memory budget",
            "\(budget.bytes) bytes are too few, \(isStep ? "the smallest plan of a step" : "a batch of validation data") needs "
                + "\(max(stepping, judging))",
            remedy: "allow that many" + (isStep ? ", or use a smaller batch" : ""))
    }
}

extension MemoryBill {
    /// What is added to the values that are there already.
    var addedBytes: Int { peakBytes - inputBytes }
}
