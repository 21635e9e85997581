// Elementwise functions, as free functions like those of the standard math library. Where the gradient convention is
// a choice, it is PyTorch's.

/// |x|; the gradient at 0 is 0. Numbers of any dtype and shape.
///
/// ```swift
/// abs(Tensor([-1.0, 0, 2]))  // [1, 0, 2]
/// ```
public func abs(_ x: Tensor) -> Tensor { Tensor(Node.unary(.abs, x.node)) }
/// -1, 0 or 1; the gradient is 0 everywhere. Numbers of any dtype and shape.
///
/// ```swift
/// sign(Tensor([-3.0, 0, 2]))  // [-1, 0, 1]
/// ```
public func sign(_ x: Tensor) -> Tensor { Tensor(Node.unary(.sign, x.node)) }
/// e to the power of x. Floating point, any shape.
///
/// ```swift
/// exp(Tensor([0.0, 1]))  // [1, 2.71828]
/// ```
public func exp(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.exp, x.node)) }
/// exp(x) - 1, exact near 0. Floating point, any shape.
///
/// ```swift
/// expm1(Tensor([0.0, 1e-10]))  // [0, 1e-10]
/// ```
public func expm1(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.expm1, x.node)) }
/// The natural logarithm. -∞ at 0 and NaN below. Floating point, any shape.
///
/// ```swift
/// log(Tensor([0.0, 1, 10]))  // [-inf, 0, 2.30259]
/// ```
public func log(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.log, x.node)) }
/// log(1 + x), exact near 0. Floating point, any shape.
///
/// ```swift
/// log1p(Tensor([0.0, 1e-10]))  // [0, 1e-10]
/// ```
public func log1p(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.log1p, x.node)) }
/// The square root, NaN of negative numbers; its gradient at 0 is infinite. Floating point, any shape.
///
/// ```swift
/// sqrt(Tensor([0.0, 4]))  // [0, 2]
/// ```
public func sqrt(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.sqrt, x.node)) }
/// 1 / sqrt(x), infinite at 0. Floating point, any shape.
///
/// ```swift
/// rsqrt(Tensor([4.0, 0.25]))  // [0.5, 2]
/// ```
public func rsqrt(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.rsqrt, x.node)) }
/// The sine of x radians. Floating point, any shape.
///
/// ```swift
/// sin(Tensor([0.0, 1]))  // [0, 0.841471]
/// ```
public func sin(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.sin, x.node)) }
/// The cosine of x radians. Floating point, any shape.
///
/// ```swift
/// cos(Tensor([0.0, 1]))  // [1, 0.540302]
/// ```
public func cos(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.cos, x.node)) }
/// The hyperbolic tangent. Floating point, any shape.
///
/// ```swift
/// tanh(Tensor([0.0, 1]))  // [0, 0.761594]
/// ```
public func tanh(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.tanh, x.node)) }
/// 1 / (1 + exp(-x)), without overflow at either end. Floating point, any shape.
///
/// ```swift
/// sigmoid(Tensor([-800.0, 0, 1]))  // [0, 0.5, 0.731059]
/// ```
public func sigmoid(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.sigmoid, x.node)) }
/// The error function, 2/sqrt(pi) times the integral of exp(-t²) from 0 to x. Floating point, any shape.
///
/// ```swift
/// erf(Tensor([0.0, 1]))  // [0, 0.842701]
/// ```
public func erf(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.erf, x.node)) }
/// 1 - erf(x), exact in the tail where erf(x) is nearly 1. Floating point, any shape.
///
/// ```swift
/// erfc(Tensor([0.0, 2]))  // [1, 0.00467773]
/// ```
public func erfc(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.erfc, x.node)) }
/// The number whose error function is x; infinite at ±1 and NaN beyond. Floating point, any shape.
///
/// ```swift
/// erfInverse(Tensor([0.0, 0.5, 1]))  // [0, 0.476936, inf]
/// ```
public func erfInverse(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.erfInverse, x.node)) }
/// log |Γ(x)|, the logarithm of the gamma function. Floating point, any shape.
///
/// ```swift
/// logGamma(Tensor([1.0, 5]))  // [0, 3.17805]
/// ```
public func logGamma(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.logGamma, x.node)) }
/// The derivative of `logGamma`. Floating point, any shape.
///
/// ```swift
/// digamma(Tensor([1.0, 2]))  // [-0.577216, 0.422784]
/// ```
public func digamma(_ x: Tensor) -> Tensor { polygamma(0, x) }
/// The derivative of `digamma` of an order from 0, which is `digamma` itself, to 64. Floating point, any shape; another
/// order stops it.
///
/// ```swift
/// polygamma(1, Tensor([1.0, 2]))  // [1.64493, 0.644934]
/// ```
public func polygamma(_ order: Int, _ x: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    require(order >= 0 && order <= 64, "polygamma: order \(order) is not between 0 and 64", file: file, line: line)
    require(
        x.dtype.isFloatingPoint,
        "polygamma needs a floating-point tensor, not \(x.dtype); convert it with asType(.float32)", file: file,
        line: line)
    return Tensor(Node.binary(.polygamma, x.like(Double(order)).node, x.node, file: file, line: line))
}
/// 1 / x, infinite at 0. Floating point, any shape.
///
/// ```swift
/// reciprocal(Tensor([2.0, 0]))  // [0.5, inf]
/// ```
public func reciprocal(_ x: Tensor) -> Tensor { 1 / x }
/// x². Numbers of any dtype and shape.
///
/// ```swift
/// square(Tensor([-3.0, 2]))  // [9, 4]
/// ```
public func square(_ x: Tensor) -> Tensor { x * x }

