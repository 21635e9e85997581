/// What rows of a table become: numbers, and codes of categories.
public struct EncodedRows: Sendable, Equatable {
    public let rowCount: Int
    /// Numbers of each row.
    public let numberCount: Int
    /// Standardized and finite, shape [rowCount, numberCount]. A missing cell is 0, and marked by a further number where
    /// cells were missing in training.
    public var numbers: [Float]
    /// How many codes each column of categories has.
    public let categorySizes: [Int]
    /// Shape [rowCount, categorySizes.count]. 0 is a value that was not seen in training, or seldom.
    public var codes: [Int32]

    /// Puts rows together.
    public init(rowCount: Int, numberCount: Int, numbers: [Float], categorySizes: [Int], codes: [Int32]) {
        self.rowCount = rowCount
        self.numberCount = numberCount
        self.numbers = numbers
        self.categorySizes = categorySizes
        self.codes = codes
    }

    /// How many numbers a row has where codes become numbers too.
    public var oneHotWidth: Int { numberCount + categorySizes.reduce(0) { $0 + $1 - 1 } }

    /// The numbers of each row, and one for each code but 0: 1 for the code of the row, else 0. Shape [rowCount, oneHotWidth].
    public func oneHot() -> [Float] {
        let width = oneHotWidth
        var result = [Float](repeating: 0, count: rowCount * width)
        for row in 0..<rowCount {
            for number in 0..<numberCount { result[row * width + number] = numbers[row * numberCount + number] }
            var offset = row * width + numberCount
            for (category, size) in categorySizes.enumerated() {
                let code = Int(codes[row * categorySizes.count + category])
                if code > 0 { result[offset + code - 1] = 1 }
                offset += size - 1
            }
        }
        return result
    }
}

/// What was unusual about rows that were encoded, beside those that were trained on.
public struct EncodingTally: Sendable, Equatable {
    /// What was unusual in one column.
    public struct Column: Sendable, Equatable {
        public let name: String
        /// Cells with a value that was not there in training, or seldom.
        public var unseenCount = 0
        /// Numbers below or above all those in training.
        public var outsideCount = 0
        /// Cells that are neither missing nor what the column holds.
        public var oddCount = 0
        /// Cells that are missing where none was in training.
        public var missingCount = 0
    }

    /// How many rows were encoded.
    public var rowCount = 0
    /// The columns that predict, in their order.
    public var columns: [Column] = []

    /// Nothing yet.
    public init() {}

    /// A sentence without a full stop for each column that is unusual.
    public var notes: [String] {
        columns.flatMap { column -> [String] in
            let name = Wording.quoted(column.name)
            func note(_ count: Int, _ what: String) -> String? {
                count == 0 ? nil : "\(name): \(what) in \(Wording.count(count, "row")) of \(rowCount)"
            }
            return [
                note(column.unseenCount, "a value that was not there in training, or once"),
                note(column.outsideCount, "a number outside the range of training"),
                note(column.oddCount, "a cell that cannot be read, taken as missing,"),
                note(column.missingCount, "no value, though none was missing in training,"),
            ].compactMap(\.self)
        }
    }
}
