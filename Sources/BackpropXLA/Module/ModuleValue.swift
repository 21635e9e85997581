import Backprop

/// The type of an element in a module.
enum ElementType: String, Sendable {
    case bool = "i1"
    case uint8 = "ui8"
    case int32 = "i32"
    case int64 = "i64"
    case uint32 = "ui32"
    case uint64 = "ui64"
    case float32 = "f32"
    case float64 = "f64"
    case bfloat16 = "bf16"

    init(_ dtype: DType) {
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

    var isFloatingPoint: Bool { self == .float32 || self == .float64 || self == .bfloat16 }

    /// Bytes of one element.
    var byteCount: Int {
        switch self {
        case .bool, .uint8: 1
        case .bfloat16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// How numbers of the type are compared, as comparisons name it.
    var order: String {
        switch self {
        case .bool, .uint8, .uint32, .uint64: "UNSIGNED"
        case .int32, .int64: "SIGNED"
        case .float32, .float64, .bfloat16: "FLOAT"
        }
    }

    /// A number as an element of a constant: floating-point ones by their bits, so that none is lost in the text.
    func literal(_ number: Double) -> String {
        switch self {
        case .bool: number == 0 ? "false" : "true"
        case .uint8, .int32, .int64, .uint32, .uint64: String(Int64(number))
        case .float32: bits(Float(number).bitPattern, digits: 8)
        case .float64: bits(number.bitPattern, digits: 16)
        case .bfloat16: bits(BFloat16(Float(number)).bitPattern, digits: 4)
        }
    }

    private func bits(_ pattern: some BinaryInteger, digits: Int) -> String {
        let text = String(pattern, radix: 16, uppercase: true)
        return "0x" + String(repeating: "0", count: digits - text.count) + text
    }
}

/// A value of a module: the name that it has there, and what its type says.
struct ModuleValue: Sendable, Equatable {
    var name: String
    var type: ElementType
    var extents: [Int]

    var rank: Int { extents.count }
    var count: Int { extents.reduce(1, *) }
    var typeText: String { ModuleValue.typeText(type, extents) }

    static func typeText(_ type: ElementType, _ extents: [Int]) -> String {
        "tensor<" + extents.map { "\($0)x" }.joined() + type.rawValue + ">"
    }
}
