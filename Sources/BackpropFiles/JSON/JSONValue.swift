/// A JSON value as a whole, for what is small and may have many forms. Objects keep the order of their members.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// As it is written, such as "1e-5".
    case number(String)
    case text(String)
    case list([JSONValue])
    case object([Member])

    /// A name and what it stands for.
    public struct Member: Sendable, Equatable {
        public let key: String
        public let value: JSONValue

        public init(_ key: String, _ value: JSONValue) { (self.key, self.value) = (key, value) }
    }

    /// The most lists and objects that lie in each other.
    private static let maximumDepth = 64
    /// The most values in all; each takes some 40 bytes, where two of a file may suffice.
    private static let maximumValues = 1 << 22

    /// Reads a text that is one value; `subject` is what messages call it.
    package init(_ bytes: [UInt8], subject: String) throws(FormatProblem) {
        var cursor = JSONCursor(bytes, subject: subject)
        self = try JSONValue(&cursor)
        try cursor.end()
    }

    /// Reads the value at a cursor.
    package init(_ cursor: inout JSONCursor) throws(FormatProblem) {
        var left = Self.maximumValues
        self = try Self.read(&cursor, depth: Self.maximumDepth, left: &left)
    }

    private static func read(
        _ cursor: inout JSONCursor, depth: Int, left: inout Int
    ) throws(FormatProblem) -> JSONValue {
        left -= 1
        guard left > 0, depth > 0 else {
            throw FormatProblem(
                "it has more than \(maximumValues) values, or values too deep in each other", reason: .tooLarge)
        }
        switch cursor.kind() {
        case UInt8(ascii: "{"):
            var members: [Member] = [], keys: Set<String> = [], rest = left
            try cursor.object { cursor, key throws(FormatProblem) in
                guard keys.insert(key).inserted else {
                    throw FormatProblem("the key \(Wording.quoted(key)) occurs twice")
                }
                members.append(Member(key, try read(&cursor, depth: depth - 1, left: &rest)))
            }
            left = rest
            return .object(members)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = [], rest = left
            try cursor.array { cursor throws(FormatProblem) in
                elements.append(try read(&cursor, depth: depth - 1, left: &rest))
            }
            left = rest
            return .list(elements)
        case UInt8(ascii: "\""): return .text(try cursor.string())
        default:
            let word = try cursor.word()
            switch word {
            case "null": return .null
            case "true": return .bool(true)
            case "false": return .bool(false)
            default:
                guard Double(word) != nil else {
                    throw FormatProblem("it has the unknown word \(Wording.quoted(word))")
                }
                return .number(word)
            }
        }
    }
}

extension JSONValue {
    /// The member of an object; nil where there is none, and for anything else.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// The members of an object; nil for anything else.
    public var members: [Member]? { if case .object(let members) = self { members } else { nil } }
    /// The elements of a list; nil for anything else.
    public var list: [JSONValue]? { if case .list(let elements) = self { elements } else { nil } }
    /// A text; nil for anything else.
    public var text: String? { if case .text(let text) = self { text } else { nil } }
    /// A truth value; nil for anything else.
    public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// A number of any kind; nil for anything else.
    public var number: Double? { if case .number(let word) = self { Double(word) } else { nil } }
    /// A whole number, however it is written.
    public var integer: Int? {
        guard case .number(let word) = self else { return nil }
        return Int(word) ?? Double(word).flatMap { Int(exactly: $0) }
    }

    /// The value as JSON, on one line.
    public var written: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let word): word
        case .text(let text): JSONText.quoted(text)
        case .list(let elements): "[" + elements.map(\.written).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\(JSONText.quoted($0.key)): \($0.value.written)" }.joined(separator: ", ") + "}"
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral text: String) { self = .text(text) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .number(String(value)) }
    public init(arrayLiteral elements: JSONValue...) { self = .list(elements) }
    public init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(members.map { Member($0, $1) }) }
    public init(nilLiteral: ()) { self = .null }
}
