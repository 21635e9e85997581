import Backprop

/// Equally likely numbers between two bounds.
///
/// ```swift
/// Uniform(low: Tensor(1.0), high: Tensor(3.0)).logProbability(of: Tensor([0, 2] as [Float]))  // [-inf, -0.693147]
/// ```
public struct Uniform: ReparametrizedDistribution, CumulativeDistribution {
    /// The lower bound, which belongs to the numbers.
    public let low: Tensor
    /// The upper bound, greater and not one of the numbers.
    public let high: Tensor

    /// Distributions from bounds, which broadcast.
    public init(low: Tensor, high: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        (self.low, self.high) = parameters("Uniform", low, high, file, line)
    }

    public var batchShape: [Int] { low.shape }
    public var mean: Tensor { (low + high) * 0.5 }
    public var variance: Tensor { square(high - low) * (1 / 12.0) }
    public var entropy: Tensor { log(high - low) }

    /// Draws with gradients for both bounds.
    ///
    /// ```swift
    /// Uniform(low: Tensor(1.0), high: Tensor(3.0)).reparametrizedSample([2, 3]).shape  // [2, 3]
    /// ```
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        low + (high - low) * Tensor.uniform(self.shape(shape), dtype: low.dtype)
    }

    /// Minus infinity outside of the bounds.
    ///
    /// ```swift
    /// Uniform(low: Tensor(1.0), high: Tensor(3.0)).logProbability(of: Tensor(2.0))  // -0.693147
    /// ```
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Uniform.logProbability", value, low)
        return (-log(high - low)).supported(where: (value .>= low) .& (value .< high))
    }

    /// From 0 at the lower bound to 1 at the upper.
    ///
    /// ```swift
    /// Uniform(low: Tensor(1.0), high: Tensor(3.0)).cumulativeProbability(of: Tensor(1.5))  // 0.25
    /// ```
    public func cumulativeProbability(of value: Tensor) -> Tensor {
        requireCommon("Uniform.cumulativeProbability", value, low)
        return clip((value - low) / (high - low), min: 0, max: 1)
    }
}

/// The time until an event that happens at a constant rate.
///
/// ```swift
/// Exponential(rate: Tensor(2.0)).logProbability(of: Tensor([0, 1] as [Float]))  // [0.693147, -1.30685]
/// ```
public struct Exponential: ReparametrizedDistribution, CumulativeDistribution {
    /// Events in a unit of time, positive.
    public let rate: Tensor

    /// Distributions from rates.
    public init(rate: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        requireFloatingPoint("Exponential", rate, file, line)
        self.rate = rate
    }

    public var batchShape: [Int] { rate.shape }
    public var mean: Tensor { 1 / rate }
    public var variance: Tensor { 1 / square(rate) }
    public var entropy: Tensor { 1 - log(rate) }

    /// Draws with gradients for the rate.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        Tensor.exponential(self.shape(shape), dtype: rate.dtype) / rate
    }

    /// Minus infinity for negative values.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Exponential.logProbability", value, rate)
        return (log(rate) - rate * value).supported(where: value .>= 0)
    }

    /// 0 for negative values.
    public func cumulativeProbability(of value: Tensor) -> Tensor {
        requireCommon("Exponential.cumulativeProbability", value, rate)
        return -expm1(-rate * maximum(value, value.zero))
    }
}

/// Laplace's distribution: exponential on both sides of its location.
///
/// ```swift
/// Laplace(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))  // [-1.38629, -2.38629]
/// ```
public struct Laplace: ReparametrizedDistribution, CumulativeDistribution {
    /// Mean and median.
    public let location: Tensor
    /// The mean distance from the location, positive.
    public let scale: Tensor

    /// Distributions from locations and scales, which broadcast.
    public init(location: Tensor, scale: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        (self.location, self.scale) = parameters("Laplace", location, scale, file, line)
    }

    public var batchShape: [Int] { location.shape }
    public var mean: Tensor { location }
    public var variance: Tensor { square(scale) * 2 }
    public var entropy: Tensor { log(scale * 2) + 1 }

