/// From the nodes of a traversal to the graph that a plan is made from.
extension Traversal {
    /// The graph that was just walked, with a definition for every gradient.
    ///
    /// - Parameter inspect: sees the traversal whose order is that of the values.
    func canonicalGraph(
        of roots: [Unmanaged<Node>], _ epochs: inout Epochs, inspect: (borrowing Traversal) -> Void = { _ in }
    ) -> CanonicalGraph {
        if hasUndefinedGradients { return definedGraph(of: roots, &epochs, inspect) }
        inspect(self)
        return canonicalGraph(boundAs: self)
    }

    /// The graph with the passes worked out, for as long as it takes to look at it: the nodes stay names, so that the next
    /// recording looks the same. The graph then has more in it than the traversal has met, but nothing from outside.
    private func definedGraph(
        of roots: [Unmanaged<Node>], _ epochs: inout Epochs, _ inspect: (borrowing Traversal) -> Void
    ) -> CanonicalGraph {
        var definitions: [ObjectIdentifier: [ObjectIdentifier: Node]] = [:]
        var restoring: [() -> Void] = []
        for position in order.indices {
            let node = order[position].takeUnretainedValue()
            guard node.storage == nil, let pass = node.pass?.takeUnretainedValue() else { continue }
            if definitions[ObjectIdentifier(pass)] == nil {
                definitions[ObjectIdentifier(pass)] = pass.recordedGradients(&epochs)
            }
            let definition = definitions[ObjectIdentifier(pass)]![ObjectIdentifier(node.input1!)]!
            let inputs = node.exchangeInputs(Unmanaged.passUnretained(definition), nil)
            restoring.append { _ = node.exchangeInputs(inputs.first, inputs.second) }
        }
        defer { for restore in restoring { restore() } }
        var defined = Traversal()
        let held = outputs.indices.map { output($0) }
        let noPasses = BackwardPasses()
        defer {
            defined.deallocate()
            noPasses.deallocate()
        }
        defined.run(roots: roots + held, passes: noPasses, epoch: epochs.next())
        return withExtendedLifetime(definitions) {
            inspect(defined)
            return defined.canonicalGraph(boundAs: self)
        }
    }

    /// The graph of this traversal with leaves, numbers and outputs as another traversal of the same roots has them.
    private func canonicalGraph(boundAs binding: borrowing Traversal) -> CanonicalGraph {
        var leafNumbers: [UnsafeMutableRawPointer: Int] = [:]
        for index in binding.leaves.indices { leafNumbers[binding.leaves[index].toOpaque()] = index }
        // Equal numbers that are none of the binding's are constants: its own may have other values next time.
        var boundNumbers: Set<UnsafeMutableRawPointer> = []
        for position in binding.order.indices {
            let node = binding.order[position]
            if node._withUnsafeGuaranteedRef({ $0.isScalarConstant }) { boundNumbers.insert(node.toOpaque()) }
        }
        var graph = CanonicalGraph(
            values: [], leafCount: binding.leaves.count, scalarCount: binding.scalars.count, outputs: [])
        graph.values.reserveCapacity(order.count)
        for position in order.indices {
            let node = order[position].takeUnretainedValue()
            var value = Value(
                primitive: node.primitive, dtype: node.dtype, shape: node.shape, bits: node.bits, list: node.list,
                inputs: [])
            if node.storage != nil {
                value.primitive = .constant
                value.bits = 0
                value.list = nil
                value.source = leafNumbers[order[position].toOpaque()]!
            } else if node.isScalarConstant {
                let cell = ScalarCell(bits: node.bits, dtype: node.dtype)
                value.bits = ScalarLiteral(node).rawValue
                value.source =
                    boundNumbers.contains(order[position].toOpaque())
                    ? binding.scalars.firstIndex(of: cell)! : graph.scalarCount + graph.number(ofLiteral: cell)
            } else {
                if node.primitive == .gradient { value.primitive = .alias }
                value.checkpointPart = node.checkpointPart
                node.forEachInput { value.inputs.append(Int($0.index)) }
            }
            graph.values.append(value)
        }
        graph.outputs = binding.outputs.indices.map { output in
            binding.output(output)._withUnsafeGuaranteedRef { Int($0.index) }
        }
        return graph
    }
}

extension CanonicalGraph {
    fileprivate mutating func number(ofLiteral cell: ScalarCell) -> Int {
        if let known = literals.firstIndex(of: cell) { return known }
        literals.append(cell)
        return literals.count - 1
    }
}
