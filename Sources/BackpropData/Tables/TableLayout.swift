import BackpropFiles

/// How the text of a table is laid out: recognized from its first rows, unless the options say it.
///
/// A separator is good where nearly all rows have as many cells. Among those that are, the one wins whose cells hold the
/// fewest other separators: "1,5;2,3" is a row of two numbers. Rows above the table that do not fit are a title.
struct TableLayout {
    let separator: TableDialect.Separator
    let hasHeader: Bool
    let skippedLines: Int
    /// Where the first row of the table begins, its header if it has one.
    let start: Int
    /// Cells of the header, or of the first row.
    let firstRow: [String]
    /// Cells of most rows.
    let columnCount: Int

    static let sampledRows = 300
    static let sampledCells = 200_000
    private static let longestTitle = 20

    /// The rows at the beginning of a text, split by one separator.
    struct Sample {
        let separator: TableDialect.Separator
        var rows: [[String]] = []
        var starts: [Int] = []
        /// Cells of most of the later rows.
        var columns = 0
        /// The share of rows that have as many.
        var consistency = 0.0
        var cleanness = 0.0

        init(_ text: FileBytes, from start: Int, _ separator: TableDialect.Separator) {
            self.separator = separator
            let reader = RowReader(text, separator: separator)
            var (position, cellCount) = (start, 0)
            while rows.count < TableLayout.sampledRows, cellCount < TableLayout.sampledCells,
                let row = reader.startOfRow(from: position)
            {
                position = reader.readRow(at: row)
                if reader.problem != nil { break }
                starts.append(row)
                cellCount += reader.cellCount
                rows.append(
                    (0..<min(reader.cellCount, TableOptions.maximumColumns + 1)).map {
                        String(decoding: reader.bytes($0).prefix(200), as: UTF8.self)
                    })
            }
            judge()
        }

        private mutating func judge() {
            var counts: [Int: Int] = [:]
            for row in rows { counts[row.count, default: 0] += 1 }
            columns = counts.max { ($0.value, $0.key) < ($1.value, $1.key) }?.key ?? 0
            guard !rows.isEmpty else { return }
            // The first row may lack a name for those of the rows.
            let isShort = rows[0].count == columns - 1
            consistency = Double((counts[columns] ?? 0) + (isShort ? 1 : 0)) / Double(rows.count)
            let cells = rows.joined()
            let clean = cells.count { TableLayout.isClean($0) }
            cleanness = Double(clean) / Double(max(cells.count, 1))
        }
    }

    init(_ text: FileBytes, options: TableOptions) {
        var start = 0
        if let skipped = options.skippedLines { start = Self.position(ofLine: skipped, in: text) }
        let comments = options.skippedLines == nil ? Self.comments(text) : 0
        let sample = Self.best(text, from: max(start, comments), options.separator)
        separator = sample.separator
        var first = 0
        if options.skippedLines == nil { first = Self.titleRows(sample) }
        let body = Array(sample.rows.dropFirst(first))
        self.start = first < sample.starts.count ? sample.starts[first] : text.count
        skippedLines =
            options.skippedLines ?? (first == 0 && comments == 0 ? 0 : Self.lines(before: self.start, in: text))
        firstRow = body.first ?? []
        columnCount = sample.columns
        hasHeader = options.hasHeader ?? HeaderRecognition.isHeader(body)
    }

    private static func best(
        _ text: FileBytes, from start: Int, _ wanted: TableDialect.Separator?
    ) -> Sample {
        if let wanted { return Sample(text, from: start, wanted) }
        let plain = TableDialect.Separator.allCases.filter { $0 != .blanks }
            .map { Sample(text, from: start, $0) }
        let best = plain.max { left, right in
            func rank(_ sample: Sample) -> (Int, Double, Int) {
                sample.columns < 2
                    ? (0, 0, 0) : (Int(sample.consistency * 10), sample.cleanness, sample.columns)
            }
            return rank(left) < rank(right)
        }!
        let blanks = Sample(text, from: start, .blanks)
        if blanks.columns >= 2, blanks.consistency > 0.95, blanks.columns > best.columns,
            isMostlyNumbers(blanks.rows.dropFirst()), best.columns < 2 || best.cleanness < 0.9
        {
            return blanks
        }
        return best.columns >= 2 ? best : plain[0]
    }

    private static func isMostlyNumbers(_ rows: ArraySlice<[String]>) -> Bool {
        let cells = rows.joined()
        return cells.count { isNumber($0) } * 2 >= cells.count && !cells.isEmpty
    }

    static func isNumber(_ cell: String) -> Bool {
        var cell = cell
        return cell.withUTF8 { if case .number = NumberText($0) { true } else { false } }
    }

