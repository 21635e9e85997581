extension MemoryBill {
    /// The bill for computing these tensors together.
    ///
    /// ```swift
    /// MemoryBill.of([Tensor([1.0, 2]) * 2]).peakBytes  // 72
    /// ```
    public static func of(_ tensors: [Tensor]) -> MemoryBill { of(tensors, released: []) }

    /// The same for a moment at which `released`, and with it one reference to each of its tensors, is gone.
    package static func of(
        _ tensors: [Tensor], released: [Tensor?], labels: BillLabels = BillLabels()
    ) -> MemoryBill {
        // Without references of its own, which would be counted.
        let nodes = released.compactMap { $0.map { Unmanaged.passUnretained($0.node) } }
        return Graph.bill(tensors.map(\.node), released: nodes, labels: labels)
    }
}
