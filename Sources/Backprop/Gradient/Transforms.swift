import CKernels

/// The gradients of a scalar for tensors that it was computed from; zeros where it does not depend on one. They can be
/// differentiated again.
///
/// Differentiation follows values of trainable parameters, arguments of a function under `grad` and its relatives, and what
/// is computed from them. A plain tensor stops it: make it a `Parameter`, or differentiate a function of it with `grad`.
///
/// ```swift
/// let x = Tensor([1.0, 2])
/// let slope = grad({ x in gradients(of: square(x).sum(), withRespectTo: [x])[0].sum() })
/// slope(x)  // [2, 2]
/// ```
public func gradients(
    of output: Tensor, withRespectTo inputs: [Tensor], file: StaticString = #fileID, line: UInt = #line
) -> [Tensor] {
    require(
        output.size == 1 && output.dtype.isFloatingPoint,
        "gradients start from one floating-point number, not from \(output.dtype)\(output.node.shape)", file: file,
        line: line)
    for (position, input) in inputs.enumerated() {
        require(
            input.node.variables != 0,
            "gradients: input \(position), \(input.dtype)\(input.node.shape), is a plain tensor or a frozen parameter, which differentiation does not follow; make it Parameter(x) and use its value, or call grad or valueAndGrad on a function of it",
            file: file, line: line)
    }
    let seed = Tensor(Node.broadcast(Node.scalar(1, output.dtype), output.node.shape))
    return cotangents(of: [output], seeds: [seed], inputs: inputs.map(\.node), mask: .max)
}

/// A function that computes the value of `function` and its gradients.
///
/// The function must give one floating-point number. Transforms nest: the gradient of a function that takes gradients is a
/// second derivative.
///
/// ```swift
/// valueAndGrad({ x in square(x[0]).sum() })([Tensor([1.0, 2])]).gradients[0]  // [2, 4]
/// ```
///
/// - Parameter argumentNumbers: the arguments to differentiate for, all of them unless given. The others may have any
///   dtype.
public func valueAndGrad(
    _ function: @escaping ([Tensor]) -> Tensor, argumentNumbers: [Int]? = nil, file: StaticString = #fileID,
    line: UInt = #line
) -> ([Tensor]) -> (value: Tensor, gradients: [Tensor]) {
    { arguments in
        let numbers = argumentNumbers ?? Array(arguments.indices)
        require(
            numbers.allSatisfy(arguments.indices.contains) && Set(numbers).count == numbers.count,
            "a gradient for arguments \(numbers) of \(arguments.count)", file: file, line: line)
        return differentiating(numbers.map { arguments[$0] }, file: file, line: line) { variables, mask in
            var inputs = arguments
            for (number, variable) in zip(numbers, variables) { inputs[number] = Tensor(variable) }
            let value = function(inputs)
            require(
                value.size == 1 && value.dtype.isFloatingPoint,
                "the function of a gradient gives one floating-point number, not \(value.dtype)\(value.node.shape); take a sum or a mean",
                file: file, line: line)
            let seed = Tensor(Node.broadcast(Node.scalar(1, value.dtype), value.node.shape))
            return (value, cotangents(of: [value], seeds: [seed], inputs: variables, mask: mask))
        }
    }
}

/// The gradient of a function of one argument that gives one number.
///
/// ```swift
/// grad({ x in square(x).sum() })(Tensor([1.0, 2]))  // [2, 4]
/// ```
public func grad(
    _ function: @escaping (Tensor) -> Tensor, file: StaticString = #fileID, line: UInt = #line
) -> (Tensor) -> Tensor {
    let transformed = valueAndGrad({ function($0[0]) }, file: file, line: line)
    return { transformed([$0]).gradients[0] }
}

/// The gradients of a function that gives one number.
/// - Parameter argumentNumbers: the arguments to differentiate for, all of them unless given.
public func grad(
    _ function: @escaping ([Tensor]) -> Tensor, argumentNumbers: [Int]? = nil, file: StaticString = #fileID,
    line: UInt = #line
) -> ([Tensor]) -> [Tensor] {
    let transformed = valueAndGrad(function, argumentNumbers: argumentNumbers, file: file, line: line)
    return { transformed($0).gradients }
}

/// Vector-Jacobian products, by reverse mode: the results of `function`, and for every primal the sum over all results of
/// cotangent times derivative.
///
/// ```swift
/// vjp({ x in [square(x[0])] }, primals: [Tensor([1.0, 2])], cotangents: [Tensor([1.0, 10])]).gradients[0]  // [2, 40]
/// ```
///
/// - Parameters:
///   - function: any number of tensors from the primals. Results that are not floating point take part with no gradient.
///   - primals: floating-point arguments.
///   - cotangents: one for every result, in its shape and dtype; for a result that is not floating point anything.
/// - Returns: the results, and a gradient in the shape of each primal (zeros where nothing depends on it).
public func vjp(
    _ function: ([Tensor]) throws -> [Tensor], primals: [Tensor], cotangents: [Tensor], file: StaticString = #fileID,
    line: UInt = #line
) rethrows -> (outputs: [Tensor], gradients: [Tensor]) {
    try differentiating(primals, file: file, line: line) { variables, mask in
        let outputs = try function(variables.map(Tensor.init))
        require(
            outputs.count == cotangents.count, "vjp: \(cotangents.count) cotangents for \(outputs.count) results",
            file: file, line: line)
        let pairs = zip(outputs, cotangents).filter { $0.0.dtype.isFloatingPoint }
        for (output, cotangent) in pairs {
            requireAlike("vjp: a cotangent", cotangent, "its result", output, file: file, line: line)
        }
        let gradients = Backprop.cotangents(
            of: pairs.map(\.0), seeds: pairs.map(\.1), inputs: variables, mask: mask)
        return (outputs, gradients)
    }
}

