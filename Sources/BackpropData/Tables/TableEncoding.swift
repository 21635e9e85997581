/// How the cells of a table become numbers and codes, learnt from its training rows and kept with the trained model.
///
/// - A column of numbers becomes one number (`NumberScale`). A missing cell, and one that cannot be read, becomes 0.
/// - A column of dates becomes its days, scaled alike, and a sine and a cosine each for the month, the day of the week and the
///   hour, as far as they differ in training.
/// - A column of categories becomes a code: 1 and on for the values seen in training, 0 for all others. A missing cell has
///   the last code where cells were missing in training, else 0.
/// - Where numbers or dates were missing in training, one more number follows: 1 where missing, else 0.
///
/// What a row becomes depends on that row alone.
public struct TableEncoding: Codable, Sendable, Equatable {
    /// What a column of numbers becomes.
    public struct NumberFeature: Codable, Sendable, Equatable {
        public let column: TableSchema.Column
        public let scale: NumberScale
        public let marksMissing: Bool
        /// The range in training; both 0 where all cells were missing.
        public let lowest: Double
        public let highest: Double
        /// For dates, what is told beside the days.
        public let cycles: [Cycle]
    }

    /// What comes back in a date.
    public enum Cycle: String, Codable, Sendable, CaseIterable {
        case month
        case weekday
        case hour

        /// The share of the way around.
        func turn(_ date: DateText) -> Double {
            switch self {
            case .month: Double(date.month - 1) / 12
            case .weekday: Double(date.weekday) / 7
            case .hour: date.hour / 24
            }
        }
    }

    /// What a column of categories becomes.
    public struct CategoryFeature: Codable, Sendable, Equatable {
        public let column: TableSchema.Column
        /// Sorted by spelling.
        public let values: [String]
        public let marksMissing: Bool

        /// How many codes there are.
        public var size: Int { values.count + (marksMissing ? 2 : 1) }
    }

    /// What one column becomes.
    public enum Feature: Codable, Sendable, Equatable {
        case number(NumberFeature)
        case category(CategoryFeature)

        /// The column of the table.
        public var column: TableSchema.Column {
            switch self {
            case .number(let feature): feature.column
            case .category(let feature): feature.column
            }
        }

        /// How many numbers it becomes.
        var numberCount: Int {
            switch self {
            case .number(let feature): 1 + 2 * feature.cycles.count + (feature.marksMissing ? 1 : 0)
            case .category: 0
            }
        }
    }

    /// What the label becomes.
    public enum Label: Codable, Sendable, Equatable {
        /// Its position among `names`. Numbers come first to last by size, other names by spelling.
        case classes(column: TableSchema.Column, names: [String])
        /// (value - mean) / deviation.
        case number(column: TableSchema.Column, mean: Double, deviation: Double)

        /// The column of the table.
        public var column: TableSchema.Column {
            switch self {
            case .classes(let column, _), .number(let column, _, _): column
            }
        }
    }

    /// Where the numbers and the code of one column lie in `EncodedRows`.
    public struct Part: Sendable, Equatable {
        /// The column of the table.
        public let column: String
        /// Positions among the numbers of a row.
        public let numbers: Range<Int>
        /// The position among the codes of a row; nil for a column of numbers.
        public let category: Int?
    }

    /// The most codes of a column of categories; the most frequent values get them.
    public static let maximumCategories = 4_096
    /// The largest size of a standardized label.
    static let largestTarget = 1e6

    /// The columns that predict, in the order of the table.
    public let features: [Feature]
    /// The column that is predicted.
    public let label: Label

    /// How many numbers a row becomes.
    public var numberCount: Int { features.reduce(0) { $0 + $1.numberCount } }
    /// How many codes each column of categories has.
    public var categorySizes: [Int] { categories.map(\.size) }
    /// The columns of the codes.
    public var categoryNames: [String] { categories.map(\.column.name) }

    /// How many numbers a row becomes where codes become numbers too, as in `EncodedRows.oneHot()`.
    public var oneHotWidth: Int { numberCount + categorySizes.reduce(0) { $0 + $1 - 1 } }

    private var categories: [CategoryFeature] {
        features.compactMap { if case .category(let feature) = $0 { feature } else { nil } }
    }

    /// A name for each of the numbers of a row: "age", "age is missing", "sold: month (sine)".
    public var numberNames: [String] {
        features.flatMap { feature -> [String] in
            guard case .number(let number) = feature else { return [] }
            let name = number.column.name
            return [name] + number.cycles.flatMap { ["\(name): \($0) (sine)", "\(name): \($0) (cosine)"] }
                + (number.marksMissing ? ["\(name) is missing"] : [])
        }
    }

    /// What a code stands for.
    public func categoryValue(_ category: Int, code: Int) -> String {
        let feature = categories[category]
        if code < 1 || code >= feature.size { return "(other)" }
        return code <= feature.values.count ? feature.values[code - 1] : "(missing)"
    }

    /// Where each column lies in the encoded rows, in the order of `features`.
    public var parts: [Part] {
        var (number, category) = (0, 0)
        return features.map { feature in
            let numbers = number..<(number + feature.numberCount)
            number = numbers.upperBound
            guard case .category = feature else {
                return Part(column: feature.column.name, numbers: numbers, category: nil)
            }
            category += 1
            return Part(column: feature.column.name, numbers: numbers, category: category - 1)
        }
    }

    /// The classes in the order of their numbers; empty for a regression.
    public var classNames: [String] {
        if case .classes(_, let names) = label { names } else { [] }
    }
}
