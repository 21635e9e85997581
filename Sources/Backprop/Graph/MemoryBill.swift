/// What an evaluation holds in memory, known to the byte before it runs.
public struct MemoryBill: Sendable, CustomStringConvertible {
    /// One item a value, the largest first.
    public let items: [BillItem]
    /// The most bytes that are held at one time: inputs, outputs and the workspace of the plan.
    public let peakBytes: Int
    /// When that is.
    public let moment: Moment
    /// What is computed anew so that the evaluation fits its budget; nil where nothing is.
    public let recomputation: RecomputationReport?
    /// What the evaluation is made of, where the labels ask for it.
    package var anatomy: StepAnatomy?

    /// A moment of a plan, whose kernels run in waves.
    public struct Moment: Sendable, Hashable {
        /// The wave, from zero on, and how many there are.
        public var wave: Int
        public var waves: Int
        /// What is computed in it.
        public var kernels: [String]
    }

    package init(
        items: [BillItem], peakBytes: Int, moment: Moment = Moment(wave: 0, waves: 0, kernels: []),
        recomputation: RecomputationReport? = nil
    ) {
        self.items = items.sorted { ($0.bytes, $1.name) > ($1.bytes, $0.name) }
        self.peakBytes = peakBytes
        self.moment = moment
        self.recomputation = recomputation
    }

    /// The bytes of each kind that are held at the peak; together they are `peakBytes`.
    public var parts: [BillItem.Kind: Int] {
        items.reduce(into: [:]) { if $1.isAtPeak { $0[$1.kind, default: 0] += $1.bytes } }
    }

    /// What is held before the evaluation begins.
    public var inputBytes: Int { items.reduce(0) { $0 + ($1.isInput ? $1.bytes : 0) } }

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

/// One line of a memory bill.
public struct BillItem: Sendable, Hashable {
    /// What memory is used for.
    public enum Kind: String, Sendable, CaseIterable {
        /// Values of parameters.
        case weights
        /// Gradients of parameters.
        case gradients
        /// What an optimizer keeps for each parameter.
        case optimizerState = "optimizer state"
        /// What the forward pass computes, as far as it has to be kept.
        case activations
        /// What the evaluation reads beside: batches, running statistics.
        case data
        /// What is there afterwards, in memory of its own.
        case results
        /// What a backward pass or an update computes on the way, partial sums, and gaps between values.
        case scratch
    }

