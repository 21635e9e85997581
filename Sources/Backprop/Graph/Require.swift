#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Stops the program where a condition of the caller's code does not hold.
///
/// Unlike `precondition`, the message is printed in release builds too: it is how a person learns which operator
/// met which shapes.
@inline(__always)
package func require(
    _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
    file: StaticString = #fileID, line: UInt = #line
) {
    if !condition() { trap(message(), file: file, line: line) }
}

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

/// Stops the program where what is to stay behind after a function under `vmap` depends on one of its mapped arguments.
package func requireNoExample(
    _ node: Node, _ action: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    require(
        !node.isExample,
        "vmap: \(action()) depends on a mapped argument, and would outlive the function that is mapped; return it from the function instead",
        file: file, line: line)
}

/// Stops the program with a message that names what was wrong.
@inline(never)
package func trap(_ message: String, file: StaticString = #fileID, line: UInt = #line) -> Never {
    fatalError(message, file: file, line: line)
}

/// Ends the program with one line: there is no mistake in its code that a report of a crash would help to find.
@inline(never)
func exitOutOfMemory(_ message: String) -> Never {
    Diagnostics.print("out of memory: \(message)")
    exit(EXIT_FAILURE)
}