    /// Whether a cell is one thing: a number, or text without another separator in it.
    private static func isClean(_ cell: String) -> Bool {
        let bytes = cell.utf8
        if bytes.contains(where: { $0 == 0x3B || $0 == 0x09 || $0 == 0x7C }) { return false }
        if bytes.contains(0x2C) { return bytes.contains { $0 >= 0x30 && $0 <= 0x39 } || bytes.contains(0x20) }
        guard bytes.contains(0x20) else { return true }
        return cell.split(separator: " ").count { isNumber(String($0)) } < 3
    }

    /// How many rows at the top are a title: those that have fewer cells than the table, or one cell that is not blank.
    private static func titleRows(_ sample: Sample) -> Int {
        guard sample.columns >= 2, sample.rows.count > 2 else { return 0 }
        func fits(_ row: [String]) -> Bool {
            row.count >= sample.columns - 1 && (sample.columns < 3 || row.count { !$0.isEmpty } > 1)
        }
        guard let first = sample.rows.firstIndex(where: fits), first <= longestTitle else { return 0 }
        let rest = sample.rows[first...]
        let misfits = rest.count { $0.count < sample.columns - 1 }
        return rest.count >= 2 && misfits * 20 <= rest.count ? first : 0
    }

    /// Where the table begins behind lines that begin with '#' and are no header: the last of them may be one.
    private static func comments(_ text: FileBytes) -> Int {
        var position = 0
        while position < text.count, text.buffer[position] == UInt8(ascii: "#") {
            let end = text.buffer[position...].firstIndex { $0 == CSVText.lineFeed || $0 == CSVText.carriageReturn }
            guard let end else { return position }
            var next = end + 1
            while next < text.count,
                text.buffer[next] == CSVText.lineFeed || text.buffer[next] == CSVText.carriageReturn
            {
                next += 1
            }
            if next < text.count, text.buffer[next] != UInt8(ascii: "#"),
                marks(text, position..<end) > 0, marks(text, position..<end) == marks(text, line(text, next))
            {
                return position
            }
            position = next
        }
        return position
    }

    private static func line(_ text: FileBytes, _ start: Int) -> Range<Int> {
        let end = text.buffer[start...].firstIndex { $0 == CSVText.lineFeed || $0 == CSVText.carriageReturn }
        return start..<(end ?? text.count)
    }

    private static func marks(_ text: FileBytes, _ range: Range<Int>) -> Int {
        text.buffer[range].count { $0 == 0x2C || $0 == 0x3B || $0 == 0x09 || $0 == 0x7C }
    }

    private static func lines(before position: Int, in text: FileBytes) -> Int {
        CSVText.lineBreaks(in: text.buffer[..<position])
    }

    /// Where a line begins, counted from 0.
    static func position(ofLine line: Int, in text: FileBytes) -> Int {
        var position = 0
        for _ in 0..<max(line, 0) {
            let end = Self.line(text, position).upperBound
            guard end < text.count else { return text.count }
            let isPair =
                text.buffer[end] == CSVText.carriageReturn && end + 1 < text.count
                && text.buffer[end + 1] == CSVText.lineFeed
            position = end + (isPair ? 2 : 1)
        }
        return min(position, text.count)
    }
}

/// Whether the first row of a table names its columns.
enum HeaderRecognition {
    /// Compares each cell of the first row with those below it: a word above numbers or dates speaks for a header, a number
    /// above numbers against it, and so does a text that is found below. Years in a row may be names.
    static func isHeader(_ rows: [[String]]) -> Bool {
        guard let first = rows.first, !first.isEmpty else { return true }
        let below = rows.dropFirst().prefix(TableLayout.sampledRows)
        guard !below.isEmpty else { return !first.contains { TableLayout.isNumber($0) } }
        let yearly = isRun(first)
        var votes = 0.0
        for (column, name) in first.enumerated() {
            let cells = below.compactMap { column < $0.count && !$0[column].isEmpty ? $0[column] : nil }
            guard !cells.isEmpty else { continue }
            let typed = cells.count { isTyped($0) }
            if typed * 10 >= cells.count * 8 {
                if isTyped(name) {
                    votes -= yearly && TableLayout.isNumber(name) ? 0 : 1
                } else if !name.isEmpty {
                    votes += MissingMarkers.usual.contains(name) ? -0.5 : 1
                } else {
                    votes += column == 0 && !first.dropFirst().contains("") ? 0 : -0.3
                }
            } else if isTyped(name) {
                votes -= 0.5
            } else if cells.contains(name) {
                votes -= 1
            } else if !name.isEmpty {
                votes += 0.3
            }
        }
        return votes > 0
    }

    private static func isTyped(_ cell: String) -> Bool {
        var cell = cell
        return cell.withUTF8 { StyledNumber.isNumber($0) || DateText($0) != nil }
    }

    /// Whether the numbers among the names are whole and follow each other.
    private static func isRun(_ names: [String]) -> Bool {
        let numbers = names.compactMap { Int($0) }
        guard numbers.count >= 3, numbers.count < names.count else { return false }
        return zip(numbers, numbers.dropFirst()).allSatisfy { $1 - $0 == 1 }
    }
}
