// Trigonometric and hyperbolic functions, and their inverses. Each is written so that it neither overflows before its
// result does nor loses the digits of a small argument, forward and in its derivatives.

/// The tangent of x radians. Floating point, any shape.
///
/// ```swift
/// tan(Tensor([0.0, 1]))  // [0, 1.55741]
/// ```
public func tan(_ x: Tensor) -> Tensor {
    requireFloatingPoint("tan", x)
    return sin(x) / cos(x)
}

/// The angle in [-π/2, π/2] whose sine is x; NaN beyond ±1, where the gradient becomes infinite. Floating point, any
/// shape.
///
/// ```swift
/// asin(Tensor([-1.0, 0, 0.5]))  // [-1.5708, 0, 0.523599]
/// ```
public func asin(_ x: Tensor) -> Tensor {
    requireFloatingPoint("asin", x)
    return elementwise(x, { atan2($0, sqrt((1 - $0) * (1 + $0))) }, derivative: { x, _ in rsqrt((1 - x) * (1 + x)) })
}

/// The angle in [0, π] whose cosine is x; NaN beyond ±1, where the gradient becomes infinite. Floating point, any
/// shape.
///
/// ```swift
/// acos(Tensor([-1.0, 0, 0.5]))  // [3.14159, 1.5708, 1.0472]
/// ```
public func acos(_ x: Tensor) -> Tensor {
    requireFloatingPoint("acos", x)
    return elementwise(x, { atan2(sqrt((1 - $0) * (1 + $0)), $0) }, derivative: { x, _ in -rsqrt((1 - x) * (1 + x)) })
}

/// The angle in [-π/2, π/2] whose tangent is x. Floating point, any shape.
///
/// ```swift
/// atan(Tensor([-1.0, 0, 1]))  // [-0.785398, 0, 0.785398]
/// ```
public func atan(_ x: Tensor) -> Tensor {
    requireFloatingPoint("atan", x)
    return atan2(x, x.like(1))
}

/// The angle in [-π, π] of the point with coordinates x and y, elementwise with broadcasting. The gradient at the
/// origin is 0. Floating point.
///
/// ```swift
/// atan2(Tensor([1.0, -1]), Tensor([-1.0, 0]))  // [2.35619, -1.5708]
/// ```
public func atan2(_ y: Tensor, _ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    require(y.dtype.isFloatingPoint, "atan2 needs floating-point tensors, not \(y.dtype)", file: file, line: line)
    return Tensor(Node.binary(.atan2, y.node, x.node, file: file, line: line))
}

/// Half the difference of exp(x) and exp(-x). Floating point, any shape.
///
/// ```swift
/// sinh(Tensor([0.0, 1]))  // [0, 1.1752]
/// ```
public func sinh(_ x: Tensor) -> Tensor {
    requireFloatingPoint("sinh", x)
    return elementwise(
        x,
        { x in
            // 2 sinh(x/2) cosh(x/2): exp(x/2) is in range wherever the result is.
            let (rise, fall) = (expm1(x * 0.5), expm1(x * -0.5))
            return (rise - fall) * ((rise + fall) * 0.5 + 1)
        }, derivative: { x, _ in cosh(x) })
}

/// Half the sum of exp(x) and exp(-x). Floating point, any shape.
///
/// ```swift
/// cosh(Tensor([0.0, 1]))  // [1, 1.54308]
/// ```
public func cosh(_ x: Tensor) -> Tensor {
    requireFloatingPoint("cosh", x)
    return elementwise(
        x,
        { x in
            // (e^(x/2) e^(x/2) + e^(-x/2) e^(-x/2)) / 2, in an order that does not overflow before the result does.
            let (rise, fall) = (exp(x * 0.5), exp(x * -0.5))
            return rise * 0.5 * rise + fall * 0.5 * fall
        }, derivative: { x, _ in sinh(x) })
}

