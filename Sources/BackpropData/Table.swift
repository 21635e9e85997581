/// A table of text cells with named columns, as a CSV file holds it.
///
/// A cell that is empty, blank, or one of the missing markers is missing. What the cells mean (numbers,
/// categories, labels) is decided by `TableSchema`, how they become numbers by `TableEncoding`.
public struct Table: Sendable {
    /// The name of the file, for messages.
    public let source: String
    /// One name for each column, all different, none empty.
    public let columnNames: [String]
    /// How many rows there are below the header.
    public var rowCount: Int { rowLines.count }
    /// How many cells each row has.
    public var columnCount: Int { columnNames.count }

    struct Cell {
        var start: UInt32
        var count: UInt32
    }

    private let text: [UInt8]
    private let cells: [Cell]
    private let rowLines: [UInt32]
    private let indices: [String: Int]

    init(source: String, columnNames: [String], text: [UInt8], cells: [Cell], rowLines: [UInt32]) {
        self.source = source
        self.columnNames = columnNames
        self.text = text
        self.cells = cells
        self.rowLines = rowLines
        self.indices = Dictionary(
            columnNames.enumerated().map { ($0.element, $0.offset) }, uniquingKeysWith: { first, _ in first })
    }

    /// The text of a cell; nil where it is missing.
    public func cell(row: Int, column: Int) -> String? {
        let bytes = bytes(row: row, column: column)
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The position of a column; nil where no column has that name.
    public func index(of columnName: String) -> Int? { indices[columnName] }

    /// The line of the file on which a cell begins, counted from 1.
    public func line(row: Int, column: Int = 0) -> Int {
        var line = Int(rowLines[row])
        for earlier in 0..<column {
            line += CSVText.lineBreaks(in: bytes(row: row, column: earlier))
        }
        return line
    }

    func bytes(row: Int, column: Int) -> ArraySlice<UInt8> {
        let cell = cells[row * columnCount + column]
        return text[Int(cell.start)..<Int(cell.start + cell.count)]
    }

    /// What a cell says when it is read as a number; nil where it is missing.
    func number(row: Int, column: Int) -> NumberText? {
        let bytes = bytes(row: row, column: column)
        return bytes.isEmpty ? nil : NumberText(bytes)
    }

    /// "housing.csv, line 12, column 'age'".
    func place(row: Int, column: Int) -> String {
        "\(source), line \(line(row: row, column: column)), column \(Wording.quoted(columnNames[column]))"
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

/// How far apart two names are, for suggestions.
enum NameDistance {
    /// The name that the person probably meant; nil where none is close.
    static func nearest(to name: String, among names: [String]) -> String? {
        let wanted = Array(name.lowercased().utf8.prefix(64))
        let allowed = max(2, wanted.count / 3)
        let scored = names.prefix(2_000).map {
            (name: $0, distance: edits(wanted, Array($0.lowercased().utf8.prefix(64))))
        }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        if best.distance <= allowed, best.distance < wanted.count { return best.name }
        return scored.first { candidate in
            wanted.count >= 3 && candidate.name.lowercased().contains(name.lowercased())
        }?.name
    }

    private static func edits(_ a: [UInt8], _ b: [UInt8]) -> Int {
        var previous = Array(0...b.count)
        for (row, left) in a.enumerated() {
            var current = [row + 1]
            for (column, right) in b.enumerated() {
                let replaced = previous[column] + (left == right ? 0 : 1)
                current.append(min(replaced, previous[column + 1] + 1, current[column] + 1))
            }
            previous = current
        }
        return previous[b.count]
    }
}
