/// Looks for columns that decide the label alone, or nearly: they may be the label in other words, or known only afterwards.
///
/// Classes: each value of the column goes with one class in 99.9% of the rows, with at least ten rows for a value on average;
/// or the order of its numbers separates all classes. Numbers: the correlation with the label, or that of the ranks, is above
/// 0.999. A thousandth of the rows that the most frequent class does not explain may differ. Up to `maximumRows` rows are looked at, spread over the table.
struct LeakSearch {
    struct Leak {
        let name: String
        let note: String
    }

    private(set) var leaks: [Leak] = []

    static let maximumRows = 20_000
    private static let fewest = 50
    private static let purity = 0.999
    private static let correlation = 0.999

    init(_ table: Table, _ columns: [TableSchema.Column], _ label: LabelDecision) {
        let features = columns.indices.filter { columns[$0].role == .feature }
        guard let place = columns.firstIndex(where: { $0.role == .label }), table.rowCount >= Self.fewest else {
            return
        }
        let count = min(table.rowCount, Self.maximumRows, max(4_000_000 / features.count, 200))
        let rows = (0..<count).map { $0 * table.rowCount / count }
        let labelReader = LabelReader(columns[place].kind, markers: columns[place].missingMarkers)
        let readers = features.map { CellReader(columns[$0]) }
        var labels: [Double] = []
        var classes: [UInt64: Int] = [:]
        var values = [[Double]](repeating: [], count: features.count)
        table.forEachRow(rows) { _, row in
            let bytes = row.bytes(place)
            switch labelReader.label(bytes) {
            case .number(let value): labels.append(value)
            case .text:
                let hash = ValueCounts.hash(bytes)
                let known = classes[hash] ?? classes.count
                classes[hash] = known
                labels.append(Double(known))
            case .missing, .odd: return
            }
            for (index, column) in features.enumerated() {
                values[index].append(Self.value(row.bytes(column), readers[index]))
            }
        }
        for (index, column) in features.enumerated() {
            let isOrdered = columns[column].lowest != nil
            let pairs = zip(values[index], labels).filter { !$0.0.isNaN }.map { (value: $0.0, label: $0.1) }
            guard pairs.count >= Self.fewest, pairs.count * 2 >= labels.count else { continue }
            let decides: Bool
            switch label.task {
            case .classification:
                decides = Self.isPure(pairs) || (isOrdered && Self.separates(pairs))
            case .regression:
                decides = isOrdered && Self.correlates(pairs)
            }
            guard decides else { continue }
            let name = columns[column].name
            leaks.append(
                Leak(
                    name: name,
                    note:
                        "Possible leak: \(Wording.quoted(name)) alone decides \(Wording.quoted(label.name)); if it is not "
                        + "known beforehand, leave it out with --drop \(Wording.argument(name))"))
        }
    }

    /// The number that a cell is, one that stands for its text, or not a number where it is missing.
    private static func value(_ text: UnsafeBufferPointer<UInt8>, _ reader: CellReader) -> Double {
        switch reader.kind {
        case .number, .date:
            if case .number(let value) = reader.value(text) { return value }
            return .nan
        case .category, .text:
            return reader.markers.isMissing(text) ? .nan : Double(ValueCounts.hash(text) >> 12)
        }
    }

    /// Whether each value goes with one class.
    private static func isPure(_ pairs: [(value: Double, label: Double)]) -> Bool {
        var counts: [Double: [Double: Int]] = [:]
        var classes: [Double: Int] = [:]
        for pair in pairs {
            counts[pair.value, default: [:]][pair.label, default: 0] += 1
            classes[pair.label, default: 0] += 1
            if counts.count * 10 > pairs.count { return false }
        }
        let right = counts.values.reduce(0) { $0 + ($1.values.max() ?? 0) }
        let likeliest = classes.values.max() ?? 0
        guard classes.count > 1, pairs.count - likeliest >= 10 else { return false }
        return Double(pairs.count - right) <= (1 - purity) * Double(pairs.count - likeliest)
    }

    /// Whether the order of the values separates the classes.
    private static func separates(_ pairs: [(value: Double, label: Double)]) -> Bool {
        var ranges: [Double: (lowest: Double, highest: Double, count: Int)] = [:]
        for pair in pairs {
            let range = ranges[pair.label] ?? (pair.value, pair.value, 0)
            ranges[pair.label] = (min(range.lowest, pair.value), max(range.highest, pair.value), range.count + 1)
        }
        guard ranges.count > 1, ranges.values.allSatisfy({ $0.count >= 10 }) else { return false }
        let ordered = ranges.values.sorted { $0.lowest < $1.lowest }
        return zip(ordered, ordered.dropFirst()).allSatisfy { $0.highest < $1.lowest }
    }

    private static func correlates(_ pairs: [(value: Double, label: Double)]) -> Bool {
        let (values, labels) = (pairs.map(\.value), pairs.map(\.label))
        let plain = abs(correlation(values, labels))
        if plain > correlation { return true }
        // Numbers in the same order are far from uncorrelated.
        return plain > 0.3 && abs(correlation(ranks(values), ranks(labels))) > correlation
    }

    private static func correlation(_ left: [Double], _ right: [Double]) -> Double {
        let count = Double(left.count)
        let (a, b) = (left.reduce(0, +) / count, right.reduce(0, +) / count)
        var (both, first, second) = (0.0, 0.0, 0.0)
        for (x, y) in zip(left, right) {
            both += (x - a) * (y - b)
            first += (x - a) * (x - a)
            second += (y - b) * (y - b)
        }
        let result = both / (first.squareRoot() * second.squareRoot())
        return result.isFinite ? result : 0
    }

    /// Places in the order of size; equal numbers share theirs.
    private static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + end) / 2 }
            start = end
        }
        return ranks
    }
}
