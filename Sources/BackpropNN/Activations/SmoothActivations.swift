import Backprop

/// x Φ(x) with the normal distribution function, by the error function (Hendrycks and Gimpel, 2016). For its
/// backward pass only x is kept. Floating point, any shape.
///
/// ```swift
/// gelu(Tensor([-1.0, 0, 2]))  // [-0.158655, 0, 1.9545]
/// ```
public func gelu(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.gelu, x.node)) }

/// The approximation of `gelu` by a tanh, x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³))). For its backward pass only x is
/// kept. Floating point, any shape.
///
/// ```swift
/// geluTanh(Tensor([-1.0, 0, 2]))  // [-0.158808, 0, 1.9546]
/// ```
public func geluTanh(_ x: Tensor) -> Tensor { Tensor(Node.floatingUnary(.geluTanh, x.node)) }

/// x sigmoid(x) (Elfwing et al., 2018). Floating point, any shape.
///
/// ```swift
/// silu(Tensor([-1.0, 0, 2]))  // [-0.268941, 0, 1.76159]
/// ```
public func silu(_ x: Tensor) -> Tensor {
    requireFloatingPoint("silu", x)
    return x * sigmoid(x)
}

/// x tanh(softplus(x)) (Misra, 2019). Floating point, any shape.
///
/// ```swift
/// mish(Tensor([-1.0, 0, 2]))  // [-0.303401, 0, 1.94396]
/// ```
public func mish(_ x: Tensor) -> Tensor {
    requireFloatingPoint("mish", x)
    return x * tanh(softplus(x))
}

/// log(1 + exp(`beta` x)) / `beta`, without overflow. Floating point, any shape; a beta of 0 stops it.
///
/// Where `beta` x is above `threshold` the result is x itself, whose higher derivatives are 0. PyTorch's threshold is 20;
/// it is not needed for accuracy here, so there is none unless asked for.
///
/// ```swift
/// softplus(Tensor([-1.0, 0, 1000]))  // [0.313262, 0.693147, 1000]
/// ```
public func softplus(
    _ x: Tensor, beta: Double = 1, threshold: Double = .infinity, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireFloatingPoint("softplus", x, file: file, line: line)
    require(beta != 0, "softplus: beta is 0", file: file, line: line)
    if beta == 1 && threshold == .infinity { return unitSoftplus(x) }
    let scaled = x * beta
    return which(scaled .> threshold, x, unitSoftplus(scaled) * (1 / beta))
}

/// max(x, 0) + log(1 + exp(-|x|)). The absolute value is chosen by a comparison, which has the slope of one side at 0,
/// so that all derivatives are right there.
private func unitSoftplus(_ x: Tensor) -> Tensor {
    let isPositive = x .> 0
    return which(isPositive, x, x.zero) + log1p(exp(which(isPositive, -x, x)))
}

/// log(sigmoid(x)), exact where the sigmoid would be 0 or 1. Floating point, any shape.
///
/// ```swift
/// logSigmoid(Tensor([-1000.0, 0]))  // [-1000, -0.693147]
/// ```
public func logSigmoid(_ x: Tensor) -> Tensor {
    requireFloatingPoint("logSigmoid", x)
    return -unitSoftplus(-x)
}

/// x / (1 + |x|). The gradient at 0 is 1. Floating point, any shape.
///
/// ```swift
/// softsign(Tensor([-1.0, 0, 3]))  // [-0.5, 0, 0.75]
/// ```
public func softsign(_ x: Tensor) -> Tensor {
    requireFloatingPoint("softsign", x)
    return elementwise(x, { $0 / (abs($0) + 1) }, derivative: { x, _ in 1 / square(abs(x) + 1) })
}

/// x - tanh(x). Floating point, any shape.
///
/// ```swift
/// tanhshrink(Tensor([-1.0, 0, 2]))  // [-0.238406, 0, 1.03597]
/// ```
public func tanhshrink(_ x: Tensor) -> Tensor {
    requireFloatingPoint("tanhshrink", x)
    return x - tanh(x)
}

/// The first half of the axis times the sigmoid of the second half (Dauphin et al., 2017). Floating point; an odd
/// extent stops it.
///
/// ```swift
/// glu(Tensor([1.0, 2, 0, 0]))  // [0.5, 1]
/// ```
public func glu(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let axis = x.resolved(axis: axis, "glu", file: file, line: line)
    require(
        x.dim(axis) % 2 == 0, "glu: axis \(axis) of shape \(x.shape) does not divide into two halves", file: file,
        line: line)
    let halves = x.split(parts: 2, axis: axis)
    return halves[0] * sigmoid(halves[1])
}
