import Backprop

/// Steps of one size, in the direction of the sign of a momentum (Chen et al., 2023). Weight decay is apart from the gradient.
public final class Lion: Optimizer {
    public let betas: (Double, Double)

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-4, betas: (Double, Double) = (0.9, 0.99),
        weightDecay: Double = 0
    ) {
        self.betas = betas
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireBetas(betas)
    }

    public override func initialState(for value: Tensor) -> [Tensor] { [zeros(like: value)] }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let (value, gradient) = decayed(value, gradient, isDecoupled: true)
        let direction = sign(moved(state[0], toward: gradient, share: 1 - betas.0))
        state[0] = moved(state[0], toward: gradient, share: 1 - betas.1)
        return descended(value, direction, learningRate)
    }
}
