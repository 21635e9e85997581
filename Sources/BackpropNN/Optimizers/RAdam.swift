import Backprop

/// Adam that waits with scaling until the variance of its scale is known (Liu et al., 2020), in the order of operations of
/// PyTorch's `RAdam`.
public final class RAdam: Optimizer {
    public let betas: (Double, Double)
    public let epsilon: Double
    /// Whether weight decay is apart from the gradient.
    public let isDecoupled: Bool

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0, isDecoupled: Bool = false
    ) {
        self.betas = betas
        self.epsilon = epsilon
        self.isDecoupled = isDecoupled
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireBetas(betas)
        requireNotNegative(epsilon, "epsilon")
    }

    public override func initialState(for value: Tensor) -> [Tensor] { [zeros(like: value), zeros(like: value)] }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let (value, gradient) = decayed(value, gradient, isDecoupled: isDecoupled)
        state = moments(state, gradient, betas: betas)
        let (mean, squares) = (state[0], state[1])
        let direction = mean / (1 - power(betas.0, step)) * learningRate
        guard let rectification = rectification(step) else { return value - direction }
        let correction = (1 - power(betas.1, step)).squareRoot()
        return value - direction * (correction / (sqrt(squares) + epsilon)) * rectification
    }

    /// What makes the variance of the scale the same at every step; nil while there is none.
    private func rectification(_ step: Int) -> Double? {
        let limit = 2 / (1 - betas.1) - 1
        let decay = power(betas.1, step)
        let length = limit - 2 * Double(step) * decay / (1 - decay)
        guard length > 5 else { return nil }
        let present = (length - 4) * (length - 2) * limit
        let final = (limit - 4) * (limit - 2) * length
        return (present / final).squareRoot()
    }
}