/// The greater of two, elementwise with broadcasting; NaN where either is. Where they are equal, each gets half of the
/// gradient. Numbers of one dtype.
///
/// ```swift
/// maximum(Tensor([1.0, 5]), Tensor([3.0, 2]))  // [3, 5]
/// ```
public func maximum(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    Tensor(Node.binary(.maximum, a.node, b.node, file: file, line: line))
}
/// The greater of each element and a number in the dtype of the tensor.
@inlinable public func maximum(
    _ a: Tensor, _ b: some TensorNumber, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { maximum(a, b.tensor(like: a), file: file, line: line) }
/// The greater of a number, in the dtype of the tensor, and each element.
@inlinable public func maximum(
    _ a: some TensorNumber, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { maximum(a.tensor(like: b), b, file: file, line: line) }
/// The lesser of two, elementwise with broadcasting; NaN where either is. Where they are equal, each gets half of the
/// gradient. Numbers of one dtype.
///
/// ```swift
/// minimum(Tensor([1.0, 5]), Tensor([3.0, 2]))  // [1, 2]
/// ```
public func minimum(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    Tensor(Node.binary(.minimum, a.node, b.node, file: file, line: line))
}
/// The lesser of each element and a number in the dtype of the tensor.
@inlinable public func minimum(
    _ a: Tensor, _ b: some TensorNumber, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { minimum(a, b.tensor(like: a), file: file, line: line) }
/// The lesser of a number, in the dtype of the tensor, and each element.
@inlinable public func minimum(
    _ a: some TensorNumber, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { minimum(a.tensor(like: b), b, file: file, line: line) }

/// `a` where the condition holds and `b` elsewhere, with broadcasting. The value that is not taken gets a gradient of
/// exactly 0, whatever it is; an infinite local derivative further down its branch still turns that 0 into NaN. The
/// condition is bool; a and b have one dtype.
///
/// ```swift
/// which(Tensor([true, false]), Tensor([1.0, 2]), Tensor([3.0, 4]))  // [1, 4]
/// ```
public func which(
    _ condition: Tensor, _ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    Tensor(Node.select(condition.node, a.node, b.node, file: file, line: line))
}
/// `which` with a number, in the dtype of the tensor, where the condition does not hold.
@inlinable public func which(
    _ condition: Tensor, _ a: Tensor, _ b: some TensorNumber, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    which(condition, a, b.tensor(like: a), file: file, line: line)
}
/// `which` with a number, in the dtype of the tensor, where the condition holds.
@inlinable public func which(
    _ condition: Tensor, _ a: some TensorNumber, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    which(condition, a.tensor(like: b), b, file: file, line: line)
}
/// `which` of two numbers: float32, or int64 where they are integers.
@inlinable public func which<Number: TensorNumber>(
    _ condition: Tensor, _ a: Number, _ b: Number, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    which(condition, Tensor(a), Tensor(b), file: file, line: line)
}

/// The same value, through which no gradient flows. Any shape and dtype.
///
/// ```swift
/// grad({ x in x * stopGradient(x) })(Tensor(3.0))  // 3
/// ```
public func stopGradient(_ x: Tensor) -> Tensor { withoutGradients { Tensor(Node.alias(x.node)) } }
