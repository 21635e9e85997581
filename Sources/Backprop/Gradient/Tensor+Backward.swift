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
    ///
    /// A second backward pass over anything that was computed on the way stops the program, as in PyTorch, unless the
    /// first one was told to keep the graph.
    public func backward(keepingGraph: Bool = false, file: StaticString = #fileID, line: UInt = #line) {
        requireStart(file, line)
        EngineCounters.countBackwardPass()
        let sums = keepingGraph ? nil : Graph.leaveGradients(of: node)
        // A second backward pass before the step: computed now, so that accumulation over many batches holds the
        // activations of one batch only.
        let overdue = sums ?? recordGradients(keepingGraph: keepingGraph)
        if !overdue.isEmpty { Graph.evaluate(overdue) }
    }

    /// Records the gradient of this scalar for some of the trainable parameters that it depends on: no other parameter
    /// gets one. Parameters that it does not depend on stay without; one that is frozen stops it.
    ///
    /// ```swift
    /// let a = Parameter(Tensor([1.0, 2])), b = Parameter(Tensor([3.0, 4]))
    /// (a.value * b.value).sum().backward(for: [a])
    /// a.gradient! + (b.gradient ?? 0.5.tensor(like: a.value))  // [3.5, 4.5]
    /// ```
    public func backward(
        for parameters: [Parameter], keepingGraph: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) {
        requireStart(file, line)
        EngineCounters.countBackwardPass()
        require(
            parameters.allSatisfy(\.isTrainable), "backward(for:): a parameter is frozen; unfreeze it first",
            file: file,
            line: line)
        let values = parameters.map(\.value.node)
        let found = withoutGradients {
            ReverseWalk.run(
                from: [node], seeds: [ReverseWalk.seed(for: node)], targets: .nodes(values), mask: 1,
                keepingGraph: keepingGraph
            ).gradients
        }
        let overdue = Graph.state.withLock { state in
            state.awaited.append(node)
            return zip(values, found).compactMap { value, gradient -> Node? in
                guard let gradient, let cell = value.cell?.takeUnretainedValue() else { return nil }
                cell.add(gradient.node)
                return cell.passes > 1 ? cell.gradient : nil
            }
        }
        if !overdue.isEmpty { Graph.evaluate(overdue) }
    }

    private func requireStart(_ file: StaticString, _ line: UInt) {
        require(
            size == 1 && dtype.isFloatingPoint,
            "backward starts from one floating-point number, not from \(dtype)\(node.shape); take a sum or a mean first",
            file: file, line: line)
        require(
            node.variables & 1 != 0, "backward: no trainable parameter is among what this value was computed from",
            file: file, line: line)
        requireNoExample(node, "what backward starts from", file: file, line: line)
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
