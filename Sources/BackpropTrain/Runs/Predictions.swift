import BackpropData

/// Predictions for the examples of a file, and how they are written.
package struct Predictions {
    /// What is written beside the most probable class, or the value.
    package struct Style: Sendable {
        /// A column of probability for each class.
        package var showsAllClasses = false
        /// The columns of the table that was read, in front.
        package var keepsColumns = false
        /// One JSON object a line in the place of CSV.
        package var isJSON = false

        package init() {}
    }

    private let predictor: RunPredictor
    private let style: Style

    package init(_ predictor: RunPredictor, _ style: Style) {
        self.predictor = predictor
        self.style = style
    }

    /// Predicts all examples of a file, or of standard input where `path` is "-", and gives `write` the lines in their order.
    ///
    /// - Returns: what there is to say about the examples: cells that were not seen in training, and the score where there are
    ///   labels.
    package func write(_ path: String, _ reading: TableOptions?, to write: (String) throws -> Void) throws -> [String] {
        switch predictor.subject {
        case .table(let record, let judge):
            let table = try Table(path, for: record.schema, options: reading ?? TableOptions())
            return try self.write(table, record, judge, to: write)
        case .arrays(let model):
            guard !style.keepsColumns else {
                throw TrainError(
                    .badOption, at: "--keep-columns", "the run is not one on a table", remedy: "leave it out")
            }
            let settings = model.configuration
            let inputs = try ArrayInputs(path, shape: settings.shape, trainedOn: settings.source)
            let values = try model.outputs(inputs.inputs), width = settings.outputs
            // Images are known by their paths.
            let lines = PredictionLines(
                settings.classNames.isEmpty ? nil : settings.classNames, style,
                kept: inputs.names == nil ? [] : ["file"])
            try write(lines.head)
            for row in 0..<inputs.count {
                try write(
                    lines.line(values[(row * width)..<((row + 1) * width)], kept: inputs.names.map { [$0[row]] } ?? []))
            }
            return []
        }
    }

    private func write(
        _ table: Table, _ record: TableRecord, _ judge: TableJudge, to write: (String) throws -> Void
    ) throws -> [String] {
        let names = record.encoding.classNames
        let kept = style.keepsColumns ? table.columnNames : []
        let lines = PredictionLines(names.isEmpty ? nil : names, style, kept: kept)
        let width = max(names.count, 1)
        try write(lines.head)
        var tally = EncodingTally()
        try judge.eachChunk(of: table, rows: Array(0..<table.rowCount), tally: &tally) { rows, answers in
            let values = names.isEmpty ? answers.map { record.encoding.original($0) } : answers.map(Double.init)
            guard values.allSatisfy(\.isFinite) else {
                throw TrainError(
                    .corrupt, at: record.file, "the network gives numbers that are not finite", remedy: "train again")
            }
            for (position, row) in rows.enumerated() {
                let cells = kept.indices.map { table.cell(row: row, column: $0) }
                try write(lines.line(values[(position * width)..<((position + 1) * width)], kept: cells))
            }
        }
        var notes = tally.notes
        let labelled = table.index(of: record.schema.label) == nil ? [] : try record.encoding.labelledRows(of: table)
        if !labelled.isEmpty { notes += try predictor.scoreNotes(judge.judgement(of: table, rows: labelled)) }
        return notes
    }
}

extension RunPredictor {
    /// One line about how good predictions are.
    func scoreNotes(_ judgement: Judgement?) throws -> [String] {
        guard let judgement, judgement.count > 0 else { return [] }
        let facts = RunReport.Facts(title: "", data: "", model: "", label: outcome.label)
        let report = RunReport(facts, judgement: judgement, baseline: nil, epochs: [EpochValues](), bestEpoch: nil)
        return [report.headline]
    }
}
