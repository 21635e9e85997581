import Backprop

/// How the numbers of a tensor are arranged in another library, PyTorch, and how they become ours.
package enum Arrangement: Hashable, Sendable {
    case same
    /// A matrix whose inputs come first.
    case transposed
    /// The rows of each head that a rotation turns together stand beside each other, not half a head apart.
    case pairedRows(heads: Int)
    /// Channels of a kernel come before its places.
    case convolution
    /// Inputs come first, outputs of a group second.
    case transposedConvolution(groups: Int)
    /// One of several matrices or vectors that stand above one another.
    case part(Int, of: Int)
    /// The last axis is images whose axes are one: channels come first, all places of a channel in a row.
    case flattened(channels: Int)

    /// How axes are called on both sides; nil where nothing moves.
    var name: (from: String, to: String)? {
        switch self {
        case .same: nil
        case .transposed: ("[in, out]", "[out, in]")
        case .convolution: ("[out, in, kernel...]", "[out, kernel..., in]")
        case .transposedConvolution: ("[in, out, kernel...]", "[out, kernel..., in]")
        case .part: nil
        case .pairedRows: ("[heads, pairs, 2, ...]", "[heads, 2, pairs, ...]")
        case .flattened(let channels):
            ("[..., \(channels) channels, places]", "[..., places, \(channels) channels]")
        }
    }

    /// What is done, for a report; nil where nothing is.
    var change: String? {
        if case .part(let index, let count) = self { return "part \(index + 1) of \(count)" }
        return name.map { "\($0.from) turned to \($0.to)" }
    }

    /// The shape that a tensor has there which has `shape` here.
    func sourceShape(for shape: [Int]) -> [Int] {
        switch self {
        case .same, .flattened, .pairedRows: return shape
        case .transposed: return shape.reversed()
        case .convolution:
            guard shape.count > 2 else { return shape }
            return [shape[0], shape[shape.count - 1]] + shape[1..<(shape.count - 1)]
        case .transposedConvolution(let groups):
            guard shape.count > 2 else { return shape }
            return [shape[shape.count - 1] * groups, shape[0] / groups] + shape[1..<(shape.count - 1)]
        case .part(_, let count): return [shape[0] * count] + shape.dropFirst()
        }
    }

    /// The numbers in our arrangement, in `shape`.
    func apply(_ source: Tensor, shape: [Int]) -> Tensor {
        switch self {
        case .same: return source
        case .transposed: return source.transposed()
        case .convolution:
            let axes = source.ndim
            return source.transposed(axes: [0] + Array(2..<axes) + [1])
        case .transposedConvolution(let groups):
            // [groups, in, out, kernel...] to [groups, out, kernel..., in].
            let inner = source.shape.dropFirst()
            let divided = source.reshaped([groups, source.dim(0) / groups] + inner)
            return divided.transposed(axes: [0] + Array(2..<divided.ndim) + [1]).reshaped(shape)
        case .pairedRows(let heads):
            let paired = source.reshaped([heads, shape[0] / heads / 2, 2] + shape.dropFirst())
            return paired.swappedAxes(1, 2).reshaped(shape)
        case .part(let index, let count): return source.split(parts: count)[index]
        case .flattened(let channels):
            let divided = shape.dropLast() + [channels, shape[shape.count - 1] / channels]
            return source.reshaped(Array(divided)).swappedAxes(-1, -2).reshaped(shape)
        }
    }

    /// Our numbers in theirs, for those that one tensor becomes one tensor in.
    package func restored(_ value: Tensor) -> Tensor {
        switch self {
        case .same: return value
        case .transposed: return value.transposed()
        case .convolution: return value.movedAxis(-1, to: 1)
        case .transposedConvolution, .part, .flattened, .pairedRows:
            preconditionFailure("\(self) is not written")
        }
    }
}
