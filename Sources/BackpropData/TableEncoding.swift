/// How the cells of a table become numbers, learnt from its training rows and kept with the trained model.
///
/// - A numeric column becomes (value - mean) / deviation; a missing cell becomes 0, which is the mean. A
///   column with one value only becomes 0 everywhere. Results stay within ±`largestValue`.
/// - A categorical column becomes one number for each value seen in training: 1 for the cell's value, else 0.
///   A value that was not seen, and a missing cell, give zeros.
/// - Where a column has missing cells in training it is followed by one more number: 1 where missing, else 0.
public struct TableEncoding: Codable, Sendable, Equatable {
    /// The numbers that one column becomes.
    public enum Feature: Codable, Sendable, Equatable {
        /// `scale` is 1 / deviation, or 0 for a column with one value only.
        case numeric(column: String, mean: Double, scale: Double, marksMissing: Bool)
        /// `values` is sorted.
        case categorical(column: String, values: [String], marksMissing: Bool)

        /// The column of the table.
        public var column: String {
            switch self {
            case .numeric(let column, _, _, _), .categorical(let column, _, _): column
            }
        }

        /// How many numbers it becomes.
        public var width: Int {
            switch self {
            case .numeric(_, _, _, let marksMissing): marksMissing ? 2 : 1
            case .categorical(_, let values, let marksMissing): values.count + (marksMissing ? 1 : 0)
            }
        }
    }

    /// What the label becomes.
    public enum Label: Codable, Sendable, Equatable {
        /// Its position among `names`. Numbers come first to last by size, other names by spelling.
        case classes(column: String, names: [String], kind: TableSchema.Kind)
        /// (value - mean) / deviation.
        case number(column: String, mean: Double, deviation: Double)

        /// The column of the table.
        public var column: String {
            switch self {
            case .classes(let column, _, _), .number(let column, _, _): column
            }
        }
    }

    /// The most distinct values of a categorical column.
    public static let maximumCategories = 100
    /// The largest size of a standardized number.
    public static let largestValue = 1e6

    /// The columns that predict, in the order of their numbers.
    public let features: [Feature]
    /// The column that is predicted.
    public let label: Label

    /// How many numbers describe one row.
    public var width: Int { features.reduce(0) { $0 + $1.width } }

    /// A name for each of the `width` numbers: "age", "age is missing", "city = Bonn".
    public var featureNames: [String] {
        features.flatMap { feature -> [String] in
            switch feature {
            case .numeric(let column, _, _, let marksMissing):
                return [column] + (marksMissing ? ["\(column) is missing"] : [])
            case .categorical(let column, let values, let marksMissing):
                return values.map { "\(column) = \($0)" } + (marksMissing ? ["\(column) is missing"] : [])
            }
        }
    }

    /// The classes in the order of their numbers; empty for a regression.
    public var classNames: [String] {
        if case .classes(_, let names, _) = label { names } else { [] }
    }

    /// The rows as numbers, row by row: shape [rows.count, width].
    ///
    /// The table may have further columns, in any order, and needs no label column.
    ///
    /// - Throws: `DataError` that lists all columns that are missing, or names a cell that is not a number.
    public func features(of table: Table, rows: [Int]? = nil) throws(DataError) -> [Float] {
        let rows = rows ?? Array(0..<table.rowCount)
        let columns = try columnIndices(in: table)
        let width = width
        var result = [Float](repeating: 0, count: rows.count * width)
        var offset = 0
        for (feature, column) in zip(features, columns) {
            switch feature {
            case .numeric(_, let mean, let scale, let marksMissing):
                for (position, row) in rows.enumerated() {
                    let target = position * width + offset
                    switch table.number(row: row, column: column) {
                    case .number(let value)?:
                        let standardized = (value - mean) * scale
                        result[target] = Float(min(max(standardized, -Self.largestValue), Self.largestValue))
                    case nil:
                        if marksMissing { result[target + 1] = 1 }
                    default:
                        throw table.badNumber(row: row, column: column, mayBeCategorical: false)
                    }
                }
            case .categorical(_, let values, let marksMissing):
                let positions = Self.positions(of: values)
                for (position, row) in rows.enumerated() {
                    let target = position * width + offset
                    let text = table.bytes(row: row, column: column)
                    if let value = positions[text] {
                        result[target + value] = 1
                    } else if marksMissing, text.isEmpty {
                        result[target + values.count] = 1
                    }
                }
            }
            offset += feature.width
        }
        return result
    }

