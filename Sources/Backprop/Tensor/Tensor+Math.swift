// Elementwise functions, as free functions like those of the standard math library. Where the gradient convention is
// a choice, it is PyTorch's.

/// |x|; the gradient at 0 is 0.
public func abs(_ x: Tensor) -> Tensor { Tensor(Node.unary(.abs, x.node)) }
/// -1, 0 or 1; the gradient is 0 everywhere.
public func sign(_ x: Tensor) -> Tensor { Tensor(Node.unary(.sign, x.node)) }
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
/// 1 - erf(x), exact in the tail where erf(x) is nearly 1.
public func erfc(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.erfc, x.node)) }
/// The number whose error function is x; infinite at ±1 and NaN beyond.
public func erfInverse(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.erfInverse, x.node)) }
/// log |Γ(x)|, the logarithm of the gamma function.
public func logGamma(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.logGamma, x.node)) }
/// The derivative of `logGamma`.
public func digamma(_ x: Tensor) -> Tensor { polygamma(0, x) }
/// The derivative of `digamma` of an order from 0, which is `digamma` itself, to 64.
public func polygamma(_ order: Int, _ x: Tensor) -> Tensor {
    require(order >= 0 && order <= 64, "polygamma: order \(order) is not between 0 and 64")
    require(x.dtype.isFloatingPoint, "polygamma needs a floating-point tensor, not \(x.dtype)")
    return Tensor(Node.binary(.polygamma, x.like(Double(order)).node, x.node))
}
/// 1 / x.
public func reciprocal(_ x: Tensor) -> Tensor { 1 / x }
/// x².
public func square(_ x: Tensor) -> Tensor { x * x }

/// The greater of two, elementwise with broadcasting; NaN where either is. Where they are equal, each gets half of the
/// gradient.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { Tensor(Node.binary(.maximum, a.node, b.node)) }
/// The lesser of two, elementwise with broadcasting; NaN where either is. Where they are equal, each gets half of the
/// gradient.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { Tensor(Node.binary(.minimum, a.node, b.node)) }

/// `a` where the condition holds and `b` elsewhere, with broadcasting. The value that is not taken gets a gradient of
/// exactly 0, whatever it is; an infinite local derivative further down its branch still turns that 0 into NaN.
public func which(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    Tensor(Node.select(condition.node, a.node, b.node))
}

/// The same value, through which no gradient flows.
public func stopGradient(_ x: Tensor) -> Tensor { withoutGradients { Tensor(Node.alias(x.node)) } }
