import BackpropFiles

extension Table {
    /// Reads a table: rows of cells with any usual separator, or JSON objects, packed by gzip or not; "-" is standard input.
    ///
    /// Cells follow RFC 4180. Rows are limited by memory only, columns by `TableOptions.maximumColumns`. The file is mapped
    /// and must not be changed while the table is in use.
    ///
    /// - Throws: `DataError` for a path that is no readable file, bytes that are no text, quotes that do not close, rows of
    ///   unequal length, and a table without rows.
    public init(_ path: String, options: TableOptions = TableOptions()) throws(DataError) {
        let (content, source) = try Self.content(path)
        try self.init(content, source: source, options: options)
    }

    /// Reads a table that is already in memory; `source` is what messages call it.
    public init(bytes: [UInt8], source: String, options: TableOptions = TableOptions()) throws(DataError) {
        try self.init(FileBytes(bytes), source: source, options: options)
    }

    /// Reads a table for a model that was trained on another one: its columns are found by their names, or by their order
    /// where neither table has names. A label is not needed.
    public init(
        _ path: String, for schema: TableSchema, options: TableOptions = TableOptions()
    ) throws(DataError) {
        let (content, source) = try Self.content(path)
        try self.init(content, source: source, options: options, schema: schema)
    }

    /// The same for a table that is already in memory.
    public init(
        bytes: [UInt8], source: String, for schema: TableSchema, options: TableOptions = TableOptions()
    ) throws(DataError) {
        try self.init(FileBytes(bytes), source: source, options: options, schema: schema)
    }

    private static func content(_ path: String) throws(DataError) -> (FileBytes, String) {
        guard path == "-" else {
            return (try FileBytes(mapping: path, expecting: "table"), FileSystem.name(of: path))
        }
        do { return (try FileSystem.standardInput(), "standard input") } catch { throw DataError(error) }
    }

    package init(
        _ content: FileBytes, source: String, options: TableOptions, schema: TableSchema? = nil
    ) throws(DataError) {
        let text = try TableText(content, source: source, encoding: options.encoding)
        var dialect = TableDialect()
        dialect.encoding = text.encoding
        dialect.isPacked = text.isPacked
        let records = try RecordText(text.bytes, source: source)
        if let records {
            dialect.form = .records
            var builder = TableBuilder(
                records.text, source: source, dialect: dialect, options: options, schema: nil, notes: records.notes)
            self = try builder.table()
        } else {
            var builder = TableBuilder(
                text.bytes, source: source, dialect: dialect, options: options, schema: schema, notes: [])
            self = try builder.table()
        }
    }
}

/// Names the columns and finds where the rows begin.
private struct TableBuilder {
    let text: FileBytes
    let source: String
    var dialect: TableDialect
    let options: TableOptions
    let schema: TableSchema?
    var notes: [String]

    init(
        _ text: FileBytes, source: String, dialect: TableDialect, options: TableOptions, schema: TableSchema?,
        notes: [String]
    ) {
        (self.text, self.source, self.dialect) = (text, source, dialect)
        (self.options, self.schema, self.notes) = (options, schema, notes)
    }

    mutating func table() throws(DataError) -> Table {
        var options = options
        if dialect.form == .records {
            options.separator = .comma
            options.hasHeader = true
            options.skippedLines = 0
        }
        let layout = TableLayout(text, options: options)
        dialect.separator = layout.separator
        dialect.skippedLines = layout.skippedLines
        let reader = RowReader(text, separator: layout.separator)
        guard let first = reader.startOfRow(from: layout.start) else {
            throw DataError(.empty, at: source, "it holds no text", remedy: "give a table with a header row and data")
        }
        let behindFirst = reader.readRow(at: first)
        try check(reader, at: first)
        guard reader.cellCount <= TableOptions.maximumColumns else {
            throw DataError(
                .tooLarge, at: "\(source), line \(line(first))",
                "\(reader.cellCount) columns, the limit is \(TableOptions.maximumColumns)",
                remedy: "keep fewer columns, or check that the rows end with line ends")
        }
        var header = (0..<reader.cellCount).map { String(decoding: reader.bytes($0), as: UTF8.self) }
        dialect.hasHeader = hasHeader(layout, header)
        if !dialect.hasHeader { header = [String](repeating: "", count: header.count) }
        let isShort = dialect.hasHeader && layout.columnCount == header.count + 1
        if isShort { header.insert("", at: 0) }
        noteFile(layout)

        let named = (header.lastIndex { !$0.isEmpty } ?? header.count - 1) + 1
        let start = dialect.hasHeader ? behindFirst : first
        // Columns without a name at the end are there for nothing, unless a row has something in them.
        var index = try RowIndex(
            self, reader, from: start, columns: named, dropped: header.count - named, header: first)
        if index.hasMore {
            index = try RowIndex(self, reader, from: start, columns: header.count, dropped: 0, header: first)
        } else {
            header.removeLast(header.count - named)
        }
        notes += index.notes(self)
        guard !index.starts.isEmpty else {
            throw DataError(
                .empty, at: source,
                dialect.hasHeader ? "there is a header and no row below it" : "there is no row",
                remedy: "add rows of data")
        }
        let (names, nameless) = names(header)
        return Table(
            source: source, dialect: dialect, columnNames: names, notes: notes,
            missingMarkers: options.missingMarkers, namelessColumns: nameless, text: text, rowStarts: index.starts)
    }

