import CKernels

extension Tensor {
    /// Records the gradient of this scalar for every trainable parameter that it depends on.
    ///
    /// Nothing is computed yet: the next `step()` of an optimizer, or the first read, does it together with the forward
    /// pass. Gradients add up until an optimizer takes them. The recorded graph is released with its evaluation; with
    /// `keepingGraph` it stays for a further backward pass from the same values.
    ///
    /// ```swift
    /// let weight = Parameter(Tensor([1.0, 2]))
    /// square(weight.value).sum().backward()
    /// weight.gradient!  // [2, 4]
    /// ```
    public func backward(keepingGraph: Bool = false, file: StaticString = #fileID, line: UInt = #line) {
        require(
            size == 1 && dtype.isFloatingPoint,
            "backward starts from one floating-point number, not from \(dtype)\(node.shape); take a sum or a mean first",
            file: file, line: line)
        require(
            node.variables & 1 != 0, "backward: no trainable parameter is among what this value was computed from",
            file: file, line: line)
        let cells = withoutGradients {
            let seed = Tensor(Node.broadcast(Node.scalar(1, dtype), node.shape))
            return ReverseWalk.run(
                from: [node], seeds: [seed], targets: .cells, mask: 1, keepingGraph: keepingGraph
            ).cells
        }
        Graph.state.withLock { if node.storage == nil { $0.awaited.append(node) } }
        // A second backward pass before the step: computed now, so that accumulation over many batches holds the
        // activations of one batch only.
        let sums = Graph.state.withLock { _ in cells.compactMap { $0.passes > 1 ? $0.gradient : nil } }
        if !sums.isEmpty { Graph.evaluate(sums) }
    }
}
