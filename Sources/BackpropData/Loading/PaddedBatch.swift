import Backprop

/// Sequences of different lengths as one batch, with their lengths; recurrent layers take both.
///
/// ```
/// let loader = DataLoader(
///     sequences: sentences, labels: classes, batchSize: 32, sampler: .byLength(sentences.map { $0.dim(0) }))
/// for batch in loader.epoch(1) { train(network(batch.inputs, lengths: batch.lengths), batch.labels) }
/// ```
public struct PaddedBatch: Sendable {
    /// The number of the batch in its epoch, from 0.
    public let index: Int
    /// Shape [sequences, steps, ...]: at least as many steps as the longest sequence has.
    public let inputs: Tensor
    /// The length of each sequence.
    public let lengths: [Int]
    /// Shape [sequences, ...], or [sequences, steps, ...] where each sequence has labels for its steps.
    public let labels: Tensor

    /// How many sequences there are.
    public var count: Int { lengths.count }

    /// Whether a step belongs to its sequence: bool [sequences, steps].
    public var mask: Tensor {
        let steps = inputs.dim(1)
        return Tensor(shape: [count, steps], dtype: .bool) { bytes in
            for (row, length) in lengths.enumerated() {
                for step in 0..<steps { bytes[row * steps + step] = step < length ? 1 : 0 }
            }
        }
    }
}

/// Sequences in memory that are padded as they are picked.
struct SequenceRows: Sendable {
    let lengths: [Int]
    private let sequences: [Tensor]
    private let value: Double
    private let multiple: Int
    /// What makes the sequences differ in more than their length; nil where they do not.
    let complaint: String?

    init(_ sequences: [Tensor], value: Double, multiple: Int) {
        evaluateOrStop(sequences)
        self.sequences = sequences
        self.value = value
        self.multiple = multiple
        lengths = sequences.map { $0.ndim == 0 ? 0 : $0.dim(0) }
        let first = sequences.first
        let odd = sequences.firstIndex { sequence in
            sequence.ndim == 0 || sequence.dtype != first?.dtype
                || sequence.shape.dropFirst() != first?.shape.dropFirst()
        }
        complaint = odd.map {
            "sequence \($0) is \(sequences[$0].dtype)\(sequences[$0].shape), the first \(sequences[0].dtype)\(sequences[0].shape)"
        }
    }

    /// Shape [sequences, steps, ...].
    subscript(chosen: ArraySlice<Int>) -> Tensor {
        let first = sequences[chosen.first!]
        let longest = chosen.reduce(0) { max($0, lengths[$1]) }
        let steps = (longest + multiple - 1) / multiple * multiple
        let shape = [chosen.count, steps] + first.shape.dropFirst()
        let rowBytes = shape.dropFirst().reduce(1, *) * first.dtype.byteCount
        return Tensor(shape: shape, dtype: first.dtype) { target in
            guard rowBytes > 0, let start = target.baseAddress else { return }
            for (row, position) in chosen.enumerated() {
                let byteCount = sequences[position].withUnsafeBytes { source in
                    if let base = source.baseAddress {
                        (start + row * rowBytes).copyMemory(from: base, byteCount: source.count)
                    }
                    return source.count
                }
                pad(
                    UnsafeMutableRawBufferPointer(
                        rebasing: target[(row * rowBytes + byteCount)..<((row + 1) * rowBytes)]), first.dtype)
            }
        }
    }

    private func pad(_ bytes: UnsafeMutableRawBufferPointer, _ dtype: DType) {
        Tensor([value], shape: [1], dtype: dtype).withUnsafeBytes { element in
            if element.allSatisfy({ $0 == 0 }) {
                bytes.initializeMemory(as: UInt8.self, repeating: 0)
            } else {
                for start in stride(from: 0, to: bytes.count, by: element.count) {
                    UnsafeMutableRawBufferPointer(rebasing: bytes[start..<(start + element.count)])
                        .copyMemory(from: element)
                }
            }
        }
    }
}

