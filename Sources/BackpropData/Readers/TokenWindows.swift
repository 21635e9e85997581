import Backprop

/// Pieces of equal length of a long sequence of tokens, to learn which token follows: the targets of a piece are its inputs one
/// token later.
///
/// ```swift
/// let windows = TokenWindows([0, 1, 2, 3, 4], length: 2)
/// windows.count  // 2
/// windows.inputs  // [0, 1, 2, 3]
/// windows.targets  // [1, 2, 3, 4]
/// ```
public struct TokenWindows: Sendable {
    /// The whole sequence.
    public let tokens: [Int32]
    /// Tokens of a piece.
    public let length: Int
    /// How far the beginnings of neighbours are apart.
    public let stride: Int

    /// All pieces that begin at a multiple of `stride` and have a target for each input. A length or a stride below 1 stops it.
    ///
    /// - Parameter stride: as long as a piece where left out, so that none overlaps another.
    public init(
        _ tokens: [Int32], length: Int, stride: Int? = nil, file: StaticString = #fileID, line: UInt = #line
    ) {
        let stride = stride ?? length
        require(
            length > 0 && stride > 0, "TokenWindows: length \(length) and stride \(stride) are at least 1", file: file,
            line: line)
        self.tokens = tokens
        self.length = length
        self.stride = stride
    }

    /// How many pieces there are.
    public var count: Int { tokens.count > length ? (tokens.count - length - 1) / stride + 1 : 0 }

    /// The inputs of all pieces: int32, shape [count, length].
    public var inputs: Tensor { pieces(Array(0..<count), shift: 0) }

    /// The targets of all pieces: int32, shape [count, length].
    public var targets: Tensor { pieces(Array(0..<count), shift: 1) }

    /// Inputs and targets of some pieces, each int32 of shape [pieces, length]. A number that is not below `count` stops it.
    public subscript(
        pieces: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> (inputs: Tensor, targets: Tensor) {
        for piece in pieces {
            require(
                piece >= 0 && piece < count, "TokenWindows: piece \(piece) of \(count)", file: file, line: line)
        }
        return (self.pieces(pieces, shift: 0), self.pieces(pieces, shift: 1))
    }

    private func pieces(_ chosen: [Int], shift: Int) -> Tensor {
        Tensor(shape: [chosen.count, length], dtype: .int32) { target in
            tokens.withUnsafeBytes { source in
                guard var to = target.baseAddress, let from = source.baseAddress else { return }
                for piece in chosen {
                    to.copyMemory(from: from + 4 * (piece * stride + shift), byteCount: 4 * length)
                    to += 4 * length
                }
            }
        }
    }
}
