import Backprop

extension DataLoader {
    /// The batches of one epoch, each made when it is asked for, or ahead where the loader does so.
    public struct Epoch: Sequence, Sendable {
        let loader: DataLoader
        /// The number of the epoch.
        public let number: Int
        /// The number of the first batch.
        public let first: Int
        let order: [Int]
        private let repetitions: [Int]?

        init(loader: DataLoader, number: Int, first: Int, order: [Int]) {
            self.loader = loader
            self.number = number
            self.first = first
            self.order = order
            var uses = [Int](repeating: 0, count: loader.count)
            let repetitions = order.map { position in
                defer { uses[position] += 1 }
                return uses[position]
            }
            self.repetitions = repetitions.contains { $0 > 0 } ? repetitions : nil
        }

        /// Exactly how many batches there are, unless bad samples are skipped, which may leave none of a batch.
        public var underestimatedCount: Int { loader.skipsBadSamples ? 0 : loader.batchCount - first }

        public func makeIterator() -> Iterator { Iterator(epoch: self) }

        /// Makes a batch; nil where all of its samples are skipped.
        func batch(_ index: Int) throws -> Batch? {
            let start = index * loader.batchSize
            let end = Swift.min(start + loader.batchSize, order.count)
            return try loader.make(
                BatchRequest(
                    seed: loader.seed, epoch: number, index: index, positions: order[start..<end],
                    repetitions: repetitions?[start..<end]))
        }
    }
}

extension DataLoader.Epoch {
    /// Goes through the batches of an epoch. Copies of an iterator go on together where batches are made ahead.
    public struct Iterator: IteratorProtocol {
        private let epoch: DataLoader.Epoch
        private let ahead: BatchQueue<Batch>?
        private var index: Int

        init(epoch: DataLoader.Epoch) {
            self.epoch = epoch
            index = epoch.first
            let first = epoch.first, end = epoch.loader.batchCount
            ahead =
                epoch.loader.prefetch > 0 && first < end
                ? BatchQueue(first..<end, capacity: epoch.loader.prefetch) { try epoch.batch($0) } : nil
        }

        /// The number of the batch that comes next, from which the epoch can be resumed; the number of batches at its end.
        public var nextIndex: Int { ahead?.nextIndex ?? index }

        /// The next batch, or nil at the end of the epoch.
        ///
        /// - Throws: what a sample, or the function that makes a batch of them, has thrown. The call after that gives the
        ///   batch after that.
        public mutating func nextBatch() throws -> Batch? {
            while nextIndex < epoch.loader.batchCount {
                defer { index += 1 }
                let batch = if let ahead { try ahead.next() } else { try epoch.batch(index) }
                if let batch { return batch }
            }
            return nil
        }

        /// The next batch, or nil at the end of the epoch. A sample that cannot be made stops the program;
        /// `nextBatch()` throws instead.
        public mutating func next() -> Batch? {
            do {
                return try nextBatch()
            } catch {
                trap(
                    "DataLoader: epoch \(epoch.number), batch \(nextIndex - 1): \(error)", file: epoch.loader.file,
                    line: epoch.loader.line)
            }
        }
    }
}
