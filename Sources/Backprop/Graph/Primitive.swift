/// The closed set of operators that the graph is made of. Everything else is composed from them.
///
/// Every `switch` over this enum is exhaustive and without `default`, so that the compiler lists the places which
/// a new primitive touches: its shape (Graph/Node+Recording), its gradient rule (Gradient/Rules), the way it
/// runs (Plan/Kind), and the table of the tests.
package enum Primitive: UInt8, CaseIterable, Sendable {
    // Sources: a value that is in memory, a number that is data of the plan, positions along an axis,
    // uniform numbers from a key.
    case constant, scalar, iota, random

    // Elementwise, one operand.
    case negate, abs, sign, floor, ceil, round
    case exp, expm1, log, log1p, sqrt, rsqrt, sin, cos, tanh, sigmoid, erf
    case not, convert
    /// x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³))), for which one instruction does the work of eight.
    case geluTanh
    /// The operand itself. A differentiable variable, or the end of differentiation, has its own node.
    case alias

    // Elementwise, two operands that broadcast.
    case add, subtract, multiply, divide, power, maximum, minimum
    case equal, notEqual, less, lessEqual, greater, greaterEqual
    case and, or
    /// The first operand times the derivative of `geluTanh` at the second.
    case geluTanhGradient
    /// Three operands that broadcast: mask, value where it holds, value where it does not.
    case select

    // Along axes, which stay with extent one.
    case sum, max
    case argMax

    // Views: no element is computed.
    case reshape, transpose, broadcast, slice, reverse
    // Rearrangements that have to write.
    case pad, concatenate

    /// Contraction of two operands over one axis pair each, with leading batch axes.
    case matmul

    /// Rows of a table by index; the reverse adds rows into zeros.
    case gather, scatterAdd
    /// Indices as they are, after a check that they lie in a range.
    case checkIndices

    /// The three results of an Adam update, each as one node because an optimizer records them for every parameter at
    /// every step. They run as one instruction where they meet, and as their composition elsewhere (CPU/ProgramBuilder+Adam).
    case adamMean, adamSquare, adamValue
}

extension Primitive {
    /// How a diagnostic or a printed plan names the operator.
    package var name: String { String(describing: self) }

    /// Whether the result is the operand's elements under another shape or other strides.
    package var isView: Bool {
        switch self {
        case .reshape, .transpose, .broadcast, .slice, .reverse, .alias: true
        case .constant, .scalar, .iota, .random, .negate, .abs, .sign, .floor, .ceil, .round, .exp, .expm1, .log,
            .log1p, .sqrt, .rsqrt, .sin, .cos, .tanh, .sigmoid, .erf, .geluTanh, .geluTanhGradient, .not, .convert,
            .add, .subtract, .multiply,
            .divide, .power, .maximum, .minimum, .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual,
            .and, .or, .select, .sum, .max, .argMax, .pad, .concatenate, .matmul, .gather, .scatterAdd,
            .checkIndices, .adamMean, .adamSquare, .adamValue:
            false
        }
    }
}
