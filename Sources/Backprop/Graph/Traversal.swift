import CKernels

/// Walks from the roots to everything that has to be computed for them. Lives inside the lock of the graph, so its
/// lists are reused from one evaluation to the next.
struct Traversal {
    /// Everything reached, inputs first.
    private(set) var order = Scratch<Unmanaged<Node>>()
    /// References to each of them from others of them.
    private var uses = Scratch<Int32>()
    private(set) var leaves = Scratch<Unmanaged<Node>>()
    /// Distinct numbers of `scalar` nodes, in the form in which kernels read them.
    private(set) var scalars: [ScalarCell] = []
    /// Positions in `order` that become outputs.
    private(set) var outputs = Scratch<Int32>()
    /// What was reached, as the plan cache compares it: graphs with the same words have the same canonical form. Each node
    /// begins with a word that tells how many more it has, and the last word is their number, so different graphs never
    /// have the same words. Under a budget one word more says what the plan may add, and another one names a device.
    private(set) var words = Scratch<UInt64>()

    private struct Visit: BitwiseCopyable {
        var node: Unmanaged<Node>
        var next: Int32
    }

    private var stack = Scratch<Visit>()
    private var scalarSlots: [ScalarCell: Int] = [:]
    private var epoch: UInt32 = 0
    private var isSaved: [Bool] = []
    /// Where not empty, what a transform of another thread may still differentiate.
    private var isOpenElsewhere: [Bool] = []
    /// Whose gradients that may not have been reached depend on something that has.
    private var touched = Recorders()
    /// Whether a backward pass may still follow on something that was reached.
    private var hasOpenNodes = false
    /// Whether new values of parameters were reached, as those of a step.
    private(set) var movesParameters = false
    /// Whether a gradient was reached whose definition is not known.
    private(set) var hasUndefinedGradients = false

    /// `released` are nodes to which one reference will be gone when the graph is evaluated. Where gradients of the passes
    /// depend on what is reached, those that lie in the cells of their parameters become roots as well.
    mutating func run(
        roots: [Unmanaged<Node>], awaited: AwaitedValues = AwaitedValues(), released: [Unmanaged<Node>] = [],
        passes: borrowing BackwardPasses,
        epoch: UInt32
    ) {
        self.epoch = epoch
        touched = Recorders()
        hasUndefinedGradients = false
        hasOpenNodes = false
        movesParameters = false
        order.removeAll()
        uses.removeAll()
        leaves.removeAll()
        outputs.removeAll()
        words.removeAll()
        scalars.removeAll(keepingCapacity: true)
        if !scalarSlots.isEmpty { scalarSlots.removeAll(keepingCapacity: true) }
        for root in roots { descend(from: root) }
        awaited.forEach(of: .current) { descend(from: .passUnretained($0)) }
        if !touched.isEmpty {
            passes.forEachGradientInCells(of: touched) { descend(from: .passUnretained($0)) }
        }
        isSaved.removeAll(keepingCapacity: true)
        isOpenElsewhere.removeAll(keepingCapacity: true)
        if hasOpenNodes {
            markSavedForBackward()
            if OpenTransforms.areElsewhere { markOpenElsewhere() }
        }
        for node in released {
            node._withUnsafeGuaranteedRef { if $0.mark == epoch { uses[Int($0.index)] += 1 } }
        }
        for position in order.indices {
            // Before anything here names the node, which would count.
            let references = referenceCount(order[position])
            let isSource = order[position]._withUnsafeGuaranteedRef { $0.storage != nil || $0.isScalarConstant }
            if isSource { continue }
            // Somebody outside holds it: a tensor, or an operation that is not part of this evaluation.
            let isHeld = references > Int(uses[position])
            if isHeld || (!isSaved.isEmpty && isSaved[position]) {
                outputs.append(Int32(position))
                words.append(UInt64(position))
            }
        }
        words.append(UInt64(order.count))
    }

    /// What a plan may add to the leaves so that all together hold at most so many bytes. Plans are known by it.
    mutating func bound(_ budget: MemoryBudget) -> Int {
        let added = Swift.max(0, budget.bytes - leafBytes)
        words.append(UInt64(added))
        return added
    }

    /// Has plans for a device known by it.
    mutating func bind(to device: Device) { words.append(UInt64.max - UInt64(device.number)) }

    /// Bytes of the leaves, of which several may lie in the same memory.
    var leafBytes: Int {
        var counted: Set<ObjectIdentifier> = []
        return leaves.indices.reduce(0) { sum, index in
            leaves[index]._withUnsafeGuaranteedRef {
                counted.insert(ObjectIdentifier($0.storage!)).inserted ? sum + $0.storage!.byteCount : sum
            }
        }
    }

