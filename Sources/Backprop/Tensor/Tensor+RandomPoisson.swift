extension Tensor {
    /// Whole numbers of the Poisson distribution with the given rates, in their dtype and in `shape`, to which they
    /// broadcast (theirs where it is left out). Floating point; NaN where a rate is negative or infinite. No gradient.
    ///
    /// Rates below 10 by inverting the distribution function; others by the transformed rejection of Hörmann (1993), all
    /// proposals at once: 24 of them, so that none is accepted with a probability below 2⁻⁴⁰, and the number is the
    /// rounded rate then. All in float64.
    ///
    /// ```swift
    /// Tensor.poisson([3], rate: Tensor(0.0))  // [0, 0, 0]
    /// ```
    public static func poisson(
        _ shape: [Int]? = nil, rate: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            rate.dtype.isFloatingPoint, "poisson needs floating-point rates, not \(rate.dtype)", file: file, line: line)
        let shape = shape ?? rate.shape
        require(
            Shape.broadcast(rate.node.shape, Shape(shape, "poisson")) == Shape(shape),
            "poisson: rates of shape \(rate.shape) do not broadcast to shape \(shape)", file: file, line: line)
        require(shape.count < Shape.maximumRank, "poisson: shape \(shape) leaves no axis free", file: file, line: line)
        let wide = stopGradient(rate).asType(.float64).broadcast(to: shape)
        let isSmall = wide .< 10, isValid = (wide .>= 0) .& (wide .< Double.infinity)
        let small = smallPoisson(which(isSmall .& isValid, wide, wide.like(0)))
        let large = largePoisson(which(isSmall .| .!isValid, wide.like(10), wide))
        return which(isValid, which(isSmall, small, large), wide.like(.nan)).asType(rate.dtype)
    }

    /// For rates below 10, of which less than 2⁻⁵³ of the numbers are 48 or more.
    private static func smallPoisson(_ rate: Tensor) -> Tensor {
        let k = placesOfRounds(48, rate.ndim).asType(.float64)
        let sums = Backprop.exp(xlogy(k, rate) - rate - logGamma(k + 1)).cumsum(axis: 0)
        return (sums .<= uniform(rate.shape, dtype: .float64)).sum(axis: 0).asType(.float64)
    }

    /// For rates of 10 and more.
    private static func largePoisson(_ rate: Tensor) -> Tensor {
        let shape = [24] + rate.shape
        let u = uniform(shape, dtype: .float64) - 0.5, v = uniform(shape, dtype: .float64)
        let b = 0.931 + 2.53 * Backprop.sqrt(rate), a = 0.02483 * b - 0.059
        let quick = 0.9277 - 3.6224 / (b - 2), inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
        let us = 0.5 - Backprop.abs(u), k = Backprop.floor((2 * a / us + b) * u + rate + 0.43)
        let isQuick = (us .>= 0.07) .& (v .<= quick)
        let isOutside = (k .< 0) .| ((us .< 0.013) .& (v .> us))
        let level = k * Backprop.log(rate) - rate - logGamma(Backprop.maximum(k, k.like(0)) + 1)
        let isBelow = Backprop.log(v * inverseAlpha / (a / Backprop.square(us) + b)) .<= level
        // Shifted by the rounded rate, so that nothing accepted means that rate.
        let middle = Backprop.round(rate)
        return (k - middle).firstAccepted(isQuick .| (isBelow .& .!isOutside)) + middle
    }
}
