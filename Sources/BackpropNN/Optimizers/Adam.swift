import Backprop

/// Adam (Kingma and Ba, 2015), in the order of operations of PyTorch's `Adam`. Weight decay is added to the gradient.
public class Adam: Optimizer {
    public let betas: (Double, Double)
    public let epsilon: Double
    /// Whether steps are scaled by the greatest mean of squares so far (Reddi et al., 2018).
    public let isAMSGrad: Bool
    private var numbers: [DType: Tensor] = [:]

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 0, isAMSGrad: Bool = false
    ) {
        self.betas = betas
        self.epsilon = epsilon
        self.isAMSGrad = isAMSGrad
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireBetas(betas)
        requireNotNegative(epsilon, "epsilon")
    }

    public override func initialState(for value: Tensor) -> [Tensor] {
        (0..<(isAMSGrad ? 3 : 2)).map { _ in zeros(like: value) }
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
        let result = dtype == .float64 ? Tensor(values, dtype: .float64) : Tensor(values.map(Float.init))
        numbers[dtype] = result
        return result
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        moved(value, decayed(value, gradient).gradient, &state, step)
    }

    /// The update without weight decay on the gradient.
    func moved(_ value: Tensor, _ gradient: Tensor, _ state: inout [Tensor], _ step: Int) -> Tensor {
        let numbers = numbers(value.dtype, step: step).node
        let mean = Node.adamMean(state[0].node, gradient: gradient.node, numbers)
        let square = Node.adamSquare(state[1].node, gradient: gradient.node, numbers)
        state[0] = Tensor(mean)
        state[1] = Tensor(square)
        if !isAMSGrad { return Tensor(Node.adamValue(value.node, mean: mean, square: square, numbers)) }
        state[2] = maximum(state[2], state[1])
        let scale = sqrt(state[2]) / (1 - power(betas.1, step)).squareRoot() + epsilon
        let stepSize = learningRate / (1 - power(betas.0, step))
        return (keep == 1 ? value : value * keep) - state[0] / scale * stepSize
    }
}

/// Adam with weight decay apart from the gradient (Loshchilov and Hutter, 2019), as PyTorch's `AdamW`.
public final class AdamW: Adam {
    public override init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-3, betas: (Double, Double) = (0.9, 0.999),
        epsilon: Double = 1e-8, weightDecay: Double = 1e-2, isAMSGrad: Bool = false
    ) {
        super.init(
            parameters, learningRate: learningRate, betas: betas, epsilon: epsilon, weightDecay: weightDecay,
            isAMSGrad: isAMSGrad)
    }

    override var keep: Double { 1 - learningRate * weightDecay }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor { moved(value, gradient, &state, step) }
}
