/// One sweep from variables forward to outputs, with a tangent beside every value.
///
/// There are no forward rules. An elementwise operation has a diagonal Jacobian, so its reverse rule says what a tangent is
/// multiplied by. Of everything else the reverse rule is transposed: it is linear in the cotangent, and its own derivative
/// for the cotangent, contracted with the tangent, is the tangent of the result.
struct ForwardWalk {
    private var tangents: [ObjectIdentifier: Tensor] = [:]
    private let mask: UInt16

    /// The tangents of the outputs, nil where an output depends on no variable. `mask` marks what is computed from them.
    static func run(to outputs: [Node], from variables: [Node], tangents: [Tensor], mask: UInt16) -> [Tensor?] {
        var walk = ForwardWalk(mask: mask)
        for (variable, tangent) in zip(variables, tangents) { walk.tangents[ObjectIdentifier(variable)] = tangent }
        // What is computed meanwhile leaves the operands where they are.
        let order = Graph.state.withLock { _ in
            let order = walk.order(below: outputs)
            for node in order { node.addReader() }
            return order
        }
        for node in order {
            if let tangent = walk.tangent(of: node) { walk.tangents[ObjectIdentifier(node)] = tangent }
        }
        Graph.state.withLock { state in
            for node in order {
                node.removeReader()
                if node.storage != nil && !node.needsGradient { state.usedGraphs.letGo(of: node) }
            }
        }
        return outputs.map { walk.tangents[ObjectIdentifier($0)] }
    }

    private init(mask: UInt16) { self.mask = mask }

    /// What is computed from variables on the way to the outputs, operands first, without the variables.
    private func order(below outputs: [Node]) -> [Node] {
        var order: [Node] = []
        var seen = Set(tangents.keys)
        var stack = outputs.map { (node: $0, isDone: false) }
        while let (node, isDone) = stack.popLast() {
            if isDone {
                order.append(node)
            } else if node.variables & mask != 0, seen.insert(ObjectIdentifier(node)).inserted {
                stack.append((node, true))
                node.forEachInput { stack.append(($0, false)) }
            }
        }
        return order
    }

    private func tangent(of node: Node) -> Tensor? {
        if node.primitive == .customResult { return tangent(ofResult: node) }
        var sum: Tensor?
        var position = 0
        node.forEachInput { input in
            defer { position += 1 }
            guard let tangent = tangents[ObjectIdentifier(input)] else { return }
            guard let part = contribution(of: tangent, at: position, to: node) else { return }
            sum = sum.map { $0 + part } ?? part
        }
        return sum
    }

    private func contribution(of tangent: Tensor, at position: Int, to node: Node) -> Tensor? {
        switch node.primitive.kind {
        case .elementwise:
            if node.primitive == .convert { return tangent.asType(node.dtype) }
            let spread = tangent.node.shape == node.shape ? tangent : Tensor(Node.broadcast(tangent.node, node.shape))
            let part = RuleContext(node: node, cotangent: spread).gradient(for: position)
            return part.map { $0.node.shape == node.shape ? $0 : Tensor(Node.broadcast($0.node, node.shape)) }
        case .source, .transparent:
            return nil
        case .view, .reduction, .product, .assembly, .kernel:
            return transposed(node, [tangent], [position]) { cotangent in
                let gradient = RuleContext(node: node, cotangent: cotangent).gradient(for: position)
                return [gradient.map { ReverseWalk.unbroadcast($0, to: node.input(position).shape) }]
            }
        }
    }

    private func tangent(ofResult node: Node) -> Tensor? {
        let call = CustomCall(node.input(1))
        let known = call.inputs.map { tangents[ObjectIdentifier($0)] }
        let positions = known.indices.filter { known[$0] != nil }
        return transposed(node, positions.map { known[$0]! }, positions) { cotangent in
            let gradients = call.gradients([Int(node.bits): cotangent])
            return positions.map { gradients[$0] }
        }
    }

    /// The derivative of a reverse rule for its cotangent, contracted with the tangents of the operands at `positions`.
    private func transposed(
        _ node: Node, _ tangents: [Tensor], _ positions: [Int], _ rule: (Tensor) -> [Tensor?]
    ) -> Tensor? {
        differentiating([.zeros(like: node)]) { variables, mask in
            let pairs = zip(rule(Tensor(variables[0])), tangents).compactMap { gradient, tangent in
                gradient.map { ($0, tangent) }
            }
            return ReverseWalk.run(
                from: pairs.map(\.0.node), seeds: pairs.map(\.1), targets: .nodes(variables), mask: mask,
                keepingGraph: true
            ).gradients[0]
        }
    }
}
