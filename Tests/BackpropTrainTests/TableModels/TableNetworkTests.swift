import Backprop
import BackpropData
import BackpropNN
import Testing

@testable import BackpropTrain

/// A made-up table: two numbers, a category of three values and one of forty, and a label that follows from all of them.
struct MadeUpTable {
    let rows: EncodedRows
    let classes: [Int32]
    let numbers: [Float]

    init(_ count: Int, seed: UInt64 = 1) {
        var generator = SampleGenerator(seed: seed)
        var inputs: [Float] = [], codes: [Int32] = [], classes: [Int32] = [], numbers: [Float] = []
        for _ in 0..<count {
            let x = generator.uniform(-2...2), y = generator.uniform(-2...2)
            let small = generator.below(3), large = generator.below(39)
            inputs += [Float(x), Float(y)]
            codes += [Int32(small + 1), Int32(large + 1)]
            let value = x * y + Double(small) * 0.3 + Double(large % 4) * 0.5 - 1
            classes.append(value > 0.5 ? 2 : value > -0.5 ? 1 : 0)
            numbers.append(Float(value))
        }
        rows = EncodedRows(
            rowCount: count, numberCount: 2, numbers: inputs, categorySizes: [4, 40], codes: codes)
        self.classes = classes
        self.numbers = numbers
    }

    static func recipe(
        members: Int = 3, judging: TableRecipe.Judging = .folds, change: (inout TableRecipe) -> Void = { _ in }
    ) -> TableRecipe {
        var recipe = TableRecipe.suited(
            to: TableShape(numberCount: 2, categorySizes: [4, 40], classCount: 3), rows: 100)
        recipe.hidden = [8, 8]
        recipe.members = members
        recipe.judging = judging
        recipe.epochs = 3
        recipe.batchSize = 16
        recipe.dropout = 0
        change(&recipe)
        return recipe
    }
}

@Suite struct TableNetworkTests {
    private let table = MadeUpTable(48)

    private func network(_ recipe: TableRecipe, classCount: Int?) -> TableNetwork {
        withRandomSeed(4) {
            TableNetwork(
                TableShape(table.rows, classCount: classCount), recipe,
                scaling: TableScaling(table.rows, positions: (0..<48).map { $0 }, bins: recipe.numberBins))
        }
    }

    private func batch(_ targets: Targets, folds: [UInt8] = []) -> TableBatch {
        TableRowSource(rows: table.rows, targets: targets, folds: folds).batch((0..<48).map { $0 })
    }

    /// The loss of one member, written out, has the gradients that it gets beside the others.
    @Test(arguments: [true, false]) func membersLearnAsIfAlone(isClassification: Bool) {
        let recipe = MadeUpTable.recipe()
        let network = network(recipe, classCount: isClassification ? 3 : nil)
        let targets: Targets = isClassification ? .classes(table.classes) : .numbers(table.numbers)
        let folds = (0..<48).map { UInt8($0 % 3) }
        let batch = batch(targets, folds: folds)
        let objective = TableObjective(recipe, classCounts: isClassification ? [16, 16, 16] : nil)
        objective.output(network, batch).loss.backward()
        let together = network.parameters().map { $0.gradient!.array(of: Float.self) }
        var alone = together.map { [Float](repeating: 0, count: $0.count) }
        for member in 0..<3 {
            for parameter in network.parameters() { parameter.gradient = nil }
            let outputs = network(batch)[member]
            let taught = Tensor((0..<48).filter { $0 % 3 != member }.map(Int32.init))
            let own = outputs.take(taught, axis: 0), labels = batch.labels.take(taught, axis: 0)
            let loss =
                isClassification
                ? crossEntropy(own, labels, labelSmoothing: recipe.labelSmoothing)
                : meanSquaredError(own.squeezed(axis: -1), labels)
            (loss / 3).backward()
            for (place, parameter) in network.parameters().enumerated() {
                for (element, value) in parameter.gradient!.array(of: Float.self).enumerated() {
                    alone[place][element] += value
                }
            }
        }
        for (a, b) in zip(together, alone) {
            #expect(a.contains { $0 != 0 })
            for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-5, "\(x) \(y)") }
        }
    }

    /// A value that training has not seen adds nothing: the network says what it says without the columns.
    @Test func unseenCategoriesAreZeros() {
        let network = network(MadeUpTable.recipe(), classCount: 3)
        let seen = batch(.classes(table.classes))
        let unseen = TableBatch(
            numbers: seen.numbers, codes: Tensor.zeros([48, 2], dtype: .int32), labels: seen.labels, folds: seen.folds)
        let outputs = network(unseen)
        let first = network.namedParameters().first { $0.name == "layers.0.weight" }!.parameter
        let numbers = 2 * (1 + network.recipe.bins)
        let before = outputs.array(of: Float.self)
        // Without the weights of categories the same comes out.
        let kept = first.value.narrowed(axis: 1, 0..<numbers)
        first.value = concatenated(
            [kept, Tensor.zeros([3, first.value.dim(1) - numbers, 8])], axis: 1)
        #expect(network(unseen).array(of: Float.self) == before)
        #expect(network(seen).array(of: Float.self) == before)
    }

    @Test func placesOfNumbersAreSharesOfBins() throws {
        let rows = EncodedRows(
            rowCount: 5, numberCount: 2, numbers: [0, 7, 1, 7, 2, 7, 3, 7, 4, 7], categorySizes: [], codes: [])
        let scaling = TableScaling(rows, positions: [0, 1, 2, 3, 4], bins: 2)
        #expect(scaling.centers == [2, 7] && scaling.lows == [0, 2, 0, 0] && scaling.slopes == [0.5, 0.5, 0, 0])
        #expect(scaling.scales[1] == 0)
        let numbers = TableNumbers(scaling, columns: 2, bins: 2)
        let found = try #require(numbers(Tensor([-1, 7, 1, 8, 3, 9, 9, 7] as [Float], shape: [4, 2])))
        #expect(found.narrowed(axis: 1, 2..<4).array(of: Float.self) == [0, 0, 0.5, 0, 1, 0.5, 1, 1])
        // A column of one value says nothing, whatever comes.
        #expect(found.narrowed(axis: 1, 4..<6).array(of: Float.self) == [Float](repeating: 0, count: 8))
        #expect(found.narrowed(axis: 1, 1..<2).array(of: Float.self) == [0, 0, 0, 0])
        // However far away, a number stays within ±3.
        let far = try #require(numbers(Tensor([1e9, 0, -1e9, 0] as [Float], shape: [2, 2])))
        #expect(far.narrowed(axis: 1, 0..<1).array(of: Float.self).map(abs).allSatisfy { $0 <= 3.001 && $0 > 2.9 })
    }
}
