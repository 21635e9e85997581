// Powers, logarithms to other bases, and sums of exponentials by their logarithms.

/// a to the power of b, elementwise with broadcasting; floating point only. The gradient for a is 0 where b is 0, and
/// that for b is 0 where a is 0 and b is not negative.
///
/// ```swift
/// pow(Tensor([2.0, 9]), Tensor([3.0, 0.5]))  // [8, 3]
/// ```
public func pow(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    require(
        a.dtype.isFloatingPoint, "pow needs floating-point tensors, or a number as exponent, not \(a.dtype)",
        file: file, line: line)
    return Tensor(Node.binary(.power, a.node, b.node, file: file, line: line))
}

/// A number, in the dtype of the tensor, to the power of each element; floating point only.
@inlinable public func pow(
    _ base: some TensorNumber, _ x: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { pow(base.tensor(like: x), x, file: file, line: line) }

/// x to a fixed power, which must be a whole number from 0 on where x has integers. Any shape and dtype of numbers. The
/// gradient at 0 is infinite for powers between 0 and 1.
public func pow(_ x: Tensor, _ exponent: Double, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    guard x.dtype.isFloatingPoint else { return wholePower(x, exponent, file: file, line: line) }
    switch exponent {
    case 1: return x
    case 2: return x * x
    case 3: return x * x * x
    case 0.5: return sqrt(x)
    case -0.5: return rsqrt(x)
    case -1: return 1 / x
    case -2: return 1 / (x * x)
    default: return pow(x, x.like(exponent), file: file, line: line)
    }
}

/// x to a fixed power.
public func pow(_ x: Tensor, _ exponent: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    pow(x, Double(exponent), file: file, line: line)
}
/// x to a fixed power.
public func pow(_ x: Tensor, _ exponent: Float, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    pow(x, Double(exponent), file: file, line: line)
}

/// A product of repeated squares, one for each binary digit of the exponent.
private func wholePower(
    _ x: Tensor, _ exponent: Double, file: StaticString, line: UInt
) -> Tensor {
    require(
        exponent >= 0 && exponent < 1e9 && exponent == exponent.rounded(),
        "pow: \(exponent) is not a power of \(x.dtype) tensors; convert the tensor with asType(_:)", file: file,
        line: line)
    var (rest, factor, result) = (Int(exponent), x, x * 0 + 1)
    while rest > 0 {
        if rest % 2 == 1 { result = result * factor }
        factor = factor * factor
        rest /= 2
    }
    return result
}

/// 2 to the power of x. Floating point, any shape.
///
/// ```swift
/// exp2(Tensor([-1.0, 0, 3]))  // [0.5, 1, 8]
/// ```
public func exp2(_ x: Tensor) -> Tensor {
    requireFloatingPoint("exp2", x)
    return pow(x.like(2), x)
}

/// The logarithm to base 2. -∞ at 0 and NaN below. Floating point, any shape.
///
/// ```swift
/// log2(Tensor([0.5, 1, 8]))  // [-1, 0, 3]
/// ```
public func log2(_ x: Tensor) -> Tensor {
    requireFloatingPoint("log2", x)
    return log(x) * 1.4426950408889634
}

/// The logarithm to base 10. -∞ at 0 and NaN below. Floating point, any shape.
///
/// ```swift
/// log10(Tensor([0.1, 1, 1000]))  // [-1, 0, 3]
/// ```
public func log10(_ x: Tensor) -> Tensor {
    requireFloatingPoint("log10", x)
    return log(x) * 0.4342944819032518
}

/// log(exp(a) + exp(b)), elementwise with broadcasting, without overflow, and exact where one is far below the other.
/// Floating point.
///
/// ```swift
/// logAddExp(Tensor([0.0, 1000]), Tensor([0.0, 1000]))  // [0.693147, 1000.69]
/// ```
public func logAddExp(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireFloatingPoint("logAddExp", a, file: file, line: line)
    requireCommon("logAddExp", a, b, file: file, line: line)
    let isFirst = a .>= b
    let (greater, lesser) = (which(isFirst, a, b), which(isFirst, b, a))
    let sum = greater + log1p(exp(lesser - greater))
    return which((a .== b) .& isInfinite(a), greater, sum)
}

/// log2(2^a + 2^b), elementwise with broadcasting, without overflow. Floating point.
///
/// ```swift
/// logAddExp2(Tensor([0.0, 1000]), Tensor([0.0, 1000]))  // [1, 1001]
/// ```
public func logAddExp2(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireFloatingPoint("logAddExp2", a, file: file, line: line)
    requireCommon("logAddExp2", a, b, file: file, line: line)
    let ln2 = 0.6931471805599453
    return logAddExp(a * ln2, b * ln2) * (1 / ln2)
}

/// x log(y), elementwise with broadcasting, and 0 where x is 0 and y is not NaN. Where x is 0, the gradient for x is 0
/// if y is not positive, and that for y is x / y, NaN where both are 0. Floating point.
///
/// ```swift
/// xlogy(Tensor([0.0, 2]), Tensor([0.0, 10]))  // [0, 4.60517]
/// ```
public func xlogy(_ x: Tensor, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireFloatingPoint("xlogy", x, file: file, line: line)
    requireCommon("xlogy", x, y, file: file, line: line)
    let isNothing = (x .== 0) .& ((y .<= 0) .| (y .== Double.infinity)), zero = x.like(0)
    return which(isNothing, zero, which(isNothing, zero, x) * log(y))
}

/// x log(1 + y), elementwise with broadcasting, and 0 where x is 0 and y is not NaN. Where x is 0, the gradient for x
/// is 0 if 1 + y is not positive, and that for y is x / (1 + y). Floating point.
///
/// ```swift
/// xlog1py(Tensor([0.0, 2]), Tensor([-1.0, 9]))  // [0, 4.60517]
/// ```
public func xlog1py(_ x: Tensor, _ y: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireFloatingPoint("xlog1py", x, file: file, line: line)
    requireCommon("xlog1py", x, y, file: file, line: line)
    let isNothing = (x .== 0) .& ((y .<= -1) .| (y .== Double.infinity)), zero = x.like(0)
    return which(isNothing, zero, which(isNothing, zero, x) * log1p(y))
}

/// The logarithm of the odds, log(x / (1 - x)): the inverse of `sigmoid`. With `epsilon`, x is limited to [epsilon, 1 -
/// epsilon] before, and the gradient is 0 beyond. Floating point, any shape.
///
/// ```swift
/// logit(Tensor([0.5, 0.9]))  // [0, 2.19722]
/// ```
public func logit(_ x: Tensor, epsilon: Double? = nil) -> Tensor {
    requireFloatingPoint("logit", x)
    let odds = epsilon.map { clip(x, min: $0, max: 1 - $0) } ?? x
    return log(odds) - log1p(-odds)
}
