import Backprop

/// max(x, 0); the gradient at 0 is 0, and NaN stays NaN.
public func relu(_ x: Tensor) -> Tensor { which(x .<= 0, x.zero, x) }

/// x where it is positive, `slope` x elsewhere.
public func leakyRelu(_ x: Tensor, slope: Double = 0.01) -> Tensor { which(x .> 0, x, x * slope) }

/// x where it is positive, `alpha` (exp(x) - 1) elsewhere (Clevert et al., 2015).
public func elu(_ x: Tensor, alpha: Double = 1) -> Tensor {
    let isPositive = x .> 0
    // The exponential of a large positive x would be infinite, and its gradient NaN, on the side that is not taken.
    return which(isPositive, x, alpha * expm1(which(isPositive, x.zero, x)))
}

/// x Φ(x) with the normal distribution function, by the error function (Hendrycks and Gimpel, 2016).
public func gelu(_ x: Tensor) -> Tensor {
    let half = x * 0.5
    return half * erf(x * 0.7071067811865476) + half
}

/// The approximation of `gelu` by a tanh, x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³))). For its backward pass only x is
/// kept.
public func geluTanh(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.geluTanh, x.node)) }

/// x sigmoid(x).
public func silu(_ x: Tensor) -> Tensor { x * sigmoid(x) }

/// log(1 + exp(x)), without overflow.
public func softplus(_ x: Tensor) -> Tensor { maximum(x, x.zero) + log1p(exp(-abs(x))) }

extension Tensor {
    /// Zero as a number of this dtype.
    fileprivate var zero: Tensor { Tensor(0, dtype: dtype) }
}
