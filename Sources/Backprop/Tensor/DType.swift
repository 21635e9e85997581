/// The type of a tensor's elements.
///
/// The raw values are the element type numbers of the kernels.
public enum DType: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    case bool = 0
    case uint8 = 1
    case int32 = 2
    case int64 = 3
    case float32 = 4
    case float64 = 5

    /// Bytes of one element in memory.
    public var byteCount: Int {
        switch self {
        case .bool, .uint8: 1
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// Whether elements are floating point, and so can carry gradients.
    public var isFloatingPoint: Bool { rawValue >= DType.float32.rawValue }

    public var description: String {
        switch self {
        case .bool: "bool"
        case .uint8: "uint8"
        case .int32: "int32"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        }
    }
}

/// A Swift type that can be the element of a tensor.
public protocol TensorScalar: Sendable, BitwiseCopyable {
    /// The element type that stores values of this Swift type.
    static var dtype: DType { get }
}

extension Bool: TensorScalar { public static var dtype: DType { .bool } }
extension UInt8: TensorScalar { public static var dtype: DType { .uint8 } }
extension Int32: TensorScalar { public static var dtype: DType { .int32 } }
extension Int64: TensorScalar { public static var dtype: DType { .int64 } }
extension Float: TensorScalar { public static var dtype: DType { .float32 } }
extension Double: TensorScalar { public static var dtype: DType { .float64 } }
