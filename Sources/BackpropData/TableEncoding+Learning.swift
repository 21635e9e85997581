extension TableEncoding {
    /// Learns means, deviations, categories and classes from the given rows alone.
    ///
    /// - Throws: `DataError` for a categorical column with more than `maximumCategories` values, a label with
    ///   one value only or with nearly as many classes as rows, and for no rows at all.
    public init(
        learningFrom table: Table, rows: [Int]? = nil, schema: TableSchema
    ) throws(DataError) {
        let rows = rows ?? Array(0..<table.rowCount)
        guard !rows.isEmpty else {
            throw DataError(
                .tooFew, at: table.source, "there is no row to learn from", remedy: "add rows of data")
        }
        var features: [Feature] = []
        for feature in schema.features {
            let column = try table.require(feature.name, role: "column")
            switch feature.kind {
            case .numeric: features.append(try Self.numeric(table, rows, column))
            case .categorical: features.append(try Self.categorical(table, rows, column))
            }
        }
        let labelColumn = try table.require(schema.label, role: "label column")
        switch schema.task {
        case .classification: self.label = try Self.classes(table, rows, labelColumn, schema.labelKind)
        case .regression: self.label = try Self.number(table, rows, labelColumn)
        }
        self.features = features
    }

    private static func numeric(_ table: Table, _ rows: [Int], _ column: Int) throws(DataError) -> Feature {
        var spread = Spread()
        for row in rows {
            switch table.number(row: row, column: column) {
            case .number(let value)?: spread.add(value)
            case nil: continue
            default: throw table.badNumber(row: row, column: column, mayBeCategorical: true)
            }
        }
        let scale = 1 / spread.deviation
        return .numeric(
            column: table.columnNames[column], mean: spread.mean, scale: scale.isFinite ? scale : 0,
            marksMissing: spread.count < rows.count)
    }

    private static func categorical(_ table: Table, _ rows: [Int], _ column: Int) throws(DataError) -> Feature {
        var values: Set<ArraySlice<UInt8>> = []
        var marksMissing = false
        for row in rows {
            let text = table.bytes(row: row, column: column)
            if text.isEmpty { marksMissing = true } else { values.insert(text) }
        }
        let name = table.columnNames[column]
        guard values.count <= maximumCategories else {
            throw DataError(
                .tooManyCategories, at: "\(table.source), column \(Wording.quoted(name))",
                "\(values.count) distinct values in \(Wording.count(rows.count, "row")), "
                    + "the limit of a categorical column is \(maximumCategories)",
                remedy: "leave the column out (--drop \(Wording.quoted(name))) or group its values")
        }
        return .categorical(
            column: name, values: sortedNames(values.map { String(decoding: $0, as: UTF8.self) }),
            marksMissing: marksMissing)
    }

    private static func classes(
        _ table: Table, _ rows: [Int], _ column: Int, _ kind: TableSchema.Kind
    ) throws(DataError) -> Label {
        var names: Set<String> = []
        for row in rows { names.insert(try table.className(row: row, column: column, kind: kind)) }
        let name = table.columnNames[column]
        let place = "\(table.source), label column \(Wording.quoted(name))"
        guard names.count > 1 else {
            throw DataError(
                .badLabel, at: place, "every row has the same class \(Wording.quoted(names.first ?? ""))",
                remedy: "add rows of another class or choose another label")
        }
        guard names.count <= TableSchema.maximumClasses, rows.count < 10 || names.count * 2 <= rows.count
        else {
            throw DataError(
                .badLabel, at: place,
                "\(names.count) classes in \(rows.count) rows are too many to learn (limit "
                    + "\(TableSchema.maximumClasses), and two rows each on average)",
                remedy: kind == .numeric
                    ? "treat the label as a number (--task regression) or choose another label"
                    : "choose another label")
        }
        let sorted =
            kind == .numeric
            ? names.sorted { (Double($0) ?? 0) < (Double($1) ?? 0) } : sortedNames(Array(names))
        return .classes(column: name, names: sorted, kind: kind)
    }

    private static func number(_ table: Table, _ rows: [Int], _ column: Int) throws(DataError) -> Label {
        var spread = Spread()
        for row in rows { spread.add(try table.target(row: row, column: column)) }
        let name = table.columnNames[column]
        guard (1 / spread.deviation).isFinite else {
            throw DataError(
                .badLabel, at: "\(table.source), label column \(Wording.quoted(name))",
                "every row has the same value \(spread.mean), or nearly",
                remedy: "add rows with other values or choose another label")
        }
        return .number(column: name, mean: spread.mean, deviation: spread.deviation)
    }

    /// Sorted by the numbers of their Unicode scalars, which is the same everywhere.
    private static func sortedNames(_ names: [String]) -> [String] {
        names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }
}

/// Mean and deviation of a stream of numbers, by Welford's method: exact 0 for equal numbers.
private struct Spread {
    private(set) var count = 0
    private(set) var mean = 0.0
    private var squares = 0.0

    /// The square root of the mean squared distance from the mean; 0 for no numbers.
    var deviation: Double { count == 0 ? 0 : (squares / Double(count)).squareRoot() }

    mutating func add(_ value: Double) {
        count += 1
        let distance = value - mean
        mean += distance / Double(count)
        squares += distance * (value - mean)
    }
}
