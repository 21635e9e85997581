import Backprop
import BackpropData
import Testing

@Suite struct DataLoaderTests {
    static func loader(
        _ count: Int = 10, batchSize: Int = 4, shuffles: Bool = true, seed: UInt64 = 1, partial: Bool = true
    ) -> DataLoader<LabelledBatch> {
        DataLoader(
            inputs: (0..<(2 * count)).map(Float.init), inputShape: [2], labels: (0..<count).map(Int32.init),
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: partial)
    }

    static func labels(_ loader: DataLoader<LabelledBatch>, _ epoch: Int) -> [Int32] {
        loader.epoch(epoch).flatMap { $0.labels.array(of: Int32.self) }
    }

    @Test func takesNestedArrays() {
        let rows: [[Float]] = [[1, 2], [3, 4], [5, 6]], classes = [0, 1, 2]
        let batches = Array(DataLoader(inputs: rows, labels: classes, batchSize: 2, shuffles: false).epoch(0))
        #expect(batches.map(\.inputs.shape) == [[2, 2], [1, 2]])
        #expect([[Float]](batches[0].inputs) == [[1, 2], [3, 4]])
        #expect(batches.allSatisfy { $0.labels.dtype == .int64 } && [Int](batches[1].labels) == [2])
    }

    @Test func keepsInputsAndLabelsTogether() {
        let batches = Array(Self.loader().epoch(1))
        #expect(batches.map(\.count) == [4, 4, 2])
        #expect(batches.map(\.index) == [0, 1, 2])
        #expect(batches.map(\.inputs.shape) == [[4, 2], [4, 2], [2, 2]])
        for batch in batches {
            let inputs = batch.inputs.array(of: Float.self)
            for (row, label) in batch.labels.array(of: Int32.self).enumerated() {
                #expect(inputs[2 * row] == Float(2 * label))
                #expect(inputs[2 * row + 1] == Float(2 * label + 1))
            }
        }
    }

    @Test func visitsEveryExampleOnceInEachEpoch() {
        let loader = Self.loader(101, batchSize: 7)
        #expect(loader.batchCount == 15)
        for epoch in 1...3 { #expect(Self.labels(loader, epoch).sorted() == (0..<101).map(Int32.init)) }
    }

    @Test func orderFollowsFromSeedAndEpochAlone() {
        let loader = Self.loader(50)
        #expect(Self.labels(loader, 1) == Self.labels(loader, 1))
        #expect(Self.labels(loader, 1) == Self.labels(Self.loader(50), 1))
        #expect(Self.labels(loader, 1) != Self.labels(loader, 2))
        #expect(Self.labels(loader, 1) != Self.labels(Self.loader(50, seed: 2), 1))
        // Neighbouring seeds and epochs are strangers to each other.
        #expect(Self.labels(loader, 2) != Self.labels(Self.loader(50, seed: 2), 1))
        #expect(Self.labels(Self.loader(50, seed: 0), 1) != Self.labels(loader, 0))
    }

    /// What runs have been trained on stays what it was.
    @Test(arguments: [
        (1, 1, [2, 1, 8, 6, 5, 0, 4, 9, 7, 3]), (1, 2, [8, 6, 4, 7, 5, 2, 0, 3, 1, 9]),
        (7, 0, [5, 7, 1, 9, 6, 3, 8, 4, 0, 2]),
    ]) func ordersStayWhatTheyWere(seed: UInt64, epoch: Int, order: [Int32]) {
        #expect(Self.labels(Self.loader(seed: seed), epoch) == order)
    }

    @Test func batchSizeDoesNotChangeTheOrder() {
        #expect(
            Self.labels(Self.loader(50, batchSize: 3), 1) == Self.labels(Self.loader(50, batchSize: 50), 1))
    }

    @Test func leavesOrderAndPartialBatchAsAsked() {
        #expect(Self.labels(Self.loader(shuffles: false), 9) == (0..<10).map(Int32.init))
        let whole = Self.loader(shuffles: false, partial: false)
        #expect(whole.batchCount == 2)
        #expect(Self.labels(whole, 1) == (0..<8).map(Int32.init))
        #expect(Self.loader(batchSize: 100).epoch(1).map(\.count) == [10])
        #expect(Array(Self.loader(batchSize: 100, partial: false).epoch(1)).isEmpty)
        #expect(Array(Self.loader(0).epoch(1)).isEmpty)
    }

    @Test func keepsDTypesAndShapesOfTensors() {
        let loader = DataLoader(
            inputs: Tensor((0..<24).map(UInt8.init), shape: [4, 3, 2]),
            labels: Tensor((0..<4).map(Double.init), shape: [4, 1], dtype: .float64), batchSize: 3, shuffles: false)
        let last = Array(loader.epoch(1))[1]
        #expect(last.inputs.dtype == .uint8 && last.inputs.shape == [1, 3, 2])
        #expect(last.inputs.array(of: UInt8.self) == [18, 19, 20, 21, 22, 23])
        #expect(last.labels.array(of: Double.self) == [3])
    }
}
