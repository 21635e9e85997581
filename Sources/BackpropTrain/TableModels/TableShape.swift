import BackpropData

/// What a network for tables has to know of its table.
package struct TableShape: Codable, Sendable, Equatable {
    /// Numbers of a row.
    package var numberCount: Int
    /// Codes of each categorical column; code 0 stands for values that training has not seen.
    package var categorySizes: [Int]
    /// Nil where a number is predicted.
    package var classCount: Int?

    package init(numberCount: Int, categorySizes: [Int], classCount: Int?) {
        self.numberCount = numberCount
        self.categorySizes = categorySizes
        self.classCount = classCount
    }

    package init(_ rows: EncodedRows, classCount: Int?) {
        self.init(numberCount: rows.numberCount, categorySizes: rows.categorySizes, classCount: classCount)
    }

    /// Outputs of the network for a row.
    package var outputCount: Int { classCount ?? 1 }

    /// Whether rows have the columns that a network of this shape takes.
    func fits(_ rows: EncodedRows) -> Bool {
        rows.numberCount == numberCount && rows.categorySizes == categorySizes
            && rows.numbers.count == rows.rowCount * numberCount
            && rows.codes.count == rows.rowCount * categorySizes.count
    }
}
