import Backprop

/// The normal distribution of Gauss.
///
/// ```swift
/// Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))  // [-1.61209, -2.11209]
/// ```
public struct Normal: ReparametrizedDistribution, CumulativeDistribution {
    public let mean: Tensor
    /// Positive.
    public let standardDeviation: Tensor

    /// Distributions from means and standard deviations, which broadcast.
    public init(mean: Tensor, standardDeviation: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        (self.mean, self.standardDeviation) = parameters("Normal", mean, standardDeviation, file, line)
    }

    public var batchShape: [Int] { mean.shape }
    public var variance: Tensor { square(standardDeviation) }
    public var entropy: Tensor { log(standardDeviation) + (0.5 + halfLogTwoPi) }

    /// Draws with gradients for both parameters.
    ///
    /// ```swift
    /// let normal = Normal(mean: Tensor([1, 5] as [Float]), standardDeviation: Tensor(0.0))
    /// normal.reparametrizedSample([2])  // [1, 5, 1, 5]
    /// ```
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        mean + standardDeviation * Tensor.normal(self.shape(shape), dtype: mean.dtype)
    }

    /// -((x - mean) / deviation)² / 2 - log(deviation) - log(2π) / 2.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Normal.logProbability", value, mean)
        return square((value - mean) / standardDeviation) * -0.5 - log(standardDeviation) - halfLogTwoPi
    }

    /// Without cancellation in either tail.
    ///
    /// ```swift
    /// Normal(mean: Tensor(1.0), standardDeviation: Tensor(2.0)).cumulativeProbability(of: Tensor(3.0))  // 0.841345
    /// ```
    public func cumulativeProbability(of value: Tensor) -> Tensor {
        requireCommon("Normal.cumulativeProbability", value, mean)
        return erfc((mean - value) / (standardDeviation * 2.0.squareRoot())) * 0.5
    }
}

/// The distribution of exp(x) for normal x.
///
/// ```swift
/// LogNormal(location: Tensor(0.0), scale: Tensor(1.0)).logProbability(of: Tensor([1, 2] as [Float]))  // [-0.918939, -1.85231]
/// ```
public struct LogNormal: ReparametrizedDistribution, CumulativeDistribution {
    /// The normal distribution of the logarithms.
    public let logarithm: Normal

    /// Distributions from means and standard deviations of the logarithms, which broadcast.
    public init(location: Tensor, scale: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        let (location, scale) = parameters("LogNormal", location, scale, file, line)
        logarithm = Normal(mean: location, standardDeviation: scale)
    }

    public var batchShape: [Int] { logarithm.batchShape }
    public var mean: Tensor { exp(logarithm.mean + logarithm.variance * 0.5) }
    public var variance: Tensor { expm1(logarithm.variance) * exp(2 * logarithm.mean + logarithm.variance) }
    public var entropy: Tensor { logarithm.entropy + logarithm.mean }

    /// Draws with gradients for both parameters.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor { exp(logarithm.reparametrizedSample(shape)) }

    /// Minus infinity for values that are not positive.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("LogNormal.logProbability", value, logarithm.mean)
        let isPositive = value .> 0, logValue = log(value.safe(where: isPositive, otherwise: 1))
        return (logarithm.logProbability(of: logValue) - logValue).supported(where: isPositive)
    }

    /// 0 for values that are not positive.
    public func cumulativeProbability(of value: Tensor) -> Tensor {
        requireCommon("LogNormal.cumulativeProbability", value, logarithm.mean)
        let isPositive = value .> 0
        let part = logarithm.cumulativeProbability(of: log(value.safe(where: isPositive, otherwise: 1)))
        return which(isPositive, part, part.zero)
    }
}

/// The distribution of |x| for normal x with mean 0.
///
/// ```swift
/// HalfNormal(scale: Tensor(1.0)).logProbability(of: Tensor([0, 1] as [Float]))  // [-0.225791, -0.725791]
/// ```
public struct HalfNormal: ReparametrizedDistribution, CumulativeDistribution {
    /// The standard deviation of x, positive.
    public let scale: Tensor

    /// Distributions from the standard deviations of x.
    public init(scale: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireFloatingPoint("HalfNormal", scale, file, line)
        self.scale = scale
    }

    public var batchShape: [Int] { scale.shape }
    public var mean: Tensor { scale * (2 / Double.pi).squareRoot() }
    public var variance: Tensor { square(scale) * (1 - 2 / Double.pi) }
    public var entropy: Tensor { log(scale) + 0.5 * (1 + 0.451582705289454864726195229894882143571794678) }

    /// Draws with gradients for the scale.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        scale * abs(Tensor.normal(self.shape(shape), dtype: scale.dtype))
    }

    /// Minus infinity for negative values.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("HalfNormal.logProbability", value, scale)
        // log(2 / π) / 2
        let density = square(value / scale) * -0.5 - log(scale) - 0.225791352644727432363097614947441071785897339
        return density.supported(where: value .>= 0)
    }

    /// 0 for negative values.
    public func cumulativeProbability(of value: Tensor) -> Tensor {
        requireCommon("HalfNormal.cumulativeProbability", value, scale)
        return erf(maximum(value, value.zero) / (scale * 2.0.squareRoot()))
    }
}
