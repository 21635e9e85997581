/// How the elements of a tensor in a GGUF file are stored: plain numbers, or blocks that share scales. The raw value is the
/// number in the file.
///
/// Source: https://github.com/ggml-org/ggml, `ggml_type` and the sizes of its blocks.
public enum GGUFType: UInt32, Sendable, CaseIterable {
    case float32 = 0
    case float16 = 1
    case q4_0 = 2
    case q4_1 = 3
    case q5_0 = 6
    case q5_1 = 7
    case q8_0 = 8
    case q8_1 = 9
    case q2_K = 10
    case q3_K = 11
    case q4_K = 12
    case q5_K = 13
    case q6_K = 14
    case q8_K = 15
    case iq2_XXS = 16
    case iq2_XS = 17
    case iq3_XXS = 18
    case iq1_S = 19
    case iq4_NL = 20
    case iq3_S = 21
    case iq2_S = 22
    case iq4_XS = 23
    case int8 = 24
    case int16 = 25
    case int32 = 26
    case int64 = 27
    case float64 = 28
    case iq1_M = 29
    case bfloat16 = 30
    case tq1_0 = 34
    case tq2_0 = 35
    case mxfp4 = 39

    /// What the tools of the format call it, such as "Q4_K".
    public var name: String {
        switch self {
        case .float32: "F32"
        case .float16: "F16"
        case .float64: "F64"
        case .bfloat16: "BF16"
        case .int8: "I8"
        case .int16: "I16"
        case .int32: "I32"
        case .int64: "I64"
        default: String(describing: self).uppercased()
        }
    }

    /// How many elements a block has, and how many bytes it takes. The last axis of a tensor is a whole number of blocks.
    public var block: (elements: Int, bytes: Int) {
        switch self {
        case .int8: (1, 1)
        case .float16, .bfloat16, .int16: (1, 2)
        case .float32, .int32: (1, 4)
        case .float64, .int64: (1, 8)
        case .mxfp4: (32, 17)
        case .q4_0, .iq4_NL: (32, 18)
        case .q4_1: (32, 20)
        case .q5_0: (32, 22)
        case .q5_1: (32, 24)
        case .q8_0: (32, 34)
        case .q8_1: (32, 40)
        case .iq1_S: (256, 50)
        case .tq1_0: (256, 54)
        case .iq1_M: (256, 56)
        case .iq2_XXS, .tq2_0: (256, 66)
        case .iq2_XS: (256, 74)
        case .iq2_S: (256, 82)
        case .q2_K: (256, 84)
        case .iq3_XXS: (256, 98)
        case .q3_K, .iq3_S: (256, 110)
        case .iq4_XS: (256, 136)
        case .q4_K: (256, 144)
        case .q5_K: (256, 176)
        case .q6_K: (256, 210)
        case .q8_K: (256, 292)
        }
    }

    /// The bytes of a tensor of that shape; nil where its rows are no whole number of blocks, or the product overflows.
    func byteCount(of shape: [Int]) -> Int? {
        guard (shape.last ?? 1) % block.elements == 0 else { return nil }
        if shape.contains(0) { return 0 }
        var bytes = block.bytes
        for (axis, size) in shape.enumerated() {
            let (product, overflow) = bytes.multipliedReportingOverflow(
                by: axis == shape.count - 1 ? size / block.elements : size)
            guard !overflow else { return nil }
            bytes = product
        }
        return bytes
    }
}
