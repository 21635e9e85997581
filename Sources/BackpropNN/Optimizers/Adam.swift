import Backprop

/// Adam (Kingma and Ba, 2015), in the order of operations of PyTorch's `Adam`. Weight decay is added to the gradient.
public class Adam: Optimizer {
    public let betas: (Double, Double)
    public let epsilon: Double
    public let weightDecay: Double
    private var constants: [DType: Constants] = [:]

    /// The numbers of a step, which all parameters share.
    struct Constants {
        let complement1: Tensor, beta2: Tensor, complement2: Tensor
        let correction: Tensor, epsilon: Tensor, stepSize: Tensor, decay: Tensor, keep: Tensor
    }

    public init(
        _ parameters: [Parameter], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0
    ) {
        self.betas = betas
        self.epsilon = epsilon
        self.weightDecay = weightDecay
        super.init(parameters, learningRate: learningRate)
    }

    public override func initialState(for value: Tensor) -> [Tensor] {
        [Tensor.zeros(value.shape, dtype: value.dtype), Tensor.zeros(value.shape, dtype: value.dtype)]
    }

    public override func prepare(step: Int) { constants.removeAll(keepingCapacity: true) }

    func constants(_ dtype: DType, step: Int) -> Constants {
        if let known = constants[dtype] { return known }
        func number(_ value: Double) -> Tensor { Tensor(value, dtype: dtype) }
        let (beta1, beta2) = betas
        let result = Constants(
            complement1: number(1 - beta1), beta2: number(beta2), complement2: number(1 - beta2),
            correction: number((1 - power(beta2, step)).squareRoot()), epsilon: number(epsilon),
            stepSize: number(learningRate / (1 - power(beta1, step))), decay: number(weightDecay),
            keep: number(1 - learningRate * weightDecay))
        constants[dtype] = result
        return result
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let constants = constants(value.dtype, step: step)
        let gradient = weightDecay == 0 ? gradient : gradient + value * constants.decay
        return moved(value, gradient, &state, constants)
    }

    /// The update without weight decay.
    func moved(_ value: Tensor, _ gradient: Tensor, _ state: inout [Tensor], _ constants: Constants) -> Tensor {
        let mean = state[0] + (gradient - state[0]) * constants.complement1
        let square = state[1] * constants.beta2 + gradient * gradient * constants.complement2
        state[0] = mean
        state[1] = square
        let scale = sqrt(square) / constants.correction + constants.epsilon
        return value - mean / scale * constants.stepSize
    }

    /// base to a whole power, as repeated squaring: the same bits everywhere.
    private func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0, factor = base, rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }
}

/// Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019), as PyTorch's `AdamW`.
public final class AdamW: Adam {
    public override init(
        _ parameters: [Parameter], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 1e-2
    ) {
        super.init(
            parameters, learningRate: learningRate, betas: betas, epsilon: epsilon, weightDecay: weightDecay)
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let constants = constants(value.dtype, step: step)
        return moved(value * constants.keep, gradient, &state, constants)
    }
}
