/// Operations that the lowerings of many primitives are made of. Operands of binary ones have one type and one shape.
extension ModuleWriter {
    mutating func unary(_ operation: String, _ x: ModuleValue) -> ModuleValue {
        self.operation(operation, [x], x.type, x.extents)
    }

    mutating func binary(_ operation: String, _ a: ModuleValue, _ b: ModuleValue) -> ModuleValue {
        self.operation(operation, [a, b], a.type, a.extents)
    }

    mutating func add(_ a: ModuleValue, _ b: ModuleValue) -> ModuleValue { binary("stablehlo.add", a, b) }
    mutating func subtract(_ a: ModuleValue, _ b: ModuleValue) -> ModuleValue { binary("stablehlo.subtract", a, b) }
    mutating func multiply(_ a: ModuleValue, _ b: ModuleValue) -> ModuleValue { binary("stablehlo.multiply", a, b) }
    mutating func divide(_ a: ModuleValue, _ b: ModuleValue) -> ModuleValue { binary("stablehlo.divide", a, b) }

    /// The product with a number.
    mutating func scale(_ x: ModuleValue, by number: Double) -> ModuleValue {
        multiply(x, constant(number, x.type, x.extents))
    }

    /// Where a comparison holds: `EQ`, `NE`, `LT`, `LE`, `GT` or `GE`.
    mutating func compare(_ direction: String, _ a: ModuleValue, _ b: ModuleValue) -> ModuleValue {
        operation(
            "stablehlo.compare", [a, b], .bool, a.extents,
            "compare_type = #stablehlo<comparison_type \(a.type.order)>, "
                + "comparison_direction = #stablehlo<comparison_direction \(direction)>")
    }

    mutating func select(_ mask: ModuleValue, _ a: ModuleValue, _ b: ModuleValue) -> ModuleValue {
        operation("stablehlo.select", [mask, a, b], a.type, a.extents)
    }

    mutating func isNaN(_ x: ModuleValue) -> ModuleValue { compare("NE", x, x) }

    mutating func convert(_ x: ModuleValue, to type: ElementType) -> ModuleValue {
        x.type == type ? x : operation("stablehlo.convert", [x], type, x.extents)
    }

    mutating func reshape(_ x: ModuleValue, _ extents: [Int]) -> ModuleValue {
        x.extents == extents ? x : operation("stablehlo.reshape", [x], x.type, extents)
    }

    /// Axis i of the result is axis `order[i]` of x.
    mutating func transpose(_ x: ModuleValue, _ order: [Int]) -> ModuleValue {
        if order == Array(order.indices) { return x }
        return operation(
            "stablehlo.transpose", [x], x.type, order.map { x.extents[$0] },
            "permutation = \(ModuleWriter.list(order))")
    }

    /// The operand repeated along new leading axes and along axes of extent one.
    mutating func broadcast(_ x: ModuleValue, to extents: [Int]) -> ModuleValue {
        broadcast(x, to: extents, along: Array((extents.count - x.rank)..<extents.count))
    }

    /// The operand repeated along the axes that are not in `axes`, which are those of its own, and along axes of extent one.
    mutating func broadcast(_ x: ModuleValue, to extents: [Int], along axes: [Int]) -> ModuleValue {
        if x.extents == extents { return x }
        return operation(
            "stablehlo.broadcast_in_dim", [x], x.type, extents,
            "broadcast_dimensions = \(ModuleWriter.list(axes))")
    }

    mutating func iota(_ type: ElementType, _ extents: [Int], axis: Int) -> ModuleValue {
        operation("stablehlo.iota", [], type, extents, "iota_dimension = \(axis) : i64")
    }