    /// Draws with gradients for both parameters.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        location + scale * Tensor.laplace(self.shape(shape), dtype: location.dtype)
    }

    /// -|x - location| / scale - log(2 scale).
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Laplace.logProbability", value, location)
        return -abs(value - location) / scale - log(scale * 2)
    }

    /// Without cancellation in the lower tail.
    public func cumulativeProbability(of value: Tensor) -> Tensor {
        requireCommon("Laplace.cumulativeProbability", value, location)
        let distance = (value - location) / scale, tail = exp(-abs(distance)) * 0.5
        return which(distance .< 0, tail, 1 - tail)
    }
}

/// The distribution of Cauchy, which has no mean: it is NaN, and the variance infinite.
///
/// ```swift
/// Cauchy(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))  // [-1.83788, -2.53102]
/// ```
public struct Cauchy: ReparametrizedDistribution, CumulativeDistribution {
    /// The median.
    public let location: Tensor
    /// Half the distance of the quartiles, positive.
    public let scale: Tensor

    /// Distributions from locations and scales, which broadcast.
    public init(location: Tensor, scale: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        (self.location, self.scale) = parameters("Cauchy", location, scale, file, line)
    }

    public var batchShape: [Int] { location.shape }
    public var mean: Tensor { Tensor.full(batchShape, .nan, dtype: location.dtype) }
    public var variance: Tensor { Tensor.full(batchShape, .infinity, dtype: location.dtype) }
    public var entropy: Tensor { log(scale * (4 * Double.pi)) }

    /// Draws with gradients for both parameters.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        location + scale * Tensor.cauchy(self.shape(shape), dtype: location.dtype)
    }

    /// -log(π scale (1 + ((x - location) / scale)²)).
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Cauchy.logProbability", value, location)
        return -log1p(square((value - location) / scale)) - log(scale * Double.pi)
    }

    /// atan((x - location) / scale) / π + 1/2.
    public func cumulativeProbability(of value: Tensor) -> Tensor {
        requireCommon("Cauchy.cumulativeProbability", value, location)
        return atan2(scale, location - value) * (1 / Double.pi)
    }
}

/// Gumbel's distribution of greatest values.
///
/// ```swift
/// Gumbel(location: Tensor(1.0), scale: Tensor(2.0)).logProbability(of: Tensor([1, 3] as [Float]))  // [-1.69315, -2.06103]
/// ```
public struct Gumbel: ReparametrizedDistribution, CumulativeDistribution {
    /// The most likely number.
    public let location: Tensor
    /// Positive.
    public let scale: Tensor

    /// Distributions from locations and scales, which broadcast.
    public init(location: Tensor, scale: Tensor, file: StaticString = #fileID, line: UInt = #line) {
        (self.location, self.scale) = parameters("Gumbel", location, scale, file, line)
    }

    /// The constant of Euler.
    static let gamma = 0.577215664901532860606512090082

    public var batchShape: [Int] { location.shape }
    public var mean: Tensor { location + scale * Gumbel.gamma }
    public var variance: Tensor { square(scale) * (Double.pi * Double.pi / 6) }
    public var entropy: Tensor { log(scale) + (1 + Gumbel.gamma) }

    /// Draws with gradients for both parameters.
    public func reparametrizedSample(_ shape: [Int]) -> Tensor {
        location + scale * Tensor.gumbel(self.shape(shape), dtype: location.dtype)
    }

    /// -(y + exp(-y)) - log(scale) for y = (x - location) / scale.
    public func logProbability(of value: Tensor) -> Tensor {
        requireCommon("Gumbel.logProbability", value, location)
        let y = (value - location) / scale
        return -(y + exp(-y)) - log(scale)
    }

    /// exp(-exp(-y)) for y = (x - location) / scale.
    public func cumulativeProbability(of value: Tensor) -> Tensor {
        requireCommon("Gumbel.cumulativeProbability", value, location)
        return exp(-exp((location - value) / scale))
    }
}
