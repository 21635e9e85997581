import Backprop

extension Operators {
    /// Products of matrices and of vectors.
    static let matrixProducts: [String: Adapter] = [
        "matmul": { try [matmul($0.tensor("input"), $0.tensor("other"))] },
        "__rmatmul__": { try [matmul($0.tensor("other"), $0.tensor("input"))] },
        "mm": { try [matmul($0.tensor("input"), $0.tensor("mat2"))] },
        "bmm": { try [matmul($0.tensor("input"), $0.tensor("mat2"))] },
        "mv": { try [matmul($0.tensor("input"), $0.tensor("vec"))] },
        "dot": { try [matmul($0.tensor("input"), $0.tensor("tensor"))] },
        "vdot": { try [matmul($0.tensor("input"), $0.tensor("other"))] },
        "inner": { try [inner($0.tensor("input"), $0.tensor("other"))] },
        "outer": { try [outer($0.tensor("input"), $0.tensor("vec2"))] },
        "ger": { try [outer($0.tensor("input"), $0.tensor("vec2"))] },
        "kron": { try [kron($0.tensor("input"), $0.tensor("other"))] },
        "addmm": sum("mat1", "mat2"),
        "addmv": sum("mat", "vec"),
        "addr": added("vec1", "vec2") { outer($0, $1) },
        "baddbmm": sum("batch1", "batch2"),
        "addbmm": added("batch1", "batch2") { matmul($0, $1).sum(axis: 0) },
        "linalg.vecdot": { call in
            let (a, b) = try operands(call, "x", "y")
            return [(a * b).sum(axis: try call.int("dim", default: -1))]
        },
        "nn.functional.linear": { call in
            let weight = try call.tensor("weight")
            let product = matmul(try call.tensor("input"), weight.ndim == 2 ? weight.T : weight)
            return [try call.optionalTensor("bias").map { product + $0 } ?? product]
        },
        "nn.functional.bilinear": { call in
            try [
                bilinear(
                    call.tensor("input1"), call.tensor("input2"), weight: call.tensor("weight"),
                    bias: call.optionalTensor("bias"))
            ]
        },
        "einsum": { call in
            call.naming("equation", "tensors")
            return try [einsum(call.string("equation"), call.tensors("tensors"))]
        },
        "tensordot": { call in
            call.ignore("out")
            let a = try call.tensor("a"), b = try call.tensor("b")
            guard let dims = try call.value("dims").elements else {
                return [tensordot(a, b, axes: try call.int("dims"))]
            }
            let pairs = dims.map { $0.elements?.compactMap(\.int) ?? $0.int.map { [$0] } ?? [] }
            guard pairs.count == 2 else { throw Unsupported("dims of \(pairs.count) lists") }
            return [tensordot(a, b, axes: (pairs[0], pairs[1]))]
        },
    ]

    /// beta input + alpha times the product of matrices.
    private static func sum(_ first: String, _ second: String) -> Adapter {
        { call in
            try [
                addMM(
                    call.tensor("input"), call.tensor(first), call.tensor(second),
                    alpha: call.double("alpha", default: 1), beta: call.double("beta", default: 1))
            ]
        }
    }

    /// beta input + alpha times another product.
    private static func added(
        _ first: String, _ second: String, _ product: @escaping @Sendable (Tensor, Tensor) -> Tensor
    ) -> Adapter {
        { call in
            let value = product(try call.tensor(first), try call.tensor(second))
            let alpha = try call.double("alpha", default: 1), beta = try call.double("beta", default: 1)
            return [try call.tensor("input") * beta + value * alpha]
        }
    }
}
