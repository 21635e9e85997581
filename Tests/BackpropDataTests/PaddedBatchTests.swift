import Backprop
import Testing

@testable import BackpropData

@Suite struct PaddedBatchTests {
    /// Sequence i has i % 7 + 1 steps, all of them i.
    static let sequences = (0..<20).map {
        Tensor([Float](repeating: Float($0), count: ($0 % 7 + 1) * 2), shape: [$0 % 7 + 1, 2])
    }
    static let labels = Tensor((0..<20).map(Int32.init))

    @Test func padsToTheLongestOfABatch() {
        let loader = DataLoader(
            sequences: Array(Self.sequences[2...4]), labels: Self.labels[2..<5], batchSize: 2, value: -1,
            shuffles: false)
        let batches = Array(loader.epoch(1))
        #expect(batches.map(\.inputs.shape) == [[2, 4, 2], [1, 5, 2]])
        #expect(batches.map(\.lengths) == [[3, 4], [5]])
        #expect([[[Float]]](batches[0].inputs)[0] == [[2, 2], [2, 2], [2, 2], [-1, -1]])
        #expect([[Bool]](batches[0].mask) == [[true, true, true, false], [true, true, true, true]])
        #expect([Int](batches[0].labels) == [2, 3] && batches.map(\.index) == [0, 1])
    }

    @Test func takesArraysOfLabels() {
        let loader = DataLoader(
            sequences: Array(Self.sequences[2...4]), labels: [7, 8, 9], batchSize: 2, value: -1, shuffles: false)
        let batches = Array(loader.epoch(1))
        #expect(batches.map { [Int]($0.labels) } == [[7, 8], [9]] && batches.allSatisfy { $0.labels.dtype == .int64 })
        #expect(batches.map(\.inputs.shape) == [[2, 4, 2], [1, 5, 2]])
    }

    @Test func takesEverySequenceOnceByLength() {
        let lengths = Self.sequences.map { $0.dim(0) }
        for prefetch in [0, 2] {
            let loader = DataLoader(
                sequences: Self.sequences, labels: Self.labels, batchSize: 3, multipleOf: 4, seed: 2,
                sampler: .byLength(lengths), prefetch: prefetch)
            var seen: [Int] = []
            for batch in loader.epoch(3) {
                let labels = [Int](batch.labels)
                #expect(batch.lengths == labels.map { lengths[$0] })
                #expect(batch.inputs.dim(1) % 4 == 0 && batch.inputs.dim(1) - batch.lengths.max()! < 4)
                let sums = [Float](batch.inputs.sum(axes: [1, 2]))
                #expect(sums == labels.map { Float($0 * lengths[$0] * 2) })
                #expect([Int](batch.mask.sum(axis: 1)) == batch.lengths)
                seen += labels
            }
            #expect(seen.sorted() == Array(0..<20))
        }
    }

    @Test func padsLabelsOfSteps() {
        let tags = [Tensor([1, 2], dtype: .int32), Tensor([3], dtype: .int32)]
        let words = [Tensor([7, 8]), Tensor([9])]
        let loader = DataLoader(sequences: words, labels: tags, batchSize: 2, labelValue: -100, shuffles: false)
        let batch = Array(loader.epoch(1))[0]
        #expect([[Int]](batch.inputs) == [[7, 8], [9, 0]] && batch.inputs.dtype == .int64)
        #expect([[Int]](batch.labels) == [[1, 2], [3, -100]] && batch.labels.dtype == .int32)
    }

    @Test func sequencesThatDoNotFitAreNamed() async {
        expect(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = DataLoader(
                    sequences: [Tensor.zeros([2, 3]), Tensor.zeros([4, 2])], labels: Tensor([1, 2]), batchSize: 2)
            }, toName: "sequence 1", "[4, 2]", "[2, 3]")
        expect(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = DataLoader(sequences: [Tensor([1, 2])], labels: [Tensor([1])], batchSize: 2)
            }, toName: "differ in their numbers of steps")
    }
}
