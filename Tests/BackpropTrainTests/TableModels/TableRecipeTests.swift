import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct TableRecipeTests {
    /// Rows, numbers, classes (nil for a number), and what follows.
    @Test(arguments: [
        (rows: 2, numbers: 3, classes: 2 as Int?, judging: TableRecipe.Judging.nothing),
        (15, 3, 3, .nothing),
        (150, 4, 3, .folds),
        (20_000, 10, nil, .folds),
        (20_001, 10, nil, .heldOut(0.1)),
        (1_000_000, 10, 2, .heldOut(0.1)),
        (300, 2_000, 2, .folds),
        (300, 50_000, 2, .folds),
    ])
    func suitsTheTable(rows: Int, numbers: Int, classes: Int?, judging: TableRecipe.Judging) throws {
        let shape = TableShape(numberCount: numbers, categorySizes: [4, 500], classCount: classes)
        let recipe = TableRecipe.suited(to: shape, rows: rows)
        #expect(recipe.judging == judging)
        #expect((classes == nil) == (recipe.labelSmoothing == 0))
        #expect(recipe.batchSize <= rows && recipe.members >= 1 && recipe.epochs >= 1)
        // A wide table has fewer bins, so that the first layer stays in proportion.
        #expect(recipe.bins == 0 || numbers * (1 + recipe.bins) <= 1_024)
        #expect(recipe.members <= 4 || Double(recipe.members) * recipe.multiplyAdds(for: shape) / 3 <= 16 * 6e6)
        let encoder = JSONEncoder()
        let copy = try JSONDecoder().decode(TableRecipe.self, from: encoder.encode(recipe))
        #expect(copy == recipe)
    }

    @Test func whatSomebodyWantsIsDone() {
        let shape = TableShape(numberCount: 3, categorySizes: [], classCount: 2)
        var overrides = TableRecipe.Overrides()
        (overrides.hidden, overrides.activation, overrides.epochs, overrides.batchSize) = ([5], .tanh, 7, 9)
        (overrides.learningRate, overrides.weightDecay, overrides.dropout) = (0.25, 0.5, 0.75)
        (overrides.members, overrides.labelSmoothing, overrides.patience) = (3, 0.2, 4)
        overrides.balancesClasses = true
        let recipe = TableRecipe.suited(to: shape, rows: 500, overrides: overrides)
        #expect(recipe.hidden == [5] && recipe.activation == .tanh && recipe.epochs == 7 && recipe.batchSize == 9)
        #expect(recipe.learningRate == 0.25 && recipe.weightDecay == 0.5 && recipe.dropout == 0.75)
        #expect(recipe.members == 3 && recipe.labelSmoothing == 0.2 && recipe.patience == 4 && recipe.balancesClasses)
        #expect(recipe.judging == .folds)
        overrides.validationShare = 0.25
        #expect(TableRecipe.suited(to: shape, rows: 500, overrides: overrides).judging == .heldOut(0.25))
        overrides.validationShare = 0
        #expect(TableRecipe.suited(to: shape, rows: 500, overrides: overrides).judging == .nothing)
        (overrides.validationShare, overrides.members) = (nil, 1)
        #expect(TableRecipe.suited(to: shape, rows: 500, overrides: overrides).judging == .heldOut(0.15))
    }

    @Test func theRateGoesUpAndDown() {
        let shape = TableShape(numberCount: 3, categorySizes: [], classCount: 2)
        let recipe = TableRecipe.suited(to: shape, rows: 500), schedule = recipe.schedule(steps: 400)
        let rates = (0..<400).map { schedule.rate(after: $0, base: 1) }
        #expect(rates[0] < 0.05 && rates[20] == 1 && rates[399] < 0.001)
        #expect(zip(rates[20...], rates[21...]).allSatisfy { $0 > $1 })
        #expect(recipe.schedule(steps: 1).rate(after: 0, base: 1) > 0)
    }

    /// Every class counts as much as each other, and all rows together as many as they are.
    @Test func classesAreBalancedWhereAsked() throws {
        let table = MadeUpTable(60)
        var recipe = MadeUpTable.recipe(judging: .nothing) { $0.labelSmoothing = 0 }
        recipe.balancesClasses = true
        let objective = TableObjective(recipe, classCounts: [30, 6, 0])
        let weights = try #require(objective.classWeights)
        #expect(weights.array(of: Float.self) == [0.6, 3, 0])
        let network = withRandomSeed(1) {
            TableNetwork(
                TableShape(table.rows, classCount: 3), recipe,
                scaling: TableScaling(table.rows, positions: [0, 1, 2], bins: recipe.bins))
        }
        let labels: [Int32] = (0..<36).map { $0 < 30 ? 0 : 1 }
        let batch = TableRowSource(
            rows: table.rows.rows(at: (0..<36).map { $0 }), targets: .classes(labels), folds: []
        ).batch((0..<36).map { $0 })
        let loss = objective.output(network, batch).loss.item()
        let losses = crossEntropy(
            network(batch), batch.labels.expandedDimensions(axis: 0).broadcast(to: [3, 36]), reduction: .none
        ).mean(axis: 0).array(of: Float.self)
        let expected = (losses[..<30].reduce(0, +) * 0.6 + losses[30...].reduce(0, +) * 3) / 36
        #expect(abs(loss - Double(expected)) < 1e-5)
    }

    @Test(arguments: [TableRecipe.Judging.folds, .heldOut(0.2)])
    func rolesSpreadTheLabels(judging: TableRecipe.Judging) {
        let classes = (0..<200).map { Int32($0 % 10 == 0 ? 1 : 0) }, numbers = (0..<200).map { Float($0 * $0) }
        let recipe = MadeUpTable.recipe(members: 5, judging: judging)
        for targets in [Targets.classes(classes), .numbers(numbers)] {
            let roles = RowRoles(targets, recipe, seed: 3)
            var rare = [Int](repeating: 0, count: 5), all = rare
            for position in roles.judging.map(Int.init) {
                let fold = roles.folds.isEmpty ? 0 : Int(roles.folds[position])
                all[fold] += 1
                rare[fold] += targets == .numbers(numbers) ? (position >= 180 ? 1 : 0) : Int(classes[position])
            }
            if case .folds = judging {
                #expect(all == [40, 40, 40, 40, 40] && rare == [4, 4, 4, 4, 4])
                #expect(roles.training.count == 200)
            } else {
                #expect(all[0] == 40 && rare[0] == 4 && roles.training.count == 160)
                #expect(Set(roles.training).isDisjoint(with: roles.judging))
            }
            #expect(RowRoles(targets, recipe, seed: 3).folds == roles.folds)
            #expect(RowRoles(targets, recipe, seed: 4).judging.count == roles.judging.count)
        }
    }
}

