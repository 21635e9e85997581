/// What stands before the elements of an array in NumPy's format: a literal of Python that names the type, the order and the shape.
///
/// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
struct NPYHeader: Equatable {
    /// How the elements are stored.
    var type: NPYType
    /// Whether the first axis is the fastest in memory.
    var isFortranOrder: Bool
    var shape: [Int]

    static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
    /// The longest text that is read; NumPy writes a few hundred bytes.
    private static let maximumCount = 1 << 20
    private static let alignment = 64

    /// Reads the header at the start of `bytes`, and where the elements begin.
    static func read(_ bytes: UnsafeRawBufferPointer) throws(FormatProblem) -> (NPYHeader, elements: Int) {
        guard bytes.starts(with: magic) else {
            throw FormatProblem(
                "it does not begin as an array of NumPy does", remedy: "write it with numpy.save or numpy.savez")
        }
        var cursor = ByteCursor(bytes, at: magic.count)
        let major = try cursor.number(UInt8.self), minor = try cursor.number(UInt8.self)
        guard (1...3).contains(major), minor == 0 else {
            throw FormatProblem(
                "it is of version \(major).\(minor) of NumPy's format", remedy: "write it in version 1.0, 2.0 or 3.0")
        }
        let count = major == 1 ? Int(try cursor.number(UInt16.self)) : Int(try cursor.number(UInt32.self))
        guard count <= maximumCount else {
            throw FormatProblem("its header is said to have \(count) bytes, the limit is \(maximumCount)")
        }
        let text = try cursor.piece(count)
        var literal = PythonLiteral(text)
        let header = try literal.header()
        return (header, cursor.position)
    }

    init(type: NPYType, isFortranOrder: Bool, shape: [Int]) {
        self.type = type
        self.isFortranOrder = isFortranOrder
        self.shape = shape
    }

    /// The header as NumPy writes it, padded so that the elements are aligned.
    var bytes: [UInt8] {
        let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
        let text =
            "{'descr': '\(type.description)', 'fortran_order': \(isFortranOrder ? "True" : "False"), 'shape': (\(extents)), }"
        let start = Self.magic.count + 4
        let count = (start + text.utf8.count + 1 + Self.alignment - 1) / Self.alignment * Self.alignment - start
        let blanks = [UInt8](repeating: UInt8(ascii: " "), count: count - text.utf8.count - 1)
        return Self.magic + [1, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(text.utf8) + blanks + [
            UInt8(ascii: "\n")
        ]
    }
}

/// Reads the few forms of Python that a header consists of.
private struct PythonLiteral {
    private let text: UnsafeRawBufferPointer
    private var position = 0

    init(_ text: UnsafeRawBufferPointer) { self.text = text }

    mutating func header() throws(FormatProblem) -> NPYHeader {
        var type: NPYType?
        var isFortranOrder: Bool?
        var shape: [Int]?
        try expect("{")
        while !accept("}") {
            let key = try string()
            try expect(":")
            switch key {
            case "descr" where type == nil: type = try descr()
            case "fortran_order" where isFortranOrder == nil: isFortranOrder = try bool()
            case "shape" where shape == nil: shape = try tuple()
            default:
                throw unexpected("the key \(Wording.quoted(key)) where descr, fortran_order and shape stand once each,")
            }
            guard !accept(",") else { continue }
            try expect("}")
            break
        }
        skipBlanks()
        guard position == text.count else { throw unexpected("more text after its end") }
        guard let type, let isFortranOrder, let shape else { throw unexpected("no descr, fortran_order or shape") }
        return NPYHeader(type: type, isFortranOrder: isFortranOrder, shape: shape)
    }

    private mutating func descr() throws(FormatProblem) -> NPYType {
        skipBlanks()
        guard next != UInt8(ascii: "["), next != UInt8(ascii: "(") else {
            throw FormatProblem(
                "its elements are structures of several fields", reason: .mismatch,
                remedy: "write each field as an array of its own")
        }
        return try NPYType(try string())
    }

    private mutating func bool() throws(FormatProblem) -> Bool {
        skipBlanks()
        for (word, value) in [("True", true), ("False", false)]
        where text[position...].starts(with: word.utf8) {
            position += word.utf8.count
            return value
        }
        throw unexpected("neither True nor False")
    }

    private mutating func tuple() throws(FormatProblem) -> [Int] {
        var result: [Int] = []
        try expect("(")
        while !accept(")") {
            result.append(try size())
            guard result.count <= 32 else { throw unexpected("more axes than NumPy has") }
            guard !accept(",") else { continue }
            try expect(")")
            break
        }
        return result
    }

    private mutating func size() throws(FormatProblem) -> Int {
        skipBlanks()
        let start = position
        var value = 0
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
            let (shifted, tooWide) = value.multipliedReportingOverflow(by: 10)
            let (sum, tooLarge) = shifted.addingReportingOverflow(Int(byte - UInt8(ascii: "0")))
            guard !tooWide, !tooLarge else { throw unexpected("a number beyond 64 bits") }
            value = sum
            position += 1
        }
        guard position > start else { throw unexpected("no number of elements") }
        // Python 2 wrote 3L for a long number.
        if next == UInt8(ascii: "L") { position += 1 }
        return value
    }

    private mutating func string() throws(FormatProblem) -> String {
        skipBlanks()
        guard let quote = next, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw unexpected("no text in quotation marks")
        }
        let start = position + 1
        guard let end = text[start...].firstIndex(of: quote),
            let result = String(validating: text[start..<end], as: UTF8.self)
        else { throw unexpected("text that does not end or is not UTF-8") }
        position = end + 1
        return result
    }

    private var next: UInt8? { position < text.count ? text[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(FormatProblem) {
        guard accept(character) else { throw unexpected("no '\(character)'") }
    }

    private func unexpected(_ what: String) -> FormatProblem {
        FormatProblem("the header has \(what) at byte \(position)")
    }
}
