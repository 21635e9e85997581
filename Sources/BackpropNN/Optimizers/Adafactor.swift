import Backprop

/// Steps relative to the size of a parameter, scaled by a variance of which matrices keep only the means of rows and columns
/// (Shazeer and Stern, 2018). In the order of operations of PyTorch's `Adafactor`.
public final class Adafactor: Optimizer {
    /// The share of the new in the running means is the number of the update to this power.
    public let varianceDecay: Double
    /// What variances are at least, the machine epsilon where nil, and what the size of a parameter counts as at least.
    public let epsilon: (Double?, Double)
    /// The root mean square that an update has at most, before its length.
    public let largestUpdate: Double

    /// - Parameter learningRate: the greatest relative length of a step; it falls with the root of their number.
    public init(
        _ parameters: [any OptimizedParameters], learningRate: Double = 1e-2, varianceDecay: Double = -0.8,
        epsilon: (Double?, Double) = (nil, 1e-3), largestUpdate: Double = 1, weightDecay: Double = 0
    ) {
        self.varianceDecay = varianceDecay
        self.epsilon = epsilon
        self.largestUpdate = largestUpdate
        super.init(parameters, learningRate: learningRate, weightDecay: weightDecay)
        require(varianceDecay <= 0, "Adafactor: the decay of the variance is \(varianceDecay), expected 0 or less")
        for number in [epsilon.0 ?? 0, epsilon.1] { requireNotNegative(number, "epsilon") }
        require(largestUpdate >= 1, "Adafactor: the largest update is \(largestUpdate), expected 1 or more")
    }

    /// The means of squares of rows and of columns, or of elements where there are no matrices.
    public override func initialState(for value: Tensor) -> [Tensor] {
        guard value.ndim > 1 else { return [zeros(like: value)] }
        let leading = value.shape.dropLast(2), rows = value.dim(-2), columns = value.dim(-1)
        return [leading + [rows, 1], leading + [1, columns]].map { Tensor.zeros(Array($0), dtype: value.dtype) }
    }

    public override func updated(
        _ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int
    ) -> Tensor {
        let least = epsilon.0 ?? value.dtype.spacingAtOne
        let share = ScalarMath.pow(Double(step), varianceDecay)
        let length = maximum(Self.size(value), value.like(epsilon.1)) * min(learningRate, 1 / Double(step).squareRoot())
        let start = decayed(value, gradient, isDecoupled: true).value

        let squares = square(gradient)
        let variance: Tensor
        if gradient.ndim > 1 {
            let rows = moved(state[0], toward: squares.mean(axis: -1, keepDims: true), share: share)
            let columns = moved(state[1], toward: squares.mean(axis: -2, keepDims: true), share: share)
            state = [rows, columns]
            variance = rows * columns / clip(rows.mean(axis: -2, keepDims: true), min: least)
        } else {
            variance = moved(state[0], toward: squares, share: share)
            state = [variance]
        }
        let update = rsqrt(clip(variance, min: least * least)) * gradient
        let excess = maximum(Self.size(update) * (1 / largestUpdate), update.like(1))
        return start - update * (length / excess)
    }

    /// The root mean square.
    private static func size(_ x: Tensor) -> Tensor { sqrt(square(x).mean()) }
}
