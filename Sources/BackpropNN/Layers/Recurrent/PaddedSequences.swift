import Backprop

/// What can be given as the lengths of sequences in a batch: integers, one for each, as a list or as a tensor of the axes in
/// front of the steps.
public protocol SequenceLengths: Sendable {
    /// The lengths, int32 or int64.
    var sequenceLengths: Tensor { get }
}

extension Tensor: SequenceLengths {
    public var sequenceLengths: Tensor { self }
}

extension Array: SequenceLengths where Element == Int {
    public var sequenceLengths: Tensor { Tensor(map { Int64($0) }) }
}

/// Sequences [steps, ...] of different lengths as one batch [sequences, greatest number of steps, ...], with `value` behind
/// their ends, and their lengths. There is at least one, and all axes but the first and the dtype are the same.
public func padded(
    _ sequences: [Tensor], value: Double = 0, file: StaticString = #fileID, line: UInt = #line
) -> (batch: Tensor, lengths: [Int]) {
    let lengths = sequences.map { $0.ndim == 0 ? 0 : $0.dim(0) }
    require(
        sequences.allSatisfy {
            $0.ndim > 0 && $0.shape.dropFirst() == sequences[0].shape.dropFirst() && $0.dtype == sequences[0].dtype
        }, "padded: sequences of shapes \(sequences.map(\.shape)) do not make a batch", file: file, line: line)
    guard let longest = lengths.max() else {
        trap("padded: no sequences", file: file, line: line)
    }
    let rows = zip(sequences, lengths).map { sequence, length in
        let rest = [(low: Int, high: Int)](repeating: (0, 0), count: sequence.ndim - 1)
        return sequence.padded(
            widths: [(low: 0, high: longest - length)] + rest, mode: .constant(value), file: file, line: line)
    }
    return (stacked(rows), lengths)
}
