/// Decides what each column holds and which are set aside; the label is chosen afterwards.
struct ColumnDecision {
    var columns: [TableSchema.Column] = []
    var notes: [String] = []
    private let table: Table
    private let markers: [String]
    private let profiles: [ColumnProfile]
    private let options: TableSchema.Options
    private let kept: Set<Int>

    /// The share of cells that has to be numbers, or dates, for the others to be taken as mistakes.
    private static let clearShare = 0.95
    /// The same where the others are few different texts, such as "free" among prices.
    private static let fairShare = 0.8

    init(_ table: Table, _ options: TableSchema.Options) throws(DataError) {
        self.table = table
        self.options = options
        markers = table.missingMarkers ?? MissingMarkers.usual
        let numbers = try Self.columns(options.numbers, "column of numbers", table)
        let categories = try Self.columns(options.categories, "categorical column", table)
        let dates = try Self.columns(options.dates, "column of dates", table)
        let dropped = try Self.columns(options.dropped, "column to drop", table)
        kept = try Self.columns(options.kept, "column to keep", table)
        if let label = options.label, options.dropped.contains(label) {
            throw DataError(
                .badOption, at: table.source, "the label column \(Wording.quoted(label)) is to be dropped too",
                remedy: "drop another column or choose another label")
        }
        profiles = ColumnProfile.profiles(of: table, markers: MarkerSet(markers))
        let usesDecimalCommas = profiles.contains { $0.onlyCommaCount * 2 > $0.presentCount }
        for (place, name) in table.columnNames.enumerated() {
            let profile = profiles[place]
            var column = Self.column(name, profile)
            if categories.contains(place) {
                column.kind = .category
            } else if let kind = Self.kind(
                profile, isNumber: numbers.contains(place), isDate: dates.contains(place),
                prefersComma: usesDecimalCommas && table.dialect.separator != .comma)
            {
                column.kind = kind
            }
            columns.append(column)
        }
        countCells()
        for place in columns.indices {
            decideMissing(place)
            if dropped.contains(place) {
                columns[place].role = .setAside("dropped (--drop)")
            } else if !kept.contains(place), !categories.contains(place), !numbers.contains(place),
                !dates.contains(place)
            {
                setAside(place)
            }
        }
        noteOddCells()
    }

    private static func columns(_ names: [String], _ role: String, _ table: Table) throws(DataError) -> Set<Int> {
        var result: Set<Int> = []
        for name in names { result.insert(try table.require(name, role: role)) }
        return result
    }

    private static func column(_ name: String, _ profile: ColumnProfile) -> TableSchema.Column {
        TableSchema.Column(
            name: name, kind: .category, role: .feature, missingCount: 0, oddCount: 0,
            distinctCount: profile.values.distinctCount, isDistinctExact: profile.values.isExact, lowest: nil,
            highest: nil, isWhole: false, frequent: [], missingMarkers: [])
    }

