/// The order in which derivatives are put together.
public enum DifferentiationMode: Sendable {
    /// From the results back: one sweep for each element of the results.
    case reverse
    /// From the arguments forward: one sweep for each element of the arguments.
    case forward
}

/// All derivatives of the results of a function for its arguments: element [i, j] of the list is that of result i for
/// argument j, with the axes of the result before those of the argument.
///
/// The function runs once; the sweeps run as one, by `vmap`. Each gives the same numbers as `vjp`, or `jvp`, with a
/// cotangent, or tangent, of one 1 among zeros. Zeros where a result does not depend on an argument. What the sweeps need
/// is in memory for all of them at once.
///
/// ```swift
/// let x = Tensor([1, 2] as [Float]), y = Tensor([3] as [Float])
/// jacobian({ x in [x[0] * x[1]] }, at: [x, y])[0][0]  // [3, 0, 0, 3]
/// ```
///
/// - Parameters:
///   - function: any number of floating-point tensors from as many as there are inputs.
///   - inputs: floating-point arguments. An argument and a result have no more than eight axes together.
///   - mode: reverse where left out, or forward where the results have more elements than the arguments.
public func jacobian(
    _ function: ([Tensor]) -> [Tensor], at inputs: [Tensor], mode: DifferentiationMode? = nil,
    file: StaticString = #fileID, line: UInt = #line
) -> [[Tensor]] {
    differentiating(inputs, file: file, line: line) { variables, mask in
        let outputs = function(variables.map(Tensor.init))
        for output in outputs {
            require(
                output.dtype.isFloatingPoint, "jacobian: a result is \(output.dtype), not floating point", file: file,
                line: line)
            for variable in variables {
                require(
                    output.ndim + variable.shape.rank <= Shape.maximumRank,
                    "jacobian: a result of shape \(output.node.shape) for an argument of shape \(variable.shape) has more than \(Shape.maximumRank) axes",
                    file: file, line: line)
            }
        }
        let hasMoreResults = outputs.reduce(0) { $0 + $1.size } > inputs.reduce(0) { $0 + $1.size }
        switch mode ?? (hasMoreResults ? .forward : .reverse) {
        case .reverse: return outputs.map { derivatives(of: $0, variables, mask) }
        case .forward:
            let columns = variables.map { derivatives(of: outputs, $0, mask) }
            return outputs.indices.map { output in columns.map { $0[output] } }
        }
    }
}

/// All derivatives of a function of one tensor, the axes of the result before those of the argument.
///
/// ```swift
/// jacobian({ x in square(x) }, at: Tensor([1, 2] as [Float]))  // [2, 0, 0, 4]
/// ```
public func jacobian(
    _ function: (Tensor) -> Tensor, at input: Tensor, mode: DifferentiationMode? = nil,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    jacobian({ [function($0[0])] }, at: [input], mode: mode, file: file, line: line)[0][0]
}

/// All second derivatives of a function that gives one number: element [i, j] of the list is that for arguments i and j,
/// with the axes of i before those of j. Forward mode over reverse mode.
///
/// ```swift
/// let x = Tensor([2] as [Float]), y = Tensor([3] as [Float])
/// hessian({ x in (square(x[0]) * x[1]).sum() }, at: [x, y])[0][1]  // [4]
/// ```
public func hessian(
    _ function: @escaping ([Tensor]) -> Tensor, at inputs: [Tensor], file: StaticString = #fileID, line: UInt = #line
) -> [[Tensor]] {
    jacobian(grad(function, file: file, line: line), at: inputs, mode: .forward, file: file, line: line)
}

/// All second derivatives of a function of one tensor that gives one number.
///
/// ```swift
/// hessian({ x in pow(x, 3).sum() }, at: Tensor([1, 2] as [Float]))  // [6, 0, 0, 12]
/// ```
public func hessian(
    _ function: @escaping (Tensor) -> Tensor, at input: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    hessian({ function($0[0]) }, at: [input], file: file, line: line)[0][0]
}

/// The derivatives of one result for all variables, by one sweep back for each of its elements.
private func derivatives(of output: Tensor, _ variables: [Node], _ mask: UInt16) -> [Tensor] {
    let sweeps = vmap(
        { seeds in
            let found = ReverseWalk.run(
                from: [output.node], seeds: seeds, targets: .nodes(variables), mask: mask, keepingGraph: true)
            return zip(found.gradients, variables).map { $0 ?? .zeros(like: $1) }
        }, randomness: .same)
    return zip(sweeps([Tensor.units(like: output.node)]), variables).map {
        $0.reshaped(output.shape + $1.shape.array)
    }
}

/// The derivatives of all results for one variable, by one sweep forward for each of its elements.
private func derivatives(of outputs: [Tensor], _ variable: Node, _ mask: UInt16) -> [Tensor] {
    let sweeps = vmap(
        { tangents in
            let found = ForwardWalk.run(
                to: outputs.map(\.node), from: [variable], tangents: tangents, mask: mask)
            return zip(found, outputs).map { $0 ?? .zeros(like: $1.node) }
        }, outAxes: outputs.map { _ in -1 }, randomness: .same)
    return zip(sweeps([Tensor.units(like: variable)]), outputs).map {
        $0.reshaped($1.shape + variable.shape.array)
    }
}

extension Tensor {
    /// For each element of a node a tensor in its shape that is 1 there and 0 elsewhere, along a new first axis.
    fileprivate static func units(like node: Node) -> Tensor {
        identity(node.shape.count, dtype: node.dtype).reshaped([node.shape.count] + node.shape.array)
    }
}
