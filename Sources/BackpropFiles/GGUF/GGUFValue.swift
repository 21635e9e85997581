/// A value of the metadata of a GGUF file.
///
/// Integers of every width are `integer`, floating point of both is `number`. A list has elements of one kind.
public enum GGUFValue: Sendable, Equatable {
    case integer(Int)
    /// Beyond those of 64 bits with a sign.
    case unsigned(UInt64)
    case number(Double)
    case bool(Bool)
    case text(String)
    case integers([Int])
    case numbers([Double])
    case bools([Bool])
    case texts([String])
    /// Lists of lists.
    case lists([GGUFValue])

    public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    /// An integer as well.
    public var number: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        default: nil
        }
    }
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var text: String? { if case .text(let value) = self { value } else { nil } }
    public var integers: [Int]? { if case .integers(let values) = self { values } else { nil } }
    public var numbers: [Double]? { if case .numbers(let values) = self { values } else { nil } }
    public var bools: [Bool]? { if case .bools(let values) = self { values } else { nil } }
    public var texts: [String]? { if case .texts(let values) = self { values } else { nil } }
}