    /// The class of each row, shape [rows.count]; for an encoding whose label has classes.
    ///
    /// - Throws: `DataError` for a missing label and for a class that was not there in training.
    public func classes(of table: Table, rows: [Int]? = nil) throws(DataError) -> [Int32] {
        guard case .classes(let name, let names, let kind) = label else {
            throw wrongLabel(in: table, is: "a number", wanted: "classes")
        }
        let column = try table.require(name, role: "label column")
        let positions = Dictionary(
            names.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: { first, _ in first }
        )
        var result: [Int32] = []
        for row in rows ?? Array(0..<table.rowCount) {
            let text = try table.className(row: row, column: column, kind: kind)
            guard let position = positions[text] else {
                throw DataError(
                    .badLabelCell, at: table.place(row: row, column: column),
                    "\(Wording.quoted(text)) is none of the classes in training",
                    remedy: "the classes are \(Wording.list(names)); correct the cell or remove the row")
            }
            result.append(position)
        }
        return result
    }

    /// The standardized label of each row, shape [rows.count]; for an encoding whose label is a number.
    ///
    /// - Throws: `DataError` for a label that is missing or no finite number.
    public func targets(of table: Table, rows: [Int]? = nil) throws(DataError) -> [Float] {
        guard case .number(let name, let mean, let deviation) = label else {
            throw wrongLabel(in: table, is: "a class", wanted: "numbers")
        }
        let column = try table.require(name, role: "label column")
        var result: [Float] = []
        for row in rows ?? Array(0..<table.rowCount) {
            let value = try table.target(row: row, column: column)
            result.append(Float(min(max((value - mean) / deviation, -Self.largestValue), Self.largestValue)))
        }
        return result
    }

    /// A standardized label in the unit of the table; unchanged where the label has classes.
    public func original(_ standardized: Float) -> Double {
        guard case .number(_, let mean, let deviation) = label else { return Double(standardized) }
        return Double(standardized) * deviation + mean
    }

    private func columnIndices(in table: Table) throws(DataError) -> [Int] {
        let missing = features.map(\.column).filter { table.index(of: $0) == nil }
        guard missing.isEmpty else {
            let noun = missing.count == 1 ? "a column is" : "\(missing.count) columns are"
            throw DataError(
                .unknownColumn, at: table.source,
                "\(noun) missing that the model was trained on: \(Wording.list(missing))",
                remedy: "add what is missing; the file has \(Wording.list(table.columnNames))")
        }
        return features.compactMap { table.index(of: $0.column) }
    }

    private func wrongLabel(in table: Table, is found: String, wanted: String) -> DataError {
        DataError(
            .mismatch, at: table.source,
            "the label \(Wording.quoted(label.column)) is \(found), not \(wanted)",
            remedy: "read it as what it is")
    }

    private static func positions(of values: [String]) -> [ArraySlice<UInt8>: Int] {
        Dictionary(
            values.enumerated().map { (Array($0.element.utf8)[...], $0.offset) },
            uniquingKeysWith: { first, _ in first })
    }
}

extension Table {
    func target(row: Int, column: Int) throws(DataError) -> Double {
        switch number(row: row, column: column) {
        case .number(let value)?: return value
        case nil:
            throw DataError(
                .badLabelCell, at: place(row: row, column: column), "the label is missing",
                remedy: "fill it in or remove the row")
        default: throw badNumber(row: row, column: column, mayBeCategorical: false)
        }
    }
}
