import CKernels

extension Tensor {
    /// Records the gradient of this scalar for every trainable parameter that it depends on.
    ///
    /// Nothing is computed yet: the next `step()` of an optimizer, or the first read, does it together with the forward
    /// pass. Gradients add up until an optimizer takes them. The recorded graph is released with its evaluation; with
    /// `keepingGraph` it stays for a further backward pass from the same values.
    public func backward(keepingGraph: Bool = false, file: StaticString = #fileID, line: UInt = #line) {
        require(
            size == 1 && dtype.isFloatingPoint,
            "backward starts from one floating-point number, not from \(dtype)\(node.shape); take a sum or a mean first",
            file: file, line: line)
        require(
            node.variables & 1 != 0, "backward: no trainable parameter is among what this value was computed from",
            file: file, line: line)
        let cells = withoutGradients {
            Graph.state.withLock { state in
                let seed = Tensor(Node.broadcast(Node.scalar(1, dtype), node.shape))
                let cells = ReverseWalk.run(
                    from: node, seed: seed, targets: .cells, keepingGraph: keepingGraph, epoch: state.nextEpoch()
                ).cells
                if node.storage == nil { state.awaited.append(node) }
                return cells
            }
        }
        // A second backward pass before the step: computed now, so that accumulation over many batches holds the
        // activations of one batch only.
        let sums = Graph.state.withLock { _ in cells.compactMap { $0.passes > 1 ? $0.gradient : nil } }
        if !sums.isEmpty { Graph.evaluate(sums) }
    }
}

/// The gradients of a scalar for tensors that it was computed from; zeros where it does not depend on one. They can be
/// differentiated again.
public func gradients(
    of output: Tensor, withRespectTo inputs: [Tensor], file: StaticString = #fileID, line: UInt = #line
) -> [Tensor] {
    require(
        output.size == 1 && output.dtype.isFloatingPoint,
        "gradients start from one floating-point number, not from \(output.dtype)\(output.node.shape)", file: file,
        line: line)
    let seed = Tensor(Node.broadcast(Node.scalar(1, output.dtype), output.node.shape))
    return cotangents(of: output, seed: seed, inputs: inputs.map(\.node))
}

private func cotangents(of output: Tensor, seed: Tensor, inputs: [Node]) -> [Tensor] {
    let found = Graph.state.withLock { state in
        ReverseWalk.run(
            from: output.node, seed: seed, targets: .nodes(inputs), keepingGraph: true, epoch: state.nextEpoch()
        ).gradients
    }
    return zip(found, inputs).map { $0 ?? Tensor(Node.broadcast(Node.scalar(0, $1.dtype), $1.shape)) }
}

/// A function that computes the value of `function` and its gradient for every argument.
///
/// The function must give one number. Transforms nest: the gradient of a function that takes gradients is a second
/// derivative.
public func valueAndGrad(
    _ function: @escaping ([Tensor]) -> Tensor
) -> ([Tensor]) -> (value: Tensor, gradients: [Tensor]) {
    { arguments in
        withGradients {
            bk_transform_depth_add(1)
            defer { bk_transform_depth_add(-1) }
            let depth = bk_transform_depth()
            require(depth < 16, "gradients of gradients nest at most 15 deep")
            let variables = arguments.map { argument in
                require(
                    argument.dtype.isFloatingPoint, "a gradient needs floating-point arguments, not \(argument.dtype)")
                let variable = Node.alias(argument.node)
                variable.variables |= 1 << UInt16(depth)
                return variable
            }
            let value = function(variables.map(Tensor.init))
            require(
                value.size == 1 && value.dtype.isFloatingPoint,
                "the function of a gradient gives one floating-point number, not \(value.dtype)\(value.node.shape)")
            let seed = Tensor(Node.broadcast(Node.scalar(1, value.dtype), value.node.shape))
            return (value, cotangents(of: value, seed: seed, inputs: variables))
        }
    }
}

/// The gradient of a function of one argument that gives one number.
public func grad(_ function: @escaping (Tensor) -> Tensor) -> (Tensor) -> Tensor {
    let transformed = valueAndGrad { function($0[0]) }
    return { transformed([$0]).gradients[0] }
}

/// The gradients of a function that gives one number, for every argument.
public func grad(_ function: @escaping ([Tensor]) -> Tensor) -> ([Tensor]) -> [Tensor] {
    let transformed = valueAndGrad(function)
    return { transformed($0).gradients }
}
