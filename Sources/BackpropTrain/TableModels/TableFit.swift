import Backprop
import BackpropData
import BackpropNN

/// Trains a network on the rows of a table.
package struct TableFit {
    package let rows: EncodedRows
    let targets: Targets
    package let shape: TableShape
    package let recipe: TableRecipe
    package let seed: UInt64
    let roles: RowRoles

    /// - Parameters:
    ///   - rows: of the training part; `targets` has one for each.
    ///   - classCount: nil where numbers are predicted.
    ///   - roles: which rows teach and which judge; by the recipe and the seed where left out.
    init(
        _ rows: EncodedRows, _ targets: Targets, classCount: Int?, recipe: TableRecipe, seed: UInt64,
        roles: RowRoles? = nil
    ) {
        require(
            targets.count == rows.rowCount && rows.rowCount > 1,
            "TableFit: \(rows.rowCount) rows and \(targets.count) targets, expected as many and at least two")
        self.rows = rows
        self.targets = targets
        let recipe = recipe.made(possible: rows.rowCount)
        self.recipe = recipe
        self.seed = seed
        shape = TableShape(rows, classCount: classCount)
        self.roles = roles ?? RowRoles(targets, recipe, seed: seed)
    }

    /// Trains within the surroundings. The same rows, recipe and seed give the same bits, for any number of threads and
    /// wherever the training was interrupted.
    ///
    /// - Throws: what `Trainer.fit` throws.
    func run(
        _ surroundings: TrainingSurroundings, timeLimit: Double? = nil, stepLimit: Int? = nil
    ) throws -> TableFitResult {
        let source = TableRowSource(rows: rows, targets: targets, folds: roles.folds)
        let training = source.loader(
            roles.training, batchSize: Swift.min(recipe.batchSize, roles.training.count), shuffles: true, seed: seed)
        let judging =
            roles.judging.isEmpty
            ? nil
            : source.loader(
                roles.judging, batchSize: Swift.min(roles.judging.count, 1_024), shuffles: false, seed: seed)
        // One stream for everything that is drawn: what is resumed goes on with the state of the checkpoint.
        return try withRandomSeed(stream) {
            let steps = recipe.epochs * training.batchCount
            let trainer = trainer(steps: steps)
            surroundings.apply(to: trainer)
            // An epoch of a small table takes less time than writing a checkpoint does.
            trainer.options.checkpointInterval = .seconds(5)
            (trainer.options.timeLimit, trainer.options.stepLimit) = (timeLimit, stepLimit)
            trainer.beginning = { progress in
                withRandomSeed(stream) { Checkpoint(of: self.trainer(steps: steps).parts(progress)) }
            }
            let report = try trainer.fit(
                training, validation: judging, epochs: recipe.epochs, resuming: surroundings.resuming)
            return TableFitResult(model: TableModel(network: trainer.model), report: report, fit: self)
        }
    }

    /// What the network draws its weights from, and the training after it.
    private var stream: UInt64 { SplitMix64.mixed([seed, 0x7AB1E]) }

    /// A new network with its training of so many steps.
    private func trainer(steps: Int) -> Trainer<TableNetwork, TableBatch> {
        let scaling = TableScaling(rows, positions: roles.training, bins: recipe.numberBins)
        let network = TableNetwork(shape, recipe, scaling: scaling)
        var classCounts: [Int]?
        if let count = shape.classCount, case .classes(let classes) = targets {
            var counts = [Int](repeating: 0, count: count)
            for position in roles.training { counts[Int(classes[Int(position)])] += 1 }
            classCounts = counts
        }
        let objective = TableObjective(recipe, classCounts: classCounts)
        // Biases and the vectors of categories decay as well: it is what keeps rare ones small.
        let optimizer = AdamW(
            network.parameters(), learningRate: recipe.learningRate, weightDecay: recipe.weightDecay)
        let trainer = Trainer<TableNetwork, TableBatch>(
            network, optimizer, metrics: shape.classCount == nil ? [R2()] : [Accuracy()]
        ) { objective.output($0, $1) }
        trainer.options.keepsBest = !roles.judging.isEmpty
        if recipe.patience > 0, !roles.judging.isEmpty {
            trainer.options.stopping = EarlyStopping(patience: recipe.patience)
        }
        trainer.scheduler = Scheduler(optimizer, recipe.schedule(steps: steps))
        return trainer
    }
}

/// What came of a training on a table.
package struct TableFitResult {
    package let model: TableModel
    package var report: FitReport
    let fit: TableFit

    /// What is said about the rows that judge by whoever has not learnt from them: probabilities [rows, classes] or
    /// standardized numbers, and their positions among the training rows. Nil where nothing judges.
    package func judgedRows() -> (positions: [Int32], answers: [Float])? {
        guard !fit.roles.judging.isEmpty else { return nil }
        if !fit.roles.folds.isEmpty { return (fit.roles.judging, model.predict(fit.rows, outOf: fit.roles.folds)) }
        let chosen = fit.rows.rows(at: fit.roles.judging)
        return (fit.roles.judging, model.predict(chosen))
    }

    /// "1,024 rows teach, in 8 folds that judge each other", for a report.
    package var use: String {
        let teaching = NumberFormat.grouped("\(fit.roles.training.count)")
        switch fit.recipe.judging {
        case .nothing: return "\(teaching) rows teach, none judges"
        case .folds: return "\(teaching) rows teach and judge, in \(fit.recipe.members) folds"
        case .heldOut:
            return "\(teaching) rows teach, \(NumberFormat.grouped("\(fit.roles.judging.count)")) judge"
        }
    }
}

extension EncodedRows {
    /// Some of the rows, in memory of their own.
    package func rows(at positions: [Int32]) -> EncodedRows {
        var numbers: [Float] = [], codes: [Int32] = []
        numbers.reserveCapacity(positions.count * numberCount)
        codes.reserveCapacity(positions.count * categorySizes.count)
        for position in positions.map(Int.init) {
            numbers += self.numbers[(position * numberCount)..<((position + 1) * numberCount)]
            codes += self.codes[(position * categorySizes.count)..<((position + 1) * categorySizes.count)]
        }
        return EncodedRows(
            rowCount: positions.count, numberCount: numberCount, numbers: numbers, categorySizes: categorySizes,
            codes: codes)
    }
}