@Suite struct TableSearchTests {
    private let table = MadeUpTable(90)

    private func search(_ overrides: TableRecipe.Overrides, seed: UInt64 = 5) -> TableSearch {
        TableSearch(table.rows, .classes(table.classes), classCount: 3, overrides: overrides, seed: seed)
    }

    private var small: TableRecipe.Overrides {
        var overrides = TableRecipe.Overrides()
        (overrides.hidden, overrides.epochs, overrides.members) = ([8], 2, 2)
        return overrides
    }

    @Test func theSeedDecidesWhatIsTried() {
        let one = search(small), two = search(small), other = search(small, seed: 6)
        let recipes = (0..<8).map(one.recipe)
        #expect(recipes == (0..<8).map(two.recipe))
        #expect(recipes != (0..<8).map(other.recipe))
        #expect(recipes[0] == TableRecipe.suited(to: TableShape(table.rows, classCount: 3), rows: 90, overrides: small))
        // What is asked for is no matter of search.
        #expect(recipes.allSatisfy { $0.hidden == [8] && $0.epochs == 2 && $0.members == 2 })
        #expect(Set(recipes.map(\.learningRate)).count > 2)
    }

    /// The first recipe is tried even where there is no time, and of several the best is kept.
    @Test func theBestIsKept() throws {
        var lines: [String] = [], surroundings = TrainingSurroundings()
        surroundings.say = { lines.append($0) }
        var (best, candidates) = try search(small).run(surroundings, seconds: 1e-9)
        #expect(candidates.count == 1 && lines.count == 1 && candidates[0].difference == "as it suits the table")
        (best, candidates) = try search(small).run(surroundings, seconds: 1.5)
        #expect(candidates.count > 1 && lines.count == 1 + candidates.count)
        let kept = try #require(candidates.min { $0.loss! < $1.loss! })
        #expect(best.model.recipe == kept.recipe)
        let again = try TableFit(
            table.rows, .classes(table.classes), classCount: 3, recipe: kept.recipe, seed: 5
        ).run(TrainingSurroundings())
        #expect(Weights(of: again.model.network).digest == Weights(of: best.model.network).digest)
        #expect(lines.allSatisfy { isOneLine(String($0.dropLast())) && $0.hasSuffix("\n") })
    }

    /// What was tried before an interruption is not trained again.
    @Test func goesOn() throws {
        let folder = try TemporaryFolder()
        var surroundings = TrainingSurroundings()
        surroundings.checkpoints = CheckpointFolder(folder.path)
        let first = try search(small).run(surroundings, seconds: 1e-9)
        #expect(folder.names() == ["candidate-0"])
        surroundings.resuming = true
        let second = try search(small).run(surroundings, seconds: 1.5)
        #expect(second.candidates.count > 1)
        // Its first recipe was cut short by the time; what is known of it stays.
        #expect(first.candidates[0].loss == nil && second.candidates[0].epochs == 2)
        #expect(folder.names().count == second.candidates.count)
    }
}
