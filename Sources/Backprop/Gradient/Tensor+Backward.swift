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
        let sums = keepingGraph ? nil : Graph.leaveGradients(of: node)
        // A second backward pass before the step: computed now, so that accumulation over many batches holds the
        // activations of one batch only.
        let overdue = sums ?? recordGradients(keepingGraph: keepingGraph)
        if !overdue.isEmpty { Graph.evaluate(overdue) }
    }

    /// Records the gradients node by node; returns those that are sums of several passes.
    private func recordGradients(keepingGraph: Bool) -> [Node] {
        let cells = withoutGradients {
            ReverseWalk.run(
                from: [node], seeds: [ReverseWalk.seed(for: node)], targets: .cells, mask: 1, keepingGraph: keepingGraph
            ).cells
        }
        return Graph.state.withLock { state in
            state.awaited.append(node)
            return cells.compactMap { $0.passes > 1 ? $0.gradient : nil }
        }
    }
}

extension Graph {
    /// Leaves gradients in the cells of the parameters that a loss depends on, without recording what they are; returns
    /// those that are sums of several passes. Nil, and nothing left, where part of the way back is in memory already, or has
    /// rules that run now or never.
    fileprivate static func leaveGradients(of loss: Node) -> [Node]? {
        // Nodes of a chain that is recorded with the lock held are not evaluated in between.
        bk_walk_depth_add(1)
        defer { bk_walk_depth_add(-1) }
        return state.withLock { state in
            guard let (parameters, recorder) = state.traversal.markWayBack(from: loss, epoch: state.epochs.next())
            else {
                return nil
            }
            let pass = BackwardPass(
                loss: loss, parameters: parameters, recorder: recorder, sweep: ReverseWalk.gradientsForParameters)
            var sums: [Node] = []
            for parameter in parameters {
                parameter._withUnsafeGuaranteedRef { parameter in
                    parameter.cell?._withUnsafeGuaranteedRef { cell in
                        cell.add(BackwardPass.gradient(of: loss, for: parameter, pass))
                        if cell.passes > 1 { sums.append(cell.gradient!) }
                    }
                }
            }
            state.passes.append(pass)
            state.awaited.append(loss)
            return sums
        }
    }
}
