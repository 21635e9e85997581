import Backprop

/// The gamma distribution.
///
/// ```swift
/// Gamma(concentration: Tensor(2.0), rate: Tensor(3.0)).logProbability(of: Tensor([1, 2] as [Float]))  // [-0.802775, -3.10963]
/// ```
public struct Gamma: ReparametrizedDistribution {
    /// The shape parameter, positive.
    public let concentration: Tensor
    /// One over the scale, positive.
    public let rate: Tensor

    /// Distributions from concentrations and rates, which broadcast.
    public init(concentration: Tensor, rate: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        (self.concentration, self.rate) = parameters("Gamma", concentration, rate, file, line)
    }

    public var batchShape: [Int] { concentration.shape }
    public var mean: Tensor { concentration / rate }
    public var variance: Tensor { concentration / square(rate) }
    public var entropy: Tensor {
        concentration - log(rate) + logGamma(concentration) + (1 - concentration) * digamma(concentration)
    }

    /// Draws with gradients for both parameters; see `Tensor.gamma`.
    ///
    /// ```swift
    /// Gamma(concentration: Tensor([1, 2] as [Float]), rate: Tensor(3.0)).reparametrizedSample([4]).shape  // [4, 2]
    /// ```
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        Tensor.gamma(self.shape(shape), concentration: concentration) / rate
    }

    /// Minus infinity for negative values.
    ///
    /// ```swift
    /// Gamma(concentration: Tensor(1.0), rate: Tensor(1.0)).logProbability(of: Tensor([2, 3] as [Float]))  // [-2, -3]
    /// ```
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Gamma.logProbability", value, rate)
        let isInside = value .>= 0, x = value.safe(where: isInside, otherwise: 1)
        let density = concentration * log(rate) + xlogy(concentration - 1, x) - rate * x - logGamma(concentration)
        return density.supported(where: isInside)
    }
}

/// The beta distribution of numbers between 0 and 1.
///
/// ```swift
/// Beta(Tensor(2.0), Tensor(3.0)).logProbability(of: Tensor([0.5, 0.25] as [Float]))  // [0.405465, 0.523248]
/// ```
public struct Beta: ReparametrizedDistribution {
    /// The concentration at 1, positive.
    public let a: Tensor
    /// The concentration at 0, positive.
    public let b: Tensor

    /// Distributions from the concentrations at 1 and at 0, which broadcast.
    public init(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        (self.a, self.b) = parameters("Beta", a, b, file, line)
    }

    public var batchShape: [Int] { a.shape }
    public var mean: Tensor { a / (a + b) }
    public var variance: Tensor { a * b / (square(a + b) * (a + b + 1)) }
    public var entropy: Tensor {
        let sum = a + b
        return logNormalizer - (a - 1) * digamma(a) - (b - 1) * digamma(b) + (sum - 2) * digamma(sum)
    }

    /// The logarithm of the beta function.
    var logNormalizer: Tensor { logGamma(a) + logGamma(b) - logGamma(a + b) }

    /// Draws with gradients for both parameters; see `Tensor.beta`.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor { Tensor.beta(self.shape(shape), a: a, b: b) }

    /// Minus infinity outside of [0, 1].
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Beta.logProbability", value, a)
        let isInside = (value .>= 0) .& (value .<= 1), x = value.safe(where: isInside, otherwise: 0.5)
        return (xlogy(a - 1, x) + xlog1py(b - 1, -x) - logNormalizer).supported(where: isInside)
    }
}

/// The distribution of Dirichlet, of vectors of numbers between 0 and 1 that add up to 1.
///
/// ```swift
/// let dirichlet = Dirichlet(concentration: Tensor([1, 2, 3] as [Float]))
/// dirichlet.logProbability(of: Tensor([0.2, 0.3, 0.5] as [Float]))  // 1.50408
/// ```
public struct Dirichlet: ReparametrizedDistribution {
    /// [..., classes], positive.
    public let concentration: Tensor

