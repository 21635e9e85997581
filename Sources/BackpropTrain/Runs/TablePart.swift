import BackpropData

/// Some rows of a table as a network learns from them.
struct TablePart {
    let encoding: TableEncoding
    let rows: EncodedRows
    let targets: Targets
    let shape: TableShape

    init(_ table: Table, _ positions: [Int], _ schema: TableSchema) throws {
        encoding = try TableEncoding(learningFrom: table, rows: positions, schema: schema)
        try MemoryLimit.check(
            rows: positions.count, width: encoding.numberCount + encoding.categorySizes.count, at: table.source)
        rows = try encoding.rows(of: table, rows: positions)
        let isClassification = schema.task == .classification
        targets =
            isClassification
            ? .classes(try encoding.classes(of: table, rows: positions))
            : .numbers(try encoding.targets(of: table, rows: positions))
        shape = TableShape(rows, classCount: isClassification ? encoding.classNames.count : nil)
    }

    func fit(_ recipe: TableRecipe, seed: UInt64) -> TableFit {
        TableFit(rows, targets, classCount: shape.classCount, recipe: recipe, seed: seed)
    }
}
