import Backprop
import BackpropData
import BackpropNN
import Testing

@testable import BackpropTrain

@Suite struct TableFitTests {
    private let table = MadeUpTable(200)

    private func fit(_ recipe: TableRecipe, _ classes: [Int32]? = nil, seed: UInt64 = 7) -> TableFit {
        TableFit(table.rows, .classes(classes ?? table.classes), classCount: 3, recipe: recipe, seed: seed)
    }

    private func digest(_ result: TableFitResult) -> String { Weights(of: result.model.network).digest }

    @Test func learns() throws {
        let recipe = MadeUpTable.recipe {
            $0.hidden = [64, 64]
            $0.epochs = 40
        }
        let result = try fit(recipe).run(TrainingSurroundings())
        let others = MadeUpTable(200, seed: 2)
        let answers = result.model.predict(others.rows)
        let right = (0..<200).count { row in
            let own = answers[(row * 3)..<(row * 3 + 3)]
            return own.firstIndex(of: own.max()!)! - row * 3 == Int(others.classes[row])
        }
        #expect(right > 130, "\(right) of 200")
        #expect(answers.count == 600)
        for row in 0..<200 { #expect(abs(answers[(row * 3)..<(row * 3 + 3)].reduce(0, +) - 1) < 1e-5) }
        #expect(result.use == "200 rows teach and judge, in 3 folds")
    }

    @Test func numbersAreLearntToo() throws {
        let recipe = MadeUpTable.recipe(judging: .heldOut(0.1)) {
            $0.hidden = [64, 64]
            $0.epochs = 60
            $0.labelSmoothing = 0
        }
        let result = try TableFit(table.rows, .numbers(table.numbers), classCount: nil, recipe: recipe, seed: 1)
            .run(TrainingSurroundings())
        let others = MadeUpTable(200, seed: 2)
        let answers = result.model.predict(others.rows)
        let mean = others.numbers.reduce(0, +) / 200
        let wrong = zip(answers, others.numbers).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let spread = others.numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        #expect(wrong < spread * 0.3, "\(wrong / spread)")
        #expect(result.use == "180 rows teach, 20 judge")
        #expect(try #require(result.judgedRows()).positions.count == 20)
    }

    /// What a member becomes does not depend on the labels of its own fold; what it says of them is out of fold.
    @Test func foldsAreUnseen() throws {
        let recipe = MadeUpTable.recipe { $0.epochs = 2 }
        let before = fit(recipe), folds = before.roles.folds
        var changed = table.classes
        // Two rows of one fold change their labels with each other, so that the folds are dealt as before.
        let rows = (0..<200).filter { folds[$0] == 1 }
        let a = rows[0], b = try #require(rows.first { changed[$0] != changed[a] })
        changed.swapAt(a, b)
        var result = try before.run(TrainingSurroundings()), weights: [[[Float]]] = []
        for labels in [table.classes, changed] {
            // The folds of the first one, whatever the labels.
            let own = TableFit(
                table.rows, .classes(labels), classCount: 3, recipe: recipe.keepingLast, seed: 7,
                roles: before.roles)
            result = try own.run(TrainingSurroundings())
            weights.append(
                (0..<3).map { member in
                    result.model.network.namedParameters().filter { $0.name.hasPrefix("layers") }
                        .flatMap { $0.parameter.value[member].array(of: Float.self) }
                })
        }
        #expect(weights[0][1] == weights[1][1])
        #expect(weights[0][0] != weights[1][0] && weights[0][2] != weights[1][2])
        let judged = try #require(result.judgedRows())
        #expect(judged.positions == (0..<200).map { $0 } && judged.answers.count == 600)
        let all = result.model.predict(table.rows)
        #expect(all != judged.answers)
    }

    @Test func aRowAloneIsTheRowAmongOthers() throws {
        for (members, hidden) in [(1, [16]), (3, [24, 8]), (8, [])] {
            let recipe = MadeUpTable.recipe(members: members, judging: .nothing) { $0.hidden = hidden }
            let model = try fit(recipe).run(TrainingSurroundings()).model
            let together = model.predict(table.rows)
            for row in [0, 1, 17, 100, 199] {
                let alone = model.predict(table.rows.rows(at: [Int32(row)]))
                #expect(alone == Array(together[(row * 3)..<(row * 3 + 3)]))
            }
            #expect(model.predict(table.rows.rows(at: [])) == [])
        }
    }

    /// Stopped in the middle of an epoch and gone on with, a training ends with the same bits.
    @Test func resumes() throws {
        let recipe = MadeUpTable.recipe { $0.dropout = 0.2 }
        let whole = try fit(recipe).run(TrainingSurroundings())
        let folder = try TemporaryFolder()
        var surroundings = TrainingSurroundings()
        surroundings.checkpoints = CheckpointFolder(folder.path)
        let stopped = try fit(recipe).run(surroundings, stepLimit: 17)
        #expect(stopped.report.stepCount == 17 && digest(stopped) != digest(whole))
        surroundings.resuming = true
        let resumed = try fit(recipe).run(surroundings)
        #expect(digest(resumed) == digest(whole))
        #expect(resumed.model.predict(table.rows) == whole.model.predict(table.rows))
        #expect(resumed.report.epochs == whole.report.epochs)
    }

    @Test func threadsDoNotChangeBits() async {
        await #expect(processExitsWith: .success) {
            let table = MadeUpTable(300)
            let recipe = MadeUpTable.recipe { ($0.dropout, $0.hidden) = (0.1, [48, 40]) }
            var digests: Set<String> = []
            for threads in [1, 2, 3] {
                Processor.threads = threads
                let fit = TableFit(table.rows, .classes(table.classes), classCount: 3, recipe: recipe, seed: 7)
                let model = try fit.run(TrainingSurroundings()).model
                digests.insert(Weights(of: model.network).digest + "\(model.predict(table.rows))")
            }
            #expect(digests.count == 1)
        }
    }

    /// Rows that say nothing are answered by the shares of the classes.
    @Test func rowsWithoutColumnsAreAnswered() throws {
        let rows = EncodedRows(
            rowCount: 40, numberCount: 0, numbers: [], categorySizes: [1], codes: .init(repeating: 0, count: 40))
        let classes = (0..<40).map { Int32($0 % 4 == 0 ? 1 : 0) }
        let recipe = TableRecipe.suited(to: TableShape(rows, classCount: 2), rows: 40)
        let answers = try TableFit(rows, .classes(classes), classCount: 2, recipe: recipe, seed: 1)
            .run(TrainingSurroundings()).model.predict(rows)
        #expect(answers.count == 80 && (0.6...0.9).contains(answers[0]) && answers[0] == answers[78])
    }

    @Test func weightsComeBack() throws {
        let result = try fit(MadeUpTable.recipe()).run(TrainingSurroundings())
        let copy = TableModel(result.model.shape, result.model.recipe)
        try ModelState(copy.network).restore(ModelState(result.model.network).savedState)
        #expect(copy.predict(table.rows) == result.model.predict(table.rows))
    }
}

extension TableRecipe {
    /// The same, but the last epoch stays, so that what judges has no say.
    fileprivate var keepingLast: TableRecipe {
        var recipe = self
        recipe.epochs = 1
        return recipe
    }
}
