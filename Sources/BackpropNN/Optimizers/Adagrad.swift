import Backprop

/// Gradients divided by the root of the sum of their squares so far (Duchi et al., 2011), in the order of operations of
/// PyTorch's `Adagrad`.
public final class Adagrad: Optimizer {
    /// The learning rate of step n is divided by 1 + (n - 1) times this.
    public let rateDecay: Double
    /// Where the sums of squares start.
    public let initialSum: Double
    public let epsilon: Double

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-2, rateDecay: Double = 0,
        weightDecay: Double = 0,
        initialSum: Double = 0, epsilon: Double = 1e-10
    ) {
        self.rateDecay = rateDecay
        self.initialSum = initialSum
        self.epsilon = epsilon
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireNotNegative(rateDecay, "the decay of the learning rate")
        requireNotNegative(initialSum, "the initial sum")
        requireNotNegative(epsilon, "epsilon")
    }

    public override func initialState(for value: Tensor) -> [Tensor] {
        [Tensor.full(value.shape, initialSum, dtype: value.dtype)]
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let gradient = decayed(value, gradient).gradient
        state[0] = state[0] + gradient * gradient
        let rate = learningRate / (1 + Double(step - 1) * rateDecay)
        return descended(value, gradient / (sqrt(state[0]) + epsilon), rate)
    }
}

/// Gradients scaled by the ratio of the sizes of recent updates and recent gradients (Zeiler, 2012), in the order of
/// operations of PyTorch's `Adadelta`.
public final class Adadelta: Optimizer {
    /// The share of the past in the running means.
    public let smoothing: Double
    public let epsilon: Double

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1, smoothing: Double = 0.9,
        epsilon: Double = 1e-6,
        weightDecay: Double = 0
    ) {
        self.smoothing = smoothing
        self.epsilon = epsilon
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        require(smoothing >= 0 && smoothing <= 1, "Adadelta: the smoothing is \(smoothing), expected 0 to 1")
        requireNotNegative(epsilon, "epsilon")
    }

    public override func initialState(for value: Tensor) -> [Tensor] { [zeros(like: value), zeros(like: value)] }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let gradient = decayed(value, gradient).gradient
        let squares = state[0] * smoothing + gradient * gradient * (1 - smoothing)
        let update = sqrt(state[1] + epsilon) / sqrt(squares + epsilon) * gradient
        state = [squares, state[1] * smoothing + update * update * (1 - smoothing)]
        return descended(value, update, learningRate)
    }
}
