import Backprop

/// Adam that scales by the greatest recent gradient instead of a mean of squares (Kingma and Ba, 2015), in the order of
/// operations of PyTorch's `Adamax`.
public final class Adamax: Optimizer {
    public let betas: (Double, Double)
    public let epsilon: Double

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0
    ) {
        self.betas = betas
        self.epsilon = epsilon
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireBetas(betas)
        requireNotNegative(epsilon, "epsilon")
    }

    public override func initialState(for value: Tensor) -> [Tensor] { [zeros(like: value), zeros(like: value)] }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let gradient = decayed(value, gradient).gradient
        let mean = moved(state[0], toward: gradient, share: 1 - betas.0)
        let greatest = maximum(state[1] * betas.1, abs(gradient) + epsilon)
        state = [mean, greatest]
        return descended(value, mean / greatest, learningRate / (1 - power(betas.0, step)))
    }
}
