import CKernels

/// Nodes of a graph that grows, each counted once, for whoever wants to know what a part of a program has recorded.
/// Nothing is computed.
package struct Census {
    /// Numbers of what a part has recorded.
    package struct Count: Sendable {
        /// Multiplications with an addition in matrix products and convolutions.
        package var multiplyAdds = 0
        /// Bytes of the values that gradient rules read.
        package var keptBytes = 0

        package init() {}

        package static func += (sum: inout Count, part: Count) {
            sum.multiplyAdds += part.multiplyAdds
            sum.keptBytes += part.keptBytes
        }
    }

    // Held, so that no other node takes the place of one that has been met.
    private var met: [ObjectIdentifier: Node] = [:]
    private var kept: Set<ObjectIdentifier> = []

    package init() {}

    /// Takes note of what these tensors are computed from, as something that was there before.
    package mutating func exclude(_ tensors: [Tensor]) {
        _ = Graph.state.withLock { _ in unmet(tensors.map(\.node)) }
        for tensor in tensors { kept.insert(ObjectIdentifier(Census.memory(of: tensor.node))) }
    }

    /// What these tensors are computed from and that has not been met before, themselves included, and its numbers.
    package mutating func count(_ tensors: [Tensor]) -> (count: Count, nodes: [Node]) {
        let found = Graph.state.withLock { _ in unmet(tensors.map(\.node)) }
        var count = Count()
        for node in found {
            count.multiplyAdds += node.multiplyAdds
            guard node.storage == nil, node.variables & 1 != 0, !node.isParameter else { continue }
            if node.primitive.savedForGradient.output { count.keptBytes += keep(node) }
            for input in node.inputsReadByRule { count.keptBytes += keep(input) }
        }
        return (count, found)
    }

    private mutating func unmet(_ roots: [Node]) -> [Node] {
        var found: [Node] = []
        var pending = roots
        while let node = pending.popLast() {
            if met.updateValue(node, forKey: ObjectIdentifier(node)) != nil { continue }
            found.append(node)
            if !node.isParameter { node.forEachInput { pending.append($0) } }
        }
        return found
    }

    /// The bytes of a value that has not been kept yet and is not in memory already.
    private mutating func keep(_ node: Node) -> Int {
        let memory = Census.memory(of: node)
        if memory.storage != nil || memory.isParameter || memory.isScalarConstant { return 0 }
        if !kept.insert(ObjectIdentifier(memory)).inserted { return 0 }
        return memory.shape.count * memory.dtype.byteCount
    }

    /// The node in whose memory a view lies.
    private static func memory(of node: Node) -> Node {
        var node = node
        while node.storage == nil, !node.isParameter, node.primitive.isView || node.primitive == .customResult,
            let base = node.input0
        {
            node = base
        }
        return node
    }
}

extension Node {
    /// The inputs that the gradient rule reads. In a product each serves the gradient of the other, if that one has any.
    fileprivate var inputsReadByRule: [Node] {
        var inputs: [Node] = []
        forEachInput { inputs.append($0) }
        switch primitive {
        case .multiply, .matmul, .convolution, .convolutionInputGradient, .convolutionWeightGradient:
            return [0, 1].filter { inputs[1 - $0].variables & 1 != 0 }.map { inputs[$0] }
        default:
            let read = primitive.savedForGradient.inputs
            return inputs.indices.filter { read >> Swift.min($0, 62) & 1 != 0 }.map { inputs[$0] }
        }
    }

    /// Multiplications with an addition, of matrix products and of convolutions.
    fileprivate var multiplyAdds: Int {
        switch primitive {
        case .matmul:
            guard let a = input0 else { return 0 }
            // Rows, columns, and what is left of the left operand once its rows are known.
            let rows = shape[shape.rank - 2], last = a.shape[a.shape.rank - 1], other = a.shape[a.shape.rank - 2]
            let contracted = bits & 1 == 1 ? other : last
            return rows == 0 ? 0 : shape.count * contracted
        case .convolution:
            // Each element of the result meets the weights of its channel.
            guard let weights = input1, weights.shape[0] > 0 else { return 0 }
            return shape.count * (weights.shape.count / weights.shape[0])
        case .convolutionInputGradient, .convolutionWeightGradient:
            // The same triples, counted from the side of the convolution's result.
            guard let first = input0, let second = input1 else { return 0 }
            let (result, weights) =
                primitive == .convolutionInputGradient ? (first.shape, second.shape) : (second.shape, shape)
            return weights[0] == 0 ? 0 : result.count * (weights.count / weights[0])
        default: return 0
        }
    }
}

/// Runs `body` with nothing evaluated on the way, however long the chains become that it records.
package func recordingOnly<Result>(_ body: () throws -> Result) rethrows -> Result {
    bk_walk_depth_add(1)
    defer { bk_walk_depth_add(-1) }
    return try body()
}
