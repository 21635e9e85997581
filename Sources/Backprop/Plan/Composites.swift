/// Primitives that stand for a composition of others: recorded as one node, planned as many.
extension Simplifier {
    mutating func composed(_ value: Value) -> Int {
        let inputs = value.inputs
        func binary(_ primitive: Primitive, _ a: Int, _ b: Int) -> Int {
            merged(Value(primitive: primitive, dtype: value.dtype, shape: value.shape, bits: 0, inputs: [a, b]))
        }
        func number(_ number: AdamNumber) -> Int { element(number.rawValue, of: inputs.last!, value.dtype) }

        switch value.primitive {
        case .adamMean:
            let difference = binary(.subtract, inputs[1], inputs[0])
            return binary(.add, inputs[0], binary(.multiply, difference, number(.complement1)))
        case .adamSquare:
            let kept = binary(.multiply, inputs[0], number(.beta2))
            let squared = binary(.multiply, inputs[1], inputs[1])
            return binary(.add, kept, binary(.multiply, squared, number(.complement2)))
        case .adamValue:
            let root = merged(
                Value(primitive: .sqrt, dtype: value.dtype, shape: value.shape, bits: 0, inputs: [inputs[2]]))
            let scale = binary(.add, binary(.divide, root, number(.correction)), number(.epsilon))
            let step = binary(.multiply, binary(.divide, inputs[1], scale), number(.stepSize))
            return binary(.subtract, binary(.multiply, inputs[0], number(.keep)), step)
        default:
            return merged(value)
        }
    }

    /// One element of a vector, as a scalar.
    private mutating func element(_ index: Int, of vector: Int, _ dtype: DType) -> Int {
        let slice = merged(
            Value(primitive: .slice, dtype: dtype, shape: Shape([1]), bits: 0, list: [index, 1], inputs: [vector]))
        return merged(Value(primitive: .reshape, dtype: dtype, shape: .scalar, bits: 0, inputs: [slice]))
    }
}

/// The numbers of an Adam step, which all parameters share, in the order in which they lie in one tensor.
package enum AdamNumber: Int, CaseIterable {
    /// 1 - beta1.
    case complement1
    case beta2
    /// 1 - beta2.
    case complement2
    /// sqrt(1 - beta2^step).
    case correction
    case epsilon
    /// learning rate / (1 - beta1^step).
    case stepSize
    /// 1 - learning rate * weight decay, where the decay is apart from the gradient.
    case keep
}
