/// Which rows of a table train, and which are held out to judge the result. Rows without a label do neither.
public struct TableSplit: Sendable, Equatable, Codable {
    /// Rows counted from 0, ascending.
    public let training: [Int]
    /// The others, ascending; empty where nothing is held out.
    public let heldOut: [Int]

    /// Holds out `fraction` of the rows of `table`, chosen by `seed` alone.
    ///
    /// For classes each keeps its share on both sides (largest remainders first), and at least one row of
    /// each stays for training.
    ///
    /// - Throws: `DataError` where the fraction is not in 0..<1, or too few rows would be left on one side.
    public init(
        of table: Table, schema: TableSchema, holdingOut fraction: Double, seed: UInt64
    ) throws(DataError) {
        guard fraction >= 0, fraction < 1 else {
            throw DataError(
                .badOption, at: table.source, "the share to hold out is \(fraction)",
                remedy: "choose at least 0 and less than 1, such as 0.2")
        }
        let groups = try Self.groups(table, schema)
        let rowCount = groups.reduce(0) { $0 + $1.count }
        let counts = Split.counts(ofShare: fraction, in: groups.map(\.count), leaving: 1)
        let total = counts.reduce(0, +)
        guard fraction == 0 || (total > 0 && rowCount - total > 1) else {
            throw DataError(
                .tooFew, at: table.source,
                Wording.count(rowCount, "row")
                    + (schema.task == .classification ? " in \(Wording.count(groups.count, "class", "classes"))" : "")
                    + " are too few to hold out \(fraction) of them",
                remedy: "add rows or hold out none (--hold-out 0)")
        }
        let parts = Split.dealt(groups, counts: counts.map { [$0] }, parts: 2, seed: seed)
        heldOut = parts[0]
        training = parts[1]
    }

    /// The rows of each class in the order in which the classes appear; all rows that have a label where there are none.
    private static func groups(_ table: Table, _ schema: TableSchema) throws(DataError) -> [[Int]] {
        let column = schema.labelColumn
        let place = try table.require(column.name, role: "label column")
        let reader = LabelReader(column.kind, markers: column.missingMarkers)
        var groups: [[Int]] = []
        var (numbers, texts) = ([Double: Int](), [UInt64: Int]())
        table.forEachRow(limit: place + 1) { position, row in
            let bytes = row.bytes(place)
            var group = 0
            switch reader.label(bytes) {
            case .missing, .odd: return
            case _ where schema.task == .regression: break
            case .number(let value):
                group = numbers[value] ?? groups.count
                numbers[value] = group
            case .text:
                let hash = ValueCounts.hash(bytes)
                group = texts[hash] ?? groups.count
                texts[hash] = group
            }
            if group == groups.count { groups.append([]) }
            groups[group].append(position)
        }
        return groups
    }
}
