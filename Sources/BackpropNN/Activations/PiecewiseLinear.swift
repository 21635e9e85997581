import Backprop

// Activations made of straight lines. At a corner the gradient is the one that PyTorch gives there.

/// max(x, 0); the gradient at 0 is 0, and NaN stays NaN.
public func relu(_ x: Tensor) -> Tensor { which(x .<= 0, x.zero, x) }

/// min(max(x, 0), 6); the gradient at both bounds is 0.
public func relu6(_ x: Tensor) -> Tensor { hardtanh(x, min: 0, max: 6) }

/// x where it is positive, `slope` x elsewhere, at 0 too.
public func leakyRelu(_ x: Tensor, slope: Double = 0.01) -> Tensor { which(x .> 0, x, x * slope) }

/// x where it is positive, `slope` x elsewhere, with a slope that is learned (He et al., 2015).
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
    let isPositive = x .> 0
    // An infinite x on the other side must not meet the zero gradient of the slope.
    return which(isPositive, x, factor * which(isPositive, x.zero, x))
}

/// x where it is positive, and elsewhere x times a slope that is drawn for each element from [lower, upper) (Xu et al.,
/// 2015); outside of training the slope is their mean.
public func rrelu(
    _ x: Tensor, lower: Double = 1.0 / 8, upper: Double = 1.0 / 3, isTraining: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(lower <= upper, "rrelu: the lower slope \(lower) is above the upper one \(upper)", file: file, line: line)
    guard isTraining else { return leakyRelu(x, slope: (lower + upper) / 2) }
    return which(x .> 0, x, x * Tensor.uniform(x.shape, low: lower, high: upper, dtype: x.dtype))
}

/// x where it is above `threshold`, `value` elsewhere.
public func threshold(_ x: Tensor, above threshold: Double, otherwise value: Double) -> Tensor {
    which(x .<= threshold, x.like(value), x)
}

/// x limited to [low, high]. Other than `clip`, it blocks the gradient at the bounds.
public func hardtanh(
    _ x: Tensor, min low: Double = -1, max high: Double = 1, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(low <= high, "hardtanh: the lower bound \(low) is above the upper one \(high)", file: file, line: line)
    return which(x .<= low, x.like(low), which(x .>= high, x.like(high), x))
}

/// relu6(x + 3) / 6: a sigmoid of three lines (Howard et al., 2019). The gradient at -3 and 3 is 0.
public func hardsigmoid(_ x: Tensor) -> Tensor {
    which(x .<= -3, x.zero, which(x .>= 3, x.like(1), (x + 3) * (1.0 / 6)))
}

/// x hardsigmoid(x) (Howard et al., 2019). The gradient is 0 at -3 and 1 at 3.
public func hardswish(_ x: Tensor) -> Tensor {
    let isInside = (x .> -3) .& (x .< 3)
    let inside = which(isInside, x, x.zero)
    return which(isInside, inside * (inside + 3) * (1.0 / 6), relu(x))
}

/// 0 within ±`threshold` and at both bounds, x elsewhere.
public func hardshrink(_ x: Tensor, threshold: Double = 0.5) -> Tensor {
    which((x .>= -threshold) .& (x .<= threshold), x.zero, x)
}

/// x moved toward 0 by `threshold`, and 0 within ±`threshold`; the gradient at both bounds is 0.
public func softshrink(
    _ x: Tensor, threshold: Double = 0.5, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(threshold >= 0, "softshrink: the threshold \(threshold) is negative", file: file, line: line)
    return which(x .> threshold, x - threshold, which(x .< -threshold, x + threshold, x * 0))
}
