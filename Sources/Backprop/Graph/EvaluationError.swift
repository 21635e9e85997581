/// Why tensors could not be computed: an index in one of their operands lies outside of what it chooses from.
///
/// Shapes and dtypes are checked when an operator is recorded, and a mistake there stops the program. What only the data
/// tells is found when it is computed: `try evaluate(...)` throws it, and reading a value stops the program with it.
public struct EvaluationError: Error, Hashable, CustomStringConvertible {
    /// The operator, the index, where it stands, and the range that it should be in.
    public let message: String

    package init(_ message: String) { self.message = message }

    public var description: String { message }
}
