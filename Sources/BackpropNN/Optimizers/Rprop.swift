import Backprop

/// Steps that follow the sign of the gradient alone: longer while it stays, shorter where it changes (Riedmiller and Braun,
/// 1993). In the order of operations of PyTorch's `Rprop`.
public final class Rprop: Optimizer {
    /// What a step is multiplied by where the sign of the gradient changes, and where it stays.
    public let factors: (Double, Double)
    /// The lengths between which steps stay.
    public let lengths: ClosedRange<Double>

    /// - Parameter learningRate: the length of the first step of every element.
    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-2, factors: (Double, Double) = (0.5, 1.2),
        lengths: ClosedRange<Double> = 1e-6...50
    ) {
        self.factors = factors
        self.lengths = lengths
        super.init(parameters, learningRate: learningRate)
        require(
            factors.0 > 0 && factors.0 < 1 && factors.1 > 1,
            "Rprop: the factors are \(factors), expected one between 0 and 1 and one above 1")
    }

    /// The gradient before, and the length of the step of each element.
    public override func initialState(for value: Tensor) -> [Tensor] { [zeros(like: value), zeros(like: value)] }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let agreement = gradient * state[0]
        let isTurned = agreement .< 0
        let factor = which(isTurned, value.like(factors.0), which(agreement .> 0, value.like(factors.1), value.like(1)))
        let length = step == 1 ? state[1] + learningRate : state[1]
        let limited = clip(length * factor, min: lengths.lowerBound, max: lengths.upperBound)
        // Where the sign has changed, the last step went too far: this one waits.
        let kept = which(isTurned, gradient.zero, gradient)
        state = [kept, limited]
        return value - sign(kept) * limited
    }
}
