import BackpropFiles

/// A table of text cells with named columns.
///
/// The text stays where it is, mapped from its file where that is UTF-8, and only the beginning of each row is kept beside it;
/// passes split the rows anew. What the cells mean (numbers, categories, dates, label) is decided by `TableSchema`, how they
/// become numbers by `TableEncoding`.
public struct Table: Sendable {
    /// The name of the file, for messages.
    public let source: String
    /// What the file turned out to be.
    public let dialect: TableDialect
    /// One name for each column, all different, none empty.
    public let columnNames: [String]
    /// What was mended or left out while reading, as sentences without a full stop.
    public let notes: [String]
    /// Cells that are missing besides blank ones, as the person said; nil for the usual ones.
    let missingMarkers: [String]?
    /// Columns that the file gives no name.
    let namelessColumns: Set<Int>
    let text: FileBytes
    /// Where each row begins in the text.
    let rowStarts: [Int]
    private let indices: [String: Int]

    /// How many rows there are below the header.
    public var rowCount: Int { rowStarts.count }
    /// How many cells each row has.
    public var columnCount: Int { columnNames.count }

    init(
        source: String, dialect: TableDialect, columnNames: [String], notes: [String], missingMarkers: [String]?,
        namelessColumns: Set<Int>, text: FileBytes, rowStarts: [Int]
    ) {
        self.source = source
        self.dialect = dialect
        self.columnNames = columnNames
        self.notes = notes
        self.missingMarkers = missingMarkers
        self.namelessColumns = namelessColumns
        self.text = text
        self.rowStarts = rowStarts
        self.indices = Dictionary(
            columnNames.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The text of a cell; nil where it is blank. The row is split for it, so this is for single cells.
    public func cell(row: Int, column: Int) -> String? {
        let reader = reader()
        reader.readRow(at: rowStarts[row])
        guard column < reader.cellCount else { return nil }
        let bytes = reader.bytes(column)
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The position of a column; nil where no column has that name.
    public func index(of columnName: String) -> Int? { indices[columnName] }

    /// The line of the file on which a row begins, counted from 1. Records of JSON are counted instead.
    public func line(row: Int) -> Int {
        dialect.form == .records ? row + 1 : CSVText.lineBreaks(in: text.buffer[..<rowStarts[row]]) + 1
    }

    /// "housing.csv, line 12".
    func place(row: Int) -> String {
        "\(source), \(dialect.form == .records ? "record" : "line") \(line(row: row))"
    }

    /// "housing.csv, line 12, column 'age'".
    func place(row: Int, column: Int) -> String {
        "\(place(row: row)), column \(Wording.quoted(columnNames[column]))"
    }

    func reader() -> RowReader { RowReader(text, separator: dialect.separator) }

    /// Calls `body` for each row, in the order given, with its position among them and a reader that holds its cells.
    /// - Parameter limit: how many cells of each row are needed at most.
    func forEachRow(
        _ rows: [Int]? = nil, limit: Int = .max, _ body: (_ position: Int, _ row: RowReader) -> Void
    ) {
        let reader = reader()
        var kept = rowStarts.first ?? 0
        func visit(_ position: Int, _ row: Int) {
            let start = rowStarts[row]
            if start < kept { kept = start }
            kept = reader.forget(from: kept, to: start)
            reader.readRow(at: start, limit: limit)
            body(position, reader)
        }
        if let rows {
            for (position, row) in rows.enumerated() { visit(position, row) }
        } else {
            for row in rowStarts.indices { visit(row, row) }
        }
        if let last = rowStarts.last, last > kept { text.forget(kept..<last) }
    }

    /// The position of a column that the caller named.
    func require(_ columnName: String, role: String) throws(DataError) -> Int {
        if let index = indices[columnName] { return index }
        let near = NameDistance.nearest(to: columnName, among: columnNames)
        let columns = Wording.list(columnNames, limit: 24)
        throw DataError(
            .unknownColumn, at: source, "there is no \(role) \(Wording.quoted(columnName))",
            remedy: (near.map { "did you mean \(Wording.quoted($0))? " } ?? "") + "the columns are \(columns)"
        )
    }
}
