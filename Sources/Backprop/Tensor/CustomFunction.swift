/// A function with a gradient rule of its own.
///
/// ```swift
/// let clipped = CustomFunction { x in
///     [x[0]]
/// } vjp: { _, _, cotangents in
///     [clip(cotangents[0], min: -1, max: 1)]
/// }
/// grad({ x in 5 * clipped([x])[0] })(Tensor(3.0))  // 1
/// ```
///
/// The forward function is recorded as usual but not differentiated; the rule is called when a gradient flows back through
/// one of the results. What the rule records can be differentiated again, as long as it is composed of operators, and
/// forward mode follows from it too, because a rule is linear in the cotangents. `gradientCheck(_:at:)` compares a rule with
/// finite differences.
public struct CustomFunction: Sendable {
    /// Results from inputs.
    public typealias Forward = @Sendable (_ inputs: [Tensor]) -> [Tensor]
    /// Gradients for the inputs, in their shapes, from inputs, results and the gradients of the results (zeros where none
    /// flows). Nil says that no gradient flows to an input.
    public typealias VJP =
        @Sendable (_ inputs: [Tensor], _ outputs: [Tensor], _ cotangents: [Tensor]) -> [Tensor?]

    private let forward: Forward
    private let vjp: CustomRule.VJP

    /// A function from what it computes and the vector-Jacobian product that stands in for its derivative.
    public init(
        file: StaticString = #fileID, line: UInt = #line, forward: @escaping Forward, vjp: @escaping VJP
    ) {
        self.init(named: "the rule of a custom function", file: file, line: line, forward: forward, vjp: vjp)
    }

    /// A function whose rule, where it gives something else than a gradient for each input, is stopped under this name.
    fileprivate init(
        named name: String, file: StaticString, line: UInt, forward: @escaping Forward, vjp: @escaping VJP
    ) {
        self.init(
            forward: forward,
            sparseVJP: { inputs, outputs, arrived in
                let gradients = vjp(inputs, outputs, zip(arrived, outputs).map { $0 ?? Tensor.zeros(like: $1) })
                requireGradients(gradients, for: inputs, name, file, line)
                return gradients
            })
    }

    /// The same with a rule that sees where no gradient flows, so that it can leave out what would be zero.
    package init(forward: @escaping Forward, sparseVJP: @escaping CustomRule.VJP) {
        self.forward = forward
        vjp = sparseVJP
    }

    /// Records the function on these inputs. Inputs of any shape and dtype.
    ///
    /// ```swift
    /// let double = CustomFunction { x in [x[0] * 2] } vjp: { _, _, cotangents in [cotangents[0] * 2] }
    /// double([Tensor([1.0, 2])])[0]  // [2, 4]
    /// ```
    public func callAsFunction(_ inputs: [Tensor]) -> [Tensor] {
        // The rule may be asked where `autocast` is off, and has to meet the dtypes that it knows.
        if autocastIsOn {
            let wide = inputs.map(\.castForSum)
            return autocast(.float32) { self(wide) }
        }
        let outputs = withoutGradients { forward(inputs) }
        guard gradientsAreOn, inputs.contains(where: { $0.node.variables != 0 }) else { return outputs }
        let rule = CustomRule(inputCount: inputs.count, vjp: vjp)
        let call = Node.customCall(inputs.map(\.node), outputs.map(\.node), rule: rule)
        return outputs.enumerated().map { position, output in
            output.dtype.isFloatingPoint
                ? Tensor(Node.customResult(output.node, of: call, position: position)) : output
        }
    }
}

extension Tensor {
    /// The same values; `hook` sees the gradient on its way back and answers with the one that goes on.
    ///
    /// Use it to watch, scale, clip or record the gradient of an intermediate value. The hook runs while the backward pass
    /// is recorded: what it computes becomes part of the same plan.
    ///
    /// ```swift
    /// grad({ x in square(x.onGradient { clip($0, min: -1, max: 1) }).sum() })(Tensor([0.25, 3]))  // [0.5, 1]
    /// ```
    public func onGradient(
        file: StaticString = #fileID, line: UInt = #line, _ hook: @escaping @Sendable (Tensor) -> Tensor
    ) -> Tensor {
        let hooked = CustomFunction(named: "onGradient: the hook", file: file, line: line) {
            $0
        } vjp: { _, _, cotangents in
            [hook(cotangents[0])]
        }
        return hooked([self])[0]
    }
}

/// A function of one element from its value and its derivative at x and value, for where differentiating the way in which
/// the value is computed would overflow or lose digits.
package func elementwise(
    _ x: Tensor, _ value: @escaping @Sendable (Tensor) -> Tensor,
    derivative: @escaping @Sendable (_ x: Tensor, _ value: Tensor) -> Tensor
) -> Tensor {
    CustomFunction {
        [value($0[0])]
    } vjp: { inputs, outputs, cotangents in
        [cotangents[0] * derivative(inputs[0], outputs[0])]
    }([x])[0]
}

/// A recorded call of a custom function.
struct CustomCall {
    let node: Node
    let rule: CustomRule
    let inputs: [Node]
    let values: [Node]

    init(_ node: Node) {
        self.node = node
        rule = node.attachment as! CustomRule
        var operands: [Node] = []
        node.forEachInput { operands.append($0) }
        // The first operand only lends its shape.
        inputs = Array(operands[1...rule.inputCount])
        values = Array(operands[(rule.inputCount + 1)...])
    }

    /// The gradients of the inputs, from those that arrived, by the position of the result.
    func gradients(_ arrived: [Int: Tensor]) -> [Tensor?] {
        let outputs = values.enumerated().map { position, value in
            value.dtype.isFloatingPoint
                ? Tensor(Node.customResult(value, of: node, position: position)) : Tensor(value)
        }
        let gradients = rule.vjp(inputs.map(Tensor.init), outputs, outputs.indices.map { arrived[$0] })
        requireGradients(gradients, for: inputs.map(Tensor.init), "the rule of a custom function", #fileID, #line)
        return gradients
    }
}

/// Stops where a rule does not give a gradient in the shape and dtype of each input.
private func requireGradients(
    _ gradients: [Tensor?], for inputs: [Tensor], _ name: @autoclosure () -> String, _ file: StaticString, _ line: UInt
) {
    require(
        gradients.count == inputs.count, "\(name()) gives \(gradients.count) gradients for \(inputs.count) inputs",
        file: file, line: line)
    for case (let gradient?, let input) in zip(gradients, inputs) {
        require(
            gradient.node.shape == input.node.shape && gradient.dtype == input.dtype,
            "\(name()) gives a gradient \(gradient.dtype)\(gradient.shape) for an input \(input.dtype)\(input.shape)",
            file: file, line: line)
    }
}

/// What differentiation asks a custom call for.
package final class CustomRule: Sendable {
    /// Gradients for the inputs, from inputs, outputs and the gradients of the outputs, nil where none flows.
    package typealias VJP = @Sendable (_ inputs: [Tensor], _ outputs: [Tensor], _ cotangents: [Tensor?]) -> [Tensor?]
    package let vjp: VJP
    package let inputCount: Int

    package init(inputCount: Int, vjp: @escaping VJP) {
        self.vjp = vjp
        self.inputCount = inputCount
    }
}
