import Backprop

/// Adam (Kingma and Ba, 2015), in the order of operations of PyTorch's `Adam`. Weight decay is added to the gradient.
public class Adam: Optimizer {
    public let betas: (Double, Double)
    public let epsilon: Double
    public let weightDecay: Double
    private var numbers: [DType: Tensor] = [:]

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

    public override func prepare(step: Int) { numbers.removeAll(keepingCapacity: true) }

    /// The part of the value that a step keeps before it moves.
    var keep: Double { 1 }

    /// The numbers of the step, which all parameters share, as a tensor in memory: they are data of the plan.
    private func numbers(_ dtype: DType, step: Int) -> Tensor {
        if let known = numbers[dtype] { return known }
        let values = AdamNumber.allCases.map { number -> Double in
            switch number {
            case .complement1: 1 - betas.0
            case .beta2: betas.1
            case .complement2: 1 - betas.1
            case .correction: (1 - power(betas.1, step)).squareRoot()
            case .epsilon: epsilon
            case .stepSize: learningRate / (1 - power(betas.0, step))
            case .keep: keep
            }
        }
        let result = dtype == .float64 ? Tensor(values) : Tensor(values.map(Float.init))
        numbers[dtype] = result
        return result
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        moved(value, weightDecay == 0 ? gradient : gradient + value * weightDecay, &state, step)
    }

    /// The update without weight decay on the gradient.
    func moved(_ value: Tensor, _ gradient: Tensor, _ state: inout [Tensor], _ step: Int) -> Tensor {
        let numbers = numbers(value.dtype, step: step).node
        let mean = Node.adamMean(state[0].node, gradient: gradient.node, numbers)
        let square = Node.adamSquare(state[1].node, gradient: gradient.node, numbers)
        state[0] = Tensor(mean)
        state[1] = Tensor(square)
        return Tensor(Node.adamValue(value.node, mean: mean, square: square, numbers))
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

    override var keep: Double { 1 - learningRate * weightDecay }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor { moved(value, gradient, &state, step) }
}
