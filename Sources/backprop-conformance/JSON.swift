/// A JSON value. Whole numbers keep their own case, because Python's `1` and `1.0` are different arguments.
enum JSON: Equatable {
    case null
    case bool(Bool)
    case int(Int)
    case double(Double)
    case string(String)
    case array([JSON])
    case object([String: JSON])

    /// The member of an object; nil for anything else.
    subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var int: Int? {
        guard case .int(let value) = self else { return nil }
        return value
    }

    var double: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    var object: [String: JSON]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// Whole numbers only; nil where there is any other element.
    var ints: [Int]? {
        guard let elements = array else { return nil }
        let values = elements.compactMap(\.int)
        return values.count == elements.count ? values : nil
    }

    /// Numbers only; nil where there is any other element.
    var doubles: [Double]? {
        guard let elements = array else { return nil }
        let values = elements.compactMap(\.double)
        return values.count == elements.count ? values : nil
    }
}

/// Reads one JSON text (RFC 8259) that may come from anywhere: it is refused where it breaks a rule or nests deeply.
/// The words NaN, Infinity and -Infinity are numbers, as Python writes them.
struct JSONReader {
    struct Problem: Error {
        let found: String
        let byte: Int
    }

    private static let maximumDepth = 64

    private let bytes: ArraySlice<UInt8>
    private var position: Int
    private var depth = 0

    private init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    static func value(in bytes: ArraySlice<UInt8>) throws(Problem) -> JSON {
        var reader = JSONReader(bytes)
        let value = try reader.value()
        reader.skipBlanks()
        guard reader.next == nil else { throw reader.problem("more text after the value") }
        return value
    }

    private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    private mutating func value() throws(Problem) -> JSON {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "N"): return try word("NaN", .double(.nan))
        case UInt8(ascii: "I"): return try word("Infinity", .double(.infinity))
        case UInt8(ascii: "-") where bytes[position...].dropFirst().first == UInt8(ascii: "I"):
            return try word("-Infinity", .double(-.infinity))
        case nil: throw problem("the end of the text where a value is expected")
        default: return try number()
        }
    }

    private mutating func descend() throws(Problem) {
        depth += 1
        guard depth <= Self.maximumDepth else { throw problem("more than \(Self.maximumDepth) levels of nesting") }
    }

    private mutating func object() throws(Problem) -> JSON {
        try descend()
        position += 1
        var members: [String: JSON] = [:]
        if !accept("}") {
            repeat {
                skipBlanks()
                guard next == UInt8(ascii: "\"") else { throw problem("no name of a member") }
                let name = try string()
                guard accept(":") else { throw problem("no ':'") }
                guard members.updateValue(try value(), forKey: name) == nil else {
                    throw problem("the name '\(name.prefix(40))' a second time")
                }
            } while accept(",")
            guard accept("}") else { throw problem("no ',' or '}'") }
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(Problem) -> JSON {
        try descend()
        position += 1
        var elements: [JSON] = []
        if !accept("]") {
            repeat { elements.append(try value()) } while accept(",")
            guard accept("]") else { throw problem("no ',' or ']'") }
        }
        depth -= 1
        return .array(elements)
    }

    private mutating func word(_ text: StaticString, _ meaning: JSON) throws(Problem) -> JSON {
        let matches = text.withUTF8Buffer { expected in
            bytes[position...].prefix(expected.count).elementsEqual(expected)
        }
        guard matches else { throw problem("an unknown word") }
        position += text.utf8CodeUnitCount
        return meaning
    }

    private mutating func number() throws(Problem) -> JSON {
        let start = position
        while let byte = next, Self.belongsToNumber(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        guard let first = digits.utf8.first, first >= 0x30, first <= 0x39, digits.utf8.last != UInt8(ascii: ".") else {
            position = start
            throw problem("no value")
        }
        if let whole = Int(text) { return .int(whole) }
        guard let value = Double(text), value.isFinite else {
            position = start
            throw problem("the number '\(text.prefix(40))'")
        }
        return .double(value)
    }

    private static func belongsToNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."), UInt8(ascii: "e"),
            UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func string() throws(Problem) -> String {
        position += 1
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw problem("a string that is not UTF-8")
                }
                return string
            case UInt8(ascii: "\\"): try escape(into: &text)
            case 0..<0x20: throw problem("a control character in a string")
            default: text.append(byte)
            }
        }
        throw problem("the end of the text in a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(Problem) {
        guard let kind = next else { throw problem("the end of the text in a string") }
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(kind)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var units = [try codeUnit()]
            if UTF16.isLeadSurrogate(units[0]), accept("\\"), accept("u") { units.append(try codeUnit()) }
            guard let string = String(validating: units, as: UTF16.self) else {
                throw problem("half of a surrogate pair")
            }
            text.append(contentsOf: string.utf8)
        default: throw problem("an unknown escape")
        }
    }

    private mutating func codeUnit() throws(Problem) -> UInt16 {
        let text = String(decoding: bytes[position...].prefix(4), as: UTF8.self)
        guard text.utf8.count == 4, text.allSatisfy(\.isHexDigit), let unit = UInt16(text, radix: 16) else {
            throw problem("an escape without four hexadecimal digits")
        }
        position += 4
        return unit
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func problem(_ found: String) -> Problem {
        Problem(found: found, byte: position - bytes.startIndex)
    }
}
