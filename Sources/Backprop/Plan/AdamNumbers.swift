/// Updates of optimizers: recorded with one tensor of numbers, planned with the numbers that each of them needs.
extension Simplifier {
    /// The update with the elements of its last operand that it reads, as scalar operands of their own.
    mutating func withNumbers(_ value: Value) -> Int {
        var value = value
        let numbers = value.inputs.removeLast()
        for number in value.primitive.adamNumbers {
            value.inputs.append(element(number.rawValue, of: numbers, value.dtype))
        }
        return merged(value)
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
    /// 1 - learning rate * weight decay, where the decay is apart from the gradient.
    case keep
    /// learning rate / (1 - beta1^step).
    case stepSize
}

extension Primitive {
    /// The numbers that a planned update has as operands, after the tensors.
    var adamNumbers: [AdamNumber] {
        switch self {
        case .adamMean: [.complement1]
        case .adamSquare: [.beta2, .complement2]
        case .adamValue: [.correction, .epsilon, .keep, .stepSize]
        default: []
        }
    }
}
