import Backprop

extension DataLoader {
    /// Batches that a function makes of some of the samples of a collection.
    ///
    /// ```
    /// let loader = DataLoader(names, batchSize: 16) { names in try encode(names) }
    /// ```
    ///
    /// - Parameters:
    ///   - shuffles: whether each epoch has an order of its own; otherwise it is that of the collection.
    ///   - keepsPartialBatch: whether the samples that do not fill a batch make a smaller one.
    ///   - sampler: which samples an epoch has, in place of `shuffles`.
    ///   - prefetch: how many batches are made ahead on a thread of their own.
    ///   - collate: makes a batch of its samples; what it throws arrives where the batch is asked for.
    public init<Samples: RandomAccessCollection & Sendable>(
        _ samples: Samples, batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0, keepsPartialBatch: Bool = true,
        sampler: Sampler? = nil, prefetch: Int = 0, file: StaticString = #fileID, line: UInt = #line,
        collate: @escaping @Sendable ([Samples.Element]) throws -> Batch
    ) {
        let options = LoaderOptions(
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch,
            sampler: sampler, prefetch: prefetch, file: file, line: line)
        self.init(count: samples.count, options: options) { request in
            try collate(request.positions.map { samples[samples.index(samples.startIndex, offsetBy: $0)] })
        }
    }

    /// Batches of samples that are made when they are asked for: decoded from files, or drawn anew in each epoch.
    ///
    /// ```
    /// let loader = DataLoader(
    ///     paths, batchSize: 16, prefetch: 2,
    ///     load: { path, key in try photograph(path, turnedBy: key.generator()) },
    ///     collate: { photographs in stacked(photographs) })
    /// ```
    ///
    /// - Parameters:
    ///   - skipsBadSamples: whether samples whose `load` throws are left out of their batch, and added to `skipped`;
    ///     otherwise the error arrives where the batch is asked for.
    ///   - load: makes a sample of an element. Its random choices should follow from the key, and from nothing else.
    ///   - collate: makes a batch of its samples. It is not called where all are left out, and there is no such batch then.
    public init<Samples: RandomAccessCollection & Sendable, Sample>(
        _ samples: Samples, batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0, keepsPartialBatch: Bool = true,
        sampler: Sampler? = nil, prefetch: Int = 0, skipsBadSamples: Bool = false, file: StaticString = #fileID,
        line: UInt = #line, load: @escaping @Sendable (Samples.Element, SampleKey) throws -> Sample,
        collate: @escaping @Sendable ([Sample]) throws -> Batch
    ) {
        let options = LoaderOptions(
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch,
            sampler: sampler, prefetch: prefetch, file: file, line: line)
        let skipped = skipsBadSamples ? SkippedSamples() : nil
        self.init(count: samples.count, options: options, skipped: skipped) { request in
            var made: [Sample] = []
            made.reserveCapacity(request.positions.count)
            for key in request.keys {
                do {
                    made.append(try load(samples[samples.index(samples.startIndex, offsetBy: key.index)], key))
                } catch {
                    guard let skipped else { throw error }
                    skipped.add(key, error)
                }
            }
            return made.isEmpty ? nil : try collate(made)
        }
    }
}
