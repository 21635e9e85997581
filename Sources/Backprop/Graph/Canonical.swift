/// What a value is to the call of `checkpoint` around it.
package enum CheckpointPart: UInt8, Sendable {
    /// Nothing: there is no such call.
    case none
    /// It is not kept for a backward pass, which reads a copy that is computed anew.
    case inside
    /// It is one of the results, which are kept like any other value.
    case result
}

/// A value of a canonical graph: one operation, with its operands as indices.
package struct Value: Sendable, Equatable {
    package var primitive: Primitive
    package var dtype: DType
    package var shape: Shape
    package var bits: UInt64
    package var list: [Int]?
    package var inputs: [Int]
    /// The number of the leaf or of the scalar that the value stands for, where it is one.
    package var source: Int = -1
    package var checkpointPart = CheckpointPart.none
    /// In a planned graph, the number of the canonical value that this was made for.
    package var origin: Int = -1
    /// In a planned graph, whether this is computed anew.
    package var isCopy = false

    package var axes: AxisSet { AxisSet(bits: UInt8(truncatingIfNeeded: bits)) }
    package var axis: Int { Int(bits) }
}

/// What a plan is made from: a graph without names, addresses or numbers, inputs before their uses.
///
/// Two recordings with the same canonical graph share one plan. The values of `scalar` nodes are data and not part
/// of it (a learning rate may change at every step), but which of them are equal is.
package struct CanonicalGraph: Sendable, Equatable {
    package var values: [Value]
    package var leafCount: Int
    package var scalarCount: Int
    /// Numbers of the plan itself; values that stand for them have sources from `scalarCount` on.
    package var literals: [ScalarCell] = []
    /// Values that must be in memory of their own afterwards, in the order of the bindings.
    package var outputs: [Int]
}

/// The numbers that are part of the canonical form after all: plans treat one differently, and gradient rules use these
/// as constants.
enum ScalarLiteral: UInt64 {
    case none, zero, one, two

    init(_ node: Node) {
        guard node.dtype.isFloatingPoint else {
            self = .none
            return
        }
        switch node.bits {
        case (0.0).bitPattern: self = .zero
        case (1.0).bitPattern: self = .one
        case (2.0).bitPattern: self = .two
        default: self = .none
        }
    }
}

/// A number as kernels read it: in the lane type that belongs to its dtype, in eight bytes.
package struct ScalarCell: Hashable, Sendable {
    /// The bits of a Double for floating-point dtypes, of an Int64 for the others.
    package var bits: UInt64
    package var dtype: DType

    /// Writes the number in its lane type: Float, Double or Int64.
    package func write(to address: UnsafeMutableRawPointer) {
        switch dtype {
        case .float32: address.storeBytes(of: Float(Double(bitPattern: bits)), as: Float.self)
        case .bfloat16: address.storeBytes(of: Float(BFloat16(Float(Double(bitPattern: bits)))), as: Float.self)
        case .float64: address.storeBytes(of: Double(bitPattern: bits), as: Double.self)
        case .bool, .uint8, .int32, .int64: address.storeBytes(of: bits, as: UInt64.self)
        }
    }
}
