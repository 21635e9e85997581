extension TableEncoding {
    /// Learns scales, categories and classes from the given rows alone. Rows without a label are passed over.
    ///
    /// - Throws: `DataError` for a label with one value only, and for no rows at all.
    public init(
        learningFrom table: Table, rows: [Int]? = nil, schema: TableSchema
    ) throws(DataError) {
        let columns = schema.features
        var places: [Int] = []
        for column in columns { places.append(try table.require(column.name, role: "column")) }
        let labelColumn = schema.labelColumn
        let labelPlace = try table.require(labelColumn.name, role: "label column")
        let count = rows?.count ?? table.rowCount
        let every = Learner.step(rowCount: count, columnCount: columns.count)
        var learners = columns.map { Learner($0) }
        var label = LabelLearner(labelColumn, task: schema.task)
        table.forEachRow(rows) { position, row in
            guard label.add(row.bytes(labelPlace)) else { return }
            let tableRow = rows?[position] ?? position
            for index in learners.indices {
                learners[index].add(row.bytes(places[index]), row: tableRow, isSample: position % every == 0)
            }
        }
        guard label.count > 0 else {
            throw DataError(
                .tooFew, at: table.source, "there is no row to learn from", remedy: "add rows of data with a label")
        }
        self.label = try label.label(table)
        var features: [Feature] = []
        for (place, learner) in zip(places, learners) {
            features.append(learner.feature(table, place: place, rowCount: label.count))
        }
        self.features = features
    }
}

/// Learns what one column becomes.
private struct Learner {
    private let column: TableSchema.Column
    private let reader: CellReader
    private var samples: [Double] = []
    private var missing = 0
    private var lowest = Double.infinity
    private var highest = -Double.infinity
    private var values = ValueCounts(limit: 1 << 16)
    private var months: Set<Int> = []
    private var days: Set<Int> = []
    private var weekdays: Set<Int> = []
    private var hours: Set<Int> = []

    /// Numbers of a column that its quantiles are found from.
    private static let sampleCount = 65_536
    /// Rows from which on a value that is there once has no code of its own.
    private static let manyRows = 100

    init(_ column: TableSchema.Column) {
        self.column = column
        reader = CellReader(column)
    }

    /// Every how many rows the quantiles of a column count.
    static func step(rowCount: Int, columnCount: Int) -> Int {
        let wanted = min(sampleCount, max(4_000_000 / max(columnCount, 1), 1_000))
        return max(1, rowCount / wanted)
    }

    mutating func add(_ text: UnsafeBufferPointer<UInt8>, row: Int, isSample: Bool) {
        switch column.kind {
        case .category, .text:
            if reader.markers.isMissing(text) {
                missing += 1
            } else {
                values.add(ValueCounts.hash(text), row: row)
            }
        case .number, .date:
            guard case .number(let value) = reader.value(text) else {
                missing += 1
                return
            }
            lowest = min(lowest, value)
            highest = max(highest, value)
            if isSample { samples.append(value) }
            guard case .date(let style) = column.kind, let date = DateText(text, dayFirst: style.isDayFirst) else {
                return
            }
            if months.count < 2 { months.insert(date.month) }
            if days.count < 2 { days.insert(date.day) }
            if weekdays.count < 2 { weekdays.insert(date.weekday) }
            if hours.count < 2 { hours.insert(Int(date.hour)) }
        }
    }

    func feature(_ table: Table, place: Int, rowCount: Int) -> TableEncoding.Feature {
        switch column.kind {
        case .category, .text:
            let least = rowCount < Self.manyRows ? 1 : 2
            let entries = values.entries.filter { $0.count >= least }
                .sorted { ($0.count, $1.row) > ($1.count, $0.row) }.prefix(TableEncoding.maximumCategories)
            let names = entries.compactMap { table.cell(row: Int($0.row), column: place) }
            return .category(
                TableEncoding.CategoryFeature(
                    column: column, values: LabelLearner.sorted(names), marksMissing: missing > 0))
        case .number, .date:
            var samples = samples
            let scale = NumberScale(of: &samples)
            let isEmpty = lowest > highest
            return .number(
                TableEncoding.NumberFeature(
                    column: column, scale: scale, marksMissing: missing > 0, lowest: isEmpty ? 0 : lowest,
                    highest: isEmpty ? 0 : highest, cycles: cycles))
        }
    }

    /// The month where it differs, the day of the week where the day of the month does, and the hour.
    private var cycles: [TableEncoding.Cycle] {
        guard case .date(let style) = column.kind else { return [] }
        var cycles: [TableEncoding.Cycle] = []
        if style.hasDays, months.count > 1 { cycles.append(.month) }
        if style.hasDays, days.count > 1, weekdays.count > 1 { cycles.append(.weekday) }
        if hours.count > 1, style.hasDays || highest < 24 { cycles.append(.hour) }
        return cycles
    }
}

/// Learns what the label becomes.
private struct LabelLearner {
    private(set) var count = 0
    private let column: TableSchema.Column
    private let task: TableSchema.Task
    private let reader: LabelReader
    private var numbers: Set<Double> = []
    private var texts: Set<String> = []
    private var spread = Spread()

    init(_ column: TableSchema.Column, task: TableSchema.Task) {
        self.column = column
        self.task = task
        reader = LabelReader(column.kind, markers: column.missingMarkers)
    }

    /// Whether the row has a label.
    mutating func add(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        switch reader.label(text) {
        case .number(let value):
            if task == .regression { spread.add(value) } else { numbers.insert(value) }
        case .text: texts.insert(String(decoding: text, as: UTF8.self))
        case .missing, .odd: return false
        }
        count += 1
        return true
    }

    func label(_ table: Table) throws(DataError) -> TableEncoding.Label {
        let place = "\(table.source), label column \(Wording.quoted(column.name))"
        guard task == .classification else {
            guard (1 / spread.deviation).isFinite else {
                throw DataError(
                    .badLabel, at: place, "every row has the same value \(spread.mean), or nearly",
                    remedy: "add rows with other values or choose another label")
            }
            return .number(column: column, mean: spread.mean, deviation: spread.deviation)
        }
        let names = numbers.sorted().map(LabelReader.name) + Self.sorted(Array(texts))
        guard names.count > 1 else {
            throw DataError(
                .badLabel, at: place, "every row has the same class \(Wording.quoted(names.first ?? ""))",
                remedy: "add rows of another class or choose another label")
        }
        return .classes(column: column, names: names)
    }

    /// Sorted by the numbers of their Unicode scalars, which is the same everywhere.
    static func sorted(_ names: [String]) -> [String] {
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
