import BackpropFiles

/// JSON objects, one a line or in one array, written as a table with a header.
///
/// Keys become columns in the order in which they first appear; what lies in another object has a name with a point. Lists
/// are left out, null is a blank cell.
///
/// Source: RFC 8259, https://jsonlines.org
struct RecordText {
    let text: FileBytes
    let notes: [String]

    /// Nil where the text does not begin as JSON objects do.
    init?(_ content: FileBytes, source: String) throws(DataError) {
        guard Self.isRecords(content.buffer) else { return nil }
        var columns: [String] = []
        var places: [String: Int] = [:]
        var lists: [String] = []
        var reader = RecordReader(content)
        func fail(_ problem: FormatProblem, _ position: Int) -> DataError {
            problem.at("\(source), line \(CSVText.lineBreaks(in: content.buffer[..<position]) + 1)")
        }
        do throws(FormatProblem) {
            while try reader.next({ key, value throws(FormatProblem) in
                if case .list = value {
                    if !lists.contains(key), lists.count < 100 { lists.append(key) }
                } else if places[key] == nil {
                    places[key] = columns.count
                    columns.append(key)
                    guard columns.count <= TableOptions.maximumColumns else {
                        throw FormatProblem(
                            "more than \(TableOptions.maximumColumns) different keys", reason: .tooLarge,
                            remedy: "give one object for each row, with the same keys")
                    }
                }
            }) {}
        } catch {
            throw fail(error, reader.position)
        }
        guard !columns.isEmpty else {
            throw DataError(
                .empty, at: source, "its objects hold no numbers or texts", remedy: "give one flat object for each row")
        }

        var output = GrowingText(capacity: content.count / 2)
        output.appendRow(columns.map { Array($0.utf8) })
        var cells = [[UInt8]](repeating: [], count: columns.count)
        reader = RecordReader(content)
        do throws(FormatProblem) {
            while try reader.next({ key, value in
                guard let place = places[key] else { return }
                switch value {
                case .text(let bytes): cells[place] = bytes
                case .none, .list: cells[place] = []
                }
            }) {
                output.appendRow(cells)
                for place in cells.indices where !cells[place].isEmpty { cells[place] = [] }
            }
        } catch {
            throw fail(error, reader.position)
        }
        text = output.finished()
        notes = lists.isEmpty ? [] : ["Lists are left out: \(Wording.list(lists))"]
    }

    private static func isRecords(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var head = bytes.lazy.filter { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }.prefix(3).makeIterator()
        let (first, second) = (head.next(), head.next())
        if first == UInt8(ascii: "[") { return second == UInt8(ascii: "{") }
        return first == UInt8(ascii: "{") && (second == CSVText.quote || second == UInt8(ascii: "}"))
    }
}

/// Cells that are written as a table with commas.
private struct GrowingText {
    private var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func appendRow(_ cells: [[UInt8]]) {
        for (place, cell) in cells.enumerated() {
            if place > 0 { bytes.append(UInt8(ascii: ",")) }
            let needsQuotes =
                cell.isEmpty
                ? cells.count == 1
                : cell.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D } || cell.first == 0x20
                    || cell.last == 0x20 || cell.first == 0x09 || cell.last == 0x09
            guard needsQuotes else {
                bytes += cell
                continue
            }
            bytes.append(CSVText.quote)
            for byte in cell {
                if byte == CSVText.quote { bytes.append(byte) }
                bytes.append(byte)
            }
            bytes.append(CSVText.quote)
        }
        bytes.append(CSVText.lineFeed)
    }

    func finished() -> FileBytes { FileBytes(bytes) }
}

/// Reads JSON objects one after the other.
private struct RecordReader {
    enum Value {
        /// A text without its quotes, or a number, true or false as written.
        case text([UInt8])
        /// null
        case none
        case list
    }

    private let content: FileBytes
    private let bytes: UnsafeRawBufferPointer
    private let isArray: Bool
    private(set) var position = 0
    private var count = 0
    private static let deepest = 32

