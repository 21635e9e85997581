import Backprop
import Dispatch
import Foundation
import Synchronization
import Testing

@testable import BackpropData

/// Batches that are made ahead.
@Suite struct PrefetchTests {
    /// Counts the samples that are made, and how many makers hold it.
    final class Counter: Sendable {
        let made = Atomic(0)
        let changed = DispatchSemaphore(value: 0)

        func add() {
            made.add(1, ordering: .sequentiallyConsistent)
            changed.signal()
        }
    }

    static func loader(_ counter: Counter, prefetch: Int, count: Int = 40) -> DataLoader<[Int]> {
        DataLoader(
            0..<count, batchSize: 1, seed: 3, prefetch: prefetch,
            load: { number, key in
                counter.add()
                return number
            }, collate: { $0 })
    }

    @Test(arguments: [1, 2, 7, 100]) func batchesAreThoseOfALoaderWithoutIt(prefetch: Int) {
        let plain = DataLoaderTests.loader(53)
        let ahead = DataLoader(
            inputs: Tensor((0..<106).map(Float.init), shape: [53, 2]), labels: Tensor((0..<53).map(Int32.init)),
            batchSize: 4, seed: 1, prefetch: prefetch)
        for epoch in 1...2 {
            let (a, b) = (Array(plain.epoch(epoch)), Array(ahead.epoch(epoch)))
            #expect(a.map(\.index) == b.map(\.index))
            #expect(a.map { $0.labels.array(of: Int32.self) } == b.map { $0.labels.array(of: Int32.self) })
            #expect(a.map { [[Float]]($0.inputs) } == b.map { [[Float]]($0.inputs) })
        }
        #expect(ahead.epoch(1, from: 11).map(\.index) == [11, 12, 13])
        #expect(Array(ahead.epoch(1, from: 14)).isEmpty)
    }

    @Test func makesNoMoreThanAskedForAhead() throws {
        let counter = Counter()
        var iterator = Self.loader(counter, prefetch: 3).epoch(1).makeIterator()
        for taken in 1...10 {
            _ = try iterator.nextBatch()
            // All that may be made are made, sooner or later, and no more.
            while counter.made.load(ordering: .sequentiallyConsistent) < taken + 3 { counter.changed.wait() }
            #expect(counter.made.load(ordering: .sequentiallyConsistent) == taken + 3)
        }
    }

    @Test func copiesOfAnIteratorEndTogether() throws {
        var iterator = Self.loader(Counter(), prefetch: 2, count: 3).epoch(1).makeIterator()
        var copy = iterator
        let first = try iterator.nextBatch(), second = try copy.nextBatch()
        #expect(copy.nextIndex == 2 && iterator.nextIndex == 2)
        let third = try iterator.nextBatch()
        let expected = Array(Self.loader(Counter(), prefetch: 0, count: 3).epoch(1))
        #expect([first, second, third] == expected.map(Optional.some))
        #expect(copy.nextIndex == 3)
        // A copy that waits for a batch that is never made hangs here.
        if copy.nextIndex == 3 { #expect(try copy.nextBatch() == nil && iterator.nextBatch() == nil) }
    }

    @Test func aDroppedIteratorEndsItsThread() throws {
        weak var held: Counter?
        do {
            let counter = Counter()
            held = counter
            var iterator = Self.loader(counter, prefetch: 2).epoch(1).makeIterator()
            _ = try iterator.nextBatch()
        }
        // Only the thread may hold it still; a test that hangs here fails by its time limit.
        let start = ContinuousClock.now
        while held != nil, start.duration(to: .now) < .seconds(20) { sched_yield() }
        #expect(held == nil)
    }
}
