import CKernels

/// A value of a canonical graph: one operation, with its operands as indices.
package struct Value: Sendable {
    package var primitive: Primitive
    package var dtype: DType
    package var shape: Shape
    package var bits: UInt64
    package var list: [Int]?
    package var inputs: [Int]
    /// The number of the leaf or of the scalar that the value stands for, where it is one.
    package var source: Int = -1

    package var axes: AxisSet { AxisSet(bits: UInt8(truncatingIfNeeded: bits)) }
    package var axis: Int { Int(bits) }
}

/// What a plan is made from: a graph without names, addresses or numbers, inputs before their uses.
///
/// Two recordings with the same canonical graph share one plan. The values of `scalar` nodes are data and not part
/// of it (a learning rate may change at every step), but which of them are equal is.
package struct CanonicalGraph: Sendable {
    package var values: [Value]
    package var leafCount: Int
    package var scalarCount: Int
    /// Numbers of the plan itself; values that stand for them have sources from `scalarCount` on.
    package var literals: [ScalarCell] = []
    /// Values that must be in memory of their own afterwards, in the order of the bindings.
    package var outputs: [Int]
}

/// The numbers that are part of the canonical form after all: plans treat one differently, and gradient rules use these
/// as constants.
enum ScalarLiteral: UInt64 {
    case none, zero, one, two

    init(_ node: Node) {
        guard node.dtype.isFloatingPoint else {
            self = .none
            return
        }
        switch node.bits {
        case (0.0).bitPattern: self = .zero
        case (1.0).bitPattern: self = .one
        case (2.0).bitPattern: self = .two
        default: self = .none
        }
    }
}

/// The 128 bits by which the plan cache knows a canonical graph.
package struct CanonicalKey: Hashable, Sendable {
    var low: UInt64 = 0x9E37_79B9_7F4A_7C15
    var high: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    @inline(__always)
    mutating func mix(_ word: UInt64) {
        low = (low ^ word) &* 0x9FB2_1C65_1E98_DF25
        low ^= low &>> 29
        high = (high &+ word) &* 0xD6E8_FEB8_6659_FD93
        high = (high &<< 31) | (high &>> 33)
    }
}

/// Walks from the roots to everything that has to be computed for them. Lives inside the lock of the graph, so its
/// lists are reused from one evaluation to the next; the addresses in them are what `@unchecked` stands for.
struct Traversal: @unchecked Sendable {
    /// Everything reached, inputs first.
    private(set) var order = Scratch<Unmanaged<Node>>()
    /// References to each of them from others of them.
    private var uses = Scratch<Int32>()
    private(set) var leaves = Scratch<Unmanaged<Node>>()
    /// Distinct numbers of `scalar` nodes, in the form in which kernels read them.
    private(set) var scalars: [ScalarCell] = []
    /// Positions in `order` that become outputs.
    private(set) var outputs = Scratch<Int32>()
    private(set) var key = CanonicalKey()

    /// Whether gradients of a pass wait that were not reached, although something was that they depend on.
    func isIncomplete(_ passes: borrowing BackwardPasses) -> Bool {
        guard hasAwaitedNodes else { return false }
        return passes.wait(beside: epoch)
    }

    private struct Visit: BitwiseCopyable {
        var node: Unmanaged<Node>
        var next: Int32
    }

    private var stack = Scratch<Visit>()
    private var scalarSlots: [ScalarCell: Int] = [:]
    private var epoch: UInt32 = 0
    private var isSaved: [Bool] = []
    /// Whether gradients that may not have been reached depend on something that has.
    private(set) var hasAwaitedNodes = false
    /// Whether a backward pass may still follow on something that was reached.
    private var hasOpenNodes = false
    /// Whether a gradient was reached whose definition is not known.
    private(set) var hasUndefinedGradients = false