    private func hasHeader(_ layout: TableLayout, _ first: [String]) -> Bool {
        if let wanted = options.hasHeader { return wanted }
        guard dialect.form == .cells, let schema else { return layout.hasHeader }
        let known = Set(schema.features.map(\.name))
        let found = first.count { known.contains($0) }
        if found * 2 >= known.count || found > 0 && schema.dialect.hasHeader { return true }
        return schema.dialect.hasHeader ? layout.hasHeader : false
    }

    private mutating func noteFile(_ layout: TableLayout) {
        guard dialect.form == .cells else { return }
        switch dialect.encoding {
        case .utf8: break
        case .windows1252: notes.append("The file is not UTF-8 and was read as Windows-1252 (--encoding)")
        case .utf16LittleEndian, .utf16BigEndian: notes.append("The file is UTF-16")
        }
        if layout.skippedLines > 0, options.skippedLines == nil {
            notes.append(
                "\(Wording.count(layout.skippedLines, "line")) above the table "
                    + "\(layout.skippedLines == 1 ? "was" : "were") left out (--skip-lines)")
        }
        if !dialect.hasHeader, options.hasHeader == nil, schema == nil {
            notes.append(
                "The first row looks like data, so the columns are called column1, column2 and so on (--header says otherwise)"
            )
        }
    }

    /// Names that are all different, and which of them are made up.
    private mutating func names(_ header: [String]) -> ([String], Set<Int>) {
        guard dialect.hasHeader else { return (namesByOrder(header.count), []) }
        var names: [String] = []
        var nameless: Set<Int> = []
        var taken = Set(header)
        var (repeated, made): ([String], [String]) = ([], [])
        var seen: Set<String> = []
        for (position, name) in header.enumerated() {
            if !name.isEmpty, seen.insert(name).inserted {
                names.append(name)
                continue
            }
            let stem = name.isEmpty ? "column\(position + 1)" : name
            var fresh = name.isEmpty ? stem : stem + "_2"
            var number = 2
            while taken.contains(fresh) || seen.contains(fresh) {
                number += 1
                fresh = "\(stem)_\(number)"
            }
            taken.insert(fresh)
            seen.insert(fresh)
            names.append(fresh)
            if name.isEmpty {
                nameless.insert(position)
                made.append(fresh)
            } else {
                repeated.append(fresh)
            }
        }
        if !made.isEmpty { notes.append("Columns without a name are called \(Wording.list(made))") }
        if !repeated.isEmpty { notes.append("Names that are there twice were changed: \(Wording.list(repeated))") }
        return (names, nameless)
    }

    /// Names of the columns of a table without a header: those of the table that a model was trained on where it has as
    /// many, or one more that is the label.
    private func namesByOrder(_ count: Int) -> [String] {
        if let schema {
            let names = schema.columns.map(\.name)
            if names.count == count { return names }
            if names.count == count + 1 { return names.filter { $0 != schema.label } }
        }
        return (1...count).map { "column\($0)" }
    }

    func line(_ position: Int) -> Int { CSVText.lineBreaks(in: text.buffer[..<position]) + 1 }

    func check(_ reader: RowReader, at start: Int) throws(DataError) {
        guard reader.problem == .openQuote else { return }
        let before =
            reader.cellCount == 0
            ? start : reader.cell(reader.cellCount - 1).start + Int(reader.cell(reader.cellCount - 1).count)
        throw DataError(
            .badQuote, at: "\(source), line \(line(before))",
            "a quoted cell begins here and never ends",
            remedy: "close it with a quotation mark; a quotation mark inside a cell is written twice")
    }
}

/// Where the rows of a table begin.
private struct RowIndex {
    private(set) var starts: [Int] = []
    /// Whether a row has something in the columns that are to be dropped.
    private(set) var hasMore = false
    private var bad = 0, firstBad = 0, trailing = 0

    init(
        _ builder: TableBuilder, _ reader: RowReader, from start: Int, columns: Int, dropped: Int, header: Int
    ) throws(DataError) {
        var (position, kept) = (start, start)
        while let row = reader.startOfRow(from: position) {
            position = reader.readRow(at: row)
            kept = reader.forget(from: kept, to: row)
            try builder.check(reader, at: row)
            let found = reader.cellCount
            if found == columns {
                starts.append(row)
                continue
            }
            if found == 1, reader.cell(0).count == 0 { continue }
            let filled = ((0..<found).last { reader.cell($0).count > 0 } ?? -1) + 1
            if found > columns, filled <= columns {
                if found > columns + dropped { trailing += 1 }
                starts.append(row)
                continue
            }
            if dropped > 0, found == columns + dropped {
                hasMore = true
                return
            }
            if builder.options.skipsBadRows {
                if bad == 0 { firstBad = builder.line(row) }
                bad += 1
                continue
            }
            throw DataError(
                .raggedRow, at: "\(builder.source), line \(builder.line(row))",
                "\(Wording.count(found, "cell")), expected \(columns) as in line \(builder.line(header))",
                remedy: (found > columns
                    ? "put cells that contain the separator in quotes" : "add what is missing")
                    + ", or leave such rows out (--skip-bad-rows)")
        }
    }

    func notes(_ builder: TableBuilder) -> [String] {
        var notes: [String] = []
        if bad > 0 {
            notes.append(
                "\(Wording.count(bad, "row")) with too many or too few cells left out, the first in line \(firstBad)")
        }
        if trailing > 0 {
            notes.append("\(Wording.count(trailing, "row")) ended with separators behind the last column")
        }
        return notes
    }
}