    /// Distributions from concentrations of the classes along the last axis.
    public init(concentration: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireVectors("Dirichlet", concentration, file, line)
        self.concentration = concentration
    }

    public var batchShape: [Int] { Array(concentration.shape.dropLast()) }
    public var eventShape: [Int] { [concentration.dim(-1)] }
    public var mean: Tensor { concentration / total }
    public var variance: Tensor { concentration * (total - concentration) / (square(total) * (total + 1)) }
    public var entropy: Tensor {
        let sum = concentration.sum(axis: -1), excess = sum - Double(concentration.dim(-1))
        let parts = ((concentration - 1) * digamma(concentration)).sum(axis: -1)
        return logNormalizer + excess * digamma(sum) - parts
    }

    /// The logarithm of the multivariate beta function.
    var logNormalizer: Tensor { logGamma(concentration).sum(axis: -1) - logGamma(concentration.sum(axis: -1)) }

    private var total: Tensor { concentration.sum(axis: -1, keepDims: true) }

    /// Draws with gradients for the concentrations; see `Tensor.dirichlet`.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        Tensor.dirichlet(self.shape(shape), concentration: concentration)
    }

    /// Of vectors along the last axis, which have to add up to 1.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Dirichlet.logProbability", value, concentration)
        return xlogy(concentration - 1, value).sum(axis: -1) - logNormalizer
    }
}

/// Student's t distribution. The mean is NaN for up to one degree of freedom; the variance is infinite for up to two, and
/// NaN for up to one.
///
/// ```swift
/// let t = StudentT(degreesOfFreedom: Tensor(3.0), location: Tensor(1.0), scale: Tensor(2.0))
/// t.logProbability(of: Tensor([1, 3] as [Float]))  // [-1.69404, -2.2694]
/// ```
public struct StudentT: ReparametrizedDistribution {
    /// Positive.
    public let degreesOfFreedom: Tensor
    /// The median.
    public let location: Tensor
    /// Positive.
    public let scale: Tensor

    /// Distributions from degrees of freedom, locations and scales, which broadcast.
    public init(
        degreesOfFreedom: Tensor, location: Tensor, scale: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) {
        let (location, scale) = parameters("StudentT", location, scale, file, line)
        (self.degreesOfFreedom, self.location) = parameters("StudentT", degreesOfFreedom, location, file, line)
        self.scale = scale.broadcast(to: self.location.shape)
    }

    public var batchShape: [Int] { location.shape }
    public var mean: Tensor { which(degreesOfFreedom .> 1, location, location.like(.nan)) }
    public var variance: Tensor {
        let n = degreesOfFreedom, isFinite = n .> 2
        let finite = square(scale) * n / (n.safe(where: isFinite, otherwise: 3) - 2)
        return which(isFinite, finite, which(n .> 1, n.like(.infinity), n.like(.nan)))
    }
    public var entropy: Tensor {
        let half = degreesOfFreedom * 0.5
        return logNormalizer + (half + 0.5) * (digamma(half + 0.5) - digamma(half))
    }

    private var logNormalizer: Tensor {
        let half = degreesOfFreedom * 0.5
        let size = log(scale) + log(degreesOfFreedom * Double.pi) * 0.5
        return size + logGamma(half) - logGamma(half + 0.5)
    }

    /// Draws with gradients for all parameters: normal numbers divided by the root of gamma numbers.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        let shape = self.shape(shape), half = Gamma(concentration: degreesOfFreedom * 0.5, rate: degreesOfFreedom * 0.5)
        let noise = Tensor.normal(shape, dtype: location.dtype)
        let spread = Tensor.gamma(shape, concentration: half.concentration) / half.rate
        return location + scale * noise * rsqrt(spread)
    }

    /// -(n + 1) / 2 log(1 + y² / n) for y = (x - location) / scale, and a constant.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("StudentT.logProbability", value, location)
        let y = (value - location) / scale
        return (degreesOfFreedom + 1) * log1p(square(y) / degreesOfFreedom) * -0.5 - logNormalizer
    }
}
