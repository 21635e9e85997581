/// The closed set of operators that the graph is made of. Everything else is composed from them.
///
/// The tables over this enum are exhaustive and without `default`, so that the compiler lists the places which a new
/// primitive touches: the way it runs (`kind`, below), its gradient rule (Gradient/Rules), its instruction or kernel
/// (CPU/Lowering), and the table of the tests.
package enum Primitive: UInt8, CaseIterable, Sendable {
    // Sources: a value that is in memory, a number that is data of the plan, positions along an axis,
    // uniform numbers from a key.
    case constant, scalar, iota, random

    // Elementwise, one operand.
    case negate, abs, sign, floor, ceil, round
    case exp, expm1, log, log1p, sqrt, rsqrt, sin, cos, tanh, sigmoid, erf
    case erfc, erfInverse, logGamma
    case not, convert
    /// x/2 (1 + erf(x / √2)), without cancellation for negative x, in one instruction.
    case gelu
    /// x/2 (1 + tanh(sqrt(2/π) (x + 0.044715 x³))), for which one instruction does the work of eight.
    case geluTanh
    /// The operand itself. A differentiable variable, or the end of differentiation, has its own node.
    case alias

    // Elementwise, two operands that broadcast.
    case add, subtract, multiply, divide, power, maximum, minimum
    case equal, notEqual, less, lessEqual, greater, greaterEqual
    /// The angle of a point (y, x); what division leaves, with the sign of the divisor.
    case atan2, remainder
    /// The derivative of digamma of an order, which is a number, at the second operand.
    case polygamma
    case and, or
    /// The first operand times the derivative of `gelu`, or `geluTanh`, at the second.
    case geluGradient, geluTanhGradient
    /// Three operands that broadcast: mask, value where it holds, value where it does not.
    case select
    /// The first operand minus the product of the others: a step of a parameter against a direction.
    case descend

    // Along axes, which stay with extent one.
    case sum, max, min
    /// The position of the first greatest or least element.
    case argMax, argMin

    // Views: no element is computed.
    case reshape, transpose, broadcast, slice, reverse
    // Rearrangements that have to write.
    case pad, concatenate

    /// Contraction of two operands over one axis pair each, with leading batch axes.
    case matmul

    /// Sums over the taps of a kernel that moves over one to three spatial axes, and the gradients for its two operands.
    /// Each of the three is linear in both operands, with the other two as gradients.
    case convolution, convolutionInputGradient, convolutionWeightGradient
    /// Windows that slide over the spatial axes: their sum, and where their greatest element lies.
    case windowSum, windowArgMax
    /// The second operand where the first is greatest within each window; the reverse adds to zeros there. Each is linear in
    /// the second operand, with the other as its gradient.
    case windowPick, windowSpread

    /// Rows of a table by index; the reverse adds rows into zeros.
    case gather, scatterAdd
    /// The greatest of the rows that go to the same place.
    case scatterMax
    /// Indices as they are, after a check that they lie in a range.
    case checkIndices

    // In the order of the elements along an axis. What chooses elements gives their positions, and a gather follows.
    case argSort, cumulativeArgMax, cumulativeArgMin
    /// s[i] = a[i] s[i-1] + b[i], of which running sums and products are cases; its gradients are of the same form.
    case linearRecurrence

    // Linear algebra, on matrices in the last two axes.
    case cholesky, triangularSolve, solve
    /// The determinant, and its derivative: the cofactors, which singular matrices have too.
    case determinant, cofactors, slogdet
    /// The orthogonal factor; the other one is a product with it.
    case qrQ
    case eighVectors, svdVectors
    /// uᵀ A v for singular vectors or eigenvectors u and v. In their directions the value is stationary, so no gradient
    /// flows to them: that keeps the gradient of eigenvalues and singular values exact where some are equal.
    case stationaryValues
    case pseudoInverse

    /// The three results of an Adam update, each as one node because an optimizer records them for every parameter at
    /// every step. They run as one instruction where they meet, and as their composition elsewhere (CPU/ProgramBuilder+Adam).
    case adamMean, adamSquare, adamValue

    /// A function with a gradient rule of its own: what its results are computed from, for the rule to see.
    case customCall
    /// One result of such a function. Differentiation goes on at the call, not at the operand.
    case customResult

    /// The gradient of a loss for a parameter's value, not worked out yet: a plan is made from its definition, and steps
    /// for which there is a plan never ask for one (Graph/BackwardPass).
    case gradient
}

/// What the planner has to know of a primitive: how it is run, and how its operands may lie in memory.
package enum Kind: Equatable, Sendable {
    /// In memory already, or a number, or a name for what other nodes compute.
    case source
    /// The operand's elements under another shape or other strides; nothing to run.
    case view(View)
    /// An instruction of a block program.
    case elementwise
    /// A reduction at the end or in the middle of a block program.
    case reduction
    /// A matrix product, which a block program can follow while its tiles are in cache.
    case product
    /// Operands of any strides, copied to their places in the result.
    case assembly
    /// A kernel of its own, whose operands lie densely.
    case kernel
    /// Another name for the first operand, which only differentiation tells apart from it.
    case transparent

    package enum View: Sendable {
        case reshape, transpose, broadcast, slice, reverse
    }
}

extension Primitive {
    /// How a diagnostic or a printed plan names the operator: as people call it, where they do.
    package var name: String {
        switch self {
        case .select: "which"
        case .gather: "take"
        case .power: "pow"
        default: String(describing: self)
        }
    }

