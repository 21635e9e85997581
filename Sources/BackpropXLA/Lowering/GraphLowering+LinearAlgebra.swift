import Backprop

/// Linear algebra that compilers expand by themselves. It is computed in float64, as by the kernels.
extension GraphLowering {
    private mutating func double(_ value: Value, _ position: Int) -> ModuleValue {
        module.convert(operand(value, position), to: .float64)
    }

    /// The lower factor; NaN below the diagonal and on it where a matrix has none.
    mutating func cholesky(_ value: Value) -> ModuleValue {
        let a = double(value, 0), rank = a.rank
        let raw = module.operation("stablehlo.cholesky", [a], .float64, a.extents, "lower = true")
        let rows = module.iota(.int64, a.extents, axis: rank - 2),
            columns = module.iota(.int64, a.extents, axis: rank - 1)
        let zeros = module.constant(0, .float64, a.extents)
        let isLower = module.compare("GE", rows, columns)
        let lower = module.select(isLower, raw, zeros)
        let isBad = module.reduceKeeping(
            module.isNaN(lower), [rank - 2, rank - 1], by: "stablehlo.or", from: module.constant(0, .bool))
        let bad = module.binary("stablehlo.and", module.broadcast(isBad, to: a.extents), isLower)
        return narrowed(module.select(bad, module.constant(.nan, .float64, a.extents), lower), value)
    }

    mutating func triangularSolve(_ value: Value) -> ModuleValue {
        let a = double(value, 0), b = double(value, 1)
        let (isUpper, isTransposed, hasUnitDiagonal) = (value.bits & 1 != 0, value.bits & 2 != 0, value.bits & 4 != 0)
        return narrowed(
            module.operation(
                "stablehlo.triangular_solve", [a, b], .float64, b.extents,
                "left_side = true, lower = \(!isUpper), unit_diagonal = \(hasUnitDiagonal), "
                    + "transpose_a = #stablehlo<transpose \(isTransposed ? "TRANSPOSE" : "NO_TRANSPOSE")>"), value)
    }

    /// uᵢᵀ A vᵢ for the columns of U and V.
    mutating func stationaryValues(_ value: Value) -> ModuleValue {
        let a = double(value, 0), u = double(value, 1), v = double(value, 2), rank = a.rank
        if a.count == 0 { return module.constant(0, ElementType(value.dtype), value.shape.array) }
        let batch = Array(0..<(rank - 2))
        let product = module.operation(
            "stablehlo.dot_general", [a, v], .float64, u.extents,
            "dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = \(batch), "
                + "rhs_batching_dimensions = \(batch), lhs_contracting_dimensions = [\(rank - 1)], "
                + "rhs_contracting_dimensions = [\(rank - 2)]>")
        return narrowed(
            module.reduce(
                module.multiply(u, product), [rank - 2], by: "stablehlo.add", from: module.constant(0, .float64)), value
        )
    }
}
