// What lies outside of a range, or is no number at all.

/// Whether elements are not a number; false for integers. Any shape; the result is bool.
///
/// ```swift
/// isNaN(Tensor([0, Double.nan]))  // [false, true]
/// ```
public func isNaN(_ x: Tensor) -> Tensor { x .!= x }

/// Whether elements are infinite, with either sign; false for integers. Any shape; the result is bool.
///
/// ```swift
/// isInfinite(Tensor([0, -Double.infinity]))  // [false, true]
/// ```
public func isInfinite(_ x: Tensor) -> Tensor {
    x.dtype.isFloatingPoint ? abs(x) .== Double.infinity : x .!= x
}

/// Whether elements are numbers, and not infinite. Any shape; the result is bool, true for integers.
///
/// ```swift
/// isFinite(Tensor([0, Double.infinity, .nan]))  // [true, false, false]
/// ```
public func isFinite(_ x: Tensor) -> Tensor {
    x.dtype.isFloatingPoint ? abs(x) .< Double.infinity : x .== x
}

/// Whether elements agree within `absolute` + `relative` |b|, elementwise with broadcasting. Infinities agree with
/// themselves; NaN agrees with NaN where `equalNaN` says so. Floating point of one dtype; the result is bool.
///
/// ```swift
/// isClose(Tensor([1.0, 1]), Tensor([1.000001, 1.1]))  // [true, false]
/// ```
public func isClose(
    _ a: Tensor, _ b: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, equalNaN: Bool = false,
    file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireCommon("isClose", a, b, file: file, line: line)
    if !a.dtype.isFloatingPoint {
        return isClose(a.asType(.float64), b.asType(.float64), relative: relative, absolute: absolute)
    }
    let isNear = isFinite(b) .& (abs(a - b) .<= abs(b) * relative + absolute)
    let agrees = (a .== b) .| isNear
    return equalNaN ? agrees .| (isNaN(a) .& isNaN(b)) : agrees
}

/// Whether all elements are close to each other, see `isClose(_:_:relative:absolute:equalNaN:)`. Computes both.
///
/// ```swift
/// allClose(Tensor([1.0, 2]), Tensor([1.000001, 2]))  // true
/// ```
public func allClose(
    _ a: Tensor, _ b: Tensor, relative: Double = 1e-5, absolute: Double = 1e-8, equalNaN: Bool = false
) -> Bool {
    Bool(isClose(a, b, relative: relative, absolute: absolute, equalNaN: equalNaN).all())
}

/// x with NaN and the infinities replaced by numbers; the greatest and the least of the dtype where left out. The
/// gradient is 0 for what was replaced. Any shape; integers stay as they are.
///
/// ```swift
/// nanToNum(Tensor([1, .nan, .infinity]), positiveInfinity: 9)  // [1, 0, 9]
/// ```
public func nanToNum(
    _ x: Tensor, nan: Double = 0, positiveInfinity: Double? = nil, negativeInfinity: Double? = nil
) -> Tensor {
    guard x.dtype.isFloatingPoint else { return x }
    let greatest = x.dtype.greatestFinite
    let below = which(x .== -Double.infinity, x.like(negativeInfinity ?? -greatest), x)
    let limited = which(x .== Double.infinity, x.like(positiveInfinity ?? greatest), below)
    return which(isNaN(x), x.like(nan), limited)
}

/// x limited to [low, high], elementwise with broadcasting; either end may be left out, and `high` holds where the two
/// contradict. The gradient goes to x at the bounds and between them, and to the bound that holds beyond them. Numbers
/// of one dtype.
///
/// ```swift
/// clip(Tensor([-2.0, 0.5, 2]), min: Tensor(0.0))  // [0, 0.5, 2]
/// ```
public func clip(
    _ x: Tensor, min low: Tensor? = nil, max high: Tensor? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    for bound in [low, high] { bound.map { requireCommon("clip", x, $0, file: file, line: line) } }
    var result = stopGradient(x), inside: Tensor?
    if let low {
        result = which((result .< low) .| isNaN(low), low, result)
        inside = x .>= low
    }
    if let high {
        result = which((result .> high) .| isNaN(high), high, result)
        inside = inside.map { $0 .& (x .<= high) } ?? (x .<= high)
    }
    return inside.map { which($0, x, result) } ?? x
}

/// x limited to [low, high]; either end may be left out. The gradient passes at the bounds and is 0 beyond them. Any
/// shape and dtype of numbers.
///
/// ```swift
/// clip(Tensor([-2.0, 0.5, 2]), min: -1, max: 1)  // [-1, 0.5, 1]
/// ```
public func clip(
    _ x: Tensor, min low: Double? = nil, max high: Double? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    var result = stopGradient(x), inside: Tensor?
    if let low {
        result = maximum(result, x.like(low))
        inside = x .>= low
    }
    if let high {
        result = minimum(result, x.like(high))
        inside = inside.map { $0 .& (x .<= high) } ?? (x .<= high)
    }
    return inside.map { which($0, x, result) } ?? x
}

/// |a| with the sign of b, elementwise with broadcasting; the sign of a zero counts. The gradient is 0 where a is 0,
/// and for b. Floating point of one dtype.
///
/// ```swift
/// copysign(Tensor([1.0, -2]), Tensor([-0.0, 3]))  // [-1, 2]
/// ```
public func copysign(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireCommon("copysign", a, b, file: file, line: line)
    let isNegative = (b .< 0) .| ((b .== 0) .& (1 / b .< 0))
    let size = abs(a)
    return which(isNegative, -size, size)
}

/// The way from a to b: a at weight 0 and b at weight 1, exactly. Elementwise with broadcasting. Floating point of one
/// dtype.
///
/// ```swift
/// lerp(Tensor([0.0, 10]), Tensor([1.0, 20]), Tensor([0.25, 0.5]))  // [0.25, 15]
/// ```
public func lerp(_ a: Tensor, _ b: Tensor, _ weight: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor
{
    requireCommon("lerp", a, b, file: file, line: line)
    requireCommon("lerp", b, weight, file: file, line: line)
    let way = b - a
    return which(abs(weight) .< 0.5, a + weight * way, b - way * (1 - weight))
}

/// The way from a to b: a at weight 0 and b at weight 1, exactly. Elementwise with broadcasting.
public func lerp(_ a: Tensor, _ b: Tensor, _ weight: Double, file: StaticString = #fileID, line: UInt = #line) -> Tensor
{
    requireCommon("lerp", a, b, file: file, line: line)
    let way = b - a
    return Swift.abs(weight) < 0.5 ? a + weight * way : b - way * (1 - weight)
}

extension DType {
    /// The greatest number of a floating-point type.
    var greatestFinite: Double {
        switch self {
        case .float64: Double.greatestFiniteMagnitude
        case .bfloat16: 0x1.FEp127
        case .bool, .uint8, .int32, .int64, .float32: Double(Float.greatestFiniteMagnitude)
        }
    }
}