/// Jacobian-vector products, by forward mode: the results of `function`, and for every result the sum over all primals of
/// derivative times tangent.
///
/// ```swift
/// jvp({ x in [square(x[0])] }, primals: [Tensor([1.0, 2])], tangents: [Tensor([1.0, 10])]).tangents[0]  // [2, 40]
/// ```
///
/// - Parameters:
///   - function: any number of tensors from the primals.
///   - primals: floating-point arguments.
///   - tangents: one for every primal, in its shape and dtype.
/// - Returns: the results, and a tangent in the shape of each (zeros for a result that depends on no primal).
public func jvp(
    _ function: ([Tensor]) throws -> [Tensor], primals: [Tensor], tangents: [Tensor], file: StaticString = #fileID,
    line: UInt = #line
) rethrows -> (outputs: [Tensor], tangents: [Tensor]) {
    require(
        primals.count == tangents.count, "jvp: \(tangents.count) tangents for \(primals.count) primals", file: file,
        line: line)
    for (primal, tangent) in zip(primals, tangents) {
        requireAlike("jvp: a tangent", tangent, "its primal", primal, file: file, line: line)
    }
    return try differentiating(primals, file: file, line: line) { variables, mask in
        let outputs = try function(variables.map(Tensor.init))
        let found = ForwardWalk.run(to: outputs.map(\.node), from: variables, tangents: tangents, mask: mask)
        return (outputs, zip(found, outputs).map { $0 ?? .zeros(like: $1.node) })
    }
}

/// The Hessian of a function that gives one number, times a vector, without the Hessian: forward mode over reverse mode
/// (Pearlmutter, 1994).
///
/// ```swift
/// let x = Tensor([1.0, 2]), v = Tensor([1.0, 10])
/// hessianVectorProduct(of: { x in pow(x[0], 3).sum() }, primals: [x], tangents: [v])[0]  // [6, 120]
/// ```
///
/// - Returns: one product in the shape of each primal.
public func hessianVectorProduct(
    of function: @escaping ([Tensor]) -> Tensor, primals: [Tensor], tangents: [Tensor], file: StaticString = #fileID,
    line: UInt = #line
) -> [Tensor] {
    jvp(grad(function, file: file, line: line), primals: primals, tangents: tangents, file: file, line: line).tangents
}

/// Runs `body` on arguments that differentiation tells apart from everything else, with the bit that marks what is computed
/// from them.
func differentiating<Result>(
    _ arguments: [Tensor], file: StaticString = #fileID, line: UInt = #line,
    _ body: ([Node], _ mask: UInt16) throws -> Result
) rethrows -> Result {
    try withGradients {
        let (variables, mask) = openTransform(arguments, file: file, line: line)
        defer { closeTransform(variables) }
        return try body(variables, mask)
    }
}

// Apart from `differentiating`, which is compiled once for each of its bodies.

@inline(never)
private func openTransform(
    _ arguments: [Tensor], file: StaticString, line: UInt
) -> (variables: [Node], mask: UInt16) {
    bk_transform_depth_add(1)
    OpenTransforms.count.add(1, ordering: .relaxed)
    let depth = bk_transform_depth()
    require(depth < 16, "gradients of gradients nest at most 15 deep", file: file, line: line)
    let mask: UInt16 = 1 << UInt16(depth)
    let variables = arguments.map { argument in
        require(
            argument.dtype.isFloatingPoint, "a gradient needs floating-point arguments, not \(argument.dtype)",
            file: file,
            line: line)
        let variable = Node.alias(argument.node)
        variable.variables |= mask
        variable.addReader()
        return variable
    }
    return (variables, mask)
}

@inline(never)
private func closeTransform(_ variables: [Node]) {
    Graph.state.withLock { _ in for variable in variables { variable.removeReader() } }
    bk_transform_depth_add(-1)
    OpenTransforms.count.subtract(1, ordering: .relaxed)
}

private func cotangents(of outputs: [Tensor], seeds: [Tensor], inputs: [Node], mask: UInt16) -> [Tensor] {
    let found = ReverseWalk.run(
        from: outputs.map(\.node), seeds: seeds, targets: .nodes(inputs), mask: mask, keepingGraph: true
    ).gradients
    return zip(found, inputs).map { $0 ?? .zeros(like: $1) }
}

private func requireAlike(
    _ what: String, _ tensor: Tensor, _ model: String, _ other: Tensor, file: StaticString, line: UInt
) {
    require(
        tensor.node.shape == other.node.shape && tensor.dtype == other.dtype,
        "\(what) is \(tensor.dtype)\(tensor.node.shape), \(model) \(other.dtype)\(other.node.shape)", file: file,
        line: line)
}

extension Tensor {
    /// Zeros in the shape and dtype of a node.
    static func zeros(like node: Node) -> Tensor { Tensor(Node.broadcast(Node.scalar(0, node.dtype), node.shape)) }
}
