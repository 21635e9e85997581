// Elementwise functions, as free functions like those of the standard math library. Where the gradient convention is
// a choice, it is PyTorch's.

/// |x|; the gradient at 0 is 0.
public func abs(_ x: Tensor) -> Tensor { Tensor(Node.unary(.abs, x.node)) }
/// -1, 0 or 1; the gradient is 0 everywhere.
public func sign(_ x: Tensor) -> Tensor { Tensor(Node.unary(.sign, x.node)) }
/// The greatest whole number that is not above x; the gradient is 0 everywhere.
public func floor(_ x: Tensor) -> Tensor { Tensor(Node.unary(.floor, x.node)) }
/// The least whole number that is not below x; the gradient is 0 everywhere.
public func ceil(_ x: Tensor) -> Tensor { Tensor(Node.unary(.ceil, x.node)) }
/// The nearest whole number, halves to even; the gradient is 0 everywhere.
public func round(_ x: Tensor) -> Tensor { Tensor(Node.unary(.round, x.node)) }
/// e to the power of x.
public func exp(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.exp, x.node)) }
/// exp(x) - 1, exact near 0.
public func expm1(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.expm1, x.node)) }
/// The natural logarithm.
public func log(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.log, x.node)) }
/// log(1 + x), exact near 0.
public func log1p(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.log1p, x.node)) }
/// The square root; its gradient at 0 is infinite.
public func sqrt(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.sqrt, x.node)) }
/// 1 / sqrt(x).
public func rsqrt(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.rsqrt, x.node)) }
/// The sine of x radians.
public func sin(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.sin, x.node)) }
/// The cosine of x radians.
public func cos(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.cos, x.node)) }
/// The hyperbolic tangent.
public func tanh(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.tanh, x.node)) }
/// 1 / (1 + exp(-x)), without overflow at either end.
public func sigmoid(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.sigmoid, x.node)) }
/// The error function, 2/sqrt(pi) times the integral of exp(-t²) from 0 to x.
public func erf(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.erf, x.node)) }
/// x².
public func square(_ x: Tensor) -> Tensor { x * x }

/// a to the power of b, elementwise with broadcasting.
public func pow(_ a: Tensor, _ b: Tensor) -> Tensor { Tensor(Node.binary(.power, a.node, b.node)) }
/// x to a fixed power.
public func pow(_ x: Tensor, _ exponent: Double) -> Tensor {
    if exponent == 2 { return x * x }
    if exponent == 1 { return x }
    if exponent == 0.5 && x.dtype.isFloatingPoint { return sqrt(x) }
    return pow(x, x.like(exponent))
}

/// The greater of two, elementwise with broadcasting; NaN where either is. Where they are equal, each gets half of the
/// gradient.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { Tensor(Node.binary(.maximum, a.node, b.node)) }
/// The lesser of two, elementwise with broadcasting; NaN where either is. Where they are equal, each gets half of the
/// gradient.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { Tensor(Node.binary(.minimum, a.node, b.node)) }

/// x limited to [low, high]. The gradient passes at the bounds and is 0 beyond them.
public func clip(_ x: Tensor, min low: Double, max high: Double) -> Tensor {
    let inside = (x .>= low) .& (x .<= high)
    return which(inside, x, stopGradient(minimum(maximum(x, x.like(low)), x.like(high))))
}

/// `a` where the condition holds and `b` elsewhere, with broadcasting. The value that is not taken gets a gradient of
/// exactly 0, whatever it is; an infinite local derivative further down its branch still turns that 0 into NaN.
public func which(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    Tensor(Node.select(condition.node, a.node, b.node))
}

/// The same value, through which no gradient flows.
public func stopGradient(_ x: Tensor) -> Tensor { withoutGradients { Tensor(Node.alias(x.node)) } }