    /// Elements `starts[i] + steps[i] * j` along axis i, for j below the extent of the result.
    mutating func slice(_ x: ModuleValue, starts: [Int], steps: [Int], _ extents: [Int]) -> ModuleValue {
        if x.extents == extents { return x }
        let limits = extents.indices.map {
            extents[$0] == 0 ? starts[$0] : starts[$0] + (extents[$0] - 1) * steps[$0] + 1
        }
        return operation(
            "stablehlo.slice", [x], x.type, extents,
            "start_indices = \(ModuleWriter.list(starts)), limit_indices = \(ModuleWriter.list(limits)), "
                + "strides = \(ModuleWriter.list(steps))")
    }

    /// The elements from `range` along one axis.
    mutating func slice(_ x: ModuleValue, axis: Int, _ range: Range<Int>) -> ModuleValue {
        var starts = [Int](repeating: 0, count: x.rank), extents = x.extents
        starts[axis] = range.lowerBound
        extents[axis] = range.count
        return slice(x, starts: starts, steps: [Int](repeating: 1, count: x.rank), extents)
    }

    mutating func concatenate(_ parts: [ModuleValue], axis: Int) -> ModuleValue {
        if parts.count == 1 { return parts[0] }
        var extents = parts[0].extents
        extents[axis] = parts.reduce(0) { $0 + $1.extents[axis] }
        return operation(
            "stablehlo.concatenate", parts, parts[0].type, extents, "dimension = \(axis) : i64")
    }

    /// The operand with a number around its elements and between them; negative widths take elements away.
    mutating func pad(
        _ x: ModuleValue, with filler: ModuleValue, low: [Int], high: [Int], interior: [Int]
    ) -> ModuleValue {
        let extents = x.extents.indices.map {
            low[$0] + high[$0] + x.extents[$0] + max(0, x.extents[$0] - 1) * interior[$0]
        }
        return operation(
            "stablehlo.pad", [x, filler], x.type, extents,
            "edge_padding_low = \(ModuleWriter.list(low)), edge_padding_high = \(ModuleWriter.list(high)), "
                + "interior_padding = \(ModuleWriter.list(interior))")
    }

    mutating func reverse(_ x: ModuleValue, _ axes: [Int]) -> ModuleValue {
        operation("stablehlo.reverse", [x], x.type, x.extents, "dimensions = \(ModuleWriter.list(axes))")
    }

    /// The operand without the axes, whose elements are put together by an operation that begins with a number.
    mutating func reduce(
        _ x: ModuleValue, _ axes: [Int], by operation: String, from start: ModuleValue
    ) -> ModuleValue {
        let body = region([x.type, x.type]) { [$0.binary(operation, $1[0], $1[1])] }
        return self.operation(
            "stablehlo.reduce", [x, start], x.type,
            x.extents.indices.filter { !axes.contains($0) }.map { x.extents[$0] },
            "dimensions = \(ModuleWriter.list(axes))", region: body)
    }

    /// The same with the axes left at extent one.
    mutating func reduceKeeping(
        _ x: ModuleValue, _ axes: [Int], by operation: String, from start: ModuleValue
    ) -> ModuleValue {
        let reduced = reduce(x, axes, by: operation, from: start)
        return reshape(reduced, x.extents.indices.map { axes.contains($0) ? 1 : x.extents[$0] })
    }

    /// The least and the greatest number of a type, infinite where it has such numbers.
    mutating func least(_ type: ElementType) -> ModuleValue {
        constant(literal: ModuleWriter.extremes(type).least, type)
    }
    mutating func greatest(_ type: ElementType) -> ModuleValue {
        constant(literal: ModuleWriter.extremes(type).greatest, type)
    }

    private static func extremes(_ type: ElementType) -> (least: String, greatest: String) {
        switch type {
        case .bool: ("false", "true")
        case .uint8: ("0", "255")
        case .uint32: ("0", String(UInt32.max))
        case .uint64: ("0", String(UInt64.max))
        case .int32: (String(Int32.min), String(Int32.max))
        case .int64: (String(Int64.min), String(Int64.max))
        case .float32, .float64, .bfloat16: (type.literal(-.infinity), type.literal(.infinity))
        }
    }
}
