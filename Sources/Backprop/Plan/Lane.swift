/// The one element type of the registers of a block program.
enum Lane: UInt32, Hashable {
    case float32 = 0
    case float64 = 1
    case int64 = 2

    init(_ dtype: DType) {
        switch dtype {
        case .float32, .bfloat16: self = .float32
        case .float64: self = .float64
        case .bool, .uint8, .int32, .int64: self = .int64
        }
    }

    /// The type of an element in memory that needs no conversion.
    var dtype: DType {
        switch self {
        case .float32: .float32
        case .float64: .float64
        case .int64: .int64
        }
    }
}

extension SimplifiedGraph {
    /// The lane in which an operation computes; nil where any will do, because operands and result are masks.
    func lane(of index: Int) -> Lane? {
        let value = values[index]
        switch value.primitive {
        case .equal, .notEqual, .less, .lessEqual, .greater, .greaterEqual:
            let operand = values[value.inputs[0]].dtype
            return operand == .bool ? nil : Lane(operand)
        case .convert:
            let operand = values[value.inputs[0]].dtype
            if value.dtype.isFloatingPoint { return Lane(value.dtype) }
            return operand == .bool && value.dtype == .bool ? nil : Lane(operand)
        default:
            return value.dtype == .bool ? nil : Lane(value.dtype)
        }
    }

    /// Whether the value can be read from a register of the lane, rather than from memory with a conversion. Integers
    /// narrower than the lane get their width, and wrap around, only when they are stored.
    func isReadable(_ index: Int, in lane: Lane) -> Bool {
        let value = values[index]
        if value.dtype == .int32 || value.dtype == .uint8 { return value.primitive == .iota && lane == .int64 }
        return value.dtype == .bool || (Lane(value.dtype) == lane && self.lane(of: index) ?? lane == lane)
    }
}
