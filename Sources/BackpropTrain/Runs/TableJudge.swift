import BackpropData

/// Lets a model for tables say what it knows about rows of a table.
struct TableJudge {
    let model: TableModel
    let encoding: TableEncoding
    /// Rows that are in memory as numbers at a time.
    private static let chunk = 1 << 14

    /// What the model says about rows, chunk by chunk: the rows, and their probabilities [rows, classes] or standardized
    /// numbers [rows].
    func eachChunk(
        of table: Table, rows: [Int], tally: inout EncodingTally, _ body: (ArraySlice<Int>, [Float]) throws -> Void
    ) throws {
        for start in stride(from: 0, to: rows.count, by: Self.chunk) {
            let chosen = rows[start..<min(start + Self.chunk, rows.count)]
            try body(chosen, model.predict(try encoding.rows(of: table, rows: Array(chosen), tally: &tally)))
        }
    }

    /// What the model says about rows whose label is known.
    func judgement(of table: Table, rows: [Int]) throws -> Judgement {
        var answers: [Float] = []
        var tally = EncodingTally()
        try eachChunk(of: table, rows: rows, tally: &tally) { answers += $1 }
        return try judgement(answers, of: table, rows: rows)
    }

    private func judgement(_ answers: [Float], of table: Table, rows: [Int]) throws -> Judgement {
        if !encoding.classNames.isEmpty {
            return .classes(
                names: encoding.classNames, probabilities: answers, labels: try encoding.classes(of: table, rows: rows))
        }
        return .numbers(
            predicted: answers.map { encoding.original($0) },
            truth: try encoding.targets(of: table, rows: rows).map { encoding.original($0) })
    }

    /// How much worse the model does where the cells of a column come from other rows.
    func importances(of table: Table, rows: [Int], seed: UInt64) throws -> [ColumnImportance] {
        // Somebody is waiting for the end.
        if Interruption.requested != 0 { return [] }
        let sample = PermutationImportance.sample(of: rows.count, seed: seed)
        let chosen = sample.map { rows[$0] }
        let inputs = try encoding.rows(of: table, rows: chosen)
        let parts = encoding.parts
        return try PermutationImportance.measure(
            columns: parts.map(\.column), rowCount: chosen.count, seed: seed, repeats: 5, seconds: 5
        ) { shuffle in
            let changed = shuffle.map { inputs.taking(parts[$0.column], from: $0.order) } ?? inputs
            return try judgement(model.predict(changed), of: table, rows: chosen)
        }
    }
}

extension EncodedRows {
    /// The rows with one column's numbers and code from other rows: row i has those of row `order[i]`.
    func taking(_ part: TableEncoding.Part, from order: [Int]) -> EncodedRows {
        var result = self
        for (row, source) in order.enumerated() {
            for number in part.numbers {
                result.numbers[row * numberCount + number] = numbers[source * numberCount + number]
            }
            if let category = part.category {
                result.codes[row * categorySizes.count + category] = codes[source * categorySizes.count + category]
            }
        }
        return result
    }
}
