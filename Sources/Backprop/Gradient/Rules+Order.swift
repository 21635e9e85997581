/// Rules of what depends on the order of elements.
extension RuleContext {
    /// Equal greatest updates share the gradient.
    var scatterMaxGradient: Tensor {
        let indices = node.input1!, axis = node.axis
        let isGreatest = (a .== Tensor(Node.gather(node, indices, axis: axis))).asType(a.dtype)
        let winners = Tensor(Node.scatterAdd(isGreatest.node, indices, axis: axis, count: node.shape[axis]))
        let share = cotangent / maximum(winners, winners.like(1))
        return Tensor(Node.gather(share.node, indices, axis: axis)) * isGreatest
    }

    /// λ[i] = g[i] + a[i+1] λ[i+1].
    var recurrenceTermGradient: Tensor {
        let axis = node.orderedAxis
        var factors = a
        if factors.ndim > 0 && factors.dim(axis) > 1 { factors = moved(factors, axis, forward: node.isDescending) }
        return Tensor(
            Node.linearRecurrence(factors.node, cotangent.node, axis: axis, reversed: !node.isDescending))
    }

    /// λ[i] s[i-1].
    var recurrenceFactorGradient: Tensor {
        recurrenceTermGradient * moved(output, node.orderedAxis, forward: !node.isDescending)
    }

    /// The elements one place further along the axis, or one place back, and a zero at the end that is left.
    private func moved(_ x: Tensor, _ axis: Int, forward: Bool) -> Tensor {
        let count = x.dim(axis)
        guard count > 0 else { return x }
        var widths = [(low: Int, high: Int)](repeating: (0, 0), count: x.ndim)
        widths[axis] = forward ? (1, 0) : (0, 1)
        return x.narrowed(axis: axis, forward ? 0..<(count - 1) : 1..<count).padded(widths: widths)
    }
}
