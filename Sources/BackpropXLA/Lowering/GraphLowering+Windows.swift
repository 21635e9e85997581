import Backprop

/// Windows that slide over the spatial axes of x [batch, spatial..., channels].
extension GraphLowering {
    private struct Sliding {
        var window: [Int], geometry: WindowGeometry

        init(_ value: Value) {
            let rank = value.shape.rank - 2
            window = Array(value.list!.prefix(rank))
            geometry = WindowGeometry(list: value.list!.dropFirst(rank))
        }

        /// How the windows lie in an operand that has been padded.
        var attributes: String {
            "window_dimensions = \(ModuleWriter.list([1] + window + [1])), "
                + "window_strides = \(ModuleWriter.list([1] + geometry.stride + [1])), "
                + "window_dilations = \(ModuleWriter.list([1] + geometry.dilation + [1]))"
        }

        /// Places of a window.
        var taps: Int { window.reduce(1, *) }

        /// Windows with so few places are looked at place by place, which compilers turn into one loop.
        var hasFewTaps: Bool { taps <= 32 }

        /// Where a place of the window lies from its start, with zeros for batch and channels.
        func offsets(_ tap: Int) -> [Int] {
            var result = [Int](repeating: 0, count: window.count + 2), rest = tap
            for axis in window.indices.reversed() {
                result[axis + 1] = rest % window[axis] * geometry.dilation[axis]
                rest /= window[axis]
            }
            return result
        }

        var steps: [Int] { [1] + geometry.stride + [1] }
        var low: [Int] { [0] + geometry.low + [0] }
        var high: [Int] { [0] + geometry.high + [0] }
    }

    /// The operand with a number where windows look beyond its ends, and cut where they do not look.
    private mutating func padded(_ x: ModuleValue, _ sliding: Sliding, with filler: ModuleValue) -> ModuleValue {
        if !(sliding.low + sliding.high).contains(where: { $0 != 0 }) { return x }
        return module.pad(
            x, with: filler, low: sliding.low, high: sliding.high, interior: [Int](repeating: 0, count: x.rank))
    }

    mutating func windowSum(_ value: Value) -> ModuleValue {
        let sliding = Sliding(value), operand = wide(self.operand(value, 0))
        let zero = module.constant(0, operand.type)
        let x = padded(operand, sliding, with: zero)
        let body = module.region([x.type, x.type]) { [$0.add($1[0], $1[1])] }
        return narrowed(
            module.operation(
                "stablehlo.reduce_window", [x, zero], x.type, value.shape.array, sliding.attributes, region: body),
            value)
    }

    // MARK: The greatest element

    mutating func windowArgMax(_ value: Value) -> ModuleValue {
        places(ofGreatest: wide(operand(value, 0)), Sliding(value), value.shape.array)
    }

    /// The elements of the second operand where the first is greatest.
    mutating func windowPick(_ value: Value) -> ModuleValue {
        let sliding = Sliding(value), shape = value.shape.array, values = operand(value, 1)
        let x = wide(operand(value, 0)), greatest = places(ofGreatest: x, sliding, shape)
        guard sliding.hasFewTaps else { return picked(values, at: greatest) }
        let zero = module.constant(0, values.type)
        let (source, at) = (padded(values, sliding, with: zero), placesSeen(x, sliding))
        var result = module.constant(0, values.type, shape)
        for tap in 0..<sliding.taps {
            let isHere = module.compare("EQ", greatest, seen(at, sliding, tap, shape))
            result = module.select(isHere, seen(source, sliding, tap, shape), result)
        }
        return result
    }

    /// The elements of the second operand, one for each window, added to zeros where the first is greatest.
    mutating func windowSpread(_ value: Value) -> ModuleValue {
        let sliding = Sliding(value), values = wide(operand(value, 1)), shape = values.extents
        let x = wide(operand(value, 0)), greatest = places(ofGreatest: x, sliding, shape)
        if values.count == 0 { return module.constant(0, ElementType(value.dtype), value.shape.array) }
        guard sliding.hasFewTaps else { return narrowed(spread(values, to: greatest, in: x.extents), value) }
        let zero = module.constant(0, values.type), zeros = module.constant(0, values.type, shape)
        let at = placesSeen(x, sliding)
        var result = module.constant(0, values.type, x.extents)
        for tap in 0..<sliding.taps {
            let isHere = module.compare("EQ", greatest, seen(at, sliding, tap, shape))
            let low = zip(sliding.offsets(tap), sliding.low).map { $0 - $1 }
            let high = shape.indices.map { axis in
                x.extents[axis] - low[axis] - (shape[axis] - 1) * sliding.steps[axis] - 1
            }
            result = module.add(
                result,
                module.pad(
                    module.select(isHere, values, zeros), with: zero, low: low, high: high,
                    interior: sliding.steps.map { $0 - 1 }))
        }
        return narrowed(result, value)
    }

