import Backprop

/// How the elements of a tensor in a safetensors file are stored, little-endian. The raw value is the name
/// in the file.
///
/// Source: https://github.com/huggingface/safetensors, format section of its README; the types and their order are those
/// of version 0.8.
public enum SafeTensorsType: String, Sendable, Codable, CaseIterable {
    /// One byte, 0 or 1.
    case bool = "BOOL"
    /// Four bits: a sign, two of exponent, one of fraction. Two elements share a byte.
    case float4 = "F4"
    case float6e2m3 = "F6_E2M3"
    case float6e3m2 = "F6_E3M2"
    case uint8 = "U8"
    case int8 = "I8"
    case float8e5m2 = "F8_E5M2"
    /// Up to 448, without infinities.
    case float8e4m3 = "F8_E4M3"
    /// A power of two.
    case float8e8m0 = "F8_E8M0"
    /// Up to 240, without infinities and without a negative zero.
    case float8e4m3fnuz = "F8_E4M3FNUZ"
    case float8e5m2fnuz = "F8_E5M2FNUZ"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    /// Two float32.
    case complex64 = "C64"
    case float64 = "F64"
    case int64 = "I64"
    case uint64 = "U64"

    /// Bits of one element.
    public var bitCount: Int {
        switch self {
        case .float4: 4
        case .float6e2m3, .float6e3m2: 6
        case .bool, .uint8, .int8, .float8e5m2, .float8e4m3, .float8e8m0, .float8e4m3fnuz, .float8e5m2fnuz: 8
        case .int16, .uint16, .float16, .bfloat16: 16
        case .int32, .uint32, .float32: 32
        case .complex64, .float64, .int64, .uint64: 64
        }
    }

    /// Bytes of one element; one where elements share bytes.
    public var byteCount: Int { max(1, bitCount / 8) }

    /// Where tensors of this type stand in a file: widest first, so that each is aligned to its elements.
    var rank: Int { Self.allCases.count - Self.allCases.firstIndex(of: self)! }

    /// The product of `shape` and the bytes that many elements take, the last one begun counted whole; nil where either
    /// overflows.
    func extent(of shape: [Int]) -> (elements: Int, bytes: Int)? {
        if shape.contains(0) { return (0, 0) }
        var elements = 1
        for size in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            elements = product
        }
        let (bits, overflow) = elements.multipliedReportingOverflow(by: bitCount)
        return overflow || bits > Int.max - 7 ? nil : (elements, (bits + 7) / 8)
    }
}

extension SafeTensorsType {
    /// The smallest dtype that holds every value of this type; a U64 may be too large for its own. Nil for complex numbers,
    /// and for numbers that share bytes.
    public var dtype: DType? {
        switch self {
        case .bool: .bool
        case .uint8: .uint8
        case .int8, .int16, .uint16, .int32: .int32
        case .uint32, .int64, .uint64: .int64
        case .float8e5m2, .float8e4m3, .float8e8m0, .float8e4m3fnuz, .float8e5m2fnuz, .bfloat16: .bfloat16
        case .float16, .float32: .float32
        case .float64: .float64
        case .complex64, .float4, .float6e2m3, .float6e3m2: nil
        }
    }

    /// How elements of a dtype are stored as they are.
    public init(_ dtype: DType) {
        self =
            switch dtype {
            case .bool: .bool
            case .uint8: .uint8
            case .int32: .int32
            case .int64: .int64
            case .float32: .float32
            case .float64: .float64
            case .bfloat16: .bfloat16
            }
    }

    /// Whether tensors of floating point can be written so.
    var takesFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .bfloat16, .float16, .float8e5m2, .float8e4m3, .float8e4m3fnuz, .float8e5m2fnuz: true
        default: false
        }
    }
}
