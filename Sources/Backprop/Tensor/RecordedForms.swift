extension Tensor {
    /// Whether this was recorded as a softmax along the last axis, perhaps under another shape. What has been computed
    /// without keeping its history is never recognized.
    package var isSoftmax: Bool {
        guard node.primitive == .customResult || node.primitive == .multiply || node.primitive == .reshape else {
            return false
        }
        // Others may finish a node, and drop its inputs, meanwhile.
        return Graph.state.withLock { _ in
            var value = node
            while value.primitive == .reshape || value.primitive == .customResult {
                guard let input = value.input0 else { return false }
                value = input
            }
            guard value.primitive == .multiply, let powers = value.input0, powers.primitive == .exp,
                let share = value.input1, share.primitive == .divide, share.input0?.isScalarConstant == true,
                let sum = share.input1, sum.primitive == .sum, sum.input0 === powers
            else { return false }
            return sum.axes == AxisSet([powers.shape.rank - 1])
        }
    }

    /// Whether this was recorded as a sigmoid.
    package var isSigmoid: Bool { node.primitive == .sigmoid }
}
