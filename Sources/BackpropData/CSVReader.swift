extension Table {
    /// Reads a CSV file: RFC 4180 quotes, any line end, an optional byte order mark, blank cells as missing.
    ///
    /// Blanks around a cell without quotes are dropped, and so are lines without any character. Rows and
    /// cells are limited by the size of the file only (`CSVOptions.maximumBytes`); columns by
    /// `CSVOptions.maximumColumns`.
    ///
    /// - Throws: `DataError` for a path that is no readable file, text that is not UTF-8, quotes that do not
    ///   close, rows of unequal length, bad column names, and a table without rows.
    public init(csv path: String, options: CSVOptions = CSVOptions()) throws(DataError) {
        let size = try FileSystem.size(ofFile: path, expecting: "CSV")
        guard size <= CSVOptions.maximumBytes else { throw CSVParser.tooLarge(size, source: path) }
        let bytes: [UInt8]
        do { bytes = try FileSystem.read(path) } catch { throw DataError(error) }
        try self.init(csvBytes: bytes, source: FileSystem.name(of: path), options: options)
    }

    /// Reads CSV text that is already in memory; `source` is what messages call it.
    public init(
        csvBytes bytes: [UInt8], source: String, options: CSVOptions = CSVOptions()
    ) throws(DataError) {
        var parser = try CSVParser(bytes, source: source, options: options)
        self = try parser.table()
    }
}

/// Splits text into cells. Quoted cells are unescaped in place, so a cell is always a range of `text`.
private struct CSVParser {
    private var text: [UInt8]
    private let source: String
    private let options: CSVOptions
    private let delimiter: UInt8
    private var position = 0
    private var line = 1
    private var cells: [Table.Cell] = []
    private var rowLines: [UInt32] = []

    init(_ bytes: [UInt8], source: String, options: CSVOptions) throws(DataError) {
        guard bytes.count <= CSVOptions.maximumBytes else { throw Self.tooLarge(bytes.count, source: source) }
        if let bad = CSVText.firstInvalid(in: bytes) {
            throw Self.notText(bytes, bad, source: source)
        }
        self.text = bytes
        self.source = source
        self.options = options
        self.position = bytes.starts(with: CSVText.byteOrderMark) ? CSVText.byteOrderMark.count : 0
        self.delimiter = Self.delimiter(of: bytes[position...], options.delimiter)
    }

    mutating func table() throws(DataError) -> Table {
        guard let firstLine = try nextRow() else {
            throw DataError(
                .empty, at: source, "it holds no text", remedy: "give a table with a header row and data")
        }
        let columns = cells.count
        guard columns <= CSVOptions.maximumColumns else {
            throw DataError(
                .tooLarge, at: "\(source), line \(firstLine)",
                "\(columns) columns, the limit is \(CSVOptions.maximumColumns)",
                remedy: "keep fewer columns, or check that the rows end with line ends")
        }
        let names: [String]
        if options.header == .absent {
            names = (1...columns).map { "column\($0)" }
            rowLines.append(UInt32(firstLine))
        } else {
            names = try columnNames(line: firstLine)
            cells.removeAll(keepingCapacity: true)
        }
        cells.reserveCapacity(min(text.count, (text.count / max(position, 1) + 1) * columns))
        while let rowLine = try nextRow() {
            let found = cells.count - rowLines.count * columns
            guard found == columns else {
                throw DataError(
                    .raggedRow, at: "\(source), line \(rowLine)",
                    "\(Wording.count(found, "cell")), expected \(columns) as in line \(firstLine)",
                    remedy: found > columns
                        ? "remove what is too much, or put cells that contain the delimiter in quotes"
                        : "add what is missing; an empty cell still needs its delimiter")
            }
            rowLines.append(UInt32(rowLine))
        }
        guard !rowLines.isEmpty else {
            throw DataError(
                .empty, at: source, "there is a header and no row below it", remedy: "add rows of data")
        }
        blankMissingMarkers()
        return Table(source: source, columnNames: names, text: text, cells: cells, rowLines: rowLines)
    }

    /// Appends the cells of the next row that has any character; returns its line, nil at the end.
    private mutating func nextRow() throws(DataError) -> Int? {
        skipEmptyLines()
        guard position < text.count else { return nil }
        let first = line
        while true {
            let start = firstCharacterOfCell()
            if start < text.count, text[start] == CSVText.quote {
                try quotedCell(at: start)
            } else {
                plainCell()
            }
            guard position < text.count, text[position] == delimiter else { break }
            position += 1
        }
        endLine()
        return first
    }

    private mutating func skipEmptyLines() {
        while position < text.count, isLineEnd(text[position]) { endLine() }
    }

    private mutating func endLine() {
        guard position < text.count else { return }
        if text[position] == CSVText.carriageReturn, position + 1 < text.count,
            text[position + 1] == CSVText.lineFeed
        {
            position += 1
        }
        position += 1
        line += 1
    }

    private func firstCharacterOfCell() -> Int {
        var start = position
        while start < text.count, isBlank(text[start]) { start += 1 }
        return start
    }

    private mutating func plainCell() {
        var start = position
        while position < text.count, text[position] != delimiter, !isLineEnd(text[position]) { position += 1 }
        var end = position
        while start < end, isBlank(text[start]) { start += 1 }
        while start < end, isBlank(text[end - 1]) { end -= 1 }
        cells.append(Table.Cell(start: UInt32(start), count: UInt32(end - start)))
    }

