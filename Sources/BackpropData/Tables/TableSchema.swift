/// What the columns of a table mean, decided once: which one is to be predicted, what the others hold, and which of them are
/// set aside and why.
///
/// A column is decided by all of its cells:
/// - Numbers, where nearly all cells are numbers: the few others count as missing. Currency and percent signs, units, and
///   marks between groups of digits are understood.
/// - Dates and times, where nearly all cells are.
/// - Categories otherwise, however many, as long as values come twice on average.
/// - Set aside: constants, identifiers, free text, and columns that are nearly empty.
public struct TableSchema: Codable, Sendable, Equatable {
    /// What is to be predicted.
    public enum Task: String, Sendable, Codable, CaseIterable {
        /// One of several classes.
        case classification
        /// A number.
        case regression
    }

    /// What the cells of a column are.
    public enum Kind: Codable, Sendable, Equatable {
        case number(NumberStyle)
        case category
        case date(DateStyle)
        case text
    }

    /// What a column is for.
    public enum Role: Codable, Sendable, Equatable {
        /// It predicts.
        case feature
        /// It is predicted.
        case label
        /// It is left out, and why.
        case setAside(String)
    }

    /// A column and what was decided about it.
    public struct Column: Codable, Sendable, Equatable {
        /// A value and how many rows have it.
        public struct Value: Codable, Sendable, Equatable {
            public let text: String
            public let count: Int
        }

        /// Its name, as in the table.
        public let name: String
        /// What its cells are.
        public internal(set) var kind: Kind
        /// What it is for.
        public internal(set) var role: Role
        /// Cells without a value, those that could not be read as what the column holds among them.
        public internal(set) var missingCount: Int
        /// Cells that could not be read as what the column holds.
        public internal(set) var oddCount: Int
        /// How many different values it has, or about so many.
        public internal(set) var distinctCount: Int
        /// Whether the number of different values is exact.
        public internal(set) var isDistinctExact: Bool
        /// The range of numbers, or of dates as days since 2000-01-01; nil for other columns.
        public internal(set) var lowest: Double?
        public internal(set) var highest: Double?
        /// Whether all numbers are whole.
        public internal(set) var isWhole: Bool
        /// The most frequent values of other columns.
        public internal(set) var frequent: [Value]
        /// Cells that are missing besides blank ones.
        public internal(set) var missingMarkers: [String]
    }

    /// What the person decides; the rest is recognized.
    public struct Options: Sendable, Equatable {
        /// The column to be predicted.
        public var label: String?
        /// What is to be predicted.
        public var task: Task?
        /// Columns that are numbers; cells that are none count as missing.
        public var numbers: [String]
        /// Columns that are categories even where their cells are numbers.
        public var categories: [String]
        /// Columns that are dates.
        public var dates: [String]
        /// Columns that are left out.
        public var dropped: [String]
        /// Columns that are not set aside.
        public var kept: [String]

        /// Decides nothing where nothing is given.
        public init(
            label: String? = nil, task: Task? = nil, numbers: [String] = [], categories: [String] = [],
            dates: [String] = [], dropped: [String] = [], kept: [String] = []
        ) {
            self.label = label
            self.task = task
            self.numbers = numbers
            self.categories = categories
            self.dates = dates
            self.dropped = dropped
            self.kept = kept
        }
    }

    /// The most classes of a label.
    public static let maximumClasses = 1_000

    /// The name of the file.
    public let source: String
    /// How the file was read.
    public let dialect: TableDialect
    /// Rows of the table.
    public let rowCount: Int
    /// All columns in the order of the table.
    public let columns: [Column]
    /// The column to be predicted.
    public let label: String
    /// Why it is that column.
    public let labelReason: String
    /// Whether its values are classes or numbers.
    public let task: Task
    /// Why it is that task.
    public let taskReason: String
    /// Rows without a label, which are left out.
    public let unlabelledCount: Int
    /// Features that alone decide the label, or nearly, in the order of the table.
    public let leaks: [String]
    /// What a person should know about the table: sentences without a full stop.
    public let notes: [String]

    /// The columns that predict, in the order of the table.
    public var features: [Column] { columns.filter { $0.role == .feature } }
    /// The column that is predicted.
    public var labelColumn: Column { columns.first { $0.role == .label }! }

    /// Decides about the columns of `table`. It takes two or three passes over the rows.
    ///
    /// - Throws: `DataError` for a name that no column has, a label that cannot be learnt, and a table without features.
    public init(of table: Table, options: Options = Options()) throws(DataError) {
        var decision = try ColumnDecision(table, options)
        let label = try LabelDecision(table, &decision, options)
        decision.keepNumbersOfRows()
        guard decision.columns.contains(where: { $0.role == .feature }) else {
            throw Self.nothingLeft(table, decision.columns, label.name)
        }
        let leaks = LeakSearch(table, decision.columns, label).leaks
        source = table.source
        dialect = table.dialect
        rowCount = table.rowCount
        columns = decision.columns
        self.label = label.name
        labelReason = label.reason
        task = label.task
        taskReason = label.taskReason
        unlabelledCount = label.unlabelledCount
        self.leaks = leaks.map(\.name)
        notes = table.notes + decision.notes + label.notes + leaks.map(\.note)
    }

    private static func nothingLeft(_ table: Table, _ columns: [Column], _ label: String) -> DataError {
        let setAside = columns.filter { if case .setAside = $0.role { true } else { false } }
        return DataError(
            .tooFew, at: table.source,
            "no column is left to predict \(Wording.quoted(label)) from"
                + (setAside.isEmpty ? "" : ": \(Wording.list(setAside.map(\.name))) set aside"),
            remedy: setAside.isEmpty
                ? "give a table with more columns"
                : "keep one of them (--keep \(Wording.argument(setAside.last!.name)))")
    }
}

extension Wording {
    /// A name as an argument of a command line.
    static func argument(_ name: String) -> String {
        let isPlain = name.utf8.allSatisfy {
            switch Unicode.Scalar($0) {
            case "a"..."z", "A"..."Z", "0"..."9", "_", ".": true
            default: false
            }
        }
        return isPlain && !name.isEmpty ? name : quoted(name, limit: 200)
    }
}
