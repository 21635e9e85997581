import CKernels
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// From recorded nodes to values in memory: canonical form, plan cache, binding, execution.
package enum Graph {
    struct State {
        var traversal = Traversal()
        var cache = PlanCache(Assembly.backend)
        var passes = BackwardPasses()
        /// Losses that a backward pass started from and new values of buffers: they are computed together with
        /// whatever comes next, because that plan passes through their operands anyway.
        var awaited = AwaitedValues()
        var usedGraphs = UsedGraphs()
        var epochs = Epochs()

        /// Finds what the roots need, and the plan for it.
        mutating func executable(
            roots: [Unmanaged<Node>], released: [Unmanaged<Node>] = []
        ) -> any Executable {
            traversal.run(
                roots: roots, awaited: awaited, released: released, passes: passes, epoch: epochs.next())
            if let recorders = traversal.missedRecorders(passes) {
                // A gradient that is used elsewhere needs the history of what is about to be computed.
                passes.define(of: recorders, &epochs)
                traversal.run(
                    roots: roots, awaited: awaited, released: released, passes: passes, epoch: epochs.next())
            }
            let bound = MemoryBudget.current.map { traversal.bound($0) }
            if Device.current != .cpu { traversal.bind(to: .current) }
            return cache.executable(for: traversal, of: roots, within: bound, &epochs)
        }
    }

    static let state = GraphLock()

    /// Computes the nodes that are not in memory yet. Stops the program where that fails.
    package static func evaluate(_ roots: [Node]) {
        withExtendedLifetime(roots) { evaluate(roots.map(Unmanaged.passUnretained)) }
    }

    /// Computes the nodes that are not in memory yet. The caller holds them. Stops the program where that fails.
    package static func evaluate(_ roots: [Unmanaged<Node>]) {
        if let error = failure(ofEvaluating: roots, losingNothing: false) { trap(error.message) }
    }

    /// Computes the nodes that are not in memory yet, and says why where that fails. The caller holds them.
    ///
    /// - Parameter losingNothing: whether everything is as before where it fails.
    static func failure(ofEvaluating roots: [Unmanaged<Node>], losingNothing: Bool) -> EvaluationError? {
        var unfinished: [Storage] = []
        var excess: EvaluationError?
        let launch = state.withLock { state -> Launch? in
            for root in roots {
                root._withUnsafeGuaranteedRef {
                    requireValue($0)
                    // Another thread may still be computing it.
                    if let storage = $0.storage, !storage.isReady { unfinished.append(storage) }
                }
            }
            return prepare(roots, &state, losingNothing: losingNothing, &excess)
        }
        if let excess { return excess }
        var isLacking = false
        switch launch?.run() {
        case .failed(let error): return error
        case .lacksLeaf: isLacking = true
        case .succeeded, nil: break
        }
        for storage in unfinished {
            storage.waitUntilReady()
            if storage.hasFailed { isLacking = true }
        }
        // What another thread has failed to compute together with something else may be in order by itself.
        return isLacking ? failure(ofEvaluating: roots, losingNothing: losingNothing) : nil
    }

    /// Has the node computed together with whatever is computed next. What is recorded only to be looked at waits for
    /// nobody: it would keep its whole graph.
    static func awaitValue(of node: Node) {
        if bk_walk_depth() > 0 { return }
        state.withLock { state in
            state.awaited.append(node)
        }
    }

    /// Empties the plan cache.
    static func forgetPlans() { state.withLock { $0.cache = PlanCache(Assembly.backend) } }

    /// Evaluates the end of a long recorded chain. Inside a traversal, which holds the lock, there is nothing to
    /// do: the chain that is being recorded there is bounded by the one it is derived from. Under `vmap` the chain has no
    /// values; what is recorded from it has.
    static func flush(_ node: Node) {
        if bk_walk_depth() == 0 && !node.isExample { evaluate([node]) }
    }

    /// Stops where a value is asked for that stands for every example of a batch.
    private static func requireValue(_ node: Node) {
        require(
            !node.isExample,
            "vmap: the function asks for the value of \(node.dtype)\(node.shape), which depends on a mapped argument: it stands for all examples at once and has no value; compute with it instead, with which(_:_:_:) in the place of a condition"
        )
    }

    /// What evaluating the nodes will hold in memory, without running anything.
    package static func bill(
        _ roots: [Node], released: [Unmanaged<Node>] = [], labels: BillLabels = BillLabels()
    ) -> MemoryBill {
        for root in roots { requireValue(root) }
        return state.withLock { state in
            guard roots.contains(where: \.isPending) else { return MemoryBill(items: [], peakBytes: 0) }
            let roots = roots.map(Unmanaged.passUnretained)
            let executable = state.executable(roots: roots, released: released)
            var values: [ValueLabel] = []
            var anatomy: StepAnatomy?
            _ = state.traversal.canonicalGraph(of: roots, &state.epochs) {
                values = $0.valueLabels(labels)
                if labels.wantsAnatomy { anatomy = StepAnatomy($0, executable, values, labels) }
            }
            var bill = MemoryBill(state.traversal, executable, values, labels)
            bill.anatomy = anatomy
            return bill
        }
    }

    /// By which words the plan cache knows what evaluating the nodes takes, the graph that they stand for, and its plan.
    /// Nothing runs.
    package static func planned(
        _ roots: [Node]
    ) -> (words: [UInt64], graph: CanonicalGraph, plan: any Executable) {
        state.withLock { state in
            let roots = roots.map(Unmanaged.passUnretained)
            let plan = state.executable(roots: roots)
            let words = state.traversal.words
            return (
                Array(UnsafeBufferPointer(start: words.elements, count: words.count)),
                state.traversal.canonicalGraph(of: roots, &state.epochs), plan
            )
        }
    }

    private static func prepare(
        _ roots: [Unmanaged<Node>], _ state: inout State, losingNothing: Bool, _ excess: inout EvaluationError?
    ) -> Launch? {
        state.usedGraphs.forgetUnreachable()
        state.awaited.forgetUnwanted()
        guard roots.contains(where: { $0._withUnsafeGuaranteedRef(\.isPending) }) else { return nil }
        bk_evaluations_add()
        var executable = state.executable(roots: roots)
        if state.traversal.movesParameters, state.usedGraphs.drop(of: .current) {
            // What only these graphs held is held no more.
            executable = state.executable(roots: roots)
        }
        if let budget = MemoryBudget.current {
            excess = budget.excess(of: executable, beside: state.traversal.leafBytes)
            if excess != nil { return nil }
        }
        let launch = Launch(state.traversal, executable, &state.usedGraphs, losingNothing: losingNothing)
        state.awaited.removeAll(of: .current)
        return launch
    }

    /// The elements of a node; computes them where they are not in memory. A number is written to memory of its own
    /// each time, since its node may be shared by many graphs.
    package static func elements(of node: Node) -> Storage {
        if node.isScalarConstant { return storage(scalar: node) }
        if let storage = state.withLock({ _ in node.storage }) {
            // Another thread may still be computing it.
            storage.waitUntilReady()
            if !storage.hasFailed { return storage }
        }
        evaluate([node])
        return node.storage!
    }

    private static func storage(scalar node: Node) -> Storage {
        let storage = Storage(byteCount: node.dtype.byteCount)
        switch node.dtype {
        case .bool, .uint8: storage.pointer.storeBytes(of: UInt8(truncatingIfNeeded: node.bits), as: UInt8.self)
        case .int32: storage.pointer.storeBytes(of: Int32(truncatingIfNeeded: node.bits), as: Int32.self)
        case .int64: storage.pointer.storeBytes(of: node.bits, as: UInt64.self)
        case .float32: storage.pointer.storeBytes(of: Float(node.scalarValue), as: Float.self)
        case .float64: storage.pointer.storeBytes(of: node.scalarValue, as: Double.self)
        case .bfloat16: storage.pointer.storeBytes(of: BFloat16(Float(node.scalarValue)), as: BFloat16.self)
        }
        return storage
    }
}

extension Storage {
    /// Returns when the plan that computes the elements has finished, on whatever thread it runs.
    package func waitUntilReady() {
        var spins = 0
        while !isReady {
            spins += 1
            if spins > 1000 { usleep(20) }
        }
    }
}

/// Marks for walks over the graph: a node that carries the one of a walk has been met by it.
struct Epochs {
    private var last: UInt32 = 0

    /// A mark that no node carries yet.
    mutating func next() -> UInt32 {
        last &+= 1
        // New nodes carry zero.
        if last == 0 { last = 1 }
        return last
    }
}
