import Backprop

/// Gradients divided by the root of a running mean of their squares (Tieleman and Hinton, 2012), in the order of
/// operations of PyTorch's `RMSprop`.
public final class RMSprop: Optimizer {
    /// The share of the past in the running means.
    public let smoothing: Double
    public let epsilon: Double
    public let momentum: Double
    /// Whether the scale is a variance: squares less the square of the mean (Graves, 2013).
    public let isCentered: Bool

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-2, smoothing: Double = 0.99,
        epsilon: Double = 1e-8,
        weightDecay: Double = 0, momentum: Double = 0, isCentered: Bool = false
    ) {
        self.smoothing = smoothing
        self.epsilon = epsilon
        self.momentum = momentum
        self.isCentered = isCentered
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireNotNegative(smoothing, "the smoothing")
        requireNotNegative(epsilon, "epsilon")
        requireNotNegative(momentum, "the momentum")
    }

    /// Mean of squares, mean and velocity, where there are any.
    public override func initialState(for value: Tensor) -> [Tensor] {
        (0..<(1 + (isCentered ? 1 : 0) + (momentum > 0 ? 1 : 0))).map { _ in zeros(like: value) }
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let gradient = decayed(value, gradient).gradient
        state[0] = state[0] * smoothing + gradient * gradient * (1 - smoothing)
        var variance = state[0]
        if isCentered {
            state[1] = moved(state[1], toward: gradient, share: 1 - smoothing)
            variance = variance - state[1] * state[1]
        }
        let direction = gradient / (sqrt(variance) + epsilon)
        guard momentum > 0 else { return descended(value, direction, learningRate) }
        let velocity = state[state.count - 1] * momentum + direction
        state[state.count - 1] = velocity
        return descended(value, velocity, learningRate)
    }
}