    /// How the primitive is run; an `alias` that is left after simplification is a copy.
    package var kind: Kind {
        switch self {
        case .constant, .scalar, .gradient: .source
        case .reshape: .view(.reshape)
        case .transpose: .view(.transpose)
        case .broadcast: .view(.broadcast)
        case .slice: .view(.slice)
        case .reverse: .view(.reverse)
        case .iota, .random, .negate, .abs, .sign, .floor, .ceil, .round, .exp, .expm1, .log, .log1p, .sqrt, .rsqrt,
            .sin, .cos, .tanh, .sigmoid, .erf, .erfc, .erfInverse, .logGamma, .polygamma, .atan2, .remainder, .gelu,
            .geluGradient, .geluTanh, .geluTanhGradient, .not, .convert, .alias, .add, .subtract,
            .multiply, .divide, .power, .maximum, .minimum, .equal, .notEqual, .less, .lessEqual, .greater,
            .greaterEqual, .and, .or, .select, .descend, .adamMean, .adamSquare, .adamValue:
            .elementwise
        case .sum, .max, .min: .reduction
        case .matmul: .product
        case .pad, .concatenate: .assembly
        case .argMax, .argMin, .gather, .scatterAdd, .scatterMax, .checkIndices, .argSort, .cumulativeArgMax,
            .cumulativeArgMin, .linearRecurrence, .cholesky, .triangularSolve, .solve, .determinant, .cofactors,
            .slogdet, .qrQ, .eighVectors, .svdVectors, .stationaryValues, .pseudoInverse, .convolution,
            .convolutionInputGradient,
            .convolutionWeightGradient, .windowSum, .windowArgMax, .windowPick, .windowSpread:
            .kernel
        case .customCall, .customResult: .transparent
        }
    }

    /// Whether the result is the operand's elements under another shape or other strides.
    package var isView: Bool {
        switch kind {
        case .view, .transparent: true
        case .source, .elementwise, .reduction, .product, .assembly, .kernel: self == .alias
        }
    }
}

extension Primitive {
    /// Which values the gradient rule reads: the inputs as a mask (-1: all), and the output. When a tensor is read before its
    /// backward pass, these stay in memory.
    var savedForGradient: (inputs: Int, output: Bool) {
        switch self {
        case .constant, .scalar, .iota, .random, .sign, .floor, .ceil, .round, .not, .equal, .notEqual, .less,
            .lessEqual, .greater, .greaterEqual, .and, .or, .argMax, .argMin, .checkIndices, .argSort,
            .cumulativeArgMax, .cumulativeArgMin, .windowArgMax, .adamMean, .adamSquare, .adamValue, .gradient:
            (0, false)
        case .negate, .convert, .alias, .add, .subtract, .sum, .reshape, .transpose, .broadcast, .slice, .reverse,
            .pad, .concatenate, .windowSum, .customResult:
            (0, false)
        case .exp, .sqrt, .rsqrt, .tanh, .sigmoid, .erfInverse: (0, true)
        case .abs, .expm1, .log, .log1p, .sin, .cos, .erf, .erfc, .logGamma, .gelu, .geluTanh: (1, false)
        case .multiply, .maximum, .minimum, .matmul, .geluGradient, .geluTanhGradient, .atan2, .remainder, .convolution,
            .convolutionInputGradient, .convolutionWeightGradient:
            (3, false)
        case .polygamma: (2, false)
        case .descend: (6, false)
        case .divide: (2, true)
        case .power: (3, true)
        case .select: (1, false)
        case .max, .min: (1, true)
        case .gather, .scatterAdd: (2, false)
        case .scatterMax: (3, true)
        case .linearRecurrence: (1, true)
        case .cholesky: (0, true)
        case .triangularSolve, .solve, .qrQ, .eighVectors, .svdVectors, .pseudoInverse: (1, true)
        case .determinant, .cofactors, .slogdet, .windowPick, .windowSpread: (1, false)
        case .stationaryValues: (6, false)
        case .customCall: (-1, false)
        }
    }

    /// Whether the rule can be asked later, and gives every operand that carries a gradient one: it reads no values, neither
    /// of tensors nor of numbers, and runs no code of others.
    var hasPlainRule: Bool {
        switch self {
        case .negate, .abs, .exp, .expm1, .log, .log1p, .sqrt, .rsqrt, .sin, .cos, .tanh, .sigmoid, .erf, .erfc,
            .erfInverse, .logGamma, .atan2, .remainder, .gelu, .geluGradient, .geluTanh, .geluTanhGradient, .convert,
            .alias, .add, .subtract, .multiply, .divide, .power, .maximum, .minimum, .select, .descend, .sum, .max,
            .min,
            .reshape, .transpose, .broadcast, .slice, .reverse, .pad, .concatenate, .matmul, .convolution,
            .convolutionInputGradient, .convolutionWeightGradient, .windowSum, .windowPick, .windowSpread, .gather,
            .scatterAdd, .linearRecurrence:
            true
        case .constant, .scalar, .iota, .random, .sign, .floor, .ceil, .round, .not, .equal, .notEqual, .less,
            .lessEqual, .greater, .greaterEqual, .and, .or, .argMax, .argMin, .checkIndices, .argSort,
            .cumulativeArgMax, .cumulativeArgMin, .windowArgMax, .polygamma, .scatterMax, .adamMean, .adamSquare,
            .adamValue, .cholesky, .triangularSolve, .solve, .determinant, .cofactors, .slogdet, .qrQ, .eighVectors,
            .svdVectors, .stationaryValues, .pseudoInverse, .customCall, .customResult, .gradient:
            false
        }
    }
}
