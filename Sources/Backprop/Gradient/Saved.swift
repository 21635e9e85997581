extension Primitive {
    /// Which values the gradient rule reads: the inputs as a mask, and the output. When a tensor is read before its
    /// backward pass, these stay in memory.
    var savedForGradient: (inputs: Int, output: Bool) {
        switch self {
        case .constant, .scalar, .iota, .random, .sign, .floor, .ceil, .round, .not, .equal, .notEqual, .less,
            .lessEqual, .greater, .greaterEqual, .and, .or, .argMax, .checkIndices, .adamMean, .adamSquare, .adamValue:
            (0, false)
        case .negate, .convert, .alias, .add, .subtract, .sum, .reshape, .transpose, .broadcast, .slice, .reverse,
            .pad, .concatenate:
            (0, false)
        case .exp, .expm1, .sqrt, .rsqrt, .tanh, .sigmoid: (0, true)
        case .abs, .log, .log1p, .sin, .cos, .erf, .geluTanh: (1, false)
        case .multiply, .divide, .maximum, .minimum, .matmul, .geluTanhGradient: (3, false)
        case .power: (3, true)
        case .select: (1, false)
        case .max: (1, true)
        case .gather, .scatterAdd: (2, false)
        }
    }
}
