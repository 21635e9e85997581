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

    private var order: [Node] = []
    private var cotangents: [Tensor?] = []
    /// Whether a target is among the ancestors.
    private var leadsToTarget: [Bool] = []

    /// Gradients of `output`, contracted with `seed`, for the targets: one for each of the nodes (nil where none flows),
    /// or deposited in the cells. Runs under the lock of the graph.
    static func run(from output: Node, seed: Tensor, targets: Targets, keepingGraph: Bool, epoch: UInt32) -> (
        gradients: [Tensor?], cells: [GradientCell]
    ) {
        bk_walk_depth_add(1)
        defer { bk_walk_depth_add(-1) }
        var walk = ReverseWalk()
        walk.collect(from: output, epoch)
        walk.mark(targets)
        let isWanted = walk.leadsToTarget
        walk.cotangents = Array(repeating: nil, count: walk.order.count)
        walk.cotangents[Int(output.index)] = seed
        var deposited: [GradientCell] = []
        var isTarget: Set<ObjectIdentifier> = []
        if case .nodes(let nodes) = targets { isTarget = Set(nodes.map(ObjectIdentifier.init)) }

        for position in walk.order.indices.reversed() where isWanted[position] {
            let node = walk.order[position]
            guard let cotangent = walk.cotangents[position] else { continue }
            if node.isParameter, case .cells = targets {
                guard let cell = node.cell else { continue }
                if let sum = cell.gradient {
                    cell.gradient = (Tensor(sum) + cotangent).node
                } else {
                    cell.gradient = cotangent.node
                }
                cell.passes += 1
                deposited.append(cell)
            } else if !node.isParameter {
                walk.propagate(cotangent, through: node, isWanted)
            }
            if !isTarget.contains(ObjectIdentifier(node)) { walk.cotangents[position] = nil }
        }
        var gradients: [Tensor?] = []
        if case .nodes(let nodes) = targets {
            gradients = nodes.map { node in
                let position = Int(node.index)
                return position < walk.order.count && walk.order[position] === node ? walk.cotangents[position] : nil
            }
        }
        if !keepingGraph { for node in walk.order where !node.isParameter { node.isConsumed = true } }
        return (gradients, deposited)
    }

    /// Hands the gradient of a result on to its operands.
    private mutating func propagate(_ cotangent: Tensor, through node: Node, _ isWanted: [Bool]) {
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
        for axis in 0..<Swift.max(0, source.rank) {
            if axis < added || (shape[axis - added] == 1 && source[axis] != 1) { axes.insert(axis) }
        }
        var result = gradient.node
        if !axes.isEmpty { result = Node.reduce(.sum, result, axes) }
        if added > 0 { result = Node.reshape(result, Shape(result.shape.array.dropFirst(added))) }
        // A rule may answer with fewer elements than the operand has, when each has the same gradient.
        return Tensor(result.shape == shape ? result : Node.broadcast(result, shape))
    }

    /// Everything with a variable among its ancestors, operands first.
    private mutating func collect(from output: Node, _ epoch: UInt32) {
        var stack: [(node: Node, isDone: Bool)] = [(output, false)]
        while let (node, isDone) = stack.popLast() {
            if isDone {
                node.index = Int32(order.count)
                order.append(node)
                continue
            }
            if node.mark == epoch { continue }
            node.mark = epoch
            if node.input0 == nil, !node.isParameter {
                trap(
                    "backward: the graph of this value was released by an earlier backward pass; call backward(keepingGraph: true) there")
            }
            stack.append((node, true))
            if !node.isParameter {
                node.forEachInput { if $0.variables != 0 && $0.mark != epoch { stack.append(($0, false)) } }
            }
        }
    }

    private mutating func mark(_ targets: Targets) {
        leadsToTarget = Array(repeating: false, count: order.count)
        if case .nodes(let nodes) = targets {
            for node in nodes {
                let index = Int(node.index)
                if index < order.count && order[index] === node { leadsToTarget[index] = true }
            }
        }
        for (position, node) in order.enumerated() {
            if node.isParameter {
                if case .cells = targets { leadsToTarget[position] = true }
                continue
            }
            var leads = leadsToTarget[position]
            node.forEachInput { if $0.variables != 0 && leadsToTarget[Int($0.index)] { leads = true } }
            leadsToTarget[position] = leads
        }
    }
}
