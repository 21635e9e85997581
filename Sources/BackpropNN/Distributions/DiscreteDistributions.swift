import Backprop

/// One with a probability, and zero otherwise.
///
/// ```swift
/// Bernoulli(probabilities: Tensor(0.25)).logProbability(of: Tensor([0, 1] as [Float]))  // [-0.287682, -1.38629]
/// ```
public struct Bernoulli: Distribution {
    /// The probability of one.
    public let probabilities: Tensor
    /// log(p / (1 - p)).
    public let logits: Tensor
    private let hasLogits: Bool

    /// Distributions from the probabilities of one.
    public init(probabilities: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireFloatingPoint("Bernoulli", probabilities, file, line)
        (self.probabilities, logits, hasLogits) = (probabilities, logit(probabilities), false)
    }

    /// Distributions from log(p / (1 - p)), which loses no digits near 0 and 1.
    public init(logits: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireFloatingPoint("Bernoulli", logits, file, line)
        (probabilities, self.logits, hasLogits) = (sigmoid(logits), logits, true)
    }

    public var batchShape: [Int] { probabilities.shape }
    public var mean: Tensor { probabilities }
    public var variance: Tensor { probabilities * (1 - probabilities) }
    public var entropy: Tensor { -expectedLogProbability(of: probabilities) }

    /// Zeros and ones in the dtype of the parameters.
    ///
    /// ```swift
    /// Bernoulli(probabilities: Tensor([0, 1] as [Float])).sample([2])  // [0, 1, 0, 1]
    /// ```
    public func sample(_ shape: [Int]) -> Tensor {
        Tensor.bernoulli(probabilities.broadcast(to: self.shape(shape))).asType(probabilities.dtype)
    }

    /// x log(p) + (1 - x) log(1 - p).
    ///
    /// ```swift
    /// Bernoulli(logits: Tensor(0.0)).logProbability(of: Tensor(1.0))  // -0.693147
    /// ```
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Bernoulli.logProbability", value, probabilities)
        return expectedLogProbability(of: value)
    }

    /// The mean log-probability of values that are one with the given probabilities.
    func expectedLogProbability(of p: Tensor) -> Tensor {
        hasLogits ? p * logits - softplus(logits) : xlogy(p, probabilities) + xlog1py(1 - p, -probabilities)
    }
}

/// How often an event did not happen before it happened first.
///
/// ```swift
/// Geometric(probabilities: Tensor(0.25)).logProbability(of: Tensor([0, 2] as [Float]))  // [-1.38629, -1.96166]
/// ```
public struct Geometric: Distribution {
    /// The probability of the event, positive.
    public let probabilities: Tensor

    /// Distributions from the probabilities of the event.
    public init(probabilities: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireFloatingPoint("Geometric", probabilities, file, line)
        self.probabilities = probabilities
    }

    public var batchShape: [Int] { probabilities.shape }
    public var mean: Tensor { (1 - probabilities) / probabilities }
    public var variance: Tensor { (1 - probabilities) / square(probabilities) }
    public var entropy: Tensor { Bernoulli(probabilities: probabilities).entropy / probabilities }

    /// Whole numbers in the dtype of the parameters: exponential ones, rounded down.
    ///
    /// ```swift
    /// Geometric(probabilities: Tensor(1.0)).sample([3])  // [0, 0, 0]
    /// ```
    public func sample(_ shape: [Int]) -> Tensor {
        let size = Tensor.exponential(self.shape(shape), dtype: probabilities.dtype)
        return withoutGradients { floor(-size / log1p(-probabilities)) }
    }

    /// x log(1 - p) + log(p); minus infinity for negative values.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Geometric.logProbability", value, probabilities)
        return (xlog1py(value, -probabilities) + log(probabilities)).supported(where: value .>= 0)
    }
}

/// How often an event happens in a unit of time in which it happens at a constant rate.
///
/// ```swift
/// Poisson(rate: Tensor(2.0)).logProbability(of: Tensor([0, 3] as [Float]))  // [-2, -1.71232]
/// ```
public struct Poisson: Distribution {
    /// Not negative.
    public let rate: Tensor

    /// Distributions from rates.
    public init(rate: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireFloatingPoint("Poisson", rate, file, line)
        self.rate = rate
    }

    public var batchShape: [Int] { rate.shape }
    public var mean: Tensor { rate }
    public var variance: Tensor { rate }

    /// λ - λ log(λ) + E(log(N!)), whose last term is Malmstén's integral for log Γ, averaged over N and computed by the
    /// double exponential formula of Takahasi and Mori (1974); for rates above 400 the asymptotic series. Ten digits, in
    /// float64.
    public var entropy: Tensor {
        let wide = rate.asType(.float64), isLarge = wide .> 400
        let few = which(isLarge, wide.like(1), wide), many = which(isLarge, wide, wide.like(400))
        let places = Tensor.indices([137] + batchShape.map { _ in 1 }, axis: 0, dtype: .int64).asType(.float64)
        let t = places * 0.0625 - 4, x = exp(t - exp(-t)), weight = (1 + exp(-t)) * x * 0.0625
        let w = -expm1(-x)
        let integrand = exp(-x) * (few + expm1(-few * w) / w) / x
        let small = few - xlogy(few, few) + (weight * integrand).sum(axis: 0)
        let inverse = 1 / many
        let series = inverse * (-1 / 12.0 - inverse * (1 / 24.0 + inverse * (19 / 360.0)))
        let large = log(many) * 0.5 + (0.5 + halfLogTwoPi) + series
        return which(isLarge, large, small).asType(rate.dtype)
    }

    /// Whole numbers in the dtype of the parameters; see `Tensor.poisson`.
    public func sample(_ shape: [Int]) -> Tensor { Tensor.poisson(self.shape(shape), rate: rate) }

    /// x log(rate) - rate - log(x!); minus infinity for negative values.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Poisson.logProbability", value, rate)
        let isInside = value .>= 0, x = value.safe(where: isInside, otherwise: 0)
        return (xlogy(x, rate) - rate - logGamma(x + 1)).supported(where: isInside)
    }
}
