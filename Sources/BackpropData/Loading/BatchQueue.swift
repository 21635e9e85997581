import Dispatch
import Synchronization

/// Batches that are made ahead, in order, by one thread. The thread ends when all are made, or when the queue is released.
final class BatchQueue<Batch: Sendable>: Sendable {
    private let shared: Shared
    private let range: Range<Int>

    /// Begins to make batches `range`, at most `capacity` of which wait for `next()`.
    init(_ range: Range<Int>, capacity: Int, make: @escaping @Sendable (Int) throws -> Batch?) {
        let shared = Shared()
        self.shared = shared
        self.range = range
        for _ in 0..<min(capacity, range.count) { shared.places.signal() }
        DispatchQueue(label: "backprop.batches").async {
            for index in range {
                shared.places.wait()
                if shared.isCancelled.load(ordering: .relaxed) { return }
                let batch = Result { try make(index) }
                shared.state.withLock { $0.batches.append(batch) }
                shared.made.signal()
            }
        }
    }

    deinit {
        shared.isCancelled.store(true, ordering: .relaxed)
        shared.places.signal()
    }

    /// The number of the batch that comes next; the end of the range where none does.
    var nextIndex: Int { range.lowerBound + shared.state.withLock { $0.taken } }

    /// The next batch; waits until it is made. Nil where there is nothing in it, or where all are taken.
    func next() throws -> Batch? {
        let isThere = shared.state.withLock { state in
            guard state.taken < range.count else { return false }
            state.taken += 1
            return true
        }
        guard isThere else { return nil }
        shared.made.wait()
        let batch = shared.state.withLock { $0.batches.removeFirst() }
        shared.places.signal()
        return try batch.get()
    }

    /// What the thread holds; not the queue, whose release ends it.
    private final class Shared: Sendable {
        /// Counts the places for batches that are free.
        let places = DispatchSemaphore(value: 0)
        /// Counts the batches that are made.
        let made = DispatchSemaphore(value: 0)
        /// Batches that wait, and how many were asked for.
        let state = Mutex((batches: [Result<Batch?, any Error>](), taken: 0))
        let isCancelled = Atomic(false)
    }
}
