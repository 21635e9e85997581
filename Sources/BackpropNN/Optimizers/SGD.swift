import Backprop

/// Stochastic gradient descent, with momentum and weight decay as in PyTorch's `SGD`.
public final class SGD: Optimizer {
    public let momentum: Double
    public let dampening: Double
    public let weightDecay: Double
    public let nesterov: Bool
    private var rate = Tensor(0, dtype: .float64)

    public init(
        _ parameters: [Parameter], learningRate: Double, momentum: Double = 0, dampening: Double = 0,
        weightDecay: Double = 0, nesterov: Bool = false
    ) {
        self.momentum = momentum
        self.dampening = dampening
        self.weightDecay = weightDecay
        self.nesterov = nesterov
        super.init(parameters, learningRate: learningRate)
    }

    public override func prepare(step: Int) { rate = Tensor(learningRate, dtype: .float64) }

    public override func initialState(for value: Tensor) -> [Tensor] {
        momentum == 0 ? [] : [Tensor.zeros(value.shape, dtype: value.dtype)]
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        var direction = weightDecay == 0 ? gradient : gradient + value * weightDecay
        if momentum != 0 {
            // The first step is not dampened.
            let share = step == 1 || dampening == 0 ? direction : direction * (1 - dampening)
            let velocity = state[0] * momentum + share
            state = [velocity]
            direction = nesterov ? direction + velocity * momentum : velocity
        }
        return value - direction * rate.asType(value.dtype)
    }
}