    private mutating func quotedCell(at opening: Int) throws(DataError) {
        let openingLine = line
        let start = opening + 1
        var end = start
        position = start
        while true {
            guard position < text.count else {
                throw DataError(
                    .badQuote, at: "\(source), line \(openingLine)",
                    "the quoted cell that begins here never ends",
                    remedy: "close it with a quotation mark; a quotation mark inside a cell is written twice")
            }
            let byte = text[position]
            if byte == CSVText.quote {
                position += 1
                guard position < text.count, text[position] == CSVText.quote else { break }
            } else if isLineEnd(byte) {
                let next = position + 1
                if !(byte == CSVText.carriageReturn && next < text.count && text[next] == CSVText.lineFeed) {
                    line += 1
                }
            }
            text[end] = byte
            end += 1
            position += 1
        }
        while position < text.count, isBlank(text[position]) { position += 1 }
        guard position == text.count || text[position] == delimiter || isLineEnd(text[position]) else {
            throw DataError(
                .badQuote, at: "\(source), line \(line)", "there is text after the end of a quoted cell",
                remedy: "put the whole cell in quotation marks; a quotation mark inside is written twice")
        }
        let blank = text[start..<end].allSatisfy { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        cells.append(Table.Cell(start: UInt32(start), count: blank ? 0 : UInt32(end - start)))
    }

    private func isLineEnd(_ byte: UInt8) -> Bool {
        byte == CSVText.lineFeed || byte == CSVText.carriageReturn
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (byte == UInt8(ascii: "\t") && delimiter != byte)
    }

    private func columnNames(line: Int) throws(DataError) -> [String] {
        let place = "\(source), line \(line)"
        var names: [String] = []
        var positions: [String: Int] = [:]
        for cell in cells {
            let bytes = text[Int(cell.start)..<Int(cell.start + cell.count)]
            let name = String(decoding: bytes, as: UTF8.self)
            let column = names.count + 1
            guard !name.isEmpty else {
                throw DataError(
                    .badHeader, at: place, "column \(column) of \(cells.count) has no name",
                    remedy: "name every column in the first row, or say that there is no header (--no-header)"
                )
            }
            if options.header == .expected, case .number = NumberText(bytes) {
                throw DataError(
                    .badHeader, at: place,
                    "the first row holds the number \(Wording.quoted(name)) and looks like data",
                    remedy:
                        "add a row of column names, or say whether there is a header (--header or --no-header)"
                )
            }
            if let earlier = positions.updateValue(column, forKey: name) {
                throw DataError(
                    .badHeader, at: place,
                    "columns \(earlier) and \(column) have the same name \(Wording.quoted(name))",
                    remedy: "rename one of them")
            }
            names.append(name)
        }
        return names
    }

    private mutating func blankMissingMarkers() {
        guard !options.missingMarkers.isEmpty else { return }
        let markers = Set(options.missingMarkers.map { Array($0.utf8)[...] })
        let longest = markers.map(\.count).max() ?? 0
        for index in cells.indices where cells[index].count > 0 && cells[index].count <= longest {
            let cell = cells[index]
            if markers.contains(text[Int(cell.start)..<Int(cell.start + cell.count)]) {
                cells[index].count = 0
            }
        }
    }

    private static func delimiter(of text: ArraySlice<UInt8>, _ wanted: CSVOptions.Delimiter) -> UInt8 {
        let comma = UInt8(ascii: ","), semicolon = UInt8(ascii: ";"), tab = UInt8(ascii: "\t")
        switch wanted {
        case .comma: return comma
        case .semicolon: return semicolon
        case .tab: return tab
        case .automatic: break
        }
        var counts = [comma: 0, semicolon: 0, tab: 0]
        var insideQuotes = false
        var begun = false
        for byte in text {
            if byte == CSVText.quote { insideQuotes.toggle() }
            if insideQuotes { continue }
            if byte == CSVText.lineFeed || byte == CSVText.carriageReturn {
                if begun { break }
                continue
            }
            begun = true
            if byte == comma || byte == semicolon || byte == tab { counts[byte, default: 0] += 1 }
        }
        let best = max(counts[comma]!, counts[semicolon]!, counts[tab]!)
        return [comma, semicolon, tab].first { counts[$0] == best }!
    }

    static func tooLarge(_ byteCount: Int, source: String) -> DataError {
        DataError(
            .tooLarge, at: source, "it has \(byteCount) bytes, the limit is \(CSVOptions.maximumBytes)",
            remedy: "split it or keep fewer rows")
    }

    private static func notText(_ bytes: [UInt8], _ bad: Int, source: String) -> DataError {
        let line = CSVText.lineBreaks(in: bytes[..<bad]) + 1
        let wide = bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
        let packed = bytes.starts(with: [0x1F, 0x8B]) || bytes.starts(with: [0x50, 0x4B, 0x03, 0x04])
        let value = "0x" + String(bytes[bad], radix: 16)
        return DataError(
            .notText, at: "\(source), line \(line)", "byte \(value) at offset \(bad) is not UTF-8 text",
            remedy: wide
                ? "it looks like UTF-16; save it as UTF-8"
                : packed ? "it looks like a packed file; unpack it first" : "save the file as CSV in UTF-8")
    }
}
