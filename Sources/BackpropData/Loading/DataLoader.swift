import Backprop

/// Hands out mini-batches of samples, in another order in each epoch.
///
/// The order is a function of the seed and of the number of the epoch alone, so a run can be repeated, and resumed at any
/// batch of any epoch: where a loader stands are two numbers.
///
/// ```swift
/// let loader = DataLoader(inputs: images, labels: classes, batchSize: 32, seed: 1)
/// for epoch in 1...10 {
///     for batch in loader.epoch(epoch) { train(batch.inputs, batch.labels) }
/// }
/// ```
///
/// Samples are rows of tensors, elements of a collection, or made when they are asked for; what a batch is made of them is
/// said by a function.
public struct DataLoader<Batch: Sendable>: Sendable {
    /// The most samples of a batch.
    public let batchSize: Int
    /// Which samples an epoch has, and in which order.
    public let sampler: Sampler
    /// What the orders, and random choices of transforms, depend on.
    public let seed: UInt64
    /// Whether the samples that do not fill a batch make a smaller one at the end of the epoch. They are left out of that
    /// epoch otherwise.
    public let keepsPartialBatch: Bool
    /// How many samples the data has.
    public let count: Int
    /// How many batches are made ahead on a thread of their own; 0 where each is made when it is asked for. Batches and
    /// their order are the same for any number.
    public let prefetch: Int
    /// The samples that were left out because they could not be made, over all epochs and copies of the loader.
    public let skipped: SkippedSamples

    /// Whether samples that cannot be made are left out.
    public let skipsBadSamples: Bool

    let make: @Sendable (BatchRequest) throws -> Batch?
    /// Where the loader was made, for what stops the program later.
    let file: StaticString
    let line: UInt

    init(
        count: Int, options: LoaderOptions, skipped: SkippedSamples? = nil,
        make: @escaping @Sendable (BatchRequest) throws -> Batch?
    ) {
        let sampler = options.sampler ?? (options.shuffles ? .shuffled : .sequential)
        require(
            options.batchSize > 0, "DataLoader: a batch has at least one example, not \(options.batchSize)",
            file: options.file, line: options.line)
        require(
            options.prefetch >= 0, "DataLoader: \(options.prefetch) batches cannot be made ahead", file: options.file,
            line: options.line)
        sampler.check(count, file: options.file, line: options.line)
        self.count = count
        self.sampler = sampler
        self.skipped = skipped ?? SkippedSamples()
        skipsBadSamples = skipped != nil
        self.make = make
        batchSize = options.batchSize
        seed = options.seed
        keepsPartialBatch = options.keepsPartialBatch
        prefetch = options.prefetch
        file = options.file
        line = options.line
    }

    /// How many batches an epoch has.
    public var batchCount: Int {
        keepsPartialBatch ? (samplesPerEpoch + batchSize - 1) / batchSize : samplesPerEpoch / batchSize
    }

    /// How many samples the sampler chooses for an epoch, those of a partial batch included.
    public var samplesPerEpoch: Int { sampler.length(of: count) }

    /// What decides which samples each batch has. A run that goes on with another loader than it began with is told by it.
    /// `order` is a number that follows from the order of the first epoch, which tells other weights, lengths or subsets.
    public var identity: [String: SavedValue] {
        [
            "samples": .integer(count), "batchSize": .integer(batchSize),
            "seed": .integer(Int(truncatingIfNeeded: seed)), "keepsPartialBatch": .bool(keepsPartialBatch),
            "sampler": .text("\(sampler)"),
            "order": .integer(
                Int(truncatingIfNeeded: SplitMix64.mixed(order(ofEpoch: 1).map { UInt64(truncatingIfNeeded: $0) }))),
        ]
    }

    /// The batches of one epoch. The same number gives the same batches.
    ///
    /// - Parameter batch: the number of the first batch, where an epoch is resumed in its middle; the others are not made.
    public func epoch(
        _ number: Int, from batch: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Epoch {
        require(
            batch >= 0 && batch <= batchCount, "epoch: there is no batch \(batch) among \(batchCount)", file: file,
            line: line)
        return Epoch(loader: self, number: number, first: batch, order: order(ofEpoch: number))
    }

    /// The positions of all samples in the order of an epoch.
    package func order(ofEpoch number: Int) -> [Int] {
        sampler.positions(of: count, batchSize: batchSize, seed: seed, epoch: number)
    }

    /// The same loader whose batches are changed by a function, on the thread that makes them. Work on tensors that the
    /// function records, such as `batch.inputs.asType(.float32) / 255`, becomes part of the plan of a step.
    public func map<Changed: Sendable>(
        _ change: @escaping @Sendable (Batch) throws -> Changed
    ) -> DataLoader<Changed> {
        changed { batch, _ in try change(batch) }
    }

    func changed<Changed: Sendable>(
        _ change: @escaping @Sendable (Batch, BatchRequest) throws -> Changed
    ) -> DataLoader<Changed> {
        let make = make
        return DataLoader<Changed>(count: count, options: options, skipped: skipsBadSamples ? skipped : nil) {
            request in
            try make(request).map { try change($0, request) }
        }
    }

    private var options: LoaderOptions {
        LoaderOptions(
            batchSize: batchSize, shuffles: false, seed: seed, keepsPartialBatch: keepsPartialBatch, sampler: sampler,
            prefetch: prefetch, file: file, line: line)
    }
}

/// What all kinds of loaders are told.
struct LoaderOptions {
    let batchSize: Int
    let shuffles: Bool
    let seed: UInt64
    let keepsPartialBatch: Bool
    let sampler: Sampler?
    let prefetch: Int
    let file: StaticString
    let line: UInt
}

/// Which batch is to be made.
struct BatchRequest: Sendable {
    let seed: UInt64
    let epoch: Int
    /// The number of the batch in its epoch, from 0.
    let index: Int
    /// The positions of its samples in the data.
    let positions: ArraySlice<Int>
    /// How often each sample has come before in the epoch; nil where none has.
    let repetitions: ArraySlice<Int>?

    /// The key of each sample, in their order.
    var keys: [SampleKey] {
        positions.indices.map {
            SampleKey(seed: seed, epoch: epoch, index: positions[$0], repetition: repetitions?[$0] ?? 0)
        }
    }
}
