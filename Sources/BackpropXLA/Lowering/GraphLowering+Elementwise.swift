import Backprop

/// Elementwise primitives that take more than one operation, in the order of operations of the kernels where rounding could
/// tell.
extension GraphLowering {
    /// The operands with the shape of the result; bfloat16 as float32, so that only the result is rounded.
    private mutating func operands(_ value: Value) -> [ModuleValue] {
        value.inputs.indices.map { position in
            let operand = wide(self.operand(value, position))
            return spread(operand, value)
        }
    }

    /// An operation that unsigned numbers do not need.
    mutating func signed(_ operation: String, _ value: Value) -> ModuleValue {
        let x = operand(value, 0)
        return x.type == .uint8 || x.type == .bool ? x : module.unary(operation, x)
    }

    mutating func sign(_ value: Value) -> ModuleValue {
        let x = operand(value, 0)
        if x.type == .bool { return x }
        return x.type == .uint8
            ? module.binary("stablehlo.minimum", x, module.constant(1, .uint8, x.extents))
            : module.unary("stablehlo.sign", x)
    }

    /// An operation that whole numbers do not need.
    mutating func rounding(_ operation: String, _ value: Value) -> ModuleValue {
        let x = operand(value, 0)
        return x.type.isFloatingPoint ? module.unary(operation, x) : x
    }

    /// To bool every number but zero is true; to an integer the fraction is cut off; float64 becomes bfloat16 by way of
    /// float32.
    mutating func convert(_ value: Value) -> ModuleValue {
        let x = operand(value, 0), type = ElementType(value.dtype)
        if type == .bool { return module.compare("NE", x, module.constant(0, x.type, x.extents)) }
        let isNarrowed = type == .bfloat16 && (x.type == .float64 || x.type == .int64)
        return module.convert(isNarrowed ? module.convert(x, to: .float32) : x, to: type)
    }

    /// Whole numbers are divided toward zero, and by zero they give zero.
    mutating func divide(_ value: Value) -> ModuleValue {
        let a = spread(operand(value, 0), value), b = spread(operand(value, 1), value)
        if a.type.isFloatingPoint { return module.divide(a, b) }
        return whole(a, b) { $0.divide(a, $1) }
    }

    /// What division leaves, with the sign of the divisor.
    mutating func remainder(_ value: Value) -> ModuleValue {
        let parts = operands(value), (a, b) = (parts[0], parts[1])
        func rest(_ module: inout ModuleWriter, _ b: ModuleValue) -> ModuleValue {
            let rest = module.binary("stablehlo.remainder", a, b)
            let zero = module.constant(0, a.type, a.extents)
            let differs = module.binary(
                "stablehlo.xor", module.compare("LT", b, zero), module.compare("LT", rest, zero))
            let isOther = module.binary("stablehlo.and", module.compare("NE", rest, zero), differs)
            return module.select(isOther, module.add(rest, b), rest)
        }
        if a.type.isFloatingPoint { return narrowed(rest(&module, b), value) }
        return whole(a, b, rest)
    }

    /// A division of whole numbers by divisors that are not zero, and zero elsewhere.
    private mutating func whole(
        _ a: ModuleValue, _ b: ModuleValue, _ body: (inout ModuleWriter, ModuleValue) -> ModuleValue
    ) -> ModuleValue {
        let zero = module.constant(0, a.type, a.extents), one = module.constant(1, a.type, a.extents)
        let isZero = module.compare("EQ", b, zero)
        let divisor = module.select(isZero, one, b)
        return module.select(isZero, zero, body(&module, divisor))
    }

    /// In float64, as by the kernels. Left of zero a compiler's series is worth little, so the first two derivatives of
    /// digamma, whose orders are known here, are reflected: ψ₁(x) = π²/sin²(πx) - ψ₁(1-x), ψ₂(x) = ψ₂(1-x) - 2π³
    /// cos(πx)/sin³(πx) (Abramowitz and Stegun, 6.4.7).
    mutating func polygamma(_ value: Value) -> ModuleValue {
        let parts = operands(value), order = graph.values[value.inputs[0]]
        let n = module.convert(parts[0], to: .float64), x = module.convert(parts[1], to: .float64)
        let known = order.primitive == .scalar ? NumberVectors.knownNumber(order) : nil
        guard let known, known > 0 else { return narrowed(module.binary("chlo.polygamma", n, x), value) }
        let isNegative = module.compare("LT", x, module.constant(0, .float64, x.extents))
        let mirrored = module.subtract(module.constant(1, .float64, x.extents), x)
        let right = module.binary("chlo.polygamma", n, module.select(isNegative, mirrored, x))
        let angle = module.scale(
            module.subtract(x, module.unary("stablehlo.round_nearest_even", x)), by: Double.pi)
        let sine = module.unary("stablehlo.sine", angle)
        let square = module.multiply(sine, sine)
        let left: ModuleValue
        if known == 1 {
            left = module.subtract(
                module.divide(module.constant(Double.pi * Double.pi, .float64, x.extents), square), right)
        } else {
            let slope = module.divide(module.unary("stablehlo.cosine", angle), module.multiply(square, sine))
            left = module.subtract(right, module.scale(slope, by: 2 * Double.pi * Double.pi * Double.pi))
        }
        return narrowed(module.select(isNegative, left, right), value)
    }