extension DataLoader where Batch == PaddedBatch {
    /// Batches of sequences [steps, ...], padded to the longest of each batch, and one row of `labels` for each.
    ///
    /// The other parameters are those of loaders of inputs and labels. `Sampler.byLength` keeps the padding small.
    ///
    /// - Parameters:
    ///   - value: what stands behind the end of a sequence.
    ///   - multiple: steps of a batch are a multiple of it, so that there are fewer different shapes, each of which makes a
    ///     plan.
    public init(
        sequences: [Tensor], labels: Tensor, batchSize: Int, value: Double = 0, multipleOf multiple: Int = 1,
        shuffles: Bool = true, seed: UInt64 = 0, keepsPartialBatch: Bool = true, sampler: Sampler? = nil,
        prefetch: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) {
        require(
            labels.ndim > 0 && labels.dim(0) == sequences.count,
            "DataLoader: \(sequences.count) sequences and labels \(labels.shape) differ in their number of examples",
            file: file, line: line)
        let options = LoaderOptions(
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch,
            sampler: sampler, prefetch: prefetch, file: file, line: line)
        let rows = requireRows(sequences, value, multiple, file: file, line: line)
        let labels = TensorRows(labels)
        self.init(count: sequences.count, options: options) { request in
            PaddedBatch(
                index: request.index, inputs: rows[request.positions],
                lengths: request.positions.map { rows.lengths[$0] },
                labels: labels[request.positions])
        }
    }

    /// Batches of sequences [steps, ...], padded to the longest of each batch, and a label for each, such as `[Int]` of
    /// classes.
    public init(
        sequences: [Tensor], labels: [some TensorScalar], batchSize: Int, value: Double = 0,
        multipleOf multiple: Int = 1, shuffles: Bool = true, seed: UInt64 = 0, keepsPartialBatch: Bool = true,
        sampler: Sampler? = nil, prefetch: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) {
        self.init(
            sequences: sequences, labels: Tensor(labels), batchSize: batchSize, value: value, multipleOf: multiple,
            shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch, sampler: sampler, prefetch: prefetch,
            file: file, line: line)
    }

    /// Batches of sequences [steps, ...] that have labels [steps, ...] for their steps; both are padded.
    ///
    /// - Parameter labelValue: what stands behind the end of the labels: one that the loss leaves out, or any that the mask
    ///   takes out.
    public init(
        sequences: [Tensor], labels: [Tensor], batchSize: Int, value: Double = 0, labelValue: Double = 0,
        multipleOf multiple: Int = 1, shuffles: Bool = true, seed: UInt64 = 0, keepsPartialBatch: Bool = true,
        sampler: Sampler? = nil, prefetch: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) {
        let options = LoaderOptions(
            batchSize: batchSize, shuffles: shuffles, seed: seed, keepsPartialBatch: keepsPartialBatch,
            sampler: sampler, prefetch: prefetch, file: file, line: line)
        let rows = requireRows(sequences, value, multiple, file: file, line: line)
        let labels = requireRows(labels, labelValue, multiple, file: file, line: line)
        require(
            rows.lengths == labels.lengths, "DataLoader: sequences and labels differ in their numbers of steps",
            file: file, line: line)
        self.init(count: sequences.count, options: options) { request in
            PaddedBatch(
                index: request.index, inputs: rows[request.positions],
                lengths: request.positions.map { rows.lengths[$0] },
                labels: labels[request.positions])
        }
    }
}

private func requireRows(
    _ sequences: [Tensor], _ value: Double, _ multiple: Int, file: StaticString, line: UInt
) -> SequenceRows {
    require(multiple > 0, "DataLoader: steps cannot be a multiple of \(multiple)", file: file, line: line)
    let rows = SequenceRows(sequences, value: value, multiple: multiple)
    if let complaint = rows.complaint { trap("DataLoader: \(complaint)", file: file, line: line) }
    return rows
}
