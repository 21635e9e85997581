import Backprop

/// Reductions, whose axes stay with extent one.
extension GraphLowering {
    mutating func sum(_ value: Value) -> ModuleValue {
        let x = wide(operand(value, 0))
        let operation = x.type == .bool ? "stablehlo.or" : "stablehlo.add"
        return narrowed(
            module.reduceKeeping(x, value.axes.axes, by: operation, from: module.constant(0, x.type)), value)
    }

    mutating func extremum(_ value: Value, greatest: Bool) -> ModuleValue {
        let x = operand(value, 0)
        let start = greatest ? module.least(x.type) : module.greatest(x.type)
        return module.reduceKeeping(
            x, value.axes.axes, by: greatest ? "stablehlo.maximum" : "stablehlo.minimum", from: start)
    }

    /// The position of the first element that is the greatest or least, NaN before all others.
    mutating func argExtremum(_ value: Value, greatest: Bool) -> ModuleValue {
        let x = wide(operand(value, 0)), axis = value.axis
        let start = greatest ? module.least(x.type) : module.greatest(x.type)
        let best = module.reduceKeeping(
            x, [axis], by: greatest ? "stablehlo.maximum" : "stablehlo.minimum", from: start)
        var isBest = module.compare("EQ", x, module.broadcast(best, to: x.extents))
        if x.type.isFloatingPoint { isBest = module.binary("stablehlo.or", isBest, module.isNaN(x)) }
        let positions = module.iota(.int64, x.extents, axis: axis)
        let none = module.greatest(.int64)
        return module.reduceKeeping(
            module.select(isBest, positions, module.broadcast(none, to: x.extents)), [axis], by: "stablehlo.minimum",
            from: none)
    }
}
