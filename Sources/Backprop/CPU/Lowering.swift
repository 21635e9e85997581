import CKernels

/// How this backend computes a primitive.
enum Lowering {
    /// Nothing to compute: a source or a view.
    case nothing
    /// One instruction of a block program, with the rough cost of an element beside an addition.
    case instruction(bk_opcode, weight: Int = 1)
    /// What `ProgramBuilder` writes by itself, because it takes more than an instruction with the operands as they are.
    case sequence(weight: Int = 1)
    /// One instruction for reductions of a row, another for those that go on from tile to tile.
    case reduction(row: bk_opcode, total: bk_opcode)
    /// The matrix product.
    case product
    /// A kernel of its own, made from the index of the value and the name for diagnostics. Not called for empty results.
    case kernel((inout KernelBuilder, Int, String) -> Kernel)
}

extension Primitive {
    /// The one table from primitives to code.
    var lowering: Lowering {
        switch self {
        case .constant, .scalar, .reshape, .transpose, .broadcast, .slice, .reverse, .customCall, .customResult,
            .gradient, .descend:
            .nothing

        case .negate: .instruction(BK_OP_NEG)
        case .abs: .instruction(BK_OP_ABS)
        case .sign: .instruction(BK_OP_SIGN)
        case .floor: .instruction(BK_OP_FLOOR)
        case .ceil: .instruction(BK_OP_CEIL)
        case .round: .instruction(BK_OP_ROUND)
        case .exp: .instruction(BK_OP_EXP, weight: 8)
        case .expm1: .instruction(BK_OP_EXPM1, weight: 8)
        case .log: .instruction(BK_OP_LOG, weight: 8)
        case .log1p: .instruction(BK_OP_LOG1P, weight: 8)
        case .sqrt: .instruction(BK_OP_SQRT)
        case .rsqrt: .instruction(BK_OP_RSQRT)
        case .sin: .instruction(BK_OP_SIN, weight: 8)
        case .cos: .instruction(BK_OP_COS, weight: 8)
        case .tanh: .instruction(BK_OP_TANH, weight: 8)
        case .sigmoid: .instruction(BK_OP_SIGMOID, weight: 8)
        case .erf: .instruction(BK_OP_ERF, weight: 8)
        case .erfc: .instruction(BK_OP_ERFC, weight: 16)
        case .erfInverse: .instruction(BK_OP_ERFINV, weight: 32)
        case .logGamma: .instruction(BK_OP_LGAMMA, weight: 32)
        case .polygamma: .instruction(BK_OP_POLYGAMMA, weight: 32)
        case .atan2: .instruction(BK_OP_ATAN2, weight: 16)
        case .remainder: .instruction(BK_OP_REM, weight: 16)
        case .gelu: .instruction(BK_OP_GELU, weight: 8)
        case .geluGradient: .instruction(BK_OP_GELU_GRAD, weight: 8)
        case .geluTanh: .instruction(BK_OP_GELU_TANH, weight: 8)
        case .geluTanhGradient: .instruction(BK_OP_GELU_TANH_GRAD, weight: 8)
        case .not: .instruction(BK_OP_NOT)
        case .add: .instruction(BK_OP_ADD)
        case .subtract: .instruction(BK_OP_SUB)
        case .multiply: .instruction(BK_OP_MUL)
        case .divide: .instruction(BK_OP_DIV)
        case .power: .instruction(BK_OP_POW, weight: 8)
        case .maximum: .instruction(BK_OP_MAX)
        case .minimum: .instruction(BK_OP_MIN)
        case .equal: .instruction(BK_OP_EQ)
        case .notEqual: .instruction(BK_OP_NE)
        case .less: .instruction(BK_OP_LT)
        case .lessEqual: .instruction(BK_OP_LE)
        case .greater: .instruction(BK_OP_GT)
        case .greaterEqual: .instruction(BK_OP_GE)
        case .and: .instruction(BK_OP_AND)
        case .or: .instruction(BK_OP_OR)
        case .select: .instruction(BK_OP_SELECT)
        case .iota, .convert, .alias, .adamMean, .adamSquare, .adamValue: .sequence()
        case .random: .sequence(weight: 8)

        case .sum: .reduction(row: BK_OP_ROW_SUM, total: BK_OP_TOTAL_SUM)
        case .max: .reduction(row: BK_OP_ROW_MAX, total: BK_OP_TOTAL_MAX)
        case .min: .reduction(row: BK_OP_ROW_MIN, total: BK_OP_TOTAL_MIN)
        case .matmul: .product

        case .pad: .kernel { $0.padding($1, $2) }
        case .concatenate: .kernel { $0.concatenation($1, $2) }
        case .argMax: .kernel { $0.argExtremum($1, $2, greatest: true) }
        case .argMin: .kernel { $0.argExtremum($1, $2, greatest: false) }
        case .gather: .kernel { $0.gather($1, $2) }
        case .scatterAdd: .kernel { $0.scatterAdd($1, $2) }
        case .scatterMax: .kernel { $0.scatterMax($1, $2) }
        case .checkIndices: .kernel { $0.checkIndices($1, $2) }

        case .argSort: .kernel { $0.argSort($1, $2) }
        case .cumulativeArgMax: .kernel { $0.cumulativeArg($1, $2, greatest: true) }
        case .cumulativeArgMin: .kernel { $0.cumulativeArg($1, $2, greatest: false) }
        case .linearRecurrence: .kernel { $0.linearRecurrence($1, $2) }

        case .cholesky: .kernel { $0.ofMatrix($1, $2, bk_cholesky_run) }
        case .triangularSolve: .kernel { $0.triangularSolve($1, $2) }
        case .solve: .kernel { $0.solve($1, $2) }
        case .determinant: .kernel { $0.ofMatrix($1, $2, bk_determinant_run) }
        case .cofactors: .kernel { $0.ofMatrix($1, $2, bk_cofactors_run) }
        case .slogdet: .kernel { $0.ofMatrix($1, $2, bk_slogdet_run) }
        case .qrQ: .kernel { $0.qrQ($1, $2) }
        case .eighVectors: .kernel { $0.ofMatrix($1, $2, bk_eigh_run) }
        case .svdVectors: .kernel { $0.ofMatrix($1, $2, bk_svd_run) }
        case .stationaryValues: .kernel { $0.stationaryValues($1, $2) }
        case .pseudoInverse: .kernel { $0.pseudoInverse($1, $2) }

        case .convolution, .convolutionInputGradient, .convolutionWeightGradient: .kernel { $0.convolution($1, $2) }
        case .windowSum: .kernel { $0.windowSum($1, $2) }
        case .windowArgMax: .kernel { $0.windowArgMax($1, $2) }
        case .windowPick: .kernel { $0.windowPick($1, $2) }
        case .windowSpread: .kernel { $0.windowSpread($1, $2) }
        }
    }

    /// Rough cost of one element beside an addition.
    var weight: Int {
        switch lowering {
        case .instruction(_, let weight), .sequence(let weight): weight
        case .nothing, .reduction, .product, .kernel: 1
        }
    }
}
