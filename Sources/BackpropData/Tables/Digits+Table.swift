extension Digits {
    /// The figures of a CSV file with 64 columns of pixels from 0 to 16, divided by 16: shape [rows, 64].
    ///
    /// - Parameter hasHeader: nil to find out: a first row with a cell that is no number names the columns.
    /// - Throws: `DataError` for a file that is no such table, and a cell that is no such pixel.
    package static func pixels(csv path: String, hasHeader: Bool? = nil) throws(DataError) -> [Float] {
        var options = TableOptions()
        options.hasHeader = hasHeader ?? false
        var table = try Table(path, options: options)
        if hasHeader == nil, table.firstRowNamesColumns {
            options.hasHeader = true
            table = try Table(path, options: options)
        }
        guard table.columnCount == pixelsPerImage else {
            throw DataError(
                .mismatch, at: table.source,
                "it has \(Wording.count(table.columnCount, "column")), a figure has \(pixelsPerImage) pixels",
                remedy: "give one figure a row, as its 64 pixels from the top left, each 0 to 16")
        }
        var result: [Float] = []
        result.reserveCapacity(table.rowCount * pixelsPerImage)
        var bad: (row: Int, column: Int)?
        table.forEachRow { position, row in
            for column in 0..<pixelsPerImage {
                if case .number(let value) = NumberText(row.bytes(column)), value >= 0, value <= Double(maximumPixel) {
                    result.append(Float(value) / Float(maximumPixel))
                } else if bad == nil {
                    bad = (position, column)
                }
            }
        }
        if let bad {
            throw DataError(
                .badCell, at: table.place(row: bad.row, column: bad.column),
                "\(Wording.quoted(table.cell(row: bad.row, column: bad.column) ?? "")) is not a pixel",
                remedy: "a pixel is a number from 0 (paper) to 16 (ink)")
        }
        return result
    }
}

extension Table {
    /// Whether the first row, read as data, holds a cell that is neither a number nor missing.
    fileprivate var firstRowNamesColumns: Bool {
        guard rowCount > 1 else { return false }
        var found = false
        forEachRow([0]) { _, row in
            found = (0..<columnCount).contains { column in
                let bytes = row.bytes(column)
                return !bytes.isEmpty && NumberText(bytes) == .other
            }
        }
        return found
    }
}