/// The number whose hyperbolic sine is x. Floating point, any shape.
///
/// ```swift
/// asinh(Tensor([0.0, 1]))  // [0, 0.881374]
/// ```
public func asinh(_ x: Tensor) -> Tensor {
    requireFloatingPoint("asinh", x)
    let isFar = abs(x) .> 1, one = x.like(1)
    // With t = tanh(y): y = atanh(t), an odd function without a kink at 0.
    let near = which(isFar, x.like(0), x)
    let t = near * rsqrt(near * near + 1)
    // log(|x| + sqrt(x² + 1)) without x², which may overflow.
    let size = which(isFar, abs(x), one)
    let far = sign(x) * (log(size) + log(sqrt(square(1 / size) + 1) + 1))
    return which(isFar, far, atanh(t))
}

/// The number that is not negative and whose hyperbolic cosine is x; NaN below 1, where the gradient becomes infinite.
/// Floating point, any shape.
///
/// ```swift
/// acosh(Tensor([1.0, 2]))  // [0, 1.31696]
/// ```
public func acosh(_ x: Tensor) -> Tensor {
    requireFloatingPoint("acosh", x)
    return elementwise(
        x,
        { x in
            let isFar = x .> 2
            let above = which(isFar, x.like(1), x) - 1
            let size = which(isFar, x, x.like(2))
            let inverse = 1 / size
            let far = log(size) + log(sqrt((1 - inverse) * (1 + inverse)) + 1)
            return which(isFar, far, log1p(above + sqrt(above) * sqrt(above + 2)))
        }, derivative: { x, _ in rsqrt((x - 1) * (x + 1)) })
}

/// The number whose hyperbolic tangent is x; infinite at ±1 and NaN beyond. Floating point, any shape.
///
/// ```swift
/// atanh(Tensor([0.0, 0.5, 1]))  // [0, 0.549306, inf]
/// ```
public func atanh(_ x: Tensor) -> Tensor {
    requireFloatingPoint("atanh", x)
    return elementwise(x, { (log1p($0) - log1p(-$0)) * 0.5 }, derivative: { x, _ in 1 / ((1 - x) * (1 + x)) })
}

/// sin(πx) / (πx), and 1 at 0, where all derivatives are taken as 0. Floating point, any shape.
///
/// ```swift
/// sinc(Tensor([0.0, 0.5]))  // [1, 0.63662]
/// ```
public func sinc(_ x: Tensor) -> Tensor {
    requireFloatingPoint("sinc", x)
    let isZero = x .== 0
    let angle = which(isZero, x.like(1), x) * Double.pi
    // The square root of the spacing of numbers at 1: below it, the difference in the derivative has no digits left.
    let end = x.dtype == .float64 ? 1.5e-8 : 3.5e-4
    let value = elementwise(
        angle, { sin($0) / $0 },
        derivative: { angle, value in
            let isSmall = abs(angle) .< end
            let near = angle * (square(angle) * (1.0 / 30) - 1.0 / 3)
            return which(isSmall, near, (cos(angle) - value) / which(isSmall, angle.like(1), angle))
        })
    return which(isZero, x.like(1), value)
}

/// Radians as degrees. Floating point, any shape.
///
/// ```swift
/// degrees(Tensor([Double.pi, 1]))  // [180, 57.2958]
/// ```
public func degrees(_ x: Tensor) -> Tensor {
    requireFloatingPoint("degrees", x)
    return x * (180 / Double.pi)
}

/// Degrees as radians. Floating point, any shape.
///
/// ```swift
/// radians(Tensor([180.0, 90]))  // [3.14159, 1.5708]
/// ```
public func radians(_ x: Tensor) -> Tensor {
    requireFloatingPoint("radians", x)
    return x * (Double.pi / 180)
}

/// sqrt(a² + b²), elementwise with broadcasting, without overflow or underflow on the way. The gradient at the origin
/// is NaN. Floating point.
///
/// ```swift
/// hypot(Tensor([3.0]), Tensor([4.0]))  // [5]
/// ```
public func hypot(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireFloatingPoint("hypot", a, file: file, line: line)
    requireCommon("hypot", a, b, file: file, line: line)
    let greater = withoutGradients { maximum(abs(a), abs(b)) }
    let scale = which((greater .> 0) .& isFinite(greater), greater, greater.like(1))
    return scale * sqrt(square(a / scale) + square(b / scale))
}
