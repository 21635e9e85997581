import Backprop

/// How a primitive is written in StableHLO.
enum StableHLOForm {
    /// A value of the program's signature, or a number.
    case source
    /// The first operand by another name.
    case same
    /// The operation of that name on operands of one type, which broadcast.
    case operation(String)
    /// A comparison of that direction.
    case comparison(String)
    /// Operations that a function writes from the operands; in float32 where bfloat16 is to be rounded to once.
    case written((inout GraphLowering, Value) -> ModuleValue)
    /// Nothing: compilers leave it to libraries, which a plugin need not have.
    case unsupported
}

extension Primitive {
    /// The one table from primitives to StableHLO. It has no `default`, so that no primitive is forgotten.
    var stableHLO: StableHLOForm {
        switch self {
        case .constant, .scalar: .source
        case .alias, .customCall, .customResult, .gradient: .same

        case .negate: .operation("stablehlo.negate")
        case .exp: .operation("stablehlo.exponential")
        case .expm1: .operation("stablehlo.exponential_minus_one")
        case .log: .operation("stablehlo.log")
        case .log1p: .operation("stablehlo.log_plus_one")
        case .sqrt: .operation("stablehlo.sqrt")
        case .rsqrt: .operation("stablehlo.rsqrt")
        case .sin: .operation("stablehlo.sine")
        case .cos: .operation("stablehlo.cosine")
        case .tanh: .operation("stablehlo.tanh")
        case .sigmoid: .operation("stablehlo.logistic")
        case .erf: .operation("chlo.erf")
        case .erfc: .operation("chlo.erfc")
        case .erfInverse: .operation("chlo.erf_inv")
        case .logGamma: .operation("chlo.lgamma")
        case .not: .operation("stablehlo.not")
        case .add: .operation("stablehlo.add")
        case .subtract: .operation("stablehlo.subtract")
        case .multiply: .operation("stablehlo.multiply")
        case .power: .operation("stablehlo.power")
        case .maximum: .operation("stablehlo.maximum")
        case .minimum: .operation("stablehlo.minimum")
        case .atan2: .operation("stablehlo.atan2")
        case .and: .operation("stablehlo.and")
        case .or: .operation("stablehlo.or")

        case .equal: .comparison("EQ")
        case .notEqual: .comparison("NE")
        case .less: .comparison("LT")
        case .lessEqual: .comparison("LE")
        case .greater: .comparison("GT")
        case .greaterEqual: .comparison("GE")

        case .abs: .written { $0.signed("stablehlo.abs", $1) }
        case .sign: .written { $0.sign($1) }
        case .floor: .written { $0.rounding("stablehlo.floor", $1) }
        case .ceil: .written { $0.rounding("stablehlo.ceil", $1) }
        case .round: .written { $0.rounding("stablehlo.round_nearest_even", $1) }
        case .convert: .written { $0.convert($1) }
        case .divide: .written { $0.divide($1) }
        case .remainder: .written { $0.remainder($1) }
        case .polygamma: .written { $0.polygamma($1) }
        case .gelu: .written { $0.gelu($1) }
        case .geluGradient: .written { $0.geluGradient($1) }
        case .geluTanh: .written { $0.geluTanh($1) }
        case .geluTanhGradient: .written { $0.geluTanhGradient($1) }
        case .select: .written { $0.select($1) }
        case .descend: .written { $0.descend($1) }
        case .adamMean: .written { $0.adamMean($1) }
        case .adamSquare: .written { $0.adamSquare($1) }
        case .adamValue: .written { $0.adamValue($1) }

        case .iota: .written { $0.iota($1) }
        case .random: .written { $0.random($1) }

        case .sum: .written { $0.sum($1) }
        case .max: .written { $0.extremum($1, greatest: true) }
        case .min: .written { $0.extremum($1, greatest: false) }
        case .argMax: .written { $0.argExtremum($1, greatest: true) }
        case .argMin: .written { $0.argExtremum($1, greatest: false) }

        case .reshape: .written { $0.module.reshape($0.operand($1, 0), $1.shape.array) }
        case .transpose: .written { $0.transpose($1) }
        case .broadcast: .written { $0.module.broadcast($0.operand($1, 0), to: $1.shape.array) }
        case .slice: .written { $0.slice($1) }
        case .reverse: .written { $0.module.reverse($0.operand($1, 0), $1.axes.axes) }
        case .pad: .written { $0.pad($1) }
        case .concatenate: .written { $0.concatenate($1) }

        case .matmul: .written { $0.matmul($1) }
        case .convolution: .written { $0.convolution($1) }
        case .convolutionInputGradient: .written { $0.convolutionInputGradient($1) }
        case .convolutionWeightGradient: .written { $0.convolutionWeightGradient($1) }
        case .windowSum: .written { $0.windowSum($1) }
        case .windowArgMax: .written { $0.windowArgMax($1) }
        case .windowPick: .written { $0.windowPick($1) }
        case .windowSpread: .written { $0.windowSpread($1) }

        case .gather: .written { $0.gather($1) }
        case .scatterAdd: .written { $0.scatterAdd($1) }
        case .scatterMax: .written { $0.scatterMax($1) }
        case .checkIndices: .written { $0.checkIndices($1) }
        case .argSort: .written { $0.argSort($1) }
        case .cumulativeArgMax: .written { $0.cumulativeArg($1, greatest: true) }
        case .cumulativeArgMin: .written { $0.cumulativeArg($1, greatest: false) }
        case .linearRecurrence: .written { $0.linearRecurrence($1) }

        case .cholesky: .written { $0.cholesky($1) }
        case .triangularSolve: .written { $0.triangularSolve($1) }
        case .stationaryValues: .written { $0.stationaryValues($1) }
        case .solve, .determinant, .cofactors, .slogdet, .qrQ, .eighVectors, .svdVectors, .pseudoInverse: .unsupported
        }
    }
}
