/// exp(x) / sum(exp(x)) along the axis, without overflow. NaN where all elements are minus infinity, or one is
/// infinite. Floating point only.
///
/// ```swift
/// softmax(Tensor([0.0, 1, 2]))  // [0.0900306, 0.244728, 0.665241]
/// ```
public func softmax(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireLines(x, axis, "softmax", file, line)
    if x.size == 0 { return x }
    return sharing(x, axis, greatest: { $0 }, sum: { $0 })
}

/// `softmax` along the last axis, and 0 where all elements are minus infinity, as those of a query that sees no key.
package func softmaxOrZero(_ x: Tensor) -> Tensor {
    if x.size == 0 { return x }
    // Of what is not hidden the greatest is finite, and its own power, 1, is in the sum: nothing changes there.
    return sharing(x, -1, greatest: { maximum($0, $0.dtype.lowest) }, sum: { maximum($0, 1) })
}

/// Powers over their sum, with the number that is taken from the exponents and the sum adjusted.
///
/// The gradient reads the result alone, where the one that follows from the steps would have the exponentials kept beside
/// it.
private func sharing(
    _ x: Tensor, _ axis: Int, greatest: @escaping @Sendable (Tensor) -> Tensor,
    sum: @escaping @Sendable (Tensor) -> Tensor
) -> Tensor {
    CustomFunction { inputs in
        let powers = exp(inputs[0] - greatest(inputs[0].max(axis: axis, keepDims: true)))
        // One division a row.
        return [powers * (1 / sum(powers.sum(axis: axis, keepDims: true)))]
    } vjp: { _, outputs, cotangents in
        let (shares, cotangent) = (outputs[0], cotangents[0])
        return [(cotangent - (cotangent * shares).sum(axis: axis, keepDims: true)) * shares]
    }([x.castForSum])[0]
}

/// `softmax` of -x. Floating point only.
///
/// ```swift
/// softmin(Tensor([0.0, 1, 2]))  // [0.665241, 0.244728, 0.0900306]
/// ```
public func softmin(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    softmax(-x, axis: axis, file: file, line: line)
}

/// log(softmax(x)) along the axis, exact where softmax would underflow. Floating point only.
///
/// ```swift
/// logSoftmax(Tensor([0.0, 1000]))  // [-1000, 0]
/// ```
public func logSoftmax(_ x: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireLines(x, axis, "logSoftmax", file, line)
    if x.size == 0 { return x }
    let x = x.castForSum
    let shifted = x - withoutGradients { x.max(axis: axis, keepDims: true, file: file, line: line) }
    return shifted - log(exp(shifted).sum(axis: axis, keepDims: true))
}

private func requireLines(_ x: Tensor, _ axis: Int, _ name: String, _ file: StaticString, _ line: UInt) {
    require(
        x.dtype.isFloatingPoint,
        "\(name) needs a floating-point tensor, not \(x.dtype); convert it with asType(.float32)", file: file,
        line: line)
    _ = x.resolved(axis: axis, name, file: file, line: line)
}

extension DType {
    /// The lowest number of a floating-point dtype that sums are taken in.
    fileprivate var lowest: Double {
        self == .float64 ? -Double.greatestFiniteMagnitude : -Double(Float.greatestFiniteMagnitude)
    }
}
