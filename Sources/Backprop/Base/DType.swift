/// The type of a tensor's elements.
///
/// A tensor that is made from numbers is float32, or int64 where they are integers, unless `dtype:` says otherwise.
/// Operands of an operator must have the same dtype; nothing is promoted or widened unasked, and `asType(_:)` converts. Swift
/// numbers are weak: beside a tensor they take its dtype, so `x * 2.5` is what x is. Only sums widen: those of integers
/// and masks are int64. Integers wrap around; an integer divided by zero is 0.
///
/// The raw values are the element type numbers of the kernels.
public enum DType: UInt8, Sendable, CaseIterable, CustomStringConvertible {
    case bool = 0
    case uint8 = 1
    case int32 = 2
    case int64 = 3
    case float32 = 4
    case float64 = 5
    /// The upper half of a float32: its range with 8 significant bits. Every operation computes in float32 and rounds its
    /// result once, to nearest with ties to even; reductions and products round only at their end.
    case bfloat16 = 6

    /// Bytes of one element in memory.
    public var byteCount: Int {
        switch self {
        case .bool, .uint8: 1
        case .bfloat16: 2
        case .int32, .float32: 4
        case .int64, .float64: 8
        }
    }

    /// Whether elements are floating point, and so can carry gradients.
    public var isFloatingPoint: Bool { rawValue >= DType.float32.rawValue }

    /// Whether elements are whole numbers; masks are not.
    package var isInteger: Bool { self == .uint8 || self == .int32 || self == .int64 }

    // Out of line: hundreds of messages name a dtype.
    @inline(never)
    public var description: String {
        switch self {
        case .bool: "bool"
        case .uint8: "uint8"
        case .int32: "int32"
        case .int64: "int64"
        case .float32: "float32"
        case .float64: "float64"
        case .bfloat16: "bfloat16"
        }
    }
}

/// A Swift type that can be the element of a tensor.
public protocol TensorScalar: TensorElements, Sendable, BitwiseCopyable where Scalar == Self {
    /// The element type that stores values of this Swift type.
    static var dtype: DType { get }
    /// The element type of a tensor that is made from such values without a word about its dtype: that which stores
    /// them, but float32 for `Double`, the type that Swift gives to a literal with a point.
    static var defaultDType: DType { get }
}

extension TensorScalar {
    public static var defaultDType: DType { dtype }
}

extension Bool: TensorScalar { public static var dtype: DType { .bool } }
extension UInt8: TensorScalar { public static var dtype: DType { .uint8 } }
extension Int32: TensorScalar { public static var dtype: DType { .int32 } }
extension Int64: TensorScalar { public static var dtype: DType { .int64 } }
extension Int: TensorScalar { public static var dtype: DType { .int64 } }
extension Float: TensorScalar { public static var dtype: DType { .float32 } }
extension Double: TensorScalar {
    public static var dtype: DType { .float64 }
    public static var defaultDType: DType { .float32 }
}

/// A number as bfloat16 stores it.
public struct BFloat16: TensorScalar, Hashable, CustomStringConvertible {
    /// The sign, eight bits of exponent and seven of fraction.
    public let bitPattern: UInt16

    /// The number with these bits.
    public init(bitPattern: UInt16) { self.bitPattern = bitPattern }

    /// The nearest number, ties to even.
    public init(_ value: Float) {
        let bits = value.bitPattern
        // Rounding could carry the last bits of a NaN away.
        bitPattern = UInt16(
            truncatingIfNeeded: value.isNaN ? bits >> 16 | 0x40 : (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
    }

    public static var dtype: DType { .bfloat16 }
    public var description: String { Float(self).description }
}

extension Float {
    /// The same number; every bfloat16 is one.
    public init(_ value: BFloat16) { self.init(bitPattern: UInt32(value.bitPattern) << 16) }
}
