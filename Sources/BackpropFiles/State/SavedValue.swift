/// A plain value of a saved state. It is written as JSON, and read back with the same bits: 64 bits of an integer, and every
/// number, infinities and NaN included.
public enum SavedValue: Sendable, Hashable {
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([SavedValue])
    case object([String: SavedValue])
    case null
}

extension SavedValue: ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .text(value) }
    public init(arrayLiteral values: SavedValue...) { self = .list(values) }
    public init(dictionaryLiteral members: (String, SavedValue)...) {
        self = .object(Dictionary(members) { _, last in last })
    }
}

extension SavedValue {
    /// Whether it is nothing.
    public var isNull: Bool { self == .null }
    /// The truth value; nil for anything else.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The whole number; nil for anything else.
    public var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    /// The number, whole ones included; nil for anything else.
    public var number: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }
    /// The text; nil for anything else.
    public var text: String? { if case .text(let value) = self { value } else { nil } }
    /// The elements of a list; nil for anything else.
    public var list: [SavedValue]? { if case .list(let values) = self { values } else { nil } }
    /// The members of an object; nil for anything else.
    public var object: [String: SavedValue]? { if case .object(let values) = self { values } else { nil } }
}

// Numbers stand in an object of their own, so that 1.0 stays a number, and the bits of NaN stay theirs.
extension SavedValue: Codable {
    private enum Mark: String, CodingKey { case number = "$number", object = "$object" }

    public init(from decoder: any Decoder) throws {
        let single = try decoder.singleValueContainer()
        if single.decodeNil() {
            self = .null
        } else if let value = try? single.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? single.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? single.decode(String.self) {
            self = .text(value)
        } else if let values = try? single.decode([SavedValue].self) {
            self = .list(values)
        } else {
            let members = try decoder.container(keyedBy: Mark.self)
            if let bits = try members.decodeIfPresent(String.self, forKey: .number) {
                guard let number = Double(savedText: bits) else {
                    throw DecodingError.dataCorruptedError(
                        forKey: .number, in: members, debugDescription: "'\(bits.prefix(40))' is no number")
                }
                self = .number(number)
            } else {
                self = .object(try members.decode([String: SavedValue].self, forKey: .object))
            }
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var single = encoder.singleValueContainer()
        switch self {
        case .null: try single.encodeNil()
        case .bool(let value): try single.encode(value)
        case .integer(let value): try single.encode(value)
        case .text(let value): try single.encode(value)
        case .list(let values): try single.encode(values)
        case .number(let value): try single.encode([Mark.number.rawValue: value.savedText])
        case .object(let values): try single.encode([Mark.object.rawValue: values])
        }
    }
}

extension Double {
    /// The shortest decimal that reads back as this number; for NaN its bits.
    fileprivate var savedText: String { isNaN ? "nan:" + String(bitPattern, radix: 16) : description }

    fileprivate init?(savedText text: String) {
        if text.hasPrefix("nan:") {
            guard let bits = UInt64(text.dropFirst(4), radix: 16), Double(bitPattern: bits).isNaN else { return nil }
            self.init(bitPattern: bits)
        } else {
            self.init(text)
        }
    }
}
