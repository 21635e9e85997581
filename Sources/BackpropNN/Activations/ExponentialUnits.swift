import Backprop

// Units that saturate exponentially on the negative side. At 0 the gradient is that of the negative side, and the second
// derivative is 0, as in PyTorch.

/// x where it is positive, `alpha` (exp(x) - 1) elsewhere (Clevert et al., 2016). Floating point, any shape.
///
/// ```swift
/// elu(Tensor([-1.0, 0, 2]))  // [-0.632121, 0, 2]
/// ```
public func elu(_ x: Tensor, alpha: Double = 1) -> Tensor {
    requireFloatingPoint("elu", x)
    return exponentialUnit(x, scale: 1, height: alpha, width: 1)
}

/// `elu` with the alpha and the scale at which layers keep mean 0 and variance 1 (Klambauer et al., 2017). Floating
/// point, any shape.
///
/// ```swift
/// selu(Tensor([-1.0, 0, 2]))  // [-1.11133, 0, 2.1014]
/// ```
public func selu(_ x: Tensor) -> Tensor {
    requireFloatingPoint("selu", x)
    let scale = 1.0507009873554805, alpha = 1.6732632423543772
    return exponentialUnit(x, scale: scale, height: scale * alpha, width: 1)
}

/// x where it is positive, `alpha` (exp(x / alpha) - 1) elsewhere: its slope at 0 is 1 for every alpha (Barron, 2017).
/// Floating point, any shape; an alpha of 0 stops it.
///
/// ```swift
/// celu(Tensor([-1.0, 0, 2]), alpha: 2)  // [-0.786939, 0, 2]
/// ```
public func celu(
    _ x: Tensor, alpha: Double = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireFloatingPoint("celu", x, file: file, line: line)
    require(alpha != 0, "celu: alpha is 0", file: file, line: line)
    return exponentialUnit(x, scale: 1, height: alpha, width: alpha)
}

/// `scale` x on the right, `height` (exp(x / `width`) - 1) on the left.
private func exponentialUnit(_ x: Tensor, scale: Double, height: Double, width: Double) -> Tensor {
    let isNegative = x .< 0
    // The exponential of a large positive x would be infinite, and its gradient NaN, on the side that is not taken.
    let negative = which(isNegative, x, x.zero)
    let curve = height * expm1(width == 1 ? negative : negative * (1 / width))
    let slope = height / width
    let line = scale == 1 ? x : x * scale
    return which(isNegative, curve, scale == slope ? line : which(x .== 0, x * slope, line))
}