    /// Numbers or dates; nil for neither.
    private static func kind(
        _ profile: ColumnProfile, isNumber: Bool, isDate: Bool, prefersComma: Bool
    ) -> TableSchema.Kind? {
        let present = Double(profile.presentCount)
        let isComma =
            profile.commaCount > profile.pointCount
            || (profile.commaCount == profile.pointCount && prefersComma && profile.plainCount < profile.presentCount)
        var numbers = isComma ? profile.commaCount : profile.pointCount
        var style = NumberStyle(hasDecimalComma: isComma)
        if let (unit, count) = profile.units.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }) {
            // Numbers in different units are not comparable.
            let others = profile.units.values.reduce(0, +) - count
            numbers -= others
            if unit.contains(where: \.isLetter) {
                style.unit = unit
                if Double(count) < clearShare * present, !isNumber { numbers -= count }
            } else {
                style.unit = unit
                numbers += profile.units.filter { $0.key != unit && !$0.key.contains(where: \.isLetter) }.values.reduce(
                    0, +)
            }
        }
        if isNumber { return .number(style) }
        let dates = max(profile.monthFirstCount, profile.dayFirstCount)
        if isDate || (dates > 0 && Double(dates) >= clearShare * present) {
            let isDayFirst =
                profile.dayFirstCount > profile.monthFirstCount
                || (profile.dayFirstCount == profile.monthFirstCount && profile.hasPointDates)
            return .date(
                DateStyle(isDayFirst: isDayFirst, hasDays: profile.dayCount > 0, hasTimes: profile.timeCount > 0))
        }
        let odd = profile.presentCount - numbers
        guard numbers > 0 else { return nil }
        let isClear = Double(numbers) >= clearShare * present || (odd == 1 && numbers >= 7)
        let isFair = Double(numbers) >= fairShare * present && profile.odds.count <= 3 && !profile.hasMoreOdds
        return isClear || isFair ? .number(style) : nil
    }

    /// Ranges of numbers and dates that are not plainly written, in one more pass where there are any.
    private mutating func countCells() {
        var readers: [(place: Int, reader: CellReader)] = []
        for place in columns.indices {
            let profile = profiles[place]
            switch columns[place].kind {
            case .number where profile.plainCount == profile.presentCount:
                guard profile.plainCount > 0 else { continue }
                columns[place].lowest = profile.lowest
                columns[place].highest = profile.highest
                columns[place].isWhole = profile.isWhole
            case .number, .date:
                readers.append((place, CellReader(columns[place].kind, markers: markers)))
            case .category, .text: continue
            }
        }
        guard !readers.isEmpty else { return }
        var found = [(lowest: Double, highest: Double, isWhole: Bool, odd: Int)](
            repeating: (.infinity, -.infinity, true, 0), count: readers.count)
        table.forEachRow { _, row in
            for (index, (place, reader)) in readers.enumerated() {
                switch reader.value(row.bytes(place)) {
                case .number(let value):
                    found[index].lowest = min(found[index].lowest, value)
                    found[index].highest = max(found[index].highest, value)
                    if value != value.rounded() { found[index].isWhole = false }
                case .odd: found[index].odd += 1
                case .missing: continue
                }
            }
        }
        for (index, (place, _)) in readers.enumerated() {
            columns[place].oddCount = found[index].odd
            guard found[index].lowest <= found[index].highest else { continue }
            columns[place].lowest = found[index].lowest
            columns[place].highest = found[index].highest
            columns[place].isWhole = found[index].isWhole
        }
    }

    /// What counts as missing. A marker such as "None" that is frequent among categories is a value of its own.
    private mutating func decideMissing(_ place: Int) {
        let profile = profiles[place]
        var effective = markers
        if case .category = columns[place].kind, table.missingMarkers == nil {
            let enough = max(2, table.rowCount / 100)
            effective = markers.enumerated().filter {
                !MissingMarkers.doubtful.contains($0.element) || profile.markerCounts[$0.offset] < enough
            }.map(\.element)
        }
        columns[place].missingMarkers = effective
        let chosen = Set(effective)
        let marked = zip(markers, profile.markerCounts).reduce(0) { $0 + (chosen.contains($1.0) ? $1.1 : 0) }
        columns[place].missingCount = profile.blankCount + marked + columns[place].oddCount
        let values = zip(markers, profile.markerCounts).filter { !chosen.contains($0.0) && $0.1 > 0 }
        columns[place].distinctCount += values.count
        if case .category = columns[place].kind { columns[place].frequent = frequent(place, values) }
    }

    private func frequent(_ place: Int, _ markers: [(String, Int)]) -> [TableSchema.Column.Value] {
        let entries = profiles[place].values.entries.sorted { ($0.count, $1.row) > ($1.count, $0.row) }.prefix(3)
        var values = entries.map {
            TableSchema.Column.Value(
                text: table.cell(row: Int($0.row), column: place) ?? "", count: Int($0.count))
        }
        values += markers.map { TableSchema.Column.Value(text: $0.0, count: $0.1) }
        return Array(values.sorted { $0.count > $1.count }.prefix(3))
    }

    /// Sets a column aside that has nothing to say about other rows.
    private mutating func setAside(_ place: Int) {
        if let (reason, isText) = Dispensable(
            column: columns[place], profile: profiles[place], rowCount: table.rowCount,
            isNameless: table.namelessColumns.contains(place)
        ).reason {
            columns[place].role = .setAside(reason)
            if isText { columns[place].kind = .text }
        } else if Dispensable.isCode(columns[place], profiles[place]) {
            columns[place].kind = .category
            columns[place].frequent = frequent(place, [])
        }
    }

    /// Takes back what is only likely where it would leave nothing to predict from.
    mutating func keepNumbersOfRows() {
        guard !columns.contains(where: { $0.role == .feature }) else { return }
        for place in columns.indices {
            guard case .setAside(let reason) = columns[place].role, Dispensable.ofOrder.contains(reason) else {
                continue
            }
            columns[place].role = .feature
        }
    }

    private mutating func noteOddCells() {
        for (place, column) in columns.enumerated() where column.oddCount > 0 && column.role == .feature {
            let shown = profiles[place].odds.prefix(3).compactMap { table.cell(row: $0.row, column: place) }
            let isOne = column.oddCount == 1
            let kind = if case .date = column.kind { "date" } else { "number" }
            let what = kind + (isOne ? "" : "s")
            notes.append(
                "\(Wording.count(column.oddCount, "cell")) of \(Wording.quoted(column.name)) "
                    + "\(isOne ? "is no \(what) and counts" : "are no \(what) and count") as missing"
                    + (shown.isEmpty ? "" : ": \(Wording.list(shown))"))
        }
    }
}
