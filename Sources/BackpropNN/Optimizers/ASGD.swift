import Backprop

/// Gradient descent whose steps become shorter, beside the mean of the values on the way (Polyak and Juditsky, 1992), in
/// the order of operations of PyTorch's `ASGD`.
public final class ASGD: Optimizer {
    /// How much parameters shrink, and how fast steps become shorter.
    public let decay: Double
    /// The power with which steps become shorter.
    public let exponent: Double
    /// The update from which on values are averaged; the mean is the value itself before.
    public let averagingStart: Double

    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-2, decay: Double = 1e-4,
        exponent: Double = 0.75,
        averagingStart: Double = 1e6, weightDecay: Double = 0
    ) {
        self.decay = decay
        self.exponent = exponent
        self.averagingStart = averagingStart
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        requireNotNegative(decay, "the decay")
    }

    /// The mean of the values of each parameter.
    public var averages: [Tensor] { state.map { $0[0] } }

    public override func initialState(for value: Tensor) -> [Tensor] { [value] }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let gradient = decayed(value, gradient).gradient
        let done = Double(step - 1)
        let rate = learningRate / ScalarMath.pow(1 + decay * learningRate * done, exponent)
        let result = descended(value * (1 - decay * rate), gradient, rate)
        let share = 1 / max(1, done - averagingStart)
        state = [share == 1 ? result : moved(state[0], toward: result, share: share)]
        return result
    }
}
