/// Reads JSON from front to back. Whoever reads says what should come next, so that neither depth nor size of hostile input
/// matters.
package struct JSONCursor {
    private typealias Problem = FormatProblem

    private let bytes: [UInt8]
    private let subject: String
    private var position = 0

    /// - Parameter subject: what messages call the text.
    package init(_ bytes: [UInt8], subject: String = "the header") { (self.bytes, self.subject) = (bytes, subject) }

    /// The byte at the cursor; nil at the end.
    package var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    /// Reads an object; `member` is called with each key and reads the value.
    package mutating func object(
        _ member: (inout JSONCursor, String) throws(FormatProblem) -> Void
    ) throws(FormatProblem) {
        try expect("{")
        if accept("}") { return }
        repeat {
            let key = try string()
            try expect(":")
            try member(&self, key)
        } while accept(",")
        try expect("}")
    }

    /// Reads an array of whole numbers that are not negative.
    package mutating func sizes() throws(FormatProblem) -> [Int] {
        try expect("[")
        var result: [Int] = []
        if accept("]") { return result }
        repeat { result.append(try size()) } while accept(",")
        try expect("]")
        return result
    }

    /// Reads a string and its escapes.
    package mutating func string() throws(FormatProblem) -> String {
        try expect("\"")
        var result: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: result, as: UTF8.self) else {
                    throw Problem("\(subject) holds a string that is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"): try escape(into: &result)
            case 0..<0x20: throw unexpected("a control character in a string", at: position - 1)
            default: result.append(byte)
            }
        }
        throw unexpected("the end of \(subject) in a string", at: position)
    }

    /// Passes over a value of any kind, in which at most `depth` lists and objects lie in each other.
    package mutating func skipValue(depth: Int = 16) throws(FormatProblem) {
        skipBlanks()
        guard depth > 0 else { throw unexpected("lists too deep in each other", at: position) }
        switch next {
        case UInt8(ascii: "{"): try object { cursor, _ throws(FormatProblem) in try cursor.skipValue(depth: depth - 1) }
        case UInt8(ascii: "["):
            try expect("[")
            if accept("]") { return }
            repeat { try skipValue(depth: depth - 1) } while accept(",")
            try expect("]")
        case UInt8(ascii: "\""): _ = try string()
        default: _ = try word()
        }
    }

    /// Whether a byte may be part of a number, `true`, `false` or `null`.
    private static func isOfWord(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "0"..."9", "a"..."z", "E", "+", "-", ".": true
        default: false
        }
    }

    /// Checks that only blanks follow.
    package mutating func end() throws(FormatProblem) {
        skipBlanks()
        guard position == bytes.count else { throw unexpected("more text after the last '}'", at: position) }
    }

    /// Reads an array; `element` is called where each of its elements begins, and reads it.
    package mutating func array(_ element: (inout JSONCursor) throws(FormatProblem) -> Void) throws(FormatProblem) {
        try expect("[")
        if accept("]") { return }
        repeat { try element(&self) } while accept(",")
        try expect("]")
    }

    /// The first byte of the value that comes next; nil at the end.
    package mutating func kind() -> UInt8? {
        skipBlanks()
        return next
    }

    /// Reads a number, `true`, `false` or `null`, as it is written.
    package mutating func word() throws(FormatProblem) -> String {
        skipBlanks()
        let start = position
        while let byte = next, Self.isOfWord(byte) { position += 1 }
        guard position > start else { throw unexpected("no value", at: start) }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// Reads a whole number that is not negative.
    package mutating func size() throws(FormatProblem) -> Int {
        skipBlanks()
        let start = position
        var value = 0
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            let (shifted, tooWide) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLarge) = shifted.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !tooWide, !tooLarge else { throw unexpected("a number beyond 64 bits", at: start) }
            value = sum
            position += 1
        }
        guard position > start else {
            throw unexpected(next == UInt8(ascii: "-") ? "a negative number" : "no whole number", at: start)
        }
        guard position == start + 1 || bytes[start] != UInt8(ascii: "0") else {
            throw unexpected("a number with a leading zero", at: start)
        }
        return value
    }

    private mutating func escape(into result: inout [UInt8]) throws(FormatProblem) {
        guard let kind = next else { throw unexpected("the end of \(subject) in a string", at: position) }
        position += 1
        switch kind {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(kind)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            var unit = try codeUnit()
            if unit >= 0xD800, unit < 0xDC00 {
                guard position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw unexpected("half of a surrogate pair", at: position) }
                position += 2
                let low = try codeUnit()
                guard low >= 0xDC00, low < 0xE000 else {
                    throw unexpected("half of a surrogate pair", at: position)
                }
                unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(unit) else {
                throw unexpected("half of a surrogate pair", at: position)
            }
            result.append(contentsOf: UTF8.encode(scalar)!)
        default: throw unexpected("an unknown escape in a string", at: position - 1)
        }
    }

    private mutating func codeUnit() throws(FormatProblem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw unexpected("an escape without four hexadecimal digits", at: position)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(FormatProblem) {
        guard accept(character) else {
            throw unexpected("no '\(character)'", at: position)
        }
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

    private func unexpected(_ what: String, at position: Int) -> Problem {
        Problem("\(subject) has \(what) at byte \(position)")
    }
}
