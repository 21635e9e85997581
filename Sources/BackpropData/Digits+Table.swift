extension Digits {
    /// The figures of a CSV file with 64 columns of pixels from 0 to 16, divided by 16: shape [rows, 64].
    ///
    /// - Parameter header: nil to find out: a first row with a cell that is no number names the columns.
    /// - Throws: `DataError` for a file that is no such table, and a cell that is no such pixel.
    package static func pixels(csv path: String, header: CSVOptions.Header? = nil) throws(DataError)
        -> [Float]
    {
        var table = try Table(csv: path, options: CSVOptions(header: header ?? .absent))
        if header == nil, table.firstRowNamesColumns {
            table = try Table(csv: path, options: CSVOptions(header: .present))
        }
        guard table.columnCount == pixelsPerImage else {
            throw DataError(
                .mismatch, at: table.source,
                "it has \(Wording.count(table.columnCount, "column")), a figure has \(pixelsPerImage) pixels",
                remedy: "give one figure a row, as its 64 pixels from the top left, each 0 to 16")
        }
        var result: [Float] = []
        result.reserveCapacity(table.rowCount * pixelsPerImage)
        for row in 0..<table.rowCount {
            for column in 0..<pixelsPerImage {
                guard case .number(let value)? = table.number(row: row, column: column),
                    value >= 0, value <= Double(maximumPixel)
                else {
                    throw DataError(
                        .badCell, at: table.place(row: row, column: column),
                        "\(Wording.quoted(table.cell(row: row, column: column) ?? "")) is not a pixel",
                        remedy: "a pixel is a number from 0 (paper) to 16 (ink)")
                }
                result.append(Float(value) / Float(maximumPixel))
            }
        }
        return result
    }
}

extension Table {
    /// Whether the first row, read as data, holds a cell that is neither a number nor missing.
    fileprivate var firstRowNamesColumns: Bool {
        rowCount > 1
            && (0..<columnCount).contains { column in
                if case .other? = number(row: 0, column: column) { true } else { false }
            }
    }
}
