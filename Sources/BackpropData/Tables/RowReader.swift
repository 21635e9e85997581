import BackpropFiles

/// Splits the rows of a table into cells, one row at a time, without copies.
///
/// Quotes are those of RFC 4180: a cell that begins with one, blanks aside, ends with one, and a quotation mark in it is
/// written twice. Blanks around a cell are dropped, and so are lines without any character.
final class RowReader {
    /// Where the text of a cell lies.
    struct Cell {
        var start: Int
        var count: Int32
        /// Whether quotation marks in it are written twice.
        var isEscaped = false
    }

    /// What is wrong with a row.
    enum Problem { case openQuote }

    private let text: FileBytes
    private let base: UnsafePointer<UInt8>
    private let end: Int
    private let separator: UInt8
    private let isBlankSeparated: Bool
    /// Whether a byte ends a cell.
    private let stops: UnsafeMutablePointer<Bool>
    /// What the last row holds: behind a pointer, so that nothing is checked at each access.
    private let row: UnsafeMutablePointer<Row>

    private struct Row {
        var cells: UnsafeMutableBufferPointer<Cell>
        var count = 0
        var scratch: UnsafeMutableBufferPointer<UInt8>
        var problem: Problem?
    }

    /// How many cells the last row has.
    var cellCount: Int { row.pointee.count }
    /// What was wrong with the last row.
    var problem: Problem? { row.pointee.problem }

    init(_ text: FileBytes, separator: TableDialect.Separator) {
        self.text = text
        base = text.buffer.bindMemory(to: UInt8.self).baseAddress ?? UnsafePointer(bitPattern: 1)!
        end = text.count
        self.separator = separator.byte
        isBlankSeparated = separator == .blanks
        stops = .allocate(capacity: 256)
        stops.initialize(repeating: false, count: 256)
        for byte in [separator.byte, CSVText.lineFeed, CSVText.carriageReturn] { stops[Int(byte)] = true }
        if isBlankSeparated { stops[Int(UInt8(ascii: "\t"))] = true }
        row = .allocate(capacity: 1)
        row.initialize(to: Row(cells: .allocate(capacity: 16), scratch: .allocate(capacity: 64)))
    }

    deinit {
        stops.deallocate()
        row.pointee.cells.deallocate()
        row.pointee.scratch.deallocate()
        row.deallocate()
    }

    /// Where a cell of the last row lies.
    func cell(_ column: Int) -> Cell { row.pointee.cells[column] }

    private func append(_ cell: Cell) {
        if row.pointee.count == row.pointee.cells.count {
            let larger = UnsafeMutableBufferPointer<Cell>.allocate(capacity: 2 * row.pointee.count)
            _ = larger.update(fromContentsOf: row.pointee.cells)
            row.pointee.cells.deallocate()
            row.pointee.cells = larger
        }
        row.pointee.cells[row.pointee.count] = cell
        row.pointee.count += 1
    }

    /// Where the next row that has any character begins; nil at the end.
    func startOfRow(from position: Int) -> Int? {
        var position = position
        while position < end, isLineEnd(base[position]) || (isBlankSeparated && isBlank(base[position])) {
            position += 1
        }
        return position < end ? position : nil
    }

    /// Reads the row that begins at `position`, and returns where the line after it begins.
    ///
    /// - Parameter limit: how many cells are needed; reading may end behind them, and then returns any place.
    @discardableResult
    func readRow(at position: Int, limit: Int = .max) -> Int {
        row.pointee.count = 0
        row.pointee.problem = nil
        var position = position
        while true {
            let start = skippingBlanks(position)
            if isBlankSeparated, row.pointee.count > 0, start == end || isLineEnd(base[start]) {
                position = start
                break
            }
            if start < end, base[start] == CSVText.quote, let next = quotedCell(start) {
                position = next
            } else if problem != nil {
                return end
            } else {
                position = plainCell(start)
            }
            guard position < end, !isLineEnd(base[position]) else { break }
            position += 1
            if row.pointee.count >= limit { return position }
        }
        if position < end, base[position] == CSVText.carriageReturn, position + 1 < end,
            base[position + 1] == CSVText.lineFeed
        {
            position += 1
        }
        return min(position + 1, end)
    }

    /// The text of a cell of the row that was read last; valid until the next call.
    func bytes(_ column: Int) -> UnsafeBufferPointer<UInt8> {
        guard column < row.pointee.count else { return UnsafeBufferPointer(start: base, count: 0) }
        let cell = row.pointee.cells[column]
        guard cell.isEscaped else {
            return UnsafeBufferPointer(start: base + cell.start, count: Int(cell.count))
        }
        if row.pointee.scratch.count < Int(cell.count) {
            row.pointee.scratch.deallocate()
            row.pointee.scratch = .allocate(capacity: Int(cell.count))
        }
        let scratch = row.pointee.scratch
        var (count, position) = (0, cell.start)
        while position < cell.start + Int(cell.count) {
            scratch[count] = base[position]
            position += base[position] == CSVText.quote ? 2 : 1
            count += 1
        }
        return UnsafeBufferPointer(start: scratch.baseAddress, count: count)
    }

    /// Gives back the memory of what lies before `position` and after `start`; returns where to go on.
    func forget(from start: Int, to position: Int) -> Int {
        guard position - start > CSVText.piece else { return start }
        text.forget(start..<position)
        return position
    }

    private func skippingBlanks(_ position: Int) -> Int {
        var position = position
        while position < end, isBlank(base[position]) { position += 1 }
        return position
    }

    @inline(__always)
    private func plainCell(_ start: Int) -> Int {
        var position = start
        while position < end, !stops[Int(base[position])] { position += 1 }
        var last = position
        while last > start, isBlank(base[last - 1]) { last -= 1 }
        append(Cell(start: start, count: Int32(clamping: last - start)))
        return position
    }

    /// Where the quoted cell ends that begins at `opening`; nil where it is not one, so that its quotation mark is text.
    private func quotedCell(_ opening: Int) -> Int? {
        let start = opening + 1
        var position = start
        var isEscaped = false
        while true {
            while position < end, base[position] != CSVText.quote { position += 1 }
            guard position < end else {
                row.pointee.problem = .openQuote
                return nil
            }
            guard position + 1 < end, base[position + 1] == CSVText.quote else { break }
            isEscaped = true
            position += 2
        }
        let closing = position
        position = isBlankSeparated ? closing + 1 : skippingBlanks(closing + 1)
        guard position == end || stops[Int(base[position])] else { return nil }
        let isBlank = (start..<closing).allSatisfy { base[$0] == 0x20 || base[$0] == 0x09 }
        append(
            Cell(start: start, count: isBlank ? 0 : Int32(clamping: closing - start), isEscaped: isEscaped))
        return position
    }

    @inline(__always)
    private func isLineEnd(_ byte: UInt8) -> Bool { byte == CSVText.lineFeed || byte == CSVText.carriageReturn }

    @inline(__always)
    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || (byte == 0x09 && (separator != byte))
    }
}
