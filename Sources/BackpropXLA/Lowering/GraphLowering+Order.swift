import Backprop

/// What depends on the order of elements along an axis.
extension GraphLowering {
    /// Positions at which the elements are sorted; equal ones keep their order, NaN is greatest.
    mutating func argSort(_ value: Value) -> ModuleValue {
        let x = wide(operand(value, 0)), axis = Int(value.bits & 7), isDescending = value.bits & 1 << 8 != 0
        let places = module.iota(.int64, x.extents, axis: axis)
        let body = module.region([x.type, x.type, .int64, .int64]) { module, items in
            let (a, b) = isDescending ? (items[1], items[0]) : (items[0], items[1])
            let isLess = module.compare("LT", a, b)
            if !x.type.isFloatingPoint { return [isLess] }
            let isNumber = module.compare("EQ", a, a)
            return [
                module.binary(
                    "stablehlo.or", isLess, module.binary("stablehlo.and", isNumber, module.isNaN(b)))
            ]
        }
        return module.operation(
            "stablehlo.sort", [x, places], [(x.type, x.extents), (.int64, x.extents)],
            "dimension = \(axis) : i64, is_stable = true", region: body)[1]
    }

    /// Combines every element with all before it along an axis, in steps that double in length (Hillis and Steele, "Data
    /// parallel algorithms", 1986).
    ///
    /// - Parameter combine: makes of earlier and later items those that stand for both.
    private mutating func scan(
        _ items: [ModuleValue], axis: Int, reversed: Bool,
        _ combine: (inout ModuleWriter, _ earlier: [ModuleValue], _ later: [ModuleValue]) -> [ModuleValue]
    ) -> [ModuleValue] {
        var items = items
        let length = items[0].extents[axis]
        var step = 1
        while step < length {
            let rest = length - step
            let (before, behind) = reversed ? (step..<length, 0..<rest) : (0..<rest, step..<length)
            let alone = reversed ? rest..<length : 0..<step
            let earlier = items.map { module.slice($0, axis: axis, before) }
            let later = items.map { module.slice($0, axis: axis, behind) }
            let combined = combine(&module, earlier, later)
            items = zip(items, combined).map { item, combined in
                let first = module.slice(item, axis: axis, alone)
                return module.concatenate(reversed ? [combined, first] : [first, combined], axis: axis)
            }
            step *= 2
        }
        return items
    }

    /// The position of the last greatest or least element so far; a NaN stays until the next one.
    mutating func cumulativeArg(_ value: Value, greatest: Bool) -> ModuleValue {
        let x = wide(operand(value, 0)), axis = value.axis
        let places = module.iota(.int64, x.extents, axis: axis)
        return scan([x, places], axis: axis, reversed: false) { module, earlier, later in
            let (a, b) = (earlier[0], later[0])
            var takesLater = module.compare(greatest ? "GE" : "LE", b, a)
            if a.type.isFloatingPoint { takesLater = module.binary("stablehlo.or", takesLater, module.isNaN(b)) }
            return [module.select(takesLater, b, a), module.select(takesLater, later[1], earlier[1])]
        }[1]
    }

    /// s[i] = a[i] s[i-1] + b[i]: two steps in a row are one of the same form.
    mutating func linearRecurrence(_ value: Value) -> ModuleValue {
        let axis = Int(value.bits & 7), reversed = value.bits & 1 << 8 != 0
        let terms = wide(operand(value, 1))
        let factor = graph.values[value.inputs[0]]
        if factor.primitive == .scalar, NumberVectors.knownNumber(factor) == 1 {
            let sums = scan([terms], axis: axis, reversed: reversed) { [$0.add($1[0], $2[0])] }
            return narrowed(sums[0], value)
        }
        let factors = module.broadcast(wide(operand(value, 0)), to: terms.extents)
        let both = scan([factors, terms], axis: axis, reversed: reversed) { module, earlier, later in
            [
                module.multiply(earlier[0], later[0]),
                module.add(module.multiply(later[0], earlier[1]), later[1]),
            ]
        }
        return narrowed(both[1], value)
    }
}
