import Backprop
import Testing

@testable import BackpropData

@Suite struct SamplerTests {
    /// 60 of class a, 30 of b, 10 of c, mixed.
    static let classes = (0..<100).map { $0 % 10 == 9 ? "c" : $0 % 10 < 6 ? "a" : "b" }
    static let lengths = (0..<100).map { ($0 * 37) % 51 + 1 }

    static let samplers: [(sampler: Sampler, everySampleOnce: Bool)] = [
        (.sequential, true), (.shuffled, true), (.stratified(by: classes), true), (.byLength(lengths), true),
        (.byLength(lengths, pool: 3), true), (.weighted((0..<100).map { Double($0) + 1 }, replacing: false), true),
        (.balanced(by: classes), false), (.weighted(lengths.map(Double.init)), false),
        (.subset(Array(0..<100).reversed(), .sequential), true), (.subset(Array(20..<40)), false),
        (Sampler("backward") { count, _ in (0..<count).reversed() }, true),
    ]

    @Test(arguments: samplers.indices) func ordersAreFunctionsOfSeedAndEpoch(index: Int) {
        let (sampler, everySampleOnce) = Self.samplers[index]
        func order(_ seed: UInt64, _ epoch: Int) -> [Int] {
            sampler.positions(of: 100, batchSize: 8, seed: seed, epoch: epoch)
        }
        #expect(order(1, 1).count == sampler.length(of: 100))
        #expect(order(1, 1) == order(1, 1))
        let isFixed = ["sequential", "backward", "subset of 100, sequential"].contains("\(sampler)")
        #expect((order(1, 1) == order(1, 2)) == isFixed)
        #expect((order(1, 1) == order(2, 1)) == isFixed)
        for epoch in 1...3 where everySampleOnce { #expect(order(5, epoch).sorted() == Array(0..<100)) }
        let loader = DataLoader(0..<100, batchSize: 8, seed: 4, sampler: sampler) { $0 }
        #expect(loader.epoch(3).flatMap { $0 } == order(4, 3))
        #expect(loader.batchCount == (sampler.length(of: 100) + 7) / 8)
    }

    @Test func classesAreBalanced() {
        for count in [99, 100, 301, 5] {
            let order = Sampler.balanced(by: Self.classes, count: count).positions(of: 100, seed: 1, epoch: 2)
            let chosen = Dictionary(grouping: order) { Self.classes[$0] }
            #expect(chosen.count == 3)
            for samples in chosen.values {
                #expect(abs(samples.count - count / 3) <= 1)
                let uses = Dictionary(grouping: samples) { $0 }.values.map(\.count)
                #expect(uses.max()! - uses.min()! <= 1)
            }
        }
    }

    @Test func everyBatchHasTheSharesOfTheWhole() {
        for epoch in 1...5 {
            let order = Sampler.stratified(by: Self.classes).positions(of: 100, seed: 1, epoch: epoch)
            for start in stride(from: 0, to: 100, by: 20) {
                let batch = order[start..<(start + 20)].map { Self.classes[$0] }
                #expect(abs(batch.count { $0 == "a" } - 12) <= 2)
                #expect(abs(batch.count { $0 == "b" } - 6) <= 2)
                #expect(abs(batch.count { $0 == "c" } - 2) <= 1)
            }
        }
    }

    @Test func weightsAreProbabilities() {
        let weights = [0.0, 1, 2, 0, 5, 0]
        let order = Sampler.weighted(weights, count: 80_000).positions(of: 6, seed: 1, epoch: 1)
        for (position, weight) in weights.enumerated() {
            let share = Double(order.count { $0 == position }) / 80_000
            // Five standard deviations.
            #expect(abs(share - weight / 8) <= 5 * (weight / 8 * (1 - weight / 8) / 80_000).squareRoot())
        }
    }

    /// The first of two without a second turn follows the weights, the second what is left of them.
    @Test func weightsWithoutReplacement() {
        let sampler = Sampler.weighted([1, 0, 3, 4], count: 2, replacing: false)
        var pairs: [[Int]: Double] = [:]
        for epoch in 0..<20_000 { pairs[sampler.positions(of: 4, seed: 3, epoch: epoch), default: 0] += 1.0 / 20_000 }
        let expected: [[Int]: Double] = [
            [0, 2]: 1.0 / 8 * 3 / 7, [0, 3]: 1.0 / 8 * 4 / 7, [2, 0]: 3.0 / 8 * 1 / 5, [2, 3]: 3.0 / 8 * 4 / 5,
            [3, 0]: 4.0 / 8 * 1 / 4, [3, 2]: 4.0 / 8 * 3 / 4,
        ]
        #expect(Set(pairs.keys) == Set(expected.keys))
        for (pair, share) in expected { #expect(abs(pairs[pair]! - share) < 0.018, "\(pair)") }
        #expect(Sampler.weighted([0, 1, 0, 2], replacing: false).length(of: 4) == 2)
    }

    @Test func paddingIsBounded() {
        for (pool, size) in [(1, 8), (3, 8), (50, 8), (4, 5)] {
            let sampler = Sampler.byLength(Self.lengths, pool: pool)
            var seen: Set<[Int]> = []
            for epoch in 1...4 {
                let order = sampler.positions(of: 100, batchSize: size, seed: 2, epoch: epoch)
                var padding = 0
                for start in stride(from: 0, to: 100 / size * size, by: size) {
                    let batch = order[start..<(start + size)].map { Self.lengths[$0] }
                    padding += batch.max()! * size - batch.reduce(0, +)
                }
                let pools = (100 / size + pool - 1) / pool
                #expect(padding < pools * size * 50)
                if pool == 50 { #expect(padding < size * 50) }
                seen.insert(order)
            }
            #expect(seen.count == 4)
        }
    }

    @Test func mistakesAreNamed() async {
        expect(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = DataLoader(0..<3, batchSize: 2, sampler: .weighted([1, 2])) { $0 }
            }, toName: "weighted", "2 weights for 3 samples")
        expect(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = Sampler.weighted([1, 0, 2], count: 3, replacing: false)
            }, toName: "3 samples", "2 with a weight above 0")
        expect(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = DataLoader(0..<3, batchSize: 2, sampler: .subset([1, 3])) { $0 }
            }, toName: "no sample 3 among 3")
        expect(
            await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
                _ = Sampler("mine") { _, _ in [7] }.positions(of: 1, seed: 1, epoch: 1)
            }, toName: "mine", "no sample 7 among 1")
    }
}

