// Numbers of the gamma distribution and of what is made of them, with gradients for its parameters.

extension Tensor {
    /// Numbers of the gamma distribution with the given concentrations and rate 1, in `shape`, to which the concentrations
    /// broadcast (theirs where it is left out). Floating point; NaN where a concentration is not positive.
    ///
    /// By the rejection method of Marsaglia and Tsang (2000), all proposals at once: 6 of them (12 in float64), so that
    /// none is accepted with a probability below that of one step of the uniform numbers (2⁻²⁴, or 2⁻⁵³); the number is
    /// the centre of the proposals then. Concentrations below 1 are raised by one and corrected with a power. Gradients
    /// for the concentrations are those of implicit reparametrization (Figurnov, Mohamed and Mnih, 2018), exact to
    /// rounding.
    ///
    /// ```swift
    /// Tensor.gamma([2, 3], concentration: Tensor(1.5)).shape  // [2, 3]
    /// ```
    public static func gamma(
        _ shape: [Int]? = nil, concentration: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        Backprop.exp(logGammaNumbers("gamma", shape, concentration, file, line)).asType(concentration.dtype)
    }

    /// Numbers of the beta distribution with the given concentrations, a at 1 and b at 0, which broadcast to `shape` (to their
    /// common shape where it is left out). Floating point; NaN where a concentration is not positive. Carries gradients
    /// for both.
    ///
    /// ```swift
    /// Tensor.beta([2, 3], a: Tensor(1.5), b: Tensor(2.0)).shape  // [2, 3]
    /// ```
    public static func beta(
        _ shape: [Int]? = nil, a: Tensor, b: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireCommon("beta", a, b, file: file, line: line)
        let shape = shape ?? Shape.broadcast(a.node.shape, b.node.shape)!.array
        let first = logGammaNumbers("beta", shape, a, file, line)
        return Backprop.sigmoid(first - logGammaNumbers("beta", shape, b, file, line)).asType(a.dtype)
    }

    /// Points of the Dirichlet distribution: along the last axis numbers that add up to 1. Concentrations, [..., classes],
    /// broadcast to `shape` (theirs where it is left out), whose last axis is that of the classes. Floating point; NaN
    /// where one is not positive. Carries gradients for them.
    ///
    /// ```swift
    /// Tensor.dirichlet([4, 3], concentration: Tensor([1, 2, 3] as [Float])).shape  // [4, 3]
    /// ```
    public static func dirichlet(
        _ shape: [Int]? = nil, concentration: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            concentration.ndim > 0, "dirichlet: a concentration of shape [] has no classes", file: file, line: line)
        require(
            shape == nil || shape!.last == concentration.dim(-1),
            "dirichlet: shape \(shape ?? []) does not end with the classes of concentrations of shape \(concentration.shape)",
            file: file, line: line)
        return Backprop.softmax(logGammaNumbers("dirichlet", shape, concentration, file, line)).asType(
            concentration.dtype)
    }

    /// The logarithms of gamma numbers, which neither vanish nor overflow where those of small concentrations do; float32
    /// for bfloat16.
    package static func logGammaNumbers(
        _ name: String, _ shape: [Int]?, _ concentration: Tensor, _ file: StaticString, _ line: UInt
    ) -> Tensor {
        require(
            concentration.dtype.isFloatingPoint,
            "\(name) needs floating-point concentrations, not \(concentration.dtype)", file: file, line: line)
        let shape = shape ?? concentration.shape
        require(
            Shape.broadcast(concentration.node.shape, Shape(shape, name)) == Shape(shape),
            "\(name): concentrations of shape \(concentration.shape) do not broadcast to shape \(shape)", file: file,
            line: line)
        require(shape.count < Shape.maximumRank, "\(name): shape \(shape) leaves no axis free", file: file, line: line)
        let dtype = concentration.dtype == .float64 ? DType.float64 : .float32
        let a = concentration.asType(dtype).broadcast(to: shape)
        let isSmall = a .< 1
        let raised = logLargeGammaNumbers(which(isSmall, a + 1, a))
        let power = exponential(shape, dtype: dtype) / a
        return which(a .> 0, raised - which(isSmall, power, a.like(0)), a.like(.nan))
    }

    /// The same for concentrations of at least 1.
    private static func logLargeGammaNumbers(_ a: Tensor) -> Tensor {
        CustomFunction { inputs in
            [acceptedLogGamma(inputs[0])]
        } vjp: { inputs, outputs, cotangents in
            let slope = logGammaSlope(inputs[0].asType(.float64), outputs[0].asType(.float64))
            return [cotangents[0] * slope.asType(cotangents[0].dtype)]
        }([a])[0]
    }

    private static func acceptedLogGamma(_ a: Tensor) -> Tensor {
        let rounds = a.dtype == .float64 ? 12 : 6, shape = [rounds] + a.shape
        let d = a - 1 / 3.0
        let tilt = Backprop.rsqrt(d * 9) * normal(shape, dtype: a.dtype)
        let root = 1 + tilt, v = root * root * root, bound = Backprop.square(tilt) * (d * 4.5)
        let isPositive = root .> 0
        let logV = 3 * Backprop.log(which(isPositive, root, a.like(1)))
        let level = bound + d * (1 - v + logV)
        let isAccepted = isPositive .& (Backprop.log(uniform(shape, dtype: a.dtype)) .< level)
        return Backprop.log(d) + 3 * Backprop.log1p(tilt.firstAccepted(isAccepted))
    }

    /// 0, 1, ... along a first axis before others of extent one.
    static func placesOfRounds(_ rounds: Int, _ rank: Int) -> Tensor {
        indices([rounds] + Array(repeating: 1, count: rank), axis: 0)
    }

    /// Along the first axis the first element that is accepted, or 0 where none is.
    func firstAccepted(_ isAccepted: Tensor) -> Tensor {
        let rounds = dim(0), place = Tensor.placesOfRounds(rounds, ndim - 1)
        let first = which(isAccepted, place, place.like(Double(rounds))).min(axis: 0, keepDims: true)
        return which(place .== first, self, like(0)).sum(axis: 0)
    }

    /// The derivative of l, the logarithm of a gamma number, by the concentration a >= 1 where its place in the
    /// distribution stays: minus the derivative of the distribution function by a, divided by the density g of l. Since
    /// that of log g is l - digamma(a), it is the integral of g(u) (u - digamma(a)) / g(l) over all u beyond l, or minus
    /// the one over all before. The side on which g decays is taken, by the double exponential formula of Takahasi and
    /// Mori (1974) for integrands that decay like exponential functions; 69 places give eleven digits and more.
    package static func logGammaSlope(_ a: Tensor, _ l: Tensor) -> Tensor {
        let z = Backprop.exp(l), psi = digamma(a)
        let side = which(z .<= a, a.like(-1), a.like(1))
        let scale = 1 / (Backprop.sqrt(Backprop.maximum(a, z)) + Backprop.abs(z - a))
        let step = 0.125
        let t = placesOfRounds(69, a.ndim).asType(.float64) * step - 4
        let x = Backprop.exp(t - Backprop.exp(-t)), weight = (1 + Backprop.exp(-t)) * x * step
        let v = side * scale * x
        let density = Backprop.exp(a * v - z * Backprop.expm1(v))
        return side * scale * (weight * density * (l + v - psi)).sum(axis: 0)
    }
}