    /// The path of the parameter, or the operator whose result it is.
    public var name: String
    /// Its shape.
    public var shape: [Int]
    /// Its size.
    public var bytes: Int
    /// What it is used for.
    public var kind: Kind
    /// The path of the layer that it belongs to; empty where that is not known.
    public var module: String
    /// Whether it is there before the evaluation begins.
    public var isInput: Bool
    /// Whether it is there when memory is at its peak.
    public var isAtPeak: Bool
    /// Whether it is computed anew rather than kept.
    public var isRecomputed: Bool
    /// The waves between which it is there, both included; all of them for what is there before or afterwards.
    public var waves: ClosedRange<Int>
}

/// What a bill knows about values beside what the graph says, by the identity of their nodes.
package struct BillLabels {
    /// Paths of the layers that values were recorded in, and of parameters.
    package var modules: [ObjectIdentifier: String] = [:]
    /// What kinds values are of, where their place in the graph does not tell, and their names.
    package var kinds: [ObjectIdentifier: (kind: BillItem.Kind, name: String)] = [:]
    /// Whether the bill is to say what the evaluation is made of.
    package var wantsAnatomy = false

    package init() {}
}

extension MemoryBill {
    init(_ traversal: borrowing Traversal, _ executable: any Executable, _ values: [ValueLabel], _ labels: BillLabels) {
        let workspace = executable.workspaceItems
        let waves = (workspace.map(\.last).max() ?? 0) + 1
        var held = [Int](repeating: 0, count: waves)
        for item in workspace { for wave in item.first...item.last { held[wave] += item.bytes } }
        let peak = held.indices.max { (held[$0], $1) < (held[$1], $0) } ?? 0
        var items: [BillItem] = []
        var counted: Set<ObjectIdentifier> = []
        func add(_ node: Node, _ kind: BillItem.Kind, _ name: String, isInput: Bool) {
            let known = labels.kinds[ObjectIdentifier(node)]
            items.append(
                BillItem(
                    name: known?.name ?? name, shape: node.shape.array,
                    bytes: isInput ? node.storage!.byteCount : node.shape.count * node.dtype.byteCount,
                    kind: known?.kind ?? kind, module: labels.modules[ObjectIdentifier(node)] ?? "", isInput: isInput,
                    isAtPeak: true, isRecomputed: false, waves: 0...(waves - 1)))
        }
        for index in traversal.leaves.indices {
            let node = traversal.leaves[index].takeUnretainedValue()
            guard counted.insert(ObjectIdentifier(node.storage!)).inserted else { continue }
            add(node, node.isParameter ? .weights : .data, "input", isInput: true)
        }
        for position in traversal.outputs.indices {
            let node = traversal.output(position).takeUnretainedValue()
            guard executable.sharedLeaves[position] < 0, executable.sharedOutputs[position] < 0,
                executable.donors[position] < 0
            else { continue }
            add(node, .results, node.primitive.name, isInput: false)
        }
        for item in workspace {
            let label = item.origin >= 0 ? values[item.origin] : ValueLabel()
            items.append(
                BillItem(
                    name: label.name ?? item.name, shape: item.shape, bytes: item.bytes, kind: label.kind,
                    module: label.module, isInput: false, isAtPeak: item.first <= peak && peak <= item.last,
                    isRecomputed: item.isRecomputed, waves: item.first...item.last))
        }
        let gaps = executable.workspaceBytes - held[peak]
        if gaps > 0 {
            items.append(
                BillItem(
                    name: "numbers and gaps", shape: [], bytes: gaps, kind: .scratch, module: "", isInput: false,
                    isAtPeak: true, isRecomputed: false, waves: 0...(waves - 1)))
        }
        self.init(
            items: items, peakBytes: items.reduce(0) { $1.isAtPeak ? $0 + $1.bytes : $0 },
            moment: Moment(wave: peak, waves: waves, kernels: executable.kernelNames(at: peak)),
            recomputation: executable.recomputation)
    }
}

/// What a value of a canonical graph is for.
struct ValueLabel {
    var kind = BillItem.Kind.scratch
    var module = ""
    var name: String?
}

extension Traversal {
    /// The labels of all values, in the order of the canonical graph of this traversal.
    func valueLabels(_ known: BillLabels) -> [ValueLabel] {
        var labels = [ValueLabel](repeating: ValueLabel(), count: order.count)
        var isForward = [Bool](repeating: false, count: order.count)
        var hasForward = false
        for position in order.indices.reversed() {
            order[position]._withUnsafeGuaranteedRef { node in
                if node.variables != 0 && !node.isParameter { isForward[position] = true }
                if !isForward[position] || node.storage != nil { return }
                hasForward = true
                node.forEachInput { isForward[Int($0.index)] = true }
            }
        }
        for position in order.indices {
            let node = order[position].takeUnretainedValue()
            if isForward[position] || !hasForward { labels[position].kind = .activations }
            labels[position].module = module(of: node, known, labels)
        }
        // A gradient is what its definition computes.
        for position in order.indices {
            var node = order[position].takeUnretainedValue()
            guard let label = known.kinds[ObjectIdentifier(node)], label.kind == .gradients else { continue }
            let module = known.modules[ObjectIdentifier(node)]
            while true {
                let index = Int(node.index)
                if labels[index].kind != .activations {
                    labels[index].kind = .gradients
                    labels[index].name = label.name
                    if let module { labels[index].module = module }
                }
                guard node.storage == nil,
                    node.primitive == .gradient || node.primitive == .alias || node.primitive.isView,
                    let base = node.input0
                else { break }
                node = base
            }
        }
        return labels
    }

    /// The layer that a value was recorded in; for what a backward pass records, the one whose value or parameter it reads.
    private func module(of node: Node, _ known: BillLabels, _ labels: [ValueLabel]) -> String {
        if let own = known.modules[ObjectIdentifier(node)] { return own }
        if node.storage != nil { return "" }
        var last = -1, module = ""
        node.forEachInput { input in
            let index = Int(input.index)
            if index > last, !labels[index].module.isEmpty { (last, module) = (index, labels[index].module) }
        }
        return module
    }
}