@Suite struct SplitTests {
    static let classes = SamplerTests.classes

    private func areApart(_ parts: [[Int]], _ count: Int) -> Bool {
        parts.flatMap { $0 }.sorted() == Array(0..<count) && parts.allSatisfy { $0 == $0.sorted() }
    }

    @Test func partsHaveTheirShares() {
        let parts = Split.parts(0.8, 0.1, 0.1, of: 1003, seed: 1)
        #expect(areApart(parts, 1003))
        #expect(parts.map(\.count) == [802, 101, 100])
        #expect(parts == Split.parts(0.8, 0.1, 0.1, of: 1003, seed: 1))
        #expect(parts != Split.parts(0.8, 0.1, 0.1, of: 1003, seed: 2))
        #expect(Split.parts(1, 0, of: 5).map(\.count) == [5, 0])
        #expect(Split.parts(0.5, 0.5, of: 0) == [[], []])
    }

    @Test func classesKeepTheirShares() {
        let parts = Split.parts(0.7, 0.2, 0.1, stratifiedBy: Self.classes, seed: 3)
        #expect(areApart(parts, 100))
        for (part, share) in zip(parts, [0.7, 0.2, 0.1]) {
            for (name, count) in [("a", 60.0), ("b", 30), ("c", 10)] {
                #expect(abs(Double(part.count { Self.classes[$0] == name }) - share * count) < 1e-9)
            }
        }
    }

    @Test func groupsStayTogether() {
        let people = (0..<100).map { $0 * $0 % 23 }
        let parts = Split.parts(0.6, 0.4, groupedBy: people, seed: 1)
        #expect(areApart(parts, 100))
        #expect(Set(parts[0].map { people[$0] }).isDisjoint(with: parts[1].map { people[$0] }))
        #expect(abs(parts[0].count - 60) <= 4)
        #expect(parts != Split.parts(0.6, 0.4, groupedBy: people, seed: 2))
        for fold in Split.folds(4, groupedBy: people) {
            #expect(areApart([fold.training, fold.heldOut], 100))
            #expect(Set(fold.training.map { people[$0] }).isDisjoint(with: fold.heldOut.map { people[$0] }))
            #expect(abs(fold.heldOut.count - 25) <= 5)
        }
    }

    @Test func foldsHoldOutEverySampleOnce() {
        for folds in [Split.folds(7, of: 100, seed: 1), Split.folds(7, stratifiedBy: Self.classes, seed: 1)] {
            #expect(areApart(folds.map(\.heldOut), 100))
            #expect(folds.allSatisfy { areApart([$0.training, $0.heldOut], 100) })
            #expect(Set(folds.map(\.heldOut.count)) == [14, 15])
        }
        for fold in Split.folds(7, stratifiedBy: Self.classes, seed: 1) {
            for (name, range) in [("a", 8...9), ("b", 4...5), ("c", 1...2)] {
                #expect(range.contains(fold.heldOut.count { Self.classes[$0] == name }))
            }
        }
    }

    @Test func mistakesAreNamed() async {
        let shares = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Split.parts(0.5, 0.4, of: 10)
        }
        expect(shares, toName: "do not add up to 1")
        let folds = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = Split.folds(5, groupedBy: [1, 1, 1, 2, 2])
        }
        expect(folds, toName: "2 groups cannot make 5")
    }
}
