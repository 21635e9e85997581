import Backprop

/// Rows by index. A plugin would move an index that is out of range to the nearest row, so the program looks for one.
extension GraphLowering {
    /// The position of the first index outside of 0..<count, or -1, and that index.
    mutating func wrongIndex(_ indices: ModuleValue, below count: Int) -> ModuleValue {
        let flat = module.convert(module.reshape(indices, [indices.count]), to: .int64)
        func all(_ number: Int) -> ModuleValue { module.constant(Double(number), .int64, [indices.count]) }
        let isWrong = module.binary(
            "stablehlo.or", module.compare("LT", flat, all(0)), module.compare("GE", flat, all(count)))
        let none = module.constant(Double(indices.count), .int64)
        let places = module.select(isWrong, module.iota(.int64, [indices.count], axis: 0), all(indices.count))
        let first = module.reduce(places, [0], by: "stablehlo.minimum", from: none)
        let last = module.constant(Double(indices.count - 1), .int64)
        let place = module.binary("stablehlo.minimum", first, last)
        let index = module.operation(
            "stablehlo.dynamic_slice", [flat, place], .int64, [1], "slice_sizes = \(ModuleWriter.list([1]))")
        let isFound = module.compare("LT", first, none)
        let position = module.select(isFound, first, module.constant(-1, .int64))
        return module.concatenate([module.reshape(position, [1]), index], axis: 0)
    }

    /// How the kernel of a value is called where it fails.
    private func kernelName(_ value: Value) -> String { "\(value.primitive.name) -> \(value.dtype)\(value.shape)" }

    mutating func checkIndices(_ value: Value) -> ModuleValue {
        let (reader, count) = IndexReader.attributes(value.bits)
        check(value, 0, below: count, in: "\(reader)")
        return operand(value, 0)
    }

    mutating func gather(_ value: Value) -> ModuleValue {
        let table = operand(value, 0), indices = operand(value, 1), axis = value.axis
        check(value, 1, below: table.extents[axis], in: kernelName(value))
        // Without rows there is nothing to read: the check fails.
        if table.count == 0 { return module.constant(0, table.type, value.shape.array) }
        var sizes = table.extents
        sizes[axis] = 1
        let offsets = value.shape.array.indices.filter { $0 < axis || $0 >= axis + indices.rank }
        return module.operation(
            "stablehlo.gather", [table, indices], table.type, value.shape.array,
            "dimension_numbers = #stablehlo.gather<offset_dims = \(offsets), collapsed_slice_dims = [\(axis)], "
                + "start_index_map = [\(axis)], index_vector_dim = \(indices.rank)>, indices_are_sorted = false, "
                + "slice_sizes = \(ModuleWriter.list(sizes))")
    }

    mutating func scatterAdd(_ value: Value) -> ModuleValue {
        let updates = wide(operand(value, 0))
        return narrowed(
            scatter(
                value, updates, onto: module.constant(0, updates.type, value.shape.array), by: "stablehlo.add"), value)
    }

    mutating func scatterMax(_ value: Value) -> ModuleValue {
        let updates = operand(value, 0)
        let start = module.broadcast(module.least(updates.type), to: value.shape.array)
        return scatter(value, updates, onto: start, by: "stablehlo.maximum")
    }

    private mutating func scatter(
        _ value: Value, _ updates: ModuleValue, onto start: ModuleValue, by operation: String
    ) -> ModuleValue {
        let indices = operand(value, 1), axis = value.axis
        check(value, 1, below: value.shape[axis], in: kernelName(value))
        if updates.count == 0 { return start }
        let windows = updates.extents.indices.filter { $0 < axis || $0 >= axis + indices.rank }
        let body = module.region([updates.type, updates.type]) { [$0.binary(operation, $1[0], $1[1])] }
        return module.operation(
            "stablehlo.scatter", [start, indices, updates], updates.type, start.extents,
            "scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = \(windows), "
                + "inserted_window_dims = [\(axis)], scatter_dims_to_operand_dims = [\(axis)], "
                + "index_vector_dim = \(indices.rank)>, indices_are_sorted = false, unique_indices = false",
            region: body)
    }
}
