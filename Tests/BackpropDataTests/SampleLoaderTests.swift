import Backprop
import Synchronization
import Testing

@testable import BackpropData

struct BadSample: Error, Equatable, CustomStringConvertible {
    let number: Int
    var description: String { "sample \(number) is bad" }
}

/// Loaders of samples that are elements of collections or made when they are asked for.
@Suite struct SampleLoaderTests {
    /// Loads numbers times ten; those of `bad` throw.
    static func loader(
        _ count: Int = 10, bad: Set<Int> = [], skips: Bool = false, prefetch: Int = 0, batchSize: Int = 3
    ) -> DataLoader<[Int]> {
        DataLoader(
            0..<count, batchSize: batchSize, shuffles: false, prefetch: prefetch, skipsBadSamples: skips,
            load: { number, _ in
                if bad.contains(number) { throw BadSample(number: number) }
                return number * 10
            }, collate: { $0 })
    }

    /// What comes of each call: a batch, or the number of a bad sample.
    static func outcomes(_ epoch: DataLoader<[Int]>.Epoch) -> [Result<[Int], BadSample>] {
        var iterator = epoch.makeIterator()
        var outcomes: [Result<[Int], BadSample>] = []
        while true {
            do {
                guard let batch = try iterator.nextBatch() else { return outcomes }
                outcomes.append(.success(batch))
            } catch {
                outcomes.append(.failure(error as! BadSample))
            }
        }
    }

    @Test func makesBatchesOfAnyCollection() {
        let words = ["a", "bb", "ccc", "dddd", "eeeee"][1...]
        let loader = DataLoader(words, batchSize: 3, shuffles: false) { $0.map(\.count) }
        #expect(Array(loader.epoch(1)) == [[2, 3, 4], [5]])
        let shuffled = DataLoader(words, batchSize: 3, seed: 4) { $0 }
        #expect(shuffled.epoch(1).flatMap { $0 } == shuffled.order(ofEpoch: 1).map { words[$0 + 1] })
        #expect(shuffled.epoch(1).flatMap { $0 }.sorted() == Array(words))
    }

    @Test func takesSeveralTensors() {
        let a = Tensor((0..<6).map(Float.init), shape: [3, 2]), b = Tensor([7, 8, 9])
        let list = Array(DataLoader(tensors: [a, b], batchSize: 2, shuffles: false).epoch(1))
        #expect(list.map { $0.map(\.shape) } == [[[2, 2], [2]], [[1, 2], [1]]])
        #expect([Int](list[1][1]) == [9] && [[Float]](list[1][0]) == [[4, 5]])
        let named = Array(DataLoader(tensors: ["a": a, "b": b], batchSize: 2, seed: 3).epoch(2))
        for batch in named {
            #expect([[Float]](batch["a"]!).map { Int($0[0]) / 2 + 7 } == [Int](batch["b"]!))
        }
    }

    @Test func resumesInTheMiddleOfAnEpoch() {
        let loader = DataLoader(0..<23, batchSize: 4, seed: 9) { $0 }
        let whole = Array(loader.epoch(5))
        for first in 0...6 {
            #expect(Array(loader.epoch(5, from: first)) == Array(whole.dropFirst(first)))
            #expect(loader.epoch(5, from: first).makeIterator().nextIndex == first)
        }
        let images = DataLoaderTests.loader(10)
        #expect(images.epoch(1, from: 1).map(\.index) == [1, 2])
        #expect(images.epoch(1, from: 1).map(\.count) == [4, 2])
    }

