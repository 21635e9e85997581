import Backprop

extension DataLoader where Batch == LabelledBatch {
    /// Batches of `inputs` and `labels`, whose first axes are as long as each other.
    ///
    /// The tensors are computed now, and their elements copied batch by batch; of a tensor of mapped memory only the rows of
    /// a batch are read.
    ///
    /// - Parameters:
    ///   - shuffles: whether each epoch has an order of its own; otherwise it is that of the data.
    ///   - keepsPartialBatch: whether the examples that do not fill a batch make a smaller one.
    ///   - sampler: which examples an epoch has, in place of `shuffles`.
    ///   - prefetch: how many batches are made ahead on a thread of their own.
    public init(
        inputs: Tensor, labels: Tensor, batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0,
        keepsPartialBatch: Bool = true, sampler: Sampler? = nil, prefetch: Int = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        require(
            inputs.ndim > 0 && labels.ndim > 0 && inputs.dim(0) == labels.dim(0),
            "DataLoader: inputs \(inputs.shape) and labels \(labels.shape) differ in their number of examples",
            file: file, line: line)
        let options = LoaderOptions(
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch,
            sampler: sampler, prefetch: prefetch, file: file, line: line)
        let rows = (inputs: TensorRows(inputs), labels: TensorRows(labels))
        self.init(count: inputs.dim(0), options: options) { request in
            LabelledBatch(
                index: request.index, inputs: rows.inputs[request.positions], labels: rows.labels[request.positions])
        }
    }

    /// Batches of arrays. `inputs` holds one example after the other, each of shape `inputShape`; `labels` one
    /// for each example.
    public init<Input: TensorScalar, Label: TensorScalar>(
        inputs: [Input], inputShape: [Int], labels: [Label], batchSize: Int, shuffles: Bool = true,
        seed: UInt64 = 0, keepsPartialBatch: Bool = true, sampler: Sampler? = nil, prefetch: Int = 0,
        file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(
            inputs: Tensor(inputs, shape: [labels.count] + inputShape, file: file, line: line),
            labels: Tensor(labels), batchSize: batchSize, shuffles: shuffles, seed: seed,
            keepsPartialBatch: keepsPartialBatch, sampler: sampler, prefetch: prefetch, file: file, line: line)
    }

    /// Batches of arrays: `[[Float]]` and `[Int]`, or nested to any depth. Rows of different lengths stop it.
    public init<Inputs: TensorElements, Labels: TensorElements>(
        inputs: Inputs, labels: Labels, batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0,
        keepsPartialBatch: Bool = true, sampler: Sampler? = nil, prefetch: Int = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        self.init(
            inputs: Tensor(inputs), labels: Tensor(labels), batchSize: batchSize, shuffles: shuffles, seed: seed,
            keepsPartialBatch: keepsPartialBatch, sampler: sampler, prefetch: prefetch, file: file, line: line)
    }
}

extension DataLoader where Batch == [Tensor] {
    /// Batches of several tensors, such as two inputs and the labels, whose first axes are as long as each other; at least
    /// one. The parameters are those of loaders of inputs and labels.
    public init(
        tensors: [Tensor], batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0, keepsPartialBatch: Bool = true,
        sampler: Sampler? = nil, prefetch: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) {
        requireCommonCount(tensors, file: file, line: line)
        let options = LoaderOptions(
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch,
            sampler: sampler, prefetch: prefetch, file: file, line: line)
        let rows = tensors.map { TensorRows($0) }
        self.init(count: tensors[0].dim(0), options: options) { request in rows.map { $0[request.positions] } }
    }
}

extension DataLoader where Batch == [String: Tensor] {
    /// Batches of several tensors by name, whose first axes are as long as each other; at least one. The parameters are those
    /// of loaders of inputs and labels.
    public init(
        tensors: [String: Tensor], batchSize: Int, shuffles: Bool = true, seed: UInt64 = 0,
        keepsPartialBatch: Bool = true, sampler: Sampler? = nil, prefetch: Int = 0, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        let named = tensors.sorted { $0.key < $1.key }
        requireCommonCount(named.map(\.value), file: file, line: line)
        let options = LoaderOptions(
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch,
            sampler: sampler, prefetch: prefetch, file: file, line: line)
        let rows = tensors.mapValues { TensorRows($0) }
        self.init(count: named[0].value.dim(0), options: options) { request in
            rows.mapValues { $0[request.positions] }
        }
    }
}

private func requireCommonCount(_ tensors: [Tensor], file: StaticString, line: UInt) {
    require(
        tensors.allSatisfy { $0.ndim > 0 && $0.dim(0) == tensors[0].dim(0) } && !tensors.isEmpty,
        "DataLoader: tensors \(tensors.map(\.shape)) differ in their number of examples", file: file, line: line)
}