    init(_ content: FileBytes) {
        self.content = content
        bytes = content.buffer
        position = 0
        isArray = bytes.first { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } == UInt8(ascii: "[")
        if isArray { position = bytes.firstIndex(of: UInt8(ascii: "["))! + 1 }
    }

    /// Reads the next object and calls `member` with each of its values; false at the end.
    mutating func next(
        _ member: (String, Value) throws(FormatProblem) -> Void
    ) throws(FormatProblem) -> Bool {
        skipBlanks()
        if isArray {
            if accept("]") {
                skipBlanks()
                guard position == bytes.count else { throw unexpected("text behind the last ']'") }
                return false
            }
            if count > 0 { try expect(",") }
        } else if position == bytes.count {
            return false
        }
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "{") else {
            throw unexpected("no object")
        }
        count += 1
        try object(prefix: "", depth: Self.deepest, member)
        return true
    }

    private mutating func object(
        prefix: String, depth: Int, _ member: (String, Value) throws(FormatProblem) -> Void
    ) throws(FormatProblem) {
        try expect("{")
        if accept("}") { return }
        repeat {
            skipBlanks()
            let key = prefix + String(decoding: try string(), as: UTF8.self)
            try expect(":")
            skipBlanks()
            guard position < bytes.count else { throw unexpected("no value") }
            switch bytes[position] {
            case UInt8(ascii: "{"):
                guard depth > 1 else { throw unexpected("objects too deep in each other") }
                try object(prefix: key + ".", depth: depth - 1, member)
            case UInt8(ascii: "["):
                try skipList()
                try member(key, .list)
            case CSVText.quote: try member(key, .text(try string()))
            default: try member(key, try literal())
            }
        } while accept(",")
        try expect("}")
    }

    private mutating func literal() throws(FormatProblem) -> Value {
        let start = position
        while position < bytes.count, isOfLiteral(bytes[position]) { position += 1 }
        let word = Array(bytes[start..<position])
        guard !word.isEmpty else { throw unexpected("no value") }
        if word == Array("null".utf8) || word == Array("NaN".utf8) { return .none }
        return .text(word)
    }

    private func isOfLiteral(_ byte: UInt8) -> Bool {
        switch Unicode.Scalar(byte) {
        case "0"..."9", "a"..."z", "A"..."Z", "+", "-", ".": true
        default: false
        }
    }

    /// Passes over a list, whatever is in it.
    private mutating func skipList() throws(FormatProblem) {
        var depth = 0
        repeat {
            guard position < bytes.count else { throw unexpected("a list without end") }
            switch bytes[position] {
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            case CSVText.quote:
                _ = try string()
                continue
            default: break
            }
            position += 1
        } while depth > 0
    }

    private mutating func string() throws(FormatProblem) -> [UInt8] {
        try expect("\"")
        var result: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            if byte == CSVText.quote { return result }
            guard byte == UInt8(ascii: "\\") else {
                result.append(byte)
                continue
            }
            guard position < bytes.count else { break }
            let kind = bytes[position]
            position += 1
            switch kind {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(CSVText.lineFeed)
            case UInt8(ascii: "r"): result.append(CSVText.carriageReturn)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var unit = try codeUnit()
                if unit & 0xFC00 == 0xD800, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                {
                    position += 2
                    unit = 0x10000 + (unit & 0x3FF) << 10 + (try codeUnit()) & 0x3FF
                }
                // Half of a pair stands for nothing, and is written as what stands for that.
                result.append(contentsOf: UTF8.encode(Unicode.Scalar(unit) ?? "\u{FFFD}")!)
            default: result.append(kind)
            }
        }
        throw unexpected("a text without end")
    }

    private mutating func codeUnit() throws(FormatProblem) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw unexpected("an escape without four hexadecimal digits")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func accept(_ character: Unicode.Scalar) -> Bool {
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ character: Unicode.Scalar) throws(FormatProblem) {
        guard accept(character) else { throw unexpected("no '\(character)' where one belongs") }
    }

    private mutating func skipBlanks() {
        while position < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
    }

    private func unexpected(_ what: String) -> FormatProblem {
        FormatProblem("the JSON has \(what)", remedy: "correct or remove that object")
    }
}
