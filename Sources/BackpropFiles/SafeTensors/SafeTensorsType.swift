/// How the elements of a tensor in a safetensors file are stored, little-endian. The raw value is the name
/// in the file.
///
/// Source: https://github.com/huggingface/safetensors, format section of its README.
public enum SafeTensorsType: String, Sendable, Codable, CaseIterable {
    /// One byte, 0 or 1.
    case bool = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case float8e5m2 = "F8_E5M2"
    case float8e4m3 = "F8_E4M3"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case float64 = "F64"
    case int64 = "I64"
    case uint64 = "U64"

    /// Bytes of one element.
    public var byteCount: Int {
        switch self {
        case .bool, .uint8, .int8, .float8e5m2, .float8e4m3: 1
        case .int16, .uint16, .float16, .bfloat16: 2
        case .int32, .uint32, .float32: 4
        case .float64, .int64, .uint64: 8
        }
    }

    /// Where tensors of this type stand in a file: widest first, so that each is aligned to its elements.
    var rank: Int { Self.allCases.count - Self.allCases.firstIndex(of: self)! }

    /// The product of `shape` and the bytes that many elements take; nil where either overflows.
    func extent(of shape: [Int]) -> (elements: Int, bytes: Int)? {
        if shape.contains(0) { return (0, 0) }
        var elements = 1
        for size in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: size)
            guard !overflow else { return nil }
            elements = product
        }
        let (bytes, overflow) = elements.multipliedReportingOverflow(by: byteCount)
        return overflow ? nil : (elements, bytes)
    }
}
