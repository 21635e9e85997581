import BackpropData
import BackpropNN

/// Spends time on trying recipes for a table, and keeps what the rows that judge like best.
///
/// Which recipes are tried, and in which order, follows from the seed alone; time decides only how many. So more time never
/// gives less, and a recipe that was found can be asked for again. Random choices find good ones sooner than a grid, since
/// few of the numbers matter for any one table (Bergstra and Bengio, 2012).
package struct TableSearch {
    /// One recipe and what the rows that judge say of it.
    package struct Candidate: Codable, Sendable, Equatable {
        /// From 0, which suits the table without a search.
        package var number: Int
        package var recipe: TableRecipe
        /// The loss on the rows that judge: cross-entropy, or the squared error of standardized numbers. Nil where the time was
        /// over before an epoch was finished.
        package var loss: Double?
        /// The share of rows whose class is right, or of the variance that is explained.
        package var score: Double?
        package var epochs: Int
        /// Of its training, before a resume included.
        package var seconds: Double
        package var isClassification: Bool
        /// What it has otherwise than the first one, such as "dropout 0.3, bins 16".
        package var difference: String
    }

    private let rows: EncodedRows
    private let targets: Targets
    private let classCount: Int?
    private let overrides: TableRecipe.Overrides
    private let seed: UInt64

    /// - Parameter overrides: what is not to be searched.
    init(
        _ rows: EncodedRows, _ targets: Targets, classCount: Int?, overrides: TableRecipe.Overrides = .init(),
        seed: UInt64
    ) {
        (self.rows, self.targets, self.classCount) = (rows, targets, classCount)
        (self.overrides, self.seed) = (overrides, seed)
    }

    /// The recipe of that number: the first one suits the table, the others are drawn.
    package func recipe(_ number: Int) -> TableRecipe {
        let shape = TableShape(rows, classCount: classCount)
        let suited = TableRecipe.suited(to: shape, rows: rows.rowCount, overrides: overrides)
        if number == 0 { return suited }
        var generator = SampleGenerator(seed: SplitMix64.mixed([seed, 0x5EA2C4, UInt64(number)]))
        return suited.varied(by: &generator).overruled(by: overrides, rows: rows.rowCount)
    }

    /// Trains one recipe after the other until the time is over, the first one at any rate.
    ///
    /// A recipe is not begun where it would not end in time, going by how long the others took. An interrupted search goes on
    /// where it was: every candidate has a folder of its own within that of the checkpoints.
    ///
    /// - Parameter seconds: of training, those before a resume included.
    /// - Returns: the best candidate's training, and all candidates in the order in which they were tried. Where somebody
    ///   interrupted the search, the report of the training says so.
    /// - Throws: what `Trainer.fit` throws.
    func run(
        _ surroundings: TrainingSurroundings, seconds: Double
    ) throws -> (best: TableFitResult, candidates: [Candidate]) {
        var candidates: [Candidate] = [], best: (result: TableFitResult, loss: Double)?
        var spent = 0.0, work = 0.0
        let first = recipe(0)
        for number in 0... {
            let recipe = recipe(number)
            if best != nil {
                let expected = spent / work * self.work(recipe)
                if spent + expected > seconds { break }
                // Another recipe may still be short enough, but to look for one would have no end.
            }
            var own = surroundings
            own.checkpoints = surroundings.checkpoints.map {
                CheckpointFolder("\($0.path)/candidate-\(number)", keepingLast: $0.keepsLast)
            }
            // The steps of several trainings make no one curve.
            own.openLogs = { _ in [] }
            if number > 0 {
                own.progress = .quiet
                own.announceMemory = nil
            }
            let fit = TableFit(rows, targets, classCount: classCount, recipe: recipe, seed: seed)
            let result = try fit.run(own, timeLimit: best == nil ? seconds : nil)
            if result.report.end == .interrupted {
                // What was found by then is better than what has only begun.
                guard var best = best?.result else { return (result, candidates) }
                best.report.end = .interrupted
                return (best, candidates)
            }
            let candidate = Candidate(number: number, result, since: first)
            candidates.append(candidate)
            try surroundings.say(candidate.line)
            spent += result.report.seconds
            work += self.work(recipe)
            let loss = candidate.loss ?? .infinity
            if best.map({ loss < $0.loss }) ?? true { best = (result, loss) }
        }
        return (best!.result, candidates)
    }

    /// Multiply-adds of a training, by which its time is guessed.
    private func work(_ recipe: TableRecipe) -> Double {
        let shape = TableShape(rows, classCount: classCount)
        let perRow = recipe.multiplyAdds(for: shape)
        // Recording and planning a step costs as much as some work.
        return Double(recipe.epochs) * (Double(rows.rowCount) * perRow + Double(rows.rowCount / recipe.batchSize) * 3e6)
    }
}

extension TableSearch.Candidate {
    fileprivate init(number: Int, _ result: TableFitResult, since first: TableRecipe) {
        let report = result.report
        let epoch = report.bestEpoch.map { report.epochs[$0 - 1] } ?? report.last
        self.number = number
        recipe = result.model.recipe
        isClassification = result.model.shape.classCount != nil
        loss = epoch?["validation/loss"] ?? epoch?["loss"]
        score = epoch?["validation/accuracy"] ?? epoch?["validation/r2"]
        epochs = report.epochs.count
        seconds = report.seconds
        difference = recipe.difference(from: first)
    }

    /// "Try 3    84.20 % right, loss 0.412, 1.3 s (dropout 0.3, bins 16)" with a line feed.
    package var line: String {
        var parts: [String] = []
        if let score {
            let share = NumberFormat.fixed(100 * score, digits: 2)
            parts.append(isClassification ? "\(share) % right" : "\(share) % of the variance explained")
        }
        parts.append(loss.map { "loss \(NumberFormat.significant($0))" } ?? "no epoch finished")
        parts.append("\(NumberFormat.fixed(seconds, digits: 1)) s")
        return "Try \(number + 1)    \(parts.joined(separator: ", ")) (\(difference))\n"
    }
}