    /// `released` are nodes to which one reference will be gone when the graph is evaluated. Where gradients of the passes
    /// depend on what is reached, those that lie in the cells of their parameters become roots as well.
    mutating func run(
        roots: [Node], awaited: [Node] = [], released: [Unmanaged<Node>] = [], passes: borrowing BackwardPasses,
        epoch: UInt32
    ) {
        self.epoch = epoch
        hasAwaitedNodes = false
        hasUndefinedGradients = false
        hasOpenNodes = false
        order.removeAll()
        uses.removeAll()
        leaves.removeAll()
        outputs.removeAll()
        scalars.removeAll(keepingCapacity: true)
        if !scalarSlots.isEmpty { scalarSlots.removeAll(keepingCapacity: true) }
        key = CanonicalKey()
        for root in roots where root.isPending && root.mark != epoch { descend(from: root) }
        for root in awaited where root.isPending && root.mark != epoch { descend(from: root) }
        if hasAwaitedNodes {
            passes.forEachGradientInCells { if $0.mark != epoch { descend(from: $0) } }
        }
        isSaved.removeAll(keepingCapacity: true)
        if hasOpenNodes { markSavedForBackward() }
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
                key.mix(UInt64(position))
            }
        }
        key.mix(UInt64(order.count))
    }

    /// The node of an output.
    func output(_ number: Int) -> Unmanaged<Node> { order[Int(outputs[number])] }

    /// Gives the memory back; the traversal must not be used afterwards.
    func deallocate() {
        order.deallocate()
        uses.deallocate()
        leaves.deallocate()
        outputs.deallocate()
        stack.deallocate()
    }

    /// References to a node at this moment. The traversal itself holds none; a reference that the compiler keeps a
    /// little longer only makes the value an output, which costs memory and never correctness.
    @inline(__always)
    private func referenceCount(_ node: Unmanaged<Node>) -> Int {
        Int(bk_reference_count(node.toOpaque()))
    }

    private mutating func descend(from root: Node) {
        root.mark = epoch
        stack.append(Visit(node: Unmanaged.passUnretained(root), next: 0))
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
            let listCount = node.list == nil ? 0 : node.list!.count
            key.mix(
                UInt64(kind.rawValue) | UInt64(node.dtype.rawValue) << 8 | UInt64(node.shape.rank) << 16
                    | (node.isAwaited ? 1 << 20 : 0) | UInt64(listCount) << 24)
            node.shape.forEachWord { key.mix($0) }
            if isLeaf {
                leaves.append(unmanaged)
                return
            }
            if kind == .scalar {
                key.mix(UInt64(slot(of: ScalarCell(bits: node.bits, dtype: node.dtype))))
                key.mix(ScalarLiteral(node).rawValue)
                return
            }
            key.mix(node.bits)
            if node.isAwaited { hasAwaitedNodes = true }
            if node.variables != 0 && !node.isConsumed && !node.isParameter { hasOpenNodes = true }
            if kind == .gradient { meet(node) }
            node.forEachEdge { edge in
                let index = Int(edge._withUnsafeGuaranteedRef { $0.index })
                uses[index] += 1
                key.mix(UInt64(truncatingIfNeeded: index))
            }
            if listCount > 0 { for number in node.list! { key.mix(UInt64(bitPattern: Int64(number))) } }
        }
    }

    private mutating func meet(_ gradient: Node) {
        guard let pass = gradient.pass else { return }
        pass.meet(epoch)
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

    /// The values of the parameters that a loss depends on, with everything between marked as used by a backward pass;
    /// nil, and nothing marked, where the gradients cannot be worked out later.
    mutating func markWayBack(from loss: Node, epoch: UInt32) -> [Unmanaged<Node>]? {
        guard loss.storage == nil, !loss.isParameter, loss.primitive.hasPlainRule else { return nil }
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
                        order.append(edge)
                    }
                }
            }
            next += 1
        }
        guard isPlain else { return nil }
        for position in order.indices {
            order[position]._withUnsafeGuaranteedRef {
                $0.isConsumed = true
                $0.isAwaited = true
            }
        }
        return leaves.indices.map { leaves[$0] }
    }

    /// Where a backward pass may still follow, the values it will ask for stay in memory, so that the forward pass
    /// is not run a second time.
    private mutating func markSavedForBackward() {
        for position in order.indices {
            let isOpen = order[position]._withUnsafeGuaranteedRef { $0.storage == nil && $0.needsGradient }
            guard isOpen else { continue }
            let node = order[position].takeUnretainedValue()
            if isSaved.isEmpty { isSaved = Array(repeating: false, count: order.count) }
            let saved = node.primitive.savedForGradient
            if saved.output { isSaved[position] = true }
            var number = 0
            node.forEachInput { input in
                defer { number += 1 }
                guard saved.inputs >> Swift.min(number, 62) & 1 != 0 else { return }
                var input = input
                // A view lies in the memory of what it is taken from, and a custom function's result is that value.
                while input.storage == nil, input.primitive.isView || input.primitive == .customResult,
                    let base = input.input0
                {
                    input = base
                }
                isSaved[Int(input.index)] = true
            }
        }
    }

}

/// A number as kernels read it: in the lane type that belongs to its dtype, in eight bytes.
package struct ScalarCell: Hashable, Sendable {
    /// The bits of a Double for floating-point dtypes, of an Int64 for the others.
    package var bits: UInt64
    package var dtype: DType

    /// Writes the number in its lane type: Float, Double or Int64.
    package func write(to address: UnsafeMutableRawPointer) {
        switch dtype {
        case .float32: address.storeBytes(of: Float(Double(bitPattern: bits)), as: Float.self)
        case .bfloat16: address.storeBytes(of: Float(BFloat16(Float(Double(bitPattern: bits)))), as: Float.self)
        case .float64: address.storeBytes(of: Double(bitPattern: bits), as: Double.self)
        case .bool, .uint8, .int32, .int64: address.storeBytes(of: bits, as: UInt64.self)
        }
    }
}
