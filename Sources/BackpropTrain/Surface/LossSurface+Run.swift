import Backprop
import BackpropData
import BackpropNN

extension LossSurface {
    /// The surface around the weights of a finished run, on examples that it has learnt from, smoothed labels included.
    ///
    /// - Parameters:
    ///   - data: where the examples are; where the run found them, where left out.
    ///   - examples: how many of them count, evenly from all.
    /// - Throws: `TrainError` and `DataError` for a run or data that are not there, and numbers that make no sense.
    package init(
        run path: String, data: String? = nil, examples: Int = 512, side: Int = 31, reach: Double = 1, seed: UInt64 = 0
    ) throws {
        try LessonOptions.check("--examples", examples, 1...1_000_000)
        try LessonOptions.check("--side", side, 3...201)
        guard reach > 0, reach <= 1_000 else {
            throw TrainError(
                .badOption, at: "--reach", "\(reach) makes no sense", remedy: "give a number above 0, such as 1")
        }
        let predictor = try RunPredictor(opening: path)
        let options = predictor.configuration.options, place = data ?? options.data ?? "digits"
        let title = "Loss around the weights of \(FileSystem.name(of: path))"
        let side = side % 2 == 1 ? side : side + 1
        switch predictor.subject {
        case .table(let record, let judge):
            let table = try Table(place, for: record.schema, options: options.reading ?? TableOptions())
            let labelled = try record.encoding.labelledRows(of: table)
            let rows = Self.evenly(labelled.count, most: examples).map { labelled[$0] }
            guard !rows.isEmpty else {
                throw TrainError(
                    .missing, at: place, "no row in it has a label", remedy: "give the table of the run with --data")
            }
            let isClassifier = !record.encoding.classNames.isEmpty
            let source = TableRowSource(
                rows: try record.encoding.rows(of: table, rows: rows),
                targets: isClassifier
                    ? .classes(try record.encoding.classes(of: table, rows: rows))
                    : .numbers(try record.encoding.targets(of: table, rows: rows)), folds: [])
            let batch = source.batch(rows.indices.map(Int32.init))
            let network = judge.model.network
            let objective = TableObjective(
                record.recipe, classCounts: isClassifier ? record.encoding.classNames.map { _ in 1 } : nil)
            self = try network.evaluating {
                // Members side by side, each with inputs first: [members, inputs, outputs].
                try LossSurface(
                    title, of: network, examples: rows.count, seed: seed, side: side, reach: reach,
                    filterAxes: { $0 == 3 ? [1] : Array(1..<$0) }
                ) {
                    let answer = objective.mean(network(batch))
                    return isClassifier
                        ? crossEntropy(answer, batch.labels, labelSmoothing: record.recipe.labelSmoothing)
                        : meanSquaredError(answer, batch.labels)
                }
            }
        case .arrays(let model):
            let configuration = model.configuration
            let found = try ArrayData(
                DataSource(recognizing: place), family: configuration.model.family,
                isClassification: options.task.map { $0 == .classification },
                holdOut: options.holdOut ?? ArrayData.defaultHoldOut, seed: options.seed ?? 0)
            guard found.shape == configuration.shape, found.classNames.count == configuration.classNames.count else {
                throw TrainError(
                    .badOption, at: place,
                    "it holds \(found.shape.description), the run has learnt \(configuration.shape.description)",
                    remedy: "give the data of the run with --data")
            }
            let chosen = found.training.subset(Self.evenly(found.training.count, most: examples))
            let scale = (mean: configuration.targetMean, deviation: configuration.targetDeviation)
            let rows = ArrayRows(chosen, configuration.shape, scale: scale)
            let inputs = rows.inputs(Array(0..<chosen.count)), network = model.network
            self = try network.evaluating {
                try LossSurface(title, of: network, examples: chosen.count, seed: seed, side: side, reach: reach) {
                    switch chosen.targets {
                    case .classes(let labels):
                        crossEntropy(
                            network(inputs), Tensor(labels), labelSmoothing: configuration.recipe.labelSmoothing)
                    case .numbers(let numbers):
                        meanSquaredError(
                            network(inputs),
                            Tensor(
                                numbers.map { Float(($0 - scale.mean) / scale.deviation) }, shape: [numbers.count, 1]))
                    }
                }
            }
        }
    }

    /// As many places as there may be, from the first to the last.
    private static func evenly(_ count: Int, most: Int) -> [Int] {
        count <= most ? Array(0..<count) : (0..<most).map { $0 * count / most }
    }
}
