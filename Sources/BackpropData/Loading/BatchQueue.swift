import Dispatch
import Synchronization

/// Batches that are made ahead, in order, by one thread. The thread ends when all are made, or when the queue is released.
final class BatchQueue<Batch: Sendable>: Sendable {
    private let shared: Shared

    /// Begins to make batches `range`, at most `capacity` of which wait for `next()`.
    init(_ range: Range<Int>, capacity: Int, make: @escaping @Sendable (Int) throws -> Batch?) {
        let shared = Shared()
        self.shared = shared
        for _ in 0..<min(capacity, range.count) { shared.places.signal() }
        DispatchQueue(label: "backprop.batches").async {
            for index in range {
                shared.places.wait()
                if shared.isCancelled.load(ordering: .relaxed) { return }
                let batch = Result { try make(index) }
                shared.batches.withLock { $0.append(batch) }
                shared.made.signal()
            }
        }
    }

    deinit {
        shared.isCancelled.store(true, ordering: .relaxed)
        shared.places.signal()
    }

    /// The next batch; waits until it is made. Called at most as often as there are batches.
    func next() throws -> Batch? {
        shared.made.wait()
        let batch = shared.batches.withLock { $0.removeFirst() }
        shared.places.signal()
        return try batch.get()
    }

    /// What the thread holds; not the queue, whose release ends it.
    private final class Shared: Sendable {
        /// Counts the places for batches that are free.
        let places = DispatchSemaphore(value: 0)
        /// Counts the batches that are made.
        let made = DispatchSemaphore(value: 0)
        let batches = Mutex<[Result<Batch?, any Error>]>([])
        let isCancelled = Atomic(false)
    }
}
