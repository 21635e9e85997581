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
