/// What the columns of a table mean: which one is to be predicted, and which of the others are numbers.
///
/// A column is numeric where every cell that is not missing is a finite number, else categorical. Where at
/// least nine of ten cells are numbers the others are taken for mistakes, and the first is reported.
public struct TableSchema: Sendable, Equatable {
    /// What is to be predicted.
    public enum Task: String, Sendable, Codable, CaseIterable {
        /// One of several classes.
        case classification
        /// A number.
        case regression
    }

    /// What a column holds.
    public enum Kind: String, Sendable, Codable, CaseIterable {
        case numeric
        case categorical
    }

    /// What the person decides; the rest is recognized.
    public struct Options: Sendable, Equatable {
        /// Recognized where nil: classes where the label is categorical, or holds whole numbers of at most
        /// `maximumNumericClasses` distinct values, each on two rows on average; else numbers.
        public var task: Task?
        /// Columns that are categorical even where their cells are numbers.
        public var categorical: [String]
        /// Columns that are left out.
        public var dropped: [String]

        /// Decides nothing where nothing is given.
        public init(task: Task? = nil, categorical: [String] = [], dropped: [String] = []) {
            self.task = task
            self.categorical = categorical
            self.dropped = dropped
        }
    }

    /// A column that predicts.
    public struct Feature: Sendable, Equatable {
        /// The column of the table.
        public let name: String
        /// What it holds.
        public let kind: Kind
    }

    /// The most distinct whole numbers that are taken for classes.
    public static let maximumNumericClasses = 20
    /// The most classes of a label.
    public static let maximumClasses = 1_000

    /// The column to be predicted.
    public let label: String
    /// Whether its values are classes or numbers.
    public let task: Task
    /// Whether the label's cells are read as numbers.
    public let labelKind: Kind
    /// The other columns that are not dropped, in the order of the table.
    public let features: [Feature]

    /// Recognizes the columns of `table`.
    ///
    /// - Throws: `DataError` for a name that no column has, a bad cell, a label that is missing in a row or
    ///   cannot be learnt, and a table without feature columns.
    public init(
        of table: Table, label: String, options: Options = Options()
    ) throws(DataError) {
        let labelColumn = try table.require(label, role: "label column")
        var categorical: Set<Int> = []
        for name in options.categorical {
            categorical.insert(try table.require(name, role: "categorical column"))
        }
        var dropped: Set<Int> = [labelColumn]
        for name in options.dropped {
            guard name != label else {
                throw DataError(
                    .badOption, at: table.source,
                    "the label column \(Wording.quoted(name)) is to be dropped too",
                    remedy: "drop another column or choose another label")
            }
            dropped.insert(try table.require(name, role: "column to drop"))
        }

        for row in 0..<table.rowCount where table.bytes(row: row, column: labelColumn).isEmpty {
            throw DataError(
                .badLabelCell, at: table.place(row: row, column: labelColumn), "the label is missing",
                remedy: "fill it in or remove the row")
        }
        self.label = label
        if options.task == .regression {
            self.labelKind = .numeric
        } else {
            self.labelKind = try Self.kind(of: labelColumn, in: table, declared: categorical)
        }
        if let task = options.task {
            self.task = task
        } else {
            self.task = Self.task(of: labelColumn, labelKind, in: table)
        }

        var features: [Feature] = []
        for (column, name) in table.columnNames.enumerated() where !dropped.contains(column) {
            features.append(
                Feature(name: name, kind: try Self.kind(of: column, in: table, declared: categorical)))
        }
        guard !features.isEmpty else {
            throw DataError(
                .tooFew, at: table.source, "no column is left beside the label \(Wording.quoted(label))",
                remedy: "add columns to predict from, or drop fewer")
        }
        self.features = features
    }

    private static func kind(
        of column: Int, in table: Table, declared categorical: Set<Int>
    ) throws(DataError) -> Kind {
        guard !categorical.contains(column) else { return .categorical }
        var present = 0
        var numeric = 0
        var firstBad: Int?
        for row in 0..<table.rowCount {
            guard let text = table.number(row: row, column: column) else { continue }
            present += 1
            switch text {
            case .number: numeric += 1
            case .notFinite, .tooLarge:
                numeric += 1
                firstBad = firstBad ?? row
            case .other: firstBad = firstBad ?? row
            }
        }
        guard let firstBad else { return .numeric }
        guard numeric * 10 >= present * 9 else { return .categorical }
        throw table.badNumber(row: firstBad, column: column, mayBeCategorical: true)
    }

    private static func task(of column: Int, _ kind: Kind, in table: Table) -> Task {
        guard kind == .numeric else { return .classification }
        var values: Set<Double> = []
        for row in 0..<table.rowCount {
            guard case .number(let value) = table.number(row: row, column: column) else { continue }
            guard value == value.rounded(), abs(value) < 1e15 else { return .regression }
            values.insert(value)
            if values.count > maximumNumericClasses { return .regression }
        }
        return values.count * 2 <= table.rowCount ? .classification : .regression
    }
}

extension Table {
    /// The error for a cell that should be a finite number.
    func badNumber(row: Int, column: Int, mayBeCategorical: Bool) -> DataError {
        let text = Wording.quoted(cell(row: row, column: column) ?? "")
        let name = Wording.quoted(columnNames[column])
        let found: String
        switch number(row: row, column: column) {
        case .notFinite: found = "\(text) is not a finite number"
        case .tooLarge: found = "the number \(text) is beyond the limit of 1e100"
        default: found = "\(text) is not a number, and the column is numeric"
        }
        return DataError(
            .badCell, at: place(row: row, column: column), found,
            remedy: "correct it, leave it empty if it is unknown"
                + (mayBeCategorical ? ", or declare the column categorical (--categorical \(name))" : ""))
    }
}
