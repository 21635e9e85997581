/// Stops the program where operands of a composed operator have different dtypes, or shapes without a common one: in the
/// name of that operator, not of the one inside that would meet them first.
@inline(never)
package func requireCommon(
    _ name: String, _ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line
) {
    requireSameDType(name, a, b, file: file, line: line)
    if a.node.shape == b.node.shape { return }
    requireCommonShape(name, [a, b], file: file, line: line)
}

/// Stops the program where operands of a composed operator have different dtypes.
@inline(never)
package func requireSameDType(
    _ name: String, _ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line
) {
    require(
        a.dtype == b.dtype || autocastLetsMeet(a.dtype, b.dtype),
        "\(name): dtypes \(a.dtype) and \(b.dtype) differ; convert one with asType(_:)",
        file: file, line: line)
}

/// Stops the program, in the name of a composed function, where a tensor is not floating point.
@inline(__always)
package func requireFloatingPoint(
    _ name: @autoclosure () -> String, _ x: Tensor, file: StaticString = #fileID, line: UInt = #line
) {
    if !x.dtype.isFloatingPoint {
        trap(
            "\(name()) needs a floating-point tensor, not \(x.dtype); convert it with asType(.float32)", file: file,
            line: line)
    }
}

/// Stops the program where shapes have no common one to broadcast to.
package func requireCommonShape(
    _ name: String, _ operands: [Tensor], file: StaticString = #fileID, line: UInt = #line
) {
    var common: Shape? = .scalar
    for operand in operands { common = common.flatMap { Shape.broadcast($0, operand.node.shape) } }
    require(
        common != nil,
        "\(name): shapes \(operands.map { "\($0.node.shape)" }.joined(separator: " and ")) do not broadcast to a common shape",
        file: file, line: line)
}

extension Tensor {
    /// The tensor in float32 where `autocast` is on: what sums and exponentials are taken of.
    package var castForSum: Tensor { autocastIsOn && dtype == .bfloat16 ? asType(.float32) : self }
}

/// Tensors of different dtypes in float32, where `autocast` is on; others as they are.
package func castToMeet(_ tensors: [Tensor]) -> [Tensor] {
    guard autocastIsOn, let first = tensors.first, tensors.contains(where: { $0.dtype != first.dtype }),
        tensors.allSatisfy({ autocastLetsMeet($0.dtype, first.dtype) })
    else { return tensors }
    return tensors.map { $0.asType(.float32) }
}
