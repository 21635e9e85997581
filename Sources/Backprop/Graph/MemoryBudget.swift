import CKernels

/// A bound on what the evaluation of a graph may hold in memory: its inputs, its outputs and everything between.
public struct MemoryBudget: Sendable, Hashable {
    /// The bound, in bytes.
    public let bytes: Int

    /// - Parameter bytes: at least one.
    public init(bytes: Int, file: StaticString = #fileID, line: UInt = #line) {
        require(bytes > 0, "MemoryBudget: \(bytes) bytes are no budget; at least one is needed", file: file, line: line)
        self.bytes = bytes
    }

    /// The one that holds for what is evaluated on this thread now.
    static var current: MemoryBudget? {
        let bytes = Int(bk_memory_budget())
        return bytes == 0 ? nil : MemoryBudget(bytes: bytes)
    }

    /// Why a plan must not run beside the leaves that it reads; nil where it may.
    func excess(of plan: any Executable, beside leafBytes: Int) -> EvaluationError? {
        let needed = leafBytes + plan.addedBytes
        if needed <= bytes { return nil }
        return EvaluationError(
            "memory budget: \(bytes) bytes are too few; the smallest plan for this computation needs \(needed); use a smaller batch, or give it that many"
        )
    }
}

/// Runs `body` so that nothing that is evaluated there holds more than the budget.
///
/// A training step that needs more keeps fewer values for its backward pass and computes them anew, those first that are
/// large and cheap. Results are the same to the bit. What does not fit even so is not run: reading it stops the program, and
/// `try evaluate(...)` throws, with the bytes that the smallest plan needs. A smaller budget never takes more memory.
///
/// ```swift
/// withMemoryBudget(MemoryBudget(bytes: 1_000)) { (Tensor([1.0, 2]) * 2).sum().item() }  // 6.0
/// ```
///
/// - Parameter budget: nil takes away that of an outer call.
public func withMemoryBudget<Result>(_ budget: MemoryBudget?, _ body: () throws -> Result) rethrows -> Result {
    let outer = bk_memory_budget()
    bk_memory_budget_set(Int64(budget?.bytes ?? 0))
    defer { bk_memory_budget_set(outer) }
    return try body()
}
