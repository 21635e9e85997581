import Backprop
import BackpropData
import BackpropNN

/// A finished run, ready to be used.
package struct RunPredictor {
    package let configuration: RunConfiguration
    let subject: PredictingSubject
    package let outcome: TrainingOutcome

    enum PredictingSubject {
        case table(TableRecord, TableJudge)
        case arrays(ArrayModel)
    }

    /// Opens a run and checks that its weights are those that it was finished with.
    ///
    /// - Throws: `TrainError` and `DataError` where the folder holds no such run, or a part of it was changed.
    package init(opening path: String) throws {
        let run = try RunFolder(opening: path)
        let weightsPath = try run.path(of: "weights.safetensors")
        let place = try run.path(of: RunFolder.configurationName)
        configuration = try run.configuration(as: RunConfiguration.self)
        guard configuration.format == RunConfiguration.currentFormat else { throw RunConfiguration.otherFormat(place) }
        outcome = try run.readJSON(TrainingOutcome.self, from: TrainingOutcome.partName)
        let network: any ParameterContainer
        switch configuration.subject {
        case .table(let record):
            try record.check(place)
            let model = TableModel(record.shape, record.recipe)
            subject = .table(record, TableJudge(model: model, encoding: record.encoding))
            network = model.network
        case .arrays(let arrays):
            try arrays.check(place)
            let model = ArrayModel(arrays)
            subject = .arrays(model)
            network = model.network
        }
        let weights = try Weights(reading: weightsPath, for: network)
        guard weights.digest == outcome.weightsDigest else {
            throw TrainError(
                .corrupt, at: weightsPath, "these are not the weights that the run was finished with",
                remedy: "copy the whole folder again, or train again")
        }
        try weights.restore(to: network)
    }

    /// What the run says about the examples of a file whose labels are there; nil where there are none.
    package func judgement(of path: String, _ reading: TableOptions?) throws -> Judgement? {
        switch subject {
        case .table(let record, let judge):
            let table = try Table(path, for: record.schema, options: reading ?? TableOptions())
            let rows = try record.encoding.labelledRows(of: table)
            return rows.isEmpty ? nil : try judge.judgement(of: table, rows: rows)
        case .arrays(let model):
            let data = try ArrayData(
                DataSource(recognizing: path), family: model.configuration.model.family, holdOut: 0, seed: 0)
            guard data.shape == model.configuration.shape, data.classNames.count == model.configuration.classNames.count
            else {
                throw TrainError(
                    .badOption, at: path,
                    "it holds \(data.shape.description), the run has learnt \(model.configuration.shape.description)",
                    remedy: "give data of the same kind")
            }
            return try model.judgement(data.test ?? data.training)
        }
    }

    /// A report on the examples of a file, with their labels.
    ///
    /// - Throws: `TrainError` where there are none.
    package func report(on path: String, _ reading: TableOptions?) throws -> RunReport {
        guard let judgement = try judgement(of: path, reading) else {
            throw TrainError(
                .missing, at: path, "no example in it has a label (\(Wording.quoted(outcome.label)))",
                remedy: "give a file with labels, or use backprop predict")
        }
        let facts = RunReport.Facts(
            title: FileSystem.name(of: path), data: path, model: outcome.model, label: outcome.label)
        return RunReport(facts, judgement: judgement, baseline: nil, epochs: [EpochValues](), bestEpoch: nil)
    }
}

extension RunReport {
    /// The report as one JSON object on one line, with a line feed.
    package func jsonLine() throws(TrainError) -> String { try JSONFile.line(of: self) }
}