    /// Whose gradients wait that were not reached, although something was that they depend on; nil where there are none.
    func missedRecorders(_ passes: borrowing BackwardPasses) -> Recorders? {
        if touched.isEmpty { return nil }
        return passes.wait(beside: epoch, of: touched) ? touched : nil
    }

    /// The node of an output.
    func output(_ number: Int) -> Unmanaged<Node> { order[Int(outputs[number])] }

    /// Whether somebody may still ask how an output was computed.
    func needsHistory(of number: Int) -> Bool {
        if !isOpenElsewhere.isEmpty && isOpenElsewhere[Int(outputs[number])] { return true }
        return output(number)._withUnsafeGuaranteedRef { $0.needsGradient }
    }

    /// Gives the memory back; the traversal must not be used afterwards.
    func deallocate() {
        order.deallocate()
        uses.deallocate()
        leaves.deallocate()
        outputs.deallocate()
        words.deallocate()
        stack.deallocate()
    }

    /// References to a node at this moment. The traversal itself holds none; a reference that the compiler keeps a
    /// little longer only makes the value an output, which costs memory and never correctness.
    @inline(__always)
    private func referenceCount(_ node: Unmanaged<Node>) -> Int {
        Int(bk_reference_count(node.toOpaque()))
    }

    private mutating func descend(from root: Unmanaged<Node>) {
        let isNew = root._withUnsafeGuaranteedRef { root in
            if !root.isPending || root.mark == epoch { return false }
            root.mark = epoch
            return true
        }
        guard isNew else { return }
        stack.append(Visit(node: root, next: 0))
        while !stack.isEmpty {
            let node = stack[stack.count - 1].node
            if let (child, position) = unvisitedInput(of: node, from: stack[stack.count - 1].next) {
                stack[stack.count - 1].next = position
                stack.append(Visit(node: child, next: 0))
            } else {
                stack.removeLast()
                emit(node)
            }
        }
    }

    /// The next input that has not been reached, which is marked as reached, and the position after it.
    @inline(__always)
    private func unvisitedInput(
        of unmanaged: Unmanaged<Node>, from start: Int32
    ) -> (Unmanaged<Node>, Int32)? {
        unmanaged._withUnsafeGuaranteedRef { node in
            if node.storage != nil { return nil }
            if start == 0, node.isUndefinedGradient { node.adoptDefinition() }
            var position = start
            while true {
                let edge: Unmanaged<Node>?
                switch position {
                case 0: edge = node.edge0
                case 1: edge = node.edge1
                case 2: edge = node.edge2
                case 3: edge = node.edge3
                default:
                    let index = Int(position) - 4
                    guard let more = node.moreInputs, index < more.count else { return nil }
                    edge = Unmanaged.passUnretained(more[index])
                }
                position += 1
                guard let edge else { return nil }
                let isNew = edge._withUnsafeGuaranteedRef { input in
                    if input.mark == epoch { return false }
                    input.mark = epoch
                    return true
                }
                if isNew { return (edge, position) }
            }
        }
    }

    private mutating func emit(_ unmanaged: Unmanaged<Node>) {
        unmanaged._withUnsafeGuaranteedRef { node in
            node.index = Int32(truncatingIfNeeded: order.count)
            order.append(unmanaged)
            uses.append(0)
            let isLeaf = node.storage != nil
            let kind: Primitive = isLeaf ? .constant : node.primitive
            let shape = node.shape
            let hasThirdInput = node.edge2 != nil, hasExtras = node.hasExtras
            words.append(
                UInt64(kind.rawValue) | UInt64(node.dtype.rawValue) << 8 | UInt64(shape.rank) << 16
                    | (node.isAwaited ? 1 << 20 : 0) | (hasThirdInput ? 1 << 21 : 0) | (hasExtras ? 1 << 22 : 0)
                    | UInt64(node.checkpointBits) << 23,
                shape.words.0)
            if shape.rank > 2 { words.append(shape.words.1, shape.words.2) }
            if shape.rank > 6 { words.append(shape.words.3) }
            if isLeaf {
                leaves.append(unmanaged)
                return
            }
            if kind == .scalar {
                let slot = slot(of: ScalarCell(bits: node.bits, dtype: node.dtype))
                words.append(UInt64(slot), ScalarLiteral(node).rawValue)
                return
            }
            if let recorder = node.awaitedBy { touched.insert(recorder) }
            if node.variables != 0 && !node.isConsumed {
                if node.isParameter { movesParameters = true } else { hasOpenNodes = true }
            }
            if kind == .gradient { meet(node) }
            words.append(node.bits, number(of: node.edge0) | number(of: node.edge1) << 32)
            if hasThirdInput { words.append(number(of: node.edge2) | number(of: node.edge3) << 32) }
            if hasExtras { emitExtras(of: node) }
        }
    }

    private mutating func emitExtras(of node: Node) {
        let inputs = node.moreInputs ?? [], list = node.list ?? []
        words.append(UInt64(inputs.count), UInt64(list.count))
        for input in inputs { words.append(number(of: .passUnretained(input))) }
        for number in list { words.append(UInt64(bitPattern: Int64(number))) }
    }