    @Test(arguments: [0, 1, 4]) func errorsArriveAtTheirPlace(prefetch: Int) {
        let outcomes = Self.outcomes(Self.loader(bad: [4, 9], prefetch: prefetch).epoch(1))
        #expect(
            outcomes == [
                .success([0, 10, 20]), .failure(BadSample(number: 4)), .success([60, 70, 80]),
                .failure(BadSample(number: 9)),
            ])
    }

    @Test(arguments: [0, 2]) func skipsBadSamplesWhenAsked(prefetch: Int) {
        let loader = Self.loader(bad: [1, 3, 4, 5, 9], skips: true, prefetch: prefetch)
        #expect(Array(loader.epoch(7)) == [[0, 20], [60, 70, 80]])
        #expect(loader.skipped.count == 5)
        #expect(loader.skipped.samples.map(\.key.index) == [1, 3, 4, 5, 9])
        #expect(loader.skipped.samples.allSatisfy { $0.key.epoch == 7 })
        #expect(loader.skipped.samples.first?.error as? BadSample == BadSample(number: 1))
    }

    @Test func keepsTheFirstErrorsAndCountsAll() {
        let loader = Self.loader(300, bad: Set(0..<300), skips: true)
        #expect(Array(loader.epoch(1)).isEmpty && Array(loader.epoch(2)).isEmpty)
        #expect(loader.skipped.count == 600 && loader.skipped.samples.count == SkippedSamples.mostKept)
    }

    @Test func aPlainLoopStopsWithTheError() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            for _ in SampleLoaderTests.loader(bad: [4]).epoch(3) {}
        }
        expect(result, toName: "DataLoader: epoch 3, batch 1: sample 4 is bad")
    }

    @Test func mapsBatches() throws {
        let loader = Self.loader(7, bad: [3], skips: true).map { $0.reduce(0, +) }
        #expect(Array(loader.epoch(1)) == [30, 90, 60])
        #expect(loader.skipped.count == 1)
        var failing = Self.loader(7).map { if $0[0] == 30 { throw BadSample(number: 30) } }.epoch(1).makeIterator()
        try failing.nextBatch()
        #expect(throws: BadSample(number: 30)) { try failing.nextBatch() }
    }

    @Test func keysDependOnSeedEpochAndPositionAlone() {
        func keys(batchSize: Int, prefetch: Int) -> [Int: SampleKey] {
            let loader = DataLoader(
                10..<30, batchSize: batchSize, seed: 5, prefetch: prefetch, load: { ($0, $1) }, collate: { $0 })
            return Dictionary(uniqueKeysWithValues: loader.epoch(2).flatMap { $0 })
        }
        let expected = Dictionary(
            uniqueKeysWithValues: (0..<20).map { ($0 + 10, SampleKey(seed: 5, epoch: 2, index: $0)) })
        #expect(keys(batchSize: 3, prefetch: 0) == expected)
        #expect(keys(batchSize: 7, prefetch: 3) == expected)
        var draws: Set<UInt64> = []
        for seed in 0..<3 {
            for epoch in 0..<3 {
                for index in 0..<3 {
                    for stream in 0..<2 {
                        var generator = SampleKey(seed: UInt64(seed), epoch: epoch, index: index)
                            .generator(stream: stream)
                        draws.insert(generator.next())
                    }
                }
            }
        }
        #expect(draws.count == 54)
    }

    @Test func aSampleThatComesAgainHasANewKey() {
        let loader = DataLoader(
            0..<3, batchSize: 4, seed: 1, sampler: .weighted([1, 1, 1], count: 20), load: { $1 }, collate: { $0 })
        let keys = loader.epoch(1).flatMap { $0 }
        #expect(Set(keys).count == 20)
        for index in 0..<3 {
            let repetitions = keys.filter { $0.index == index }.map(\.repetition)
            #expect(repetitions == Array(0..<repetitions.count))
        }
        var draws: Set<UInt64> = []
        for key in keys {
            var generator = key.generator()
            draws.insert(generator.next())
        }
        #expect(draws.count == 20)
        // Resumed in the middle, it is the same.
        #expect(loader.epoch(1, from: 3).flatMap { $0 } == Array(keys[12...]))
    }

    @Test func identityTellsLoadersApart() {
        let loader = Self.loader()
        #expect(loader.identity == Self.loader(prefetch: 3).identity)
        for other in [Self.loader(11), Self.loader(batchSize: 4)] { #expect(other.identity != loader.identity) }
        #expect(DataLoader(0..<10, batchSize: 3, seed: 1) { $0 }.identity != loader.identity)
    }
}
