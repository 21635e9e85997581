/// Which rows of a table train, and which are held out to judge the result.
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
        let counts = Split.counts(ofShare: fraction, in: groups.map(\.count), leaving: 1)
        let total = counts.reduce(0, +)
        guard fraction == 0 || (total > 0 && table.rowCount - total > 1) else {
            throw DataError(
                .tooFew, at: table.source,
                Wording.count(table.rowCount, "row")
                    + (schema.task == .classification ? " in \(Wording.count(groups.count, "class", "classes"))" : "")
                    + " are too few to hold out \(fraction) of them",
                remedy: "add rows or hold out none (--hold-out 0)")
        }
        let parts = Split.dealt(groups, counts: counts.map { [$0] }, parts: 2, seed: seed)
        heldOut = parts[0]
        training = parts[1]
    }

    /// The rows of each class in the order in which the classes appear; all rows where there are none.
    private static func groups(_ table: Table, _ schema: TableSchema) throws(DataError) -> [[Int]] {
        guard schema.task == .classification else { return [Array(0..<table.rowCount)] }
        let column = try table.require(schema.label, role: "label column")
        var names: [String] = []
        for row in 0..<table.rowCount {
            names.append(try table.className(row: row, column: column, kind: schema.labelKind))
        }
        return Split.groups(names)
    }
}

extension Table {
    /// The class that a cell names. Numbers are written in one way, so that "1" and "1.0" are one class.
    func className(row: Int, column: Int, kind: TableSchema.Kind) throws(DataError) -> String {
        guard let text = cell(row: row, column: column) else {
            throw DataError(
                .badLabelCell, at: place(row: row, column: column), "the label is missing",
                remedy: "fill it in or remove the row")
        }
        guard kind == .numeric else { return text }
        guard case .number(let value) = number(row: row, column: column) else {
            throw badNumber(row: row, column: column, mayBeCategorical: false)
        }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int(value)) }
        return String(value)
    }
}