    /// The position of an input, of which one more use is known now.
    @inline(__always)
    private func number(of edge: Unmanaged<Node>?) -> UInt64 {
        guard let edge else { return 0xFFFF_FFFF }
        let index = Int(edge._withUnsafeGuaranteedRef { $0.index })
        uses[index] += 1
        return UInt64(UInt32(truncatingIfNeeded: index))
    }

    private mutating func meet(_ gradient: Node) {
        guard let pass = gradient.pass else { return }
        pass._withUnsafeGuaranteedRef { $0.meet(epoch) }
        hasUndefinedGradients = true
    }

    /// The number of a scalar among the distinct ones. There are few as a rule, so looking through them is quickest.
    private mutating func slot(of cell: ScalarCell) -> Int {
        if scalars.count < 24 {
            for index in scalars.indices where scalars[index] == cell { return index }
        } else {
            if scalarSlots.isEmpty { for (index, known) in scalars.enumerated() { scalarSlots[known] = index } }
            if let known = scalarSlots[cell] { return known }
            scalarSlots[cell] = scalars.count
        }
        scalars.append(cell)
        return scalars.count - 1
    }

    /// The values of the parameters that a loss depends on, with everything between marked as used by a backward pass, and
    /// whose pass it is; nil, and nothing marked, where the gradients cannot be worked out later.
    mutating func markWayBack(
        from loss: Node, epoch: UInt32
    ) -> (parameters: [Unmanaged<Node>], recorder: Recorder)? {
        guard loss.storage == nil, !loss.isParameter, loss.primitive.hasPlainRule else { return nil }
        var recorders = Recorders()
        order.removeAll()
        leaves.removeAll()
        loss.mark = epoch
        order.append(Unmanaged.passUnretained(loss))
        var isPlain = true
        var next = 0
        while next < order.count, isPlain {
            order[next]._withUnsafeGuaranteedRef { node in
                node.forEachEdge { edge in
                    edge._withUnsafeGuaranteedRef { input in
                        guard input.variables & 1 != 0, input.mark != epoch else { return }
                        input.mark = epoch
                        if input.isParameter { return leaves.append(edge) }
                        if input.storage != nil || !input.primitive.hasPlainRule { isPlain = false }
                        if let recorder = input.awaitedBy { recorders.insert(recorder) }
                        order.append(edge)
                    }
                }
            }
            next += 1
        }
        guard isPlain else { return nil }
        // Whose values it starts from is who it belongs to.
        let recorder = recorders.isEmpty ? .current : recorders.one ?? .several
        for position in order.indices {
            order[position]._withUnsafeGuaranteedRef {
                $0.isConsumed = true
                $0.awaitedBy = recorder
            }
        }
        return (leaves.indices.map { leaves[$0] }, recorder)
    }

    /// Where a backward pass may still follow, the values it will ask for stay in memory, so that the forward pass
    /// is not run a second time.
    private mutating func markSavedForBackward() {
        for position in order.indices {
            let isOpen = order[position]._withUnsafeGuaranteedRef { $0.storage == nil && $0.needsGradient }
            guard isOpen else { continue }
            let node = order[position].takeUnretainedValue()
            if isSaved.isEmpty { isSaved = Array(repeating: false, count: order.count) }
            let saved = node.primitive.savedForGradient, isDropped = node.checkpointPart == .inside
            if saved.output && !isDropped { isSaved[position] = true }
            var number = 0
            node.forEachInput { input in
                defer { number += 1 }
                // What is computed anew needs all that it is computed from.
                guard isDropped || saved.inputs >> Swift.min(number, 62) & 1 != 0 else { return }
                var input = input
                // A view lies in the memory of what it is taken from, and a custom function's result is that value.
                while input.storage == nil, input.primitive.isView || input.primitive == .customResult,
                    let base = input.input0
                {
                    input = base
                }
                if input.checkpointPart != .inside { isSaved[Int(input.index)] = true }
            }
        }
    }

    /// Which variables belong to transforms that are open is known by their threads. Here it follows from who reads the
    /// variables, as far as the walk goes down.
    private mutating func markOpenElsewhere() {
        isOpenElsewhere = Array(repeating: false, count: order.count)
        for position in order.indices {
            order[position]._withUnsafeGuaranteedRef { node in
                guard node.variables > 1, !node.isConsumed else { return }
                var isOpen = node.hasReaders || node.storage != nil && node.edge0 != nil
                if node.storage == nil {
                    node.forEachEdge { edge in
                        if isOpenElsewhere[Int(edge._withUnsafeGuaranteedRef { $0.index })] { isOpen = true }
                    }
                }
                isOpenElsewhere[position] = isOpen
            }
        }
    }
}
