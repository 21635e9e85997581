// Powers and logarithms to other bases, and sums of exponentials by their logarithms.

/// 2 to the power of x.
public func exp2(_ x: Tensor) -> Tensor { pow(x.like(2), x) }

/// The logarithm to base 2.
public func log2(_ x: Tensor) -> Tensor { log(x) * 1.4426950408889634 }

/// The logarithm to base 10.
public func log10(_ x: Tensor) -> Tensor { log(x) * 0.4342944819032518 }

/// log(exp(a) + exp(b)), elementwise with broadcasting, without overflow, and exact where one is far below the other.
public func logAddExp(_ a: Tensor, _ b: Tensor) -> Tensor {
    let isFirst = a .>= b
    let greater = withoutGradients { which(isFirst, a, b) }
    // Where the greater is infinite, the difference to it would be NaN; shifting by 0 gives the right infinity.
    let shift = which(isInfinite(greater), greater.like(0), greater)
    let (first, second) = (a - shift, b - shift)
    // The greater contributes 1, which log1p adds by itself.
    let rest = which(isFirst, expm1(first) + exp(second), exp(first) + expm1(second))
    return log1p(rest) + shift
}

/// log2(2^a + 2^b), elementwise with broadcasting, without overflow.
public func logAddExp2(_ a: Tensor, _ b: Tensor) -> Tensor {
    let ln2 = 0.6931471805599453
    return logAddExp(a * ln2, b * ln2) * (1 / ln2)
}

/// x log(y), elementwise with broadcasting, and 0 where x is 0 and y is not NaN.
public func xlogy(_ x: Tensor, _ y: Tensor) -> Tensor {
    let isNothing = (x .== 0) .& ((y .<= 0) .| (y .== Double.infinity))
    return which(isNothing, x.like(0), x * log(which(isNothing, y.like(1), y)))
}

/// x log(1 + y), elementwise with broadcasting, and 0 where x is 0 and y is not NaN.
public func xlog1py(_ x: Tensor, _ y: Tensor) -> Tensor {
    let isNothing = (x .== 0) .& ((y .<= -1) .| (y .== Double.infinity))
    return which(isNothing, x.like(0), x * log1p(which(isNothing, y.like(0), y)))
}

/// The logarithm of the odds, log(x / (1 - x)): the inverse of `sigmoid`. With `epsilon`, x is limited to [epsilon,
/// 1 - epsilon] before, and the gradient is 0 beyond.
public func logit(_ x: Tensor, epsilon: Double? = nil) -> Tensor {
    let odds = epsilon.map { clip(x, min: $0, max: 1 - $0) } ?? x
    return log(odds) - log1p(-odds)
}
