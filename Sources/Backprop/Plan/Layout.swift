/// Where the elements of a value lie: in the memory of a base value, from an offset on, with a stride for each axis.
/// Views are layouts; nothing is computed for them.
struct Layout: Hashable {
    var base: Int
    var offset: Int
    var strides: [Int]

    static func dense(_ base: Int, _ shape: Shape) -> Layout {
        Layout(base: base, offset: 0, strides: shape.denseStrides)
    }

    /// Whether the elements lie one after the other from the start of the base.
    func isDense(_ shape: Shape) -> Bool {
        guard offset == 0 else { return false }
        let dense = shape.denseStrides
        return (0..<shape.rank).allSatisfy { shape[$0] == 1 || strides[$0] == dense[$0] } || shape.count == 0
    }

    /// Strides for an operand that broadcasts to `shape`: zero along the axes that it does not have.
    func broadcast(from own: Shape, to shape: Shape) -> [Int] {
        let added = shape.rank - own.rank
        return (0..<shape.rank).map { axis in
            axis < added || own[axis - added] == 1 ? 0 : strides[axis - added]
        }
    }

    /// The layout under another shape, or nil where no strides describe it.
    func reshaped(from own: Shape, to shape: Shape) -> Layout? {
        if own.count == 0 { return Layout(base: base, offset: offset, strides: shape.denseStrides) }
        let axes = (0..<own.rank).filter { own[$0] != 1 }
        var result = [Int](repeating: 0, count: shape.rank)
        var old = 0, new = 0
        while old < axes.count {
            // The smallest runs of old and new axes with the same number of elements.
            var oldCount = own[axes[old]], oldEnd = old + 1
            while new < shape.rank, shape[new] == 1 { new += 1 }
            guard new < shape.rank else { return nil }
            var newCount = shape[new], newEnd = new + 1
            while oldCount != newCount {
                if oldCount < newCount {
                    guard strides[axes[oldEnd - 1]] == strides[axes[oldEnd]] * own[axes[oldEnd]] else { return nil }
                    oldCount *= own[axes[oldEnd]]
                    oldEnd += 1
                } else {
                    newCount *= shape[newEnd]
                    newEnd += 1
                }
            }
            // Old axes of one run must be contiguous among themselves.
            for position in old..<(oldEnd - 1)
            where strides[axes[position]] != strides[axes[position + 1]] * own[axes[position + 1]] {
                return nil
            }
            var step = strides[axes[oldEnd - 1]]
            for axis in (new..<newEnd).reversed() {
                result[axis] = shape[axis] == 1 ? 0 : step
                step *= shape[axis]
            }
            old = oldEnd
            new = newEnd
        }
        return Layout(base: base, offset: offset, strides: result)
    }
}

/// The axes of a shape that have more than one element (or none), in order: what an iteration space is made of.
func iterationAxes(_ shape: Shape) -> [Int] { (0..<shape.rank).filter { shape[$0] != 1 } }