    /// The place of the first greatest element, where NaN is greater than all numbers. Beyond the ends lie the least
    /// element and the last place, which lose against everything.
    ///
    /// - Parameter shape: with one element for each window.
    private mutating func places(ofGreatest operand: ModuleValue, _ sliding: Sliding, _ shape: [Int]) -> ModuleValue {
        if shape.contains(0) { return module.constant(0, .int64, shape) }
        let least = module.least(operand.type), nowhere = module.greatest(.int64)
        let x = padded(operand, sliding, with: least), at = placesSeen(operand, sliding)
        if sliding.hasFewTaps { return placesOfTaps(x, at, sliding, shape) }
        let body = module.region([x.type, .int64, x.type, .int64]) { module, items in
            let (a, placeA, b, placeB) = (items[0], items[1], items[2], items[3])
            let isNaNA = module.isNaN(a), isNaNB = module.isNaN(b)
            // A wins where it is greater or the only NaN, and in a tie where it comes first.
            let wins = module.binary(
                "stablehlo.or", module.compare("GT", a, b),
                module.binary("stablehlo.and", isNaNA, module.compare("EQ", b, b)))
            let ties = module.binary(
                "stablehlo.or", module.compare("EQ", a, b), module.binary("stablehlo.and", isNaNA, isNaNB))
            let isFirst = module.compare("LT", placeA, placeB)
            let takesA = module.binary("stablehlo.or", wins, module.binary("stablehlo.and", ties, isFirst))
            return [module.select(takesA, a, b), module.select(takesA, placeA, placeB)]
        }
        return module.operation(
            "stablehlo.reduce_window", [x, at, least, nowhere], [(x.type, shape), (.int64, shape)], sliding.attributes,
            region: body)[1]
    }

    private mutating func placesOfTaps(
        _ x: ModuleValue, _ at: ModuleValue, _ sliding: Sliding, _ shape: [Int]
    ) -> ModuleValue {
        let nowhere = module.broadcast(module.greatest(.int64), to: shape)
        let looksBeyond = (sliding.low + sliding.high).contains { $0 > 0 }
        var best = (x: seen(x, sliding, 0, shape), place: seen(at, sliding, 0, shape))
        for tap in 1..<max(1, sliding.taps) {
            let next = seen(x, sliding, tap, shape), place = seen(at, sliding, tap, shape)
            var isBetter = module.binary(
                "stablehlo.or", module.compare("GT", next, best.x),
                module.binary("stablehlo.and", module.isNaN(next), module.compare("EQ", best.x, best.x)))
            if looksBeyond {
                isBetter = module.binary("stablehlo.or", isBetter, module.compare("EQ", best.place, nowhere))
            }
            best = (module.select(isBetter, next, best.x), module.select(isBetter, place, best.place))
        }
        return best.place
    }

    /// Positions in the spatial axes, with all axes of the operand, as windows see them.
    private mutating func placesSeen(_ operand: ModuleValue, _ sliding: Sliding) -> ModuleValue {
        let spatial = Array(operand.extents[1..<(operand.rank - 1)])
        let places = module.reshape(module.iota(.int64, [spatial.reduce(1, *)], axis: 0), spatial)
        let everywhere = module.broadcast(places, to: operand.extents, along: Array(1..<(operand.rank - 1)))
        return padded(everywhere, sliding, with: module.greatest(.int64))
    }

    /// What lies at one place of each window.
    private mutating func seen(_ x: ModuleValue, _ sliding: Sliding, _ tap: Int, _ shape: [Int]) -> ModuleValue {
        module.slice(x, starts: sliding.offsets(tap), steps: sliding.steps, shape)
    }

    // MARK: Large windows

    /// Batch, position and channel of each window's place, as rows of indices [batch, windows, channels, 3].
    private mutating func rows(_ places: ModuleValue) -> ModuleValue {
        let (batch, channels) = (places.extents[0], places.extents[places.rank - 1])
        let flat = [batch, places.extents.dropFirst().dropLast().reduce(1, *), channels]
        let parts = [
            module.iota(.int64, flat, axis: 0), module.reshape(places, flat), module.iota(.int64, flat, axis: 2),
        ]
        return module.concatenate(parts.map { module.reshape($0, flat + [1]) }, axis: 3)
    }

    private func flattened(_ extents: [Int]) -> [Int] {
        [extents[0], extents.dropFirst().dropLast().reduce(1, *), extents[extents.count - 1]]
    }

    private mutating func picked(_ values: ModuleValue, at places: ModuleValue) -> ModuleValue {
        let rows = rows(places), flat = module.reshape(values, flattened(values.extents))
        let elements = module.operation(
            "stablehlo.gather", [flat, rows], values.type, Array(rows.extents.dropLast()),
            "dimension_numbers = #stablehlo.gather<offset_dims = [], collapsed_slice_dims = [0, 1, 2], "
                + "start_index_map = [0, 1, 2], index_vector_dim = 3>, indices_are_sorted = false, "
                + "slice_sizes = \(ModuleWriter.list([1, 1, 1]))")
        return module.reshape(elements, places.extents)
    }

    private mutating func spread(_ values: ModuleValue, to places: ModuleValue, in extents: [Int]) -> ModuleValue {
        let rows = rows(places), flat = flattened(extents)
        let body = module.region([values.type, values.type]) { [$0.add($1[0], $1[1])] }
        let sums = module.operation(
            "stablehlo.scatter",
            [
                module.constant(0, values.type, flat), rows,
                module.reshape(values, Array(rows.extents.dropLast())),
            ], values.type, flat,
            "scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [], "
                + "inserted_window_dims = [0, 1, 2], scatter_dims_to_operand_dims = [0, 1, 2], index_vector_dim = 3>, "
                + "indices_are_sorted = false, unique_indices = false", region: body)
        return module.reshape(sums, extents)
    }
}
