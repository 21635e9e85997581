import Backprop

/// Moves parameters by their gradients. What the gradients are is the business of `backward()`; how to move is that of the
/// subclasses `SGD`, `Adam` and `AdamW`.
///
/// `step()` records the update of every parameter that has a gradient and computes everything that was recorded,
/// forward pass, backward pass and update, as one plan. The gradients are used up by it.
open class Optimizer {
    /// The parameters, in the order in which the state is kept.
    public let parameters: [Parameter]
    /// The factor of an update. May be changed at any time without anything being compiled anew.
    public var learningRate: Double
    /// Steps done.
    public private(set) var stepCount = 0
    /// Tensors that the rule keeps for each parameter.
    public private(set) var state: [[Tensor]] = []

    public init(_ parameters: [Parameter], learningRate: Double) {
        self.parameters = parameters
        self.learningRate = learningRate
        // In memory from the start, so that the first step has the same plan as all others.
        evaluate(parameters.map(\.value))
        state = parameters.map { initialState(for: Optimizer.precise($0.value)) }
        evaluate(state.flatMap(\.self))
    }

    /// The tensors that the rule keeps for a parameter, before its first update. None unless overridden.
    open func initialState(for value: Tensor) -> [Tensor] { [] }

    /// One update.
    ///
    /// - Parameters:
    ///   - value: the parameter's value.
    ///   - gradient: of the same shape.
    ///   - state: what the rule keeps, to be replaced by what it keeps after the step.
    ///   - step: the number of this step, from 1.
    /// - Returns: the new value.
    open func updated(_ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int) -> Tensor {
        fatalError("a subclass of Optimizer overrides updated(_:gradient:state:step:)")
    }

    /// Called once before the updates of a step, to prepare what they share.
    open func prepare(step: Int) {}

    /// Applies the gradients, and computes everything recorded so far.
    public func step() {
        stepCount += 1
        var results: [Tensor] = []
        results.reserveCapacity(parameters.count * 3)
        withoutGradients {
            prepare(step: stepCount)
            for index in parameters.indices {
                let parameter = parameters[index]
                guard let gradient = parameter.takeGradient() else { continue }
                let value = moved(parameter.value, gradient, &state[index], step: stepCount)
                parameter.adopt(value.node)
                results.append(value)
                results += state[index]
            }
        }
        evaluate(results)
    }

    /// The new value of a parameter. Rules work in float32 where the value is bfloat16, whose eight bits would lose small
    /// updates along the way; their state is float32 then too.
    private func moved(_ value: Tensor, _ gradient: Tensor, _ state: inout [Tensor], step: Int) -> Tensor {
        updated(
            Optimizer.precise(value), gradient: Optimizer.precise(gradient), state: &state, step: step
        ).asType(value.dtype)
    }

    private static func precise(_ value: Tensor) -> Tensor {
        value.dtype == .bfloat16 ? value.asType(.float32) : value
    }

    /// What the next `step()` will hold in memory, forward and backward pass included. Runs nothing.
    public func memoryBill() -> MemoryBill {
        let gradients = parameters.map { $0.takeGradient() }
        let bill = withoutGradients {
            prepare(step: stepCount + 1)
            var results: [Tensor] = []
            for (index, gradient) in gradients.enumerated() {
                guard let gradient else { continue }
                var state = state[index]
                results.append(moved(parameters[index].value, gradient, &state, step: stepCount + 1))
                results += state
            }
            return MemoryBill.of(results, released: gradients)
        }
        for (parameter, gradient) in zip(parameters, gradients) { parameter.gradient = gradient }
        return bill
    }

    /// Forgets the gradients.
    public func zeroGradients() { for parameter in parameters { _ = parameter.takeGradient() } }
}
