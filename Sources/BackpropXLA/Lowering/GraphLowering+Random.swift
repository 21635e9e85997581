import Backprop

/// Numbers that are functions of their place.
extension GraphLowering {
    mutating func iota(_ value: Value) -> ModuleValue {
        let type = ElementType(value.dtype)
        // Numbers that bfloat16 cannot hold are rounded to it.
        let positions = module.iota(type == .bfloat16 ? .float32 : type, value.shape.array, axis: value.axis)
        return narrowed(positions, value)
    }

    /// The bits of the generator of the kernels, Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
    /// easy as 1, 2, 3", 2011): the key has 64 bits, the counter is the number of a group of four words of 32 bits.
    ///
    /// Of float32 each element takes one word, of float64 and int64 two, the low one first; its upper bits become a fraction
    /// (24 of 32, 53 of 64), or a whole number (63 of 64).
    mutating func random(_ value: Value) -> ModuleValue {
        let isSingle = value.dtype == .float32 || value.dtype == .bfloat16
        let count = value.shape.count, perGroup = isSingle ? 4 : 2
        let groups = (count + perGroup - 1) / perGroup
        let words = philox(operand(value, 0), groups: groups)
        let drawn: ModuleValue
        if isSingle {
            drawn = interleaved(words, groups)
        } else {
            let high = constant(32, groups)
            let low = interleaved(
                [
                    module.binary("stablehlo.or", words[0], module.binary("stablehlo.shift_left", words[1], high)),
                    module.binary("stablehlo.or", words[2], module.binary("stablehlo.shift_left", words[3], high)),
                ], groups)
            drawn = low
        }
        let bits = module.reshape(module.slice(drawn, axis: 0, 0..<count), value.shape.array)
        func upper(_ dropped: Double) -> ModuleValue {
            module.binary("stablehlo.shift_right_logical", bits, module.constant(dropped, .uint64, bits.extents))
        }
        switch value.dtype {
        case .float32, .bfloat16:
            return narrowed(module.scale(module.convert(upper(8), to: .float32), by: 0x1p-24), value)
        case .float64: return module.scale(module.convert(upper(11), to: .float64), by: 0x1p-53)
        case .bool, .uint8, .int32, .int64: return narrowed(module.convert(upper(1), to: .int64), value)
        }
    }

    private mutating func constant(_ number: UInt64, _ count: Int) -> ModuleValue {
        module.constant(literal: String(number), .uint64, [count])
    }

    /// Vectors of one length, element by element in turn.
    private mutating func interleaved(_ vectors: [ModuleValue], _ count: Int) -> ModuleValue {
        let columns = vectors.map { module.reshape($0, [count, 1]) }
        return module.reshape(module.concatenate(columns, axis: 1), [count * vectors.count])
    }

    /// The four words of each of the first groups, every one in the low half of 64 bits, where products have room.
    private mutating func philox(_ key: ModuleValue, groups: Int) -> [ModuleValue] {
        let low = constant(0xffff_ffff, groups), half = constant(32, groups)
        let wholeKey = module.broadcast(
            module.operation("stablehlo.bitcast_convert", [key], .uint64, []), to: [groups])
        func lower(_ x: ModuleValue) -> ModuleValue { module.binary("stablehlo.and", x, low) }
        func upper(_ x: ModuleValue) -> ModuleValue { module.binary("stablehlo.shift_right_logical", x, half) }
        func mixed(_ a: ModuleValue, _ b: ModuleValue, _ key: ModuleValue) -> ModuleValue {
            module.binary("stablehlo.xor", module.binary("stablehlo.xor", a, b), key)
        }
        var keys = [lower(wholeKey), upper(wholeKey)]
        let counter = module.iota(.uint64, [groups], axis: 0), zero = constant(0, groups)
        var x = [lower(counter), upper(counter), zero, zero]
        for _ in 0..<10 {
            let products = [
                module.multiply(x[0], constant(0xD251_1F53, groups)),
                module.multiply(x[2], constant(0xCD9E_8D57, groups)),
            ]
            x = [
                mixed(upper(products[1]), x[1], keys[0]), lower(products[1]),
                mixed(upper(products[0]), x[3], keys[1]), lower(products[0]),
            ]
            keys = [
                lower(module.add(keys[0], constant(0x9E37_79B9, groups))),
                lower(module.add(keys[1], constant(0xBB67_AE85, groups))),
            ]
        }
        return x
    }
}
