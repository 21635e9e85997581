import Backprop

/// Adam with Nesterov's momentum (Dozat, 2016), in the order of operations of PyTorch's `NAdam`.
public final class NAdam: Optimizer {
    public let betas: (Double, Double)
    public let epsilon: Double
    /// How fast the momentum approaches the first of the betas.
    public let momentumDecay: Double
    /// Whether weight decay is apart from the gradient.
    public let isDecoupled: Bool
    /// Products of the momenta of all steps up to each.
    private var momentumProducts = [1.0]

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 2e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0, momentumDecay: Double = 4e-3, isDecoupled: Bool = false
    ) {
        self.betas = betas
        self.epsilon = epsilon
        self.momentumDecay = momentumDecay
        self.isDecoupled = isDecoupled
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireBetas(betas)
        requireNotNegative(epsilon, "epsilon")
        requireNotNegative(momentumDecay, "the decay of the momentum")
    }

    public override func initialState(for value: Tensor) -> [Tensor] { [zeros(like: value), zeros(like: value)] }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let (value, gradient) = decayed(value, gradient, isDecoupled: isDecoupled)
        state = moments(state, gradient, betas: betas)
        let (mean, squares) = (state[0], state[1])
        let scale = sqrt(squares / (1 - power(betas.1, step))) + epsilon
        let (present, next, product) = (momentum(step), momentum(step + 1), momentumProduct(step))
        let ofGradient = learningRate * (1 - present) / (1 - product)
        let ofMean = learningRate * next / (1 - product * next)
        return value - gradient * ofGradient / scale - mean * ofMean / scale
    }

    private func momentum(_ step: Int) -> Double {
        betas.0 * (1 - 0.5 * ScalarMath.pow(0.96, Double(step) * momentumDecay))
    }

    private func momentumProduct(_ step: Int) -> Double {
        while momentumProducts.count <= step {
            momentumProducts.append(momentumProducts.last! * momentum(momentumProducts.count))
        }
        return momentumProducts[step]
    }
}
