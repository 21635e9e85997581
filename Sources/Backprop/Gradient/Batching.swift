extension Batch {
    /// What stands for one example, for all of them along a new first axis; repeated where it depends on none.
    func all(_ x: Tensor, _ walk: inout BatchingWalk) -> Tensor {
        walk.batched(x.node).map(Tensor.init) ?? x.broadcast(to: [size] + x.shape)
    }
}

/// One walk from what a function of an example gave down to the index of the example, which records everything on the way
/// once more for the whole batch, with the examples along a new first axis.
///
/// Only what has an example among its ancestors is visited; of that, what belongs to batches around this one alone stays as
/// it is, like everything else that does not depend on the index.
struct BatchingWalk {
    private let batch: Batch
    /// What was recorded for the nodes met so far; nothing for those that do not depend on the index.
    private var recorded: [ObjectIdentifier: Node] = [:]
    private var seen: Set<ObjectIdentifier> = []

    init(_ batch: Batch) { self.batch = batch }

    /// The batch of a node, nil where all examples share it.
    mutating func batched(_ node: Node) -> Node? {
        // What `autocast` asked for has been recorded.
        autocast(.float32) { visit(from: node) }
        return recorded[ObjectIdentifier(node)]
    }

    private mutating func visit(from root: Node) {
        // What has an example among its ancestors is never computed, so its inputs stay where they are.
        var stack = [(node: root, isDone: false)]
        while let (node, isDone) = stack.popLast() {
            if isDone {
                recorded[ObjectIdentifier(node)] =
                    node.variables == 0 ? withoutGradients { record(node) } : record(node)
            } else if node.isExample, seen.insert(ObjectIdentifier(node)).inserted {
                stack.append((node, true))
                node.forEachInput { stack.append(($0, false)) }
            }
        }
    }

    private func found(_ node: Node) -> Node? { recorded[ObjectIdentifier(node)] }

    private func record(_ node: Node) -> Node? {
        if node === batch.index { return Node.iota(Shape([batch.size]), axis: 0, .int64) }
        if node.primitive == .gather, node.input1! === batch.index, found(node.input0!) == nil {
            return Tensor(node.input0!).movedAxis(node.axis, to: 0).node
        }
        var operands: [BatchingContext.Operand] = []
        node.forEachInput { input in
            operands.append(BatchingContext.Operand(node: found(input) ?? input, isMapped: found(input) != nil))
        }
        guard operands.contains(where: \.isMapped) else { return nil }
        switch node.primitive {
        case .customCall: return record(call: CustomCall(node))
        case .customResult: return record(resultOf: node)
        default:
            require(
                node.shape.rank < Shape.maximumRank,
                "vmap: \(node.primitive.name) of shape \(node.shape) leaves no room for the axis of the examples: a tensor has at most \(Shape.maximumRank) axes"
            )
            if batch.size == 0 { return Node.broadcast(Node.scalar(0, node.dtype), node.shape.withFirst(0)) }
            return BatchingContext(node: node, operands: operands, size: batch.size).recorded()
        }
    }

    // MARK: Custom functions

    /// A call on the batch whose rule is the one of the call, mapped over the examples; nil where no gradient can ask.
    private func record(call: CustomCall) -> Node? {
        let inputs = call.inputs.map { found($0) ?? $0 }, isMapped = call.inputs.map { found($0) != nil }
        guard gradientsAreOn, inputs.contains(where: { $0.variables != 0 }) else { return nil }
        let outputs = call.values.map { value in
            found(value) ?? Node.broadcast(value, value.shape.withFirst(batch.size))
        }
        let rule = call.rule
        let mapped = CustomRule(inputCount: inputs.count) { [batch] inputs, outputs, cotangents in
            batch.gradients(by: rule, inputs, isMapped, outputs, cotangents)
        }
        return Node.customCall(inputs, outputs, rule: mapped)
    }

    private func record(resultOf node: Node) -> Node? {
        let value = node.input0!
        guard let call = found(node.input1!) else { return found(value) }
        let all = found(value) ?? Node.broadcast(value, value.shape.withFirst(batch.size))
        return Node.customResult(all, of: call, position: Int(node.bits))
    }
}

extension Batch {
    /// The gradients of a custom rule for a batch. The rule runs on the same examples as its function did, so it may hold
    /// some of them. What all examples share gets the sum of their gradients.
    fileprivate func gradients(
        by rule: CustomRule, _ inputs: [Tensor], _ isMapped: [Bool], _ outputs: [Tensor], _ cotangents: [Tensor?]
    ) -> [Tensor?] {
        let gradients = within {
            rule.vjp(
                zip(inputs, isMapped).map { $1 ? example(of: $0, axis: 0) : $0 },
                outputs.map { example(of: $0, axis: 0) }, cotangents.map { $0.map { example(of: $0, axis: 0) } })
        }
        require(
            gradients.count == inputs.count,
            "the rule of a custom function gives \(gradients.count) gradients for \(inputs.count) inputs")
        var walk = BatchingWalk(self)
        return zip(gradients, isMapped).map { gradient, isMapped in
            gradient.map { isMapped ? all($0, &walk) : all($0, &walk).sum(axis: 0) }
        }
    }
}

extension Shape {
    /// The shape with an axis in front.
    func withFirst(_ extent: Int) -> Shape { Shape([extent] + array) }
}
