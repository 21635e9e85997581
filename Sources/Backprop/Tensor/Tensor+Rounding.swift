// Rounding, quotients that are rounded, and what they leave. A rounded value is constant between its jumps, so its
// gradient is 0 everywhere; the gradient of a remainder takes its quotient as a constant.

/// The greatest whole number that is not above x; the gradient is 0 everywhere. Any dtype and shape; integers stay as
/// they are.
///
/// ```swift
/// floor(Tensor([-1.5, 1.5]))  // [-2, 1]
/// ```
public func floor(_ x: Tensor) -> Tensor { rounded(x, .floor) }

/// The least whole number that is not below x; the gradient is 0 everywhere. Any dtype and shape; integers stay as they
/// are.
///
/// ```swift
/// ceil(Tensor([-1.5, 1.5]))  // [-1, 2]
/// ```
public func ceil(_ x: Tensor) -> Tensor { rounded(x, .ceil) }

/// The nearest whole number, halves to even; the gradient is 0 everywhere. Any dtype and shape; integers stay as they
/// are.
///
/// ```swift
/// round(Tensor([0.5, 1.5, -1.2]))  // [0, 2, -1]
/// ```
public func round(_ x: Tensor) -> Tensor { rounded(x, .round) }

/// x rounded to a number of decimal places, halves to even; a negative number of places rounds to tens, hundreds and
/// so on. The gradient is 0 everywhere.
public func round(_ x: Tensor, decimals: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    require(
        (-300...300).contains(decimals), "round: \(decimals) decimal places are not between -300 and 300", file: file,
        line: line)
    guard x.dtype.isFloatingPoint, decimals != 0 else { return round(x) }
    let scale = (0..<abs(decimals)).reduce(1.0) { power, _ in power * 10 }
    return decimals > 0 ? round(x * scale) / scale : round(x / scale) * scale
}

/// x without its fraction: the nearest whole number toward zero. The gradient is 0 everywhere. Any dtype and shape;
/// integers stay as they are.
///
/// ```swift
/// trunc(Tensor([-1.5, 1.5]))  // [-1, 1]
/// ```
public func trunc(_ x: Tensor) -> Tensor { x.dtype.isFloatingPoint ? which(x .< 0, ceil(x), floor(x)) : x }

/// What `trunc` takes away, with the sign of x; the gradient is 1. Numbers of any dtype and shape.
///
/// ```swift
/// frac(Tensor([-1.25, 1.5]))  // [-0.25, 0.5]
/// ```
public func frac(_ x: Tensor) -> Tensor { x - trunc(x) }

/// Integers are whole already.
private func rounded(_ x: Tensor, _ primitive: Primitive) -> Tensor {
    x.dtype.isFloatingPoint ? Tensor(Node.unary(primitive, x.node)) : x
}

/// a divided by b, rounded down, elementwise with broadcasting. It fits `remainder`: a = b * floorDivide(a, b) +
/// remainder(a, b) wherever b is not 0. A float divided by 0 is infinite or NaN, an integer gives 0. The gradient is 0 everywhere. Numbers
/// of one dtype.
///
/// ```swift
/// floorDivide(Tensor([7.0, -7]), Tensor([2.0]))  // [3, -4]
/// ```
public func floorDivide(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireCommon("floorDivide", a, b, file: file, line: line)
    return withoutGradients {
        guard a.dtype.isFloatingPoint else { return (a - remainder(a, b)) / b }
        // The quotient itself may be rounded up to a whole number that it does not reach; what fmod leaves may not.
        let rest = fmod(a, b)
        let quotient = round((a - rest) / b)
        let lower = which((rest .!= 0) .& ((rest .< 0) .!= (b .< 0)), quotient - 1, quotient)
        return which(b .== 0, a / b, lower)
    }
}
/// The quotient by a number, in the dtype of the tensor, rounded down.
@inlinable public func floorDivide(
    _ a: Tensor, _ b: some TensorNumber, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { floorDivide(a, b.tensor(like: a), file: file, line: line) }

/// a divided by b, rounded toward zero, elementwise with broadcasting. An integer divided by 0 gives 0. The gradient is
/// 0 everywhere. Numbers of one dtype.
///
/// ```swift
/// truncatedDivide(Tensor([7.0, -7]), Tensor([2.0]))  // [3, -3]
/// ```
public func truncatedDivide(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireCommon("truncatedDivide", a, b, file: file, line: line)
    return withoutGradients { trunc(a / b) }
}

/// What division by b leaves of a, with the sign of b, elementwise with broadcasting. Exact, however large the
/// quotient. By 0, a float leaves NaN and an integer 0. The gradient is 1 for a, and for b the quotient rounded down, negated. Numbers of one dtype.
///
/// ```swift
/// remainder(Tensor([7.0, -7]), Tensor([3.0]))  // [1, 2]
/// ```
public func remainder(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    Tensor(Node.binary(.remainder, a.node, b.node, file: file, line: line))
}
/// What division by a number, in the dtype of the tensor, leaves.
@inlinable public func remainder(
    _ a: Tensor, _ b: some TensorNumber, file: StaticString = #fileID, line: UInt = #line
) -> Tensor { remainder(a, b.tensor(like: a), file: file, line: line) }

// There is no operator %: one more overload of it made ordinary arithmetic of integers, `Double((i * 37 + 11) % 23) / 3`, too
// much for the type checker.

/// What division by b leaves of a, with the sign of a, elementwise with broadcasting. Exact, however large the
/// quotient. By 0, a float leaves NaN and an integer 0. The gradient is 1 for a, and for b the quotient rounded toward zero, negated. Numbers of one dtype.
///
/// ```swift
/// fmod(Tensor([7.0, -7]), Tensor([3.0]))  // [1, -1]
/// ```
public func fmod(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireCommon("fmod", a, b, file: file, line: line)
    // Where the divisor has the sign of a, both kinds of remainder are the same.
    return remainder(a, which((a .< 0) .!= (b .< 0), -b, b))
}
