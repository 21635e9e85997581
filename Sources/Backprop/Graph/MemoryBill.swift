/// What an evaluation holds in memory, known before it runs.
public struct MemoryBill: Sendable, CustomStringConvertible {
    /// One item a value, the largest first.
    public let items: [BillItem]
    /// The most bytes that are held at one time: inputs, outputs and the workspace of the plan.
    public let peakBytes: Int

    package init(items: [BillItem], peakBytes: Int) {
        self.items = items.sorted { ($0.bytes, $1.name) > ($1.bytes, $0.name) }
        self.peakBytes = peakBytes
    }

    /// The bill in one line, with the largest items.
    public var description: String {
        let largest = items.prefix(3).map { "\($0.name) \($0.shape) \(MemoryBill.formatted($0.bytes))" }
        let list = largest.isEmpty ? "" : " (largest: " + largest.joined(separator: ", ") + ")"
        return "peak \(MemoryBill.formatted(peakBytes))" + list
    }

    /// Bytes in the unit that a person reads: `1.2 MB`.
    public static func formatted(_ bytes: Int) -> String {
        var value = Double(bytes)
        for unit in ["B", "kB", "MB"] {
            if value < 1000 { return unit == "B" ? "\(bytes) B" : "\((value * 10).rounded() / 10) \(unit)" }
            value /= 1000
        }
        return "\((value * 100).rounded() / 100) GB"
    }
}

extension MemoryBill {
    init(_ traversal: borrowing Traversal, _ executable: any Executable) {
        var items: [BillItem] = []
        var peak = executable.workspaceBytes
        var counted: Set<ObjectIdentifier> = []
        for index in traversal.leaves.indices {
            let node = traversal.leaves[index].takeUnretainedValue()
            guard counted.insert(ObjectIdentifier(node.storage!)).inserted else { continue }
            items.append(BillItem(name: "input", shape: node.shape.array, bytes: node.storage!.byteCount))
            peak += node.storage!.byteCount
        }
        for position in traversal.outputs.indices {
            let node = traversal.order[Int(traversal.outputs[position])].takeUnretainedValue()
            guard executable.sharedLeaves[position] < 0, executable.sharedOutputs[position] < 0 else { continue }
            if executable.donors[position] >= 0 { continue }
            let bytes = node.shape.count * node.dtype.byteCount
            items.append(BillItem(name: node.primitive.name, shape: node.shape.array, bytes: bytes))
            peak += bytes
        }
        self.init(items: items + executable.workspaceItems, peakBytes: peak)
    }
}
