// Random numbers that are a function of one or two uniform ones.

extension Tensor {
    /// True with the probability that stands at each element, as bool, in the shape of `probabilities`. Floating point; of
    /// a probability that is not between 0 and 1 the nearest of the two is taken, and NaN is never true.
    ///
    /// ```swift
    /// Tensor.bernoulli(Tensor([0, 1, 1] as [Float]))  // [false, true, true]
    /// ```
    public static func bernoulli(
        _ probabilities: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            probabilities.dtype.isFloatingPoint,
            "bernoulli needs floating-point probabilities, not \(probabilities.dtype)", file: file, line: line)
        let wide = probabilities.dtype == .bfloat16 ? probabilities.asType(.float32) : probabilities
        return uniform(wide.shape, dtype: wide.dtype) .< stopGradient(wide)
    }

    /// Numbers of the exponential distribution, of a floating-point dtype: never 0, with mean 1 / `rate`. A rate that is
    /// not positive stops it.
    ///
    /// ```swift
    /// Tensor.exponential([2, 3], rate: 4).shape  // [2, 3]
    /// ```
    public static func exponential(
        _ shape: [Int], rate: Double = 1, dtype: DType = .float32, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireFamily("exponential", dtype, scale: rate, file, line)
        if dtype == .bfloat16 { return exponential(shape, rate: rate).asType(dtype) }
        // The uniform number 0 stands for all below its successor, of which the middle is taken.
        let unit = Backprop.maximum(
            -Backprop.log1p(-uniform(shape, dtype: dtype)), Tensor(smallestHalf(dtype), dtype: dtype))
        return rate == 1 ? unit : unit / rate
    }

    /// Numbers of the Gumbel distribution (of greatest values), of a floating-point dtype. A scale that is not positive
    /// stops it.
    ///
    /// ```swift
    /// Tensor.gumbel([2, 3]).shape  // [2, 3]
    /// ```
    public static func gumbel(
        _ shape: [Int], location: Double = 0, scale: Double = 1, dtype: DType = .float32,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireFamily("gumbel", dtype, scale: scale, file, line)
        if dtype == .bfloat16 { return gumbel(shape, location: location, scale: scale).asType(dtype) }
        return placed(-Backprop.log(exponential(shape, dtype: dtype)), location, scale)
    }

    /// Numbers of the Laplace distribution, of a floating-point dtype. A scale that is not positive stops it.
    ///
    /// ```swift
    /// Tensor.laplace([2, 3]).shape  // [2, 3]
    /// ```
    public static func laplace(
        _ shape: [Int], location: Double = 0, scale: Double = 1, dtype: DType = .float32,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireFamily("laplace", dtype, scale: scale, file, line)
        if dtype == .bfloat16 { return laplace(shape, location: location, scale: scale).asType(dtype) }
        let size = exponential(shape, dtype: dtype)
        return placed(which(uniform(shape) .< 0.5, -size, size), location, scale)
    }

    /// Numbers of the Cauchy distribution, of a floating-point dtype. A scale that is not positive stops it.
    ///
    /// ```swift
    /// Tensor.cauchy([2, 3]).shape  // [2, 3]
    /// ```
    public static func cauchy(
        _ shape: [Int], location: Double = 0, scale: Double = 1, dtype: DType = .float32,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireFamily("cauchy", dtype, scale: scale, file, line)
        if dtype == .bfloat16 { return cauchy(shape, location: location, scale: scale).asType(dtype) }
        return placed(Backprop.tan((uniform(shape, dtype: dtype) - 0.5) * Double.pi), location, scale)
    }

    /// Half of the least uniform number that is not 0.
    private static func smallestHalf(_ dtype: DType) -> Double { dtype == .float64 ? 0x1p-54 : 0x1p-25 }

    private static func placed(_ unit: Tensor, _ location: Double, _ scale: Double) -> Tensor {
        location == 0 && scale == 1 ? unit : unit * scale + location
    }

    private static func requireFamily(
        _ name: String, _ dtype: DType, scale: Double, _ file: StaticString, _ line: UInt
    ) {
        require(dtype.isFloatingPoint, "\(name) needs a floating-point dtype, not \(dtype)", file: file, line: line)
        require(
            scale > 0 && scale.isFinite,
            "\(name): a \(name == "exponential" ? "rate" : "scale") of \(scale) is not positive", file: file,
            line: line)
    }
}
