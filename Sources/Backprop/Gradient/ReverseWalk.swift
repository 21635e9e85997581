import CKernels

/// One sweep from outputs back to everything that a gradient is wanted for.
///
/// The sweep records; it computes nothing. It is the only place where gradients are added up and where the gradient of
/// an operand that was broadcast is summed back to its shape. The lock of the graph is held only while the way back is
/// found, so that a custom rule or a hook may read values and start walks of its own.
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
    /// The positions in `order` of all operands, node by node; -1 for an operand that is not there.
    private var operands = Scratch<Int32>()
    /// Where the operands of each node begin, and where the last end.
    private var firstOperand = Scratch<Int32>()
    /// For each node whether it leads to a target, which is when a gradient for it is worth recording.
    private var isWanted: [Bool] = []
    private var cotangents: [Tensor?] = []
    /// Further gradients that are better added up together.
    private var waiting = WaitingGradients()
    /// The gradients of the results of custom calls, by the position of the call.
    private var resultCotangents: [Int: [Int: Tensor]] = [:]
    /// The kinds of variables that lead to a target.
    private let mask: UInt16

    private init(mask: UInt16) { self.mask = mask }

    /// Gradients of the outputs, contracted with the seeds, for the targets: one for each of the nodes (nil where none
    /// flows), or deposited in the cells. Only nodes with a variable of `mask` among their ancestors are visited.
    static func run(
        from outputs: [Node], seeds: [Tensor], targets: Targets, mask: UInt16 = .max, keepingGraph: Bool
    ) -> (gradients: [Tensor?], cells: [GradientCell]) {
        bk_walk_depth_add(1)
        defer { bk_walk_depth_add(-1) }
        var walk = ReverseWalk(mask: mask)
        defer { walk.deallocate() }
        let reachable = outputs.indices.filter { outputs[$0].variables & mask != 0 }
        var starts: [Int] = []
        var kept: [Int] = []
        Graph.state.withLock { state in
            let epoch = state.epochs.next()
            for position in reachable { walk.collect(from: outputs[position], epoch) }
            walk.noteOperands()
            starts = reachable.map { Int(outputs[$0].index) }
            // A node that was not reached may carry an index of an earlier walk.
            if case .nodes(let nodes) = targets { kept = nodes.map { $0.mark == epoch ? Int($0.index) : -1 } }
            walk.begin()
        }
        walk.isWanted = Array(repeating: false, count: walk.order.count)
        walk.cotangents = Array(repeating: nil, count: walk.order.count)
        for (position, start) in zip(reachable, starts) { walk.add(seeds[position], to: start) }
        var gradients: [Tensor?] = []
        var cells: [GradientCell] = []
        switch targets {
        case .cells:
            let found = walk.sweepToParameters().compactMap { parameter, gradient in
                parameter.cell.map { ($0.takeUnretainedValue(), gradient.node) }
            }
            Graph.state.withLock { _ in for (cell, gradient) in found { cell.add(gradient) } }
            cells = found.map(\.0)
        case .nodes:
            walk.markWays(to: kept)
            walk.sweep(keeping: kept)
            gradients = kept.map { $0 >= 0 ? walk.cotangent(at: $0) : nil }
        }
        Graph.state.withLock { state in
            for node in walk.end(keepingGraph: keepingGraph) { state.usedGraphs.letGo(of: node) }
        }
        return (gradients, cells)
    }

    /// The gradients of a loss for the values of all parameters that it depends on. The lock of the graph is held
    /// meanwhile, so only rules that read no values may be met.
    static func gradientsForParameters(
        of loss: Node, _ epochs: inout Epochs
    ) -> [(parameter: Node, gradient: Node)] {
        bk_walk_depth_add(1)
        defer { bk_walk_depth_add(-1) }
        var walk = ReverseWalk(mask: 1)
        defer { walk.deallocate() }
        return withoutGradients {
            // A pass that is worked out inside of `checkpoint` is no part of what is recorded there.
            let depth = bk_checkpoint_depth()
            bk_checkpoint_depth_add(-depth)
            defer { bk_checkpoint_depth_add(depth) }
            walk.collect(from: loss, epochs.next())
            walk.noteOperands()
            walk.isWanted = Array(repeating: false, count: walk.order.count)
            walk.cotangents = Array(repeating: nil, count: walk.order.count)
            walk.add(seed(for: loss), to: Int(loss.index))
            return walk.sweepToParameters().map { ($0, $1.node) }
        }
    }

    /// The gradient of a scalar for itself.
    static func seed(for output: Node) -> Tensor {
        Tensor(Node.broadcast(Node.scalar(1, output.dtype), output.shape))
    }

    private mutating func deallocate() {
        order.deallocate()
        operands.deallocate()
        firstOperand.deallocate()
    }

    /// Keeps the way back in place, whatever is computed or released meanwhile.
    private func begin() {
        for index in order.indices { order[index]._withUnsafeGuaranteedRef { $0.addReader() } }
    }

    /// Marks the history as used, unless it is kept. Returns the nodes whose history this walk does not need any more, and
    /// that have their values.
    private func end(keepingGraph: Bool) -> [Node] {
        var finished: [Node] = []
        for index in order.indices {
            order[index]._withUnsafeGuaranteedRef { node in
                node.removeReader()
                if node.isParameter { return }
                if !keepingGraph { node.isConsumed = true }
                if node.storage != nil && !node.needsGradient { finished.append(node) }
            }
        }
        return finished
    }

    // MARK: Finding the way

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
                        "backward: the graph of this value was used up by an earlier backward pass and the step() after it; call detached() on what is carried over from step to step, or backward(keepingGraph: true) where the graph is needed again"
                    )
                }
                stack.append(Visit(node: unmanaged, isDone: true))
                if node.isParameter { return }
                node.forEachEdge { edge in
                    if edge._withUnsafeGuaranteedRef({ $0.variables & mask != 0 && $0.mark != epoch }) {
                        stack.append(Visit(node: edge, isDone: false))
                    }
                }
            }
        }
    }

    /// Writes down where the operands are, because a walk that starts in between gives the nodes other numbers.
    private mutating func noteOperands() {
        for position in order.indices {
            firstOperand.append(Int32(operands.count))
            order[position]._withUnsafeGuaranteedRef { node in
                if node.isParameter { return }
                node.forEachEdge { edge in
                    operands.append(edge._withUnsafeGuaranteedRef { $0.variables & mask != 0 ? $0.index : -1 })
                }
            }
        }
        firstOperand.append(Int32(operands.count))
    }

    private mutating func markWaysToParameters() {
        for position in order.indices {
            isWanted[position] = order[position]._withUnsafeGuaranteedRef { $0.isParameter } || leads(position)
        }
    }

    private mutating func markWays(to targets: [Int]) {
        for target in targets where target >= 0 { isWanted[target] = true }
        for position in order.indices where !isWanted[position] { isWanted[position] = leads(position) }
    }

    /// Whether an operand of the node is wanted. Parameters have none.
    private func leads(_ position: Int) -> Bool {
        for slot in Int(firstOperand[position])..<Int(firstOperand[position + 1]) {
            let operand = Int(operands[slot])
            if operand >= 0 && isWanted[operand] { return true }
        }
        return false
    }

    /// The position of an operand that a gradient is wanted for.
    @inline(__always)
    private func wantedOperand(_ number: Int, of position: Int) -> Int? {
        let operand = Int(operands[Int(firstOperand[position]) + number])
        return operand >= 0 && isWanted[operand] ? operand : nil
    }

    // MARK: Sweeping back

    private mutating func sweepToParameters() -> [(parameter: Node, gradient: Tensor)] {
        markWaysToParameters()
        var found: [(parameter: Node, gradient: Tensor)] = []
        for position in order.indices.reversed() where isWanted[position] {
            guard let cotangent = cotangent(at: position) else { continue }
            cotangents[position] = nil
            let node = order[position].takeUnretainedValue()
            guard node.isParameter else {
                propagate(cotangent, through: node, at: position)
                continue
            }
            found.append((node, cotangent))
        }
        return found
    }

    private mutating func sweep(keeping targets: [Int]) {
        for position in order.indices.reversed() where isWanted[position] {
            guard let cotangent = cotangent(at: position) else { continue }
            if !targets.contains(position) { cotangents[position] = nil }
            // One target may be computed from another.
            if leads(position) { propagate(cotangent, through: order[position].takeUnretainedValue(), at: position) }
        }
    }

    /// Hands the gradient of a result on to its operands.
    private mutating func propagate(_ cotangent: Tensor, through node: Node, at position: Int) {
        RecordingObserver.during(ruleOf: node) { handOn(cotangent, through: node, at: position) }
    }

    private mutating func handOn(_ cotangent: Tensor, through node: Node, at position: Int) {
        switch node.primitive {
        case .customResult: return depositResult(cotangent, of: node, at: position)
        case .customCall: return propagate(throughCall: node, at: position)
        default: break
        }
        let context = RuleContext(node: node, cotangent: cotangent)
        var number = 0
        node.forEachInput { input in
            defer { number += 1 }
            guard let operand = wantedOperand(number, of: position), let gradient = context.gradient(for: number)
            else { return }
            add(ReverseWalk.unbroadcast(gradient, to: input.shape), to: operand)
        }
    }

    private mutating func add(_ gradient: Tensor, to position: Int) {
        guard let sum = cotangents[position] else {
            cotangents[position] = gradient
            return
        }
        if waiting.take(gradient, at: position) { return }
        cotangents[position] = sum + gradient
    }

    /// The sum of what has arrived at a node.
    private mutating func cotangent(at position: Int) -> Tensor? {
        guard let sum = cotangents[position] else { return nil }
        let gradients = waiting.joined(to: sum, at: position)
        if gradients.isEmpty { return sum }
        cotangents[position] = gradients[1...].reduce(gradients[0], +)
        return cotangents[position]
    }

    // MARK: Custom functions

    /// Keeps the gradient of a custom call's result until the gradients of all its results are there.
    private mutating func depositResult(_ cotangent: Tensor, of node: Node, at position: Int) {
        guard let call = wantedOperand(1, of: position) else { return }
        let known = resultCotangents[call]?[Int(node.bits)]
        resultCotangents[call, default: [:]][Int(node.bits)] = known.map { $0 + cotangent } ?? cotangent
        // That a gradient has arrived is all that the call's own entry says.
        cotangents[call] = cotangent
    }

    private mutating func propagate(throughCall node: Node, at position: Int) {
        let call = CustomCall(node)
        let gradients = call.gradients(resultCotangents.removeValue(forKey: position) ?? [:])
        for (number, gradient) in gradients.enumerated() {
            // The call's first operand only lends its shape.
            guard let gradient, let operand = wantedOperand(number + 1, of: position) else { continue }
            add(gradient, to: operand)
        }
    }

    /// Sums over the axes along which an operand was repeated, or repeats a gradient that is one number for all.
    static func unbroadcast(_ gradient: Tensor, to shape: Shape) -> Tensor {
        if gradient.node.shape == shape { return gradient }
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
