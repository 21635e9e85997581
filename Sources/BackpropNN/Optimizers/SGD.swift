import Backprop

/// Stochastic gradient descent, with momentum and weight decay as in PyTorch's `SGD`.
public final class SGD: Optimizer {
    public let momentum: Double
    public let dampening: Double
    public let nesterov: Bool

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double, momentum: Double = 0, dampening: Double = 0,
        weightDecay: Double = 0, nesterov: Bool = false
    ) {
        self.momentum = momentum
        self.dampening = dampening
        self.nesterov = nesterov
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireNotNegative(momentum, "the momentum")
        require(
            !nesterov || momentum > 0 && dampening == 0,
            "SGD: Nesterov's momentum needs a momentum and no dampening, not \(momentum) and \(dampening)")
    }

    public override func initialState(for value: Tensor) -> [Tensor] {
        momentum == 0 ? [] : [zeros(like: value)]
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        var direction = decayed(value, gradient).gradient
        if momentum != 0 {
            // The first step is not dampened.
            let share = step == 1 || dampening == 0 ? direction : direction * (1 - dampening)
            let velocity = state[0] * momentum + share
            state = [velocity]
            direction = nesterov ? direction + velocity * momentum : velocity
        }
        return descended(value, direction, learningRate)
    }
}
