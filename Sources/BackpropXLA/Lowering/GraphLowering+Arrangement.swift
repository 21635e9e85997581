import Backprop

/// Primitives that move elements.
extension GraphLowering {
    mutating func transpose(_ value: Value) -> ModuleValue {
        module.transpose(operand(value, 0), Node.permutation(value.bits, rank: value.shape.rank))
    }

    mutating func slice(_ value: Value) -> ModuleValue {
        let rank = value.shape.rank, list = value.list!
        return module.slice(
            operand(value, 0), starts: Array(list[..<rank]), steps: Array(list[rank...]), value.shape.array)
    }

    mutating func pad(_ value: Value) -> ModuleValue {
        let x = operand(value, 0), rank = x.rank, list = value.list!
        return module.pad(
            x, with: module.constant(0, x.type), low: Array(list[..<rank]), high: Array(list[rank..<(2 * rank)]),
            interior: Array(list[(2 * rank)...]))
    }

    mutating func concatenate(_ value: Value) -> ModuleValue {
        module.concatenate(value.inputs.indices.map { operand(value, $0) }, axis: value.axis)
    }
}
