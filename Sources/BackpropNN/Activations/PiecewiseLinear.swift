import Backprop

// Activations made of straight lines. At a corner the gradient is the one that PyTorch gives there.

/// max(x, 0); the gradient at 0 is 0, and NaN stays NaN. Any shape.
///
/// ```swift
/// relu(Tensor([-1.0, 0, 2]))  // [0, 0, 2]
/// ```
public func relu(_ x: Tensor) -> Tensor { which(x .<= 0, x.zero, x) }

/// min(max(x, 0), 6); the gradient at both bounds is 0. Any shape.
///
/// ```swift
/// relu6(Tensor([-1.0, 3, 9]))  // [0, 3, 6]
/// ```
public func relu6(_ x: Tensor) -> Tensor { hardtanh(x, min: 0, max: 6) }

/// x where it is positive, `slope` x elsewhere, at 0 too, which gets the gradient of that side. Floating point, any
/// shape.
///
/// ```swift
/// leakyRelu(Tensor([-1.0, 0, 2]))  // [-0.01, 0, 2]
/// ```
public func leakyRelu(_ x: Tensor, slope: Double = 0.01) -> Tensor {
    requireFloatingPoint("leakyRelu", x)
    return which(x .> 0, x, x * slope)
}

/// x where it is positive, `slope` x elsewhere, with a slope that is learned (He et al., 2015). The gradient at 0 is
/// that of the negative side for x, and 0 for the slope.
///
/// ```swift
/// prelu(Tensor([-1.0, 0, 2]), slope: Tensor([0.25]))  // [-0.25, 0, 2]
/// ```
///
/// - Parameters:
///   - x: floating point, any shape; channels are the last axis (PyTorch's are axis 1).
///   - slope: one number, or one for each channel, of shape [channels].
public func prelu(_ x: Tensor, slope: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let fits = slope.size == 1 || (slope.ndim == 1 && x.ndim > 0 && slope.dim(0) == x.dim(-1))
    require(
        fits, "prelu: slopes \(slope.shape) are neither one nor one for each channel, the last axis of \(x.shape)",
        file: file, line: line)
    let factor = slope.size == 1 ? slope.reshaped([]) : slope
    let isNegative = x .< 0
    // An infinite x on the other side must not meet the zero gradient of the slope.
    let negative = factor * which(isNegative, x, x.zero)
    // At 0 the gradient is that of the negative side, and second derivatives are 0, as in PyTorch.
    return which(isNegative, negative, which(x .== 0, x * stopGradient(factor), x))
}

/// x where it is positive, and elsewhere x times a slope that is drawn for each element from [lower, upper) (Xu et al.,
/// 2015); outside of training the slope is their mean. Floating point, any shape; a lower slope above the upper one
/// stops it.
///
/// ```swift
/// rrelu(Tensor([-48.0, 0, 2]))  // [-11, 0, 2]
/// ```
public func rrelu(
    _ x: Tensor, lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, isTraining: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(lower <= upper, "rrelu: the lower slope \(lower) is above the upper one \(upper)", file: file, line: line)
    guard isTraining else { return leakyRelu(x, slope: (lower + upper) / 2) }
    return which(x .> 0, x, x * Tensor.uniform(x.shape, low: lower, high: upper, dtype: x.dtype))
}

/// x where it is above `threshold`, `value` elsewhere. The gradient at the threshold is 0. Any shape.
///
/// ```swift
/// threshold(Tensor([-1.0, 0.5, 2]), above: 0.5, otherwise: 9)  // [9, 9, 2]
/// ```
public func threshold(_ x: Tensor, above threshold: Double, otherwise value: Double) -> Tensor {
    which(x .<= threshold, x.like(value), x)
}

/// x limited to [low, high]. Other than `clip`, it blocks the gradient at the bounds. Any shape; bounds in the wrong
/// order stop it.
///
/// ```swift
/// hardtanh(Tensor([-3.0, 0.5, 2]))  // [-1, 0.5, 1]
/// ```
public func hardtanh(
    _ x: Tensor, min low: Double = -1, max high: Double = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(low <= high, "hardtanh: the lower bound \(low) is above the upper one \(high)", file: file, line: line)
    return which(x .<= low, x.like(low), which(x .>= high, x.like(high), x))
}

/// relu6(x + 3) / 6: a sigmoid of three lines (Howard et al., 2019). The gradient at -3 and 3 is 0. Floating point, any
/// shape.
///
/// ```swift
/// hardsigmoid(Tensor([-3.0, 0, 1.5]))  // [0, 0.5, 0.75]
/// ```
public func hardsigmoid(_ x: Tensor) -> Tensor {
    requireFloatingPoint("hardsigmoid", x)
    let line = (x + 3) * (1.0 / 6)
    let limited = minimum(maximum(line, x.zero), x.like(1))
    return which((x .> -3) .& (x .< 3), line, stopGradient(limited))
}

/// x hardsigmoid(x) (Howard et al., 2019). The gradient is 0 at -3 and 1 at 3. Floating point, any shape.
///
/// ```swift
/// hardswish(Tensor([-3.0, 1, 4]))  // [0, 0.666667, 4]
/// ```
public func hardswish(_ x: Tensor) -> Tensor {
    requireFloatingPoint("hardswish", x)
    let isInside = (x .> -3) .& (x .< 3)
    let inside = which(isInside, x, x.zero)
    return which(isInside, inside * (inside + 3) * (1.0 / 6), which(x .<= -3, x * 0, x))
}

/// 0 within ±`threshold` and at both bounds, x elsewhere. The gradient at both bounds is 0. Any shape.
///
/// ```swift
/// hardshrink(Tensor([-1.0, 0.5, 2]))  // [-1, 0, 2]
/// ```
public func hardshrink(_ x: Tensor, threshold: Double = 0.5) -> Tensor {
    which((x .>= -threshold) .& (x .<= threshold), x.zero, x)
}

/// x moved toward 0 by `threshold`, and 0 within ±`threshold`; the gradient at both bounds is 0. Any shape; a negative
/// threshold stops it.
///
/// ```swift
/// softshrink(Tensor([-1.0, 0.5, 2]))  // [-0.5, 0, 1.5]
/// ```
public func softshrink(
    _ x: Tensor, threshold: Double = 0.5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(threshold >= 0, "softshrink: the threshold \(threshold) is negative", file: file, line: line)
    return which(x .> threshold, x - threshold, which(x .>= -threshold, x.zero, x + threshold))
}
