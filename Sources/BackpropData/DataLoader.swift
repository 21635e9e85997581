import Backprop

/// Hands out mini-batches of examples, in another order in each epoch.
///
/// The order is a function of the seed and of the number of the epoch alone, so a run can be repeated, and
/// resumed at any epoch.
///
/// ```swift
/// let loader = DataLoader(inputs: images, labels: classes, batchSize: 32, seed: 1)
/// for epoch in 1...10 {
///     for batch in loader.epoch(epoch) { train(batch.inputs, batch.labels) }
/// }
/// ```
public struct DataLoader: Sendable {
    /// Some of the examples.
    public struct Batch: Sendable {
        /// The number of the batch in its epoch, from 0.
        public let index: Int
        /// Shape [examples, ...].
        public let inputs: Tensor
        /// Shape [examples, ...], in the same order.
        public let labels: Tensor
        /// How many examples there are.
        public var count: Int { inputs.dim(0) }
    }

    /// The most examples of a batch.
    public let batchSize: Int
    /// Whether each epoch has an order of its own; otherwise it is that of the data.
    public let shuffles: Bool
    /// What the orders depend on.
    public let seed: UInt64
    /// Whether the examples that do not fill a batch make a smaller one at the end of the epoch. They are left
    /// out of that epoch otherwise.
    public let keepsPartialBatch: Bool
    /// How many examples there are.
    public let count: Int

    private let inputs: Rows
    private let labels: Rows

    /// Batches of `inputs` and `labels`, whose first axes are as long as each other.
    ///
    /// The tensors are computed now, and their elements copied batch by batch.
    public init(
        inputs: Tensor, labels: Tensor, batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0,
        keepsPartialBatch: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            batchSize > 0, "DataLoader: a batch has at least one example, not \(batchSize)", file: file,
            line: line)
        require(
            inputs.ndim > 0 && labels.ndim > 0 && inputs.dim(0) == labels.dim(0),
            "DataLoader: inputs \(inputs.shape) and labels \(labels.shape) differ in their number of examples",
            file: file, line: line)
        self.batchSize = batchSize
        self.shuffles = shuffles
        self.seed = seed
        self.keepsPartialBatch = keepsPartialBatch
        self.count = inputs.dim(0)
        self.inputs = Rows(inputs)
        self.labels = Rows(labels)
    }

    /// Batches of arrays. `inputs` holds one example after the other, each of shape `inputShape`; `labels` one
    /// for each example.
    public init<Input: TensorScalar, Label: TensorScalar>(
        inputs: [Input], inputShape: [Int], labels: [Label], batchSize: Int, shuffles: Bool = true,
        seed: UInt64 = 0, keepsPartialBatch: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(
            inputs: Tensor(inputs, shape: [labels.count] + inputShape, file: file, line: line),
            labels: Tensor(labels), batchSize: batchSize, shuffles: shuffles, seed: seed,
            keepsPartialBatch: keepsPartialBatch, file: file, line: line)
    }

    /// Batches of arrays: `[[Float]]` and `[Int]`, or nested to any depth. Rows of different lengths stop it.
    public init<Inputs: TensorElements, Labels: TensorElements>(
        inputs: Inputs, labels: Labels, batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0,
        keepsPartialBatch: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(
            inputs: Tensor(inputs), labels: Tensor(labels), batchSize: batchSize, shuffles: shuffles, seed: seed,
            keepsPartialBatch: keepsPartialBatch, file: file, line: line)
    }

    /// How many batches an epoch has.
    public var batchCount: Int {
        keepsPartialBatch ? (count + batchSize - 1) / batchSize : count / batchSize
    }

    /// The batches of one epoch. The same number gives the same batches.
    public func epoch(_ number: Int) -> Epoch { Epoch(loader: self, order: order(ofEpoch: number)) }

    /// The positions of all examples in the order of an epoch.
    package func order(ofEpoch number: Int) -> [Int] {
        var order = Array(0..<count)
        guard shuffles else { return order }
        // Epochs of neighbouring seeds must not share orders, so both numbers are mixed before they meet.
        var seeds = SplitMix64(seed: seed)
        var epochs = SplitMix64(seed: UInt64(bitPattern: Int64(number)))
        var generator = SplitMix64(seed: seeds.next() ^ epochs.next() &* 0x9E37_79B9_7F4A_7C15)
        generator.shuffle(&order)
        return order
    }

    fileprivate func batch(_ index: Int, _ order: [Int]) -> Batch {
        let chosen = order[(index * batchSize)..<Swift.min((index + 1) * batchSize, count)]
        return Batch(index: index, inputs: inputs[chosen], labels: labels[chosen])
    }
}

extension DataLoader {
    /// The batches of one epoch, each made when it is asked for.
    public struct Epoch: Sequence, Sendable {
        fileprivate let loader: DataLoader
        fileprivate let order: [Int]

        /// Exactly how many batches there are.
        public var underestimatedCount: Int { loader.batchCount }

        public func makeIterator() -> Iterator { Iterator(epoch: self) }

        /// Goes through the batches of an epoch.
        public struct Iterator: IteratorProtocol {
            fileprivate let epoch: Epoch
            private var index = 0

            fileprivate init(epoch: Epoch) { self.epoch = epoch }

            public mutating func next() -> Batch? {
                guard index < epoch.loader.batchCount else { return nil }
                defer { index += 1 }
                return epoch.loader.batch(index, epoch.order)
            }
        }
    }

    /// A tensor from which examples are picked.
    private struct Rows: Sendable {
        let tensor: Tensor
        let rowBytes: Int

        init(_ tensor: Tensor) {
            evaluateOrStop(tensor)
            self.tensor = tensor
            rowBytes = tensor.shape.dropFirst().reduce(1, *) * tensor.dtype.byteCount
        }

        subscript(chosen: ArraySlice<Int>) -> Tensor {
            let shape = [chosen.count] + tensor.shape.dropFirst()
            return Tensor(shape: shape, dtype: tensor.dtype) { target in
                guard rowBytes > 0, let start = target.baseAddress else { return }
                tensor.withUnsafeBytes { source in
                    for (position, row) in chosen.enumerated() {
                        (start + position * rowBytes).copyMemory(
                            from: source.baseAddress! + row * rowBytes, byteCount: rowBytes)
                    }
                }
            }
        }
    }
}