    /// The distribution function of the normal distribution: erfc(-x / √2) / 2.
    private mutating func normal(_ x: ModuleValue) -> ModuleValue {
        let tail = module.unary("chlo.erfc", module.scale(x, by: -0.7071067811865476))
        return module.scale(tail, by: 0.5)
    }

    mutating func gelu(_ value: Value) -> ModuleValue {
        let x = operands(value)[0]
        return narrowed(module.multiply(x, normal(x)), value)
    }

    mutating func geluGradient(_ value: Value) -> ModuleValue {
        let parts = operands(value), (g, x) = (parts[0], parts[1])
        let density = module.unary("stablehlo.exponential", module.scale(module.multiply(x, x), by: -0.5))
        let slope = module.add(normal(x), module.multiply(module.scale(x, by: 0.3989422804014327), density))
        return narrowed(module.multiply(g, slope), value)
    }

    /// The hyperbolic tangent in `geluTanh`, and the square of x.
    private mutating func tangent(_ x: ModuleValue) -> (tangent: ModuleValue, square: ModuleValue) {
        let square = module.multiply(x, x)
        let cubic = module.multiply(module.scale(square, by: 0.044715), x)
        return (
            module.unary("stablehlo.tanh", module.scale(module.add(x, cubic), by: 0.7978845608028654)), square
        )
    }

    mutating func geluTanh(_ value: Value) -> ModuleValue {
        let x = operands(value)[0], t = tangent(x).tangent
        let one = module.constant(1, x.type, x.extents)
        return narrowed(module.multiply(module.scale(x, by: 0.5), module.add(one, t)), value)
    }

    mutating func geluTanhGradient(_ value: Value) -> ModuleValue {
        let parts = operands(value), (g, x) = (parts[0], parts[1])
        let (t, square) = tangent(x)
        let one = module.constant(1, x.type, x.extents)
        let inner = module.scale(
            module.add(one, module.scale(square, by: 3 * 0.044715)), by: 0.7978845608028654)
        let bend = module.multiply(module.subtract(one, module.multiply(t, t)), inner)
        let slope = module.add(
            module.scale(module.add(one, t), by: 0.5), module.multiply(module.scale(x, by: 0.5), bend))
        return narrowed(module.multiply(g, slope), value)
    }

    mutating func select(_ value: Value) -> ModuleValue {
        module.select(
            spread(operand(value, 0), value), spread(operand(value, 1), value), spread(operand(value, 2), value))
    }

    /// value - direction size.
    mutating func descend(_ value: Value) -> ModuleValue {
        let parts = operands(value)
        return narrowed(module.subtract(parts[0], module.multiply(parts[1], parts[2])), value)
    }

    // MARK: Adam

    /// One of the numbers of a step, with the shape of a value.
    private mutating func number(_ number: AdamNumber, _ value: Value) -> ModuleValue {
        let vector = operand(value, value.inputs.count - 1), place = number.rawValue
        let element = module.reshape(module.slice(vector, axis: 0, place..<(place + 1)), [])
        let type = ElementType(value.dtype)
        return spread(module.convert(element, to: type == .bfloat16 ? .float32 : type), value)
    }

    private mutating func tensors(_ value: Value) -> [ModuleValue] {
        (0..<(value.inputs.count - 1)).map { position in
            let operand = wide(self.operand(value, position))
            return spread(operand, value)
        }
    }

    mutating func adamMean(_ value: Value) -> ModuleValue {
        let parts = tensors(value), (mean, gradient) = (parts[0], parts[1])
        let step = module.multiply(module.subtract(gradient, mean), number(.complement1, value))
        return narrowed(module.add(mean, step), value)
    }

    mutating func adamSquare(_ value: Value) -> ModuleValue {
        let parts = tensors(value), (square, gradient) = (parts[0], parts[1])
        let kept = module.multiply(square, number(.beta2, value))
        let added = module.multiply(module.multiply(number(.complement2, value), gradient), gradient)
        return narrowed(module.add(kept, added), value)
    }

    mutating func adamValue(_ value: Value) -> ModuleValue {
        let parts = tensors(value), (start, mean, square) = (parts[0], parts[1], parts[2])
        let root = module.divide(module.unary("stablehlo.sqrt", square), number(.correction, value))
        let scale = module.add(root, number(.epsilon, value))
        let step = module.divide(module.multiply(number(.stepSize, value), mean), scale)
        return narrowed(module.subtract(module.multiply(start, number(.keep, value)), step), value)
    }
}
