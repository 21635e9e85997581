import Backprop
import BackpropNN

extension Operators {
    /// Decompositions, inverses and determinants.
    static let linearAlgebra: [String: Adapter] = [
        "linalg.cholesky": { call in
            let a = try call.tensor("input")
            return [LinearAlgebra.cholesky(a, upper: try call.bool("upper", default: false))]
        },
        "linalg.cross": { call in
            let a = try call.tensor("input"), b = try call.tensor("other")
            return [LinearAlgebra.cross(a, b, axis: try call.int("dim", default: -1))]
        },
        "linalg.det": { [LinearAlgebra.det(try matrix($0))] },
        "det": { [LinearAlgebra.det(try matrix($0))] },
        "linalg.eigh": { call in
            call.ignore("UPLO")
            let (values, vectors) = LinearAlgebra.eigh(try matrix(call))
            return [values, vectors]
        },
        "linalg.eigvalsh": { call in
            call.ignore("UPLO")
            return [LinearAlgebra.eigvalsh(try matrix(call))]
        },
        "linalg.inv": { [LinearAlgebra.inverse(try matrix($0))] },
        "inverse": { [LinearAlgebra.inverse(try matrix($0))] },
        "linalg.lstsq": { call in
            call.ignore("rcond", "driver")
            return [LinearAlgebra.leastSquares(try matrix(call), try call.tensor("B"))]
        },
        "linalg.matrix_norm": { call in
            let a = try matrix(call), axes = try call.ints("dim", default: [-2, -1])
            let x = try call.dtype().map { a.asType($0) } ?? a
            return [
                LinearAlgebra.norm(
                    x, try matrixNorm(call), axes: (axes[0], axes[1]),
                    keepDims: try call.bool("keepdim", default: false))
            ]
        },
        "linalg.matrix_power": { call in [LinearAlgebra.power(try matrix(call), try call.int("n"))] },
        "matrix_power": { call in [LinearAlgebra.power(try matrix(call), try call.int("n"))] },
        "linalg.pinv": { call in
            call.ignore("hermitian")
            return [LinearAlgebra.pseudoInverse(try matrix(call), cutoff: try call.optionalDouble("rtol"))]
        },
        "linalg.qr": { call in
            call.naming("A", "mode")
            let a = try matrix(call), mode = try call.string("mode", default: "reduced")
            let (q, r) = LinearAlgebra.qr(a, mode: mode == "complete" ? .complete : .reduced)
            // Without Q, PyTorch gives an empty tensor in its place.
            return mode == "r" ? [Tensor.zeros([0], dtype: a.dtype), r] : [q, r]
        },
        "linalg.slogdet": { call in
            let (sign, logarithm) = LinearAlgebra.slogdet(try matrix(call))
            return [sign, logarithm]
        },
        "logdet": { call in
            let (sign, logarithm) = LinearAlgebra.slogdet(try matrix(call))
            return [which(sign .< 0, sign * Double.nan, logarithm)]
        },
        "linalg.solve": { call in
            let a = try matrix(call), b = try call.tensor("B")
            return [LinearAlgebra.solve(a, b, left: try call.bool("left", default: true))]
        },
        "linalg.solve_triangular": { call in
            let a = try matrix(call), b = try call.tensor("B")
            return [
                LinearAlgebra.solveTriangular(
                    a, b, upper: try call.bool("upper"), left: try call.bool("left", default: true),
                    unitDiagonal: try call.bool("unitriangular", default: false))
            ]
        },
        "triangular_solve": { call in
            let b = try call.tensor("input"), a = try call.tensor("A")
            let transposes = try call.bool("transpose", default: false), upper = try call.bool("upper", default: true)
            return [
                LinearAlgebra.solveTriangular(
                    transposes ? a.T : a, b, upper: upper != transposes,
                    unitDiagonal: try call.bool("unitriangular", default: false)), a,
            ]
        },
        "cholesky_solve": { call in
            let b = try call.tensor("input"), factor = try call.tensor("L")
            return [LinearAlgebra.choleskySolve(b, factor, upper: try call.bool("upper", default: false))]
        },
        "linalg.svd": { call in
            try call.expect("full_matrices", false)
            call.ignore("driver")
            let (u, s, vt) = LinearAlgebra.svd(try matrix(call))
            return [u, s, vt]
        },
        "linalg.svdvals": { call in
            call.ignore("driver")
            return [LinearAlgebra.svdvals(try matrix(call))]
        },
        "linalg.multi_dot": { call in
            let factors = try call.tensors("tensors")
            return [factors.dropFirst().reduce(factors[0]) { matmul($0, $1) }]
        },
    ]

    /// The matrix that most of these take, under the name it has there.
    private static func matrix(_ call: Call) throws -> Tensor {
        try call.tensor(call.has("A") ? "A" : "input")
    }

    private static func matrixNorm(_ call: Call) throws -> LinearAlgebra.MatrixNorm {
        guard let value = call.optionalValue("ord") else { return .frobenius }
        switch value {
        case .nothing, .string("fro"): return .frobenius
        case .string("nuc"): return .nuclear
        default: break
        }
        switch try call.double("ord") {
        case Double.infinity: return .greatestRow
        case -Double.infinity: return .leastRow
        case 1: return .greatestColumn
        case -1: return .leastColumn
        case 2: return .spectral
        case -2: return .leastSingular
        case let order: throw Unsupported("ord = \(order)")
        }
    }
}
