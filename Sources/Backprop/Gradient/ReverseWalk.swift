import CKernels

/// One sweep from an output back to everything that its gradient is wanted for.
///
/// The sweep records; it computes nothing. It is the only place where gradients are added up and where the gradient of
/// an operand that was broadcast is summed back to its shape.
struct ReverseWalk {
    /// Which nodes a sweep is for.
    enum Targets {
        /// Values of parameters; their gradients go into the cells.
        case cells
        /// These nodes.
        case nodes([Node])
    }

    /// Everything with a variable among its ancestors, operands first.
    private var order = Scratch<Unmanaged<Node>>()
    /// For each of them whether it leads to a target, which is when a gradient for it is worth recording.
    private var isWanted: [Bool] = []
    private var cotangents: [Tensor?] = []

    /// Gradients of `output`, contracted with `seed`, for the targets: one for each of the nodes (nil where none flows),
    /// or deposited in the cells. Runs under the lock of the graph, with a mark that no node carries yet.
    static func run(
        from output: Node, seed: Tensor, targets: Targets, keepingGraph: Bool, epoch: UInt32
    ) -> (gradients: [Tensor?], cells: [GradientCell]) {
        bk_walk_depth_add(1)
        defer { bk_walk_depth_add(-1) }
        var walk = ReverseWalk()
        defer { walk.order.deallocate() }
        walk.collect(from: output, epoch)
        let cells: [GradientCell]
        var gradients: [Tensor?] = []
        switch targets {
        case .cells:
            walk.markWaysToParameters()
            walk.cotangents[Int(output.index)] = seed
            cells = walk.sweepToCells()
        case .nodes(let nodes):
            // A node that was not reached may carry an index of an earlier walk.
            let positions = nodes.map { $0.mark == epoch ? Int($0.index) : -1 }
            walk.markWays(to: positions)
            walk.cotangents[Int(output.index)] = seed
            walk.sweep(keeping: positions)
            gradients = positions.map { $0 >= 0 ? walk.cotangents[$0] : nil }
            cells = []
        }
        if !keepingGraph { walk.release() }
        return (gradients, cells)
    }

    /// Marks the history as used, and lets go of what is in memory already. Operands first, since a node may be freed
    /// with the last that was computed from it.
    private func release() {
        for index in order.indices {
            order[index]._withUnsafeGuaranteedRef { node in
                if node.isParameter { return }
                node.isConsumed = true
                if node.storage != nil { node.dropInputs() }
            }
        }
    }

    private struct Visit: BitwiseCopyable {
        var node: Unmanaged<Node>
        var isDone: Bool
    }

    /// The nodes between the output and variables, by an iterative walk.
    private mutating func collect(from output: Node, _ epoch: UInt32) {
        var stack = Scratch<Visit>()
        defer { stack.deallocate() }
        stack.append(Visit(node: Unmanaged.passUnretained(output), isDone: false))
        while !stack.isEmpty {
            let (unmanaged, isDone) = (stack[stack.count - 1].node, stack[stack.count - 1].isDone)
            stack.removeLast()
            unmanaged._withUnsafeGuaranteedRef { node in
                if isDone {
                    node.index = Int32(order.count)
                    order.append(unmanaged)
                    return
                }
                if node.mark == epoch { return }
                node.mark = epoch
                if node.edge0 == nil, !node.isParameter {
                    trap(
                        "backward: the graph of this value was released by an earlier backward pass; call backward(keepingGraph: true) there"
                    )
                }
                stack.append(Visit(node: unmanaged, isDone: true))
                if node.isParameter { return }
                node.forEachEdge { edge in
                    if edge._withUnsafeGuaranteedRef({ $0.variables != 0 && $0.mark != epoch }) {
                        stack.append(Visit(node: edge, isDone: false))
                    }
                }
            }
        }
        isWanted = Array(repeating: false, count: order.count)
        cotangents = Array(repeating: nil, count: order.count)
    }

    private mutating func markWaysToParameters() {
        for position in order.indices {
            order[position]._withUnsafeGuaranteedRef { node in
                isWanted[position] = node.isParameter || leads(node)
            }
        }
    }

    private mutating func markWays(to targets: [Int]) {
        for target in targets where target >= 0 { isWanted[target] = true }
        for position in order.indices where !isWanted[position] {
            order[position]._withUnsafeGuaranteedRef { node in isWanted[position] = !node.isParameter && leads(node) }
        }
    }

    /// Whether an operand of the node is wanted.
    private func leads(_ node: Node) -> Bool {
        var result = false
        node.forEachEdge { edge in
            edge._withUnsafeGuaranteedRef { if $0.variables != 0 && isWanted[Int($0.index)] { result = true } }
        }
        return result
    }

    private mutating func sweepToCells() -> [GradientCell] {
        var cells: [GradientCell] = []
        for position in order.indices.reversed() where isWanted[position] {
            guard let cotangent = cotangents[position] else { continue }
            cotangents[position] = nil
            let node = order[position].takeUnretainedValue()
            guard node.isParameter else {
                propagate(cotangent, through: node)
                continue
            }
            guard let cell = node.cell else { continue }
            cell.gradient = cell.gradient.map { (Tensor($0) + cotangent).node } ?? cotangent.node
            cell.passes += 1
            cells.append(cell)
        }
        return cells
    }

    private mutating func sweep(keeping targets: [Int]) {
        for position in order.indices.reversed() where isWanted[position] {
            guard let cotangent = cotangents[position] else { continue }
            if !targets.contains(position) { cotangents[position] = nil }
            let node = order[position].takeUnretainedValue()
            // One target may be computed from another.
            if !node.isParameter && leads(node) { propagate(cotangent, through: node) }
        }
    }

    /// Hands the gradient of a result on to its operands.
    private mutating func propagate(_ cotangent: Tensor, through node: Node) {
        let context = RuleContext(node: node, cotangent: cotangent)
        var position = 0
        node.forEachInput { input in
            defer { position += 1 }
            guard input.variables != 0, isWanted[Int(input.index)] else { return }
            guard var gradient = context.gradient(for: position) else { return }
            if gradient.node.shape != input.shape { gradient = ReverseWalk.unbroadcast(gradient, to: input.shape) }
            let index = Int(input.index)
            cotangents[index] = cotangents[index].map { $0 + gradient } ?? gradient
        }
    }

    /// Sums over the axes along which an operand was repeated, or repeats a gradient that is one number for all.
    private static func unbroadcast(_ gradient: Tensor, to shape: Shape) -> Tensor {
        let source = gradient.node.shape
        let added = source.rank - shape.rank
        var axes = AxisSet()
        for axis in 0..<source.rank {
            if axis < added || (shape[axis - added] == 1 && source[axis] != 1) { axes.insert(axis) }
        }
        var result = gradient.node
        if !axes.isEmpty { result = Node.reduce(.sum, result, axes) }
        if added > 0 { result = Node.reshape(result, Shape(result.shape.array.dropFirst(added))) }
        // A rule may answer with fewer elements than the operand has, when each has the same gradient.
        return Tensor(result.shape == shape ? result : Node.broadcast(result, shape))
    }
}
