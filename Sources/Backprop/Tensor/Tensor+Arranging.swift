// Elements in another order, or several times.

extension Tensor {
    /// Axes moved to other places; the others keep their order. Each axis may be named once.
    ///
    /// ```swift
    /// Tensor.zeros([2, 3, 4]).movedAxes([0, 1], to: [-1, 0]).shape  // [3, 4, 2]
    /// ```
    public func movedAxes(
        _ sources: [Int], to destinations: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let from = sources.map { resolved(axis: $0, "movedAxes", file: file, line: line) }
        let to = destinations.map { resolved(axis: $0, "movedAxes", file: file, line: line) }
        require(
            from.count == to.count && Set(from).count == from.count && Set(to).count == to.count,
            "movedAxes: \(sources) to \(destinations) does not name each axis once", file: file, line: line)
        var rest = (0..<ndim).filter { !from.contains($0) }.makeIterator()
        let order = (0..<ndim).map { place in to.firstIndex(of: place).map { from[$0] } ?? rest.next()! }
        return Tensor(Node.transpose(node, order))
    }

    /// An axis moved to another place; the others keep their order.
    ///
    /// ```swift
    /// Tensor.zeros([2, 3, 4]).movedAxis(0, to: -1).shape  // [3, 4, 2]
    /// ```
    public func movedAxis(
        _ source: Int, to destination: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { movedAxes([source], to: [destination], file: file, line: line) }

    /// The elements shifted along the axis; those that leave at one end come in at the other.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4]).rolled(1, axis: 0)  // [4, 1, 2, 3]
    /// ```
    public func rolled(_ shift: Int, axis: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let axis = resolved(axis: axis, "rolled", file: file, line: line)
        let count = dim(axis)
        guard count > 0, shift % count != 0 else { return self }
        let cut = (count - shift % count) % count
        return concatenated(
            [narrowed(axis: axis, cut..<count), narrowed(axis: axis, 0..<cut)], axis: axis)
    }

    /// The elements shifted in row-major order, over all axes as one.
    public func rolled(_ shift: Int) -> Tensor { flattened().rolled(shift, axis: 0).reshaped(shape) }

    /// The plane of two axes turned by quarters, from the first axis toward the second. The two axes must differ.
    ///
    /// ```swift
    /// Tensor.arange(4).reshaped([2, 2]).rotated()  // [1, 3, 0, 2]
    /// ```
    public func rotated(
        quarters: Int = 1, axes: (Int, Int) = (0, 1), file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let first = resolved(axis: axes.0, "rotated", file: file, line: line)
        let second = resolved(axis: axes.1, "rotated", file: file, line: line)
        require(first != second, "rotated: \(axes) is one axis, not two", file: file, line: line)
        switch (quarters % 4 + 4) % 4 {
        case 1: return reversed(axes: [second]).swappedAxes(first, second)
        case 2: return reversed(axes: [first, second])
        case 3: return reversed(axes: [first]).swappedAxes(first, second)
        default: return self
        }
    }

    /// Each element several times in a row along the axis. Gradients of the copies add up.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).repeated(count: 2, axis: 0)  // [1, 1, 2, 2]
    /// ```
    public func repeated(
        count: Int, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "repeated", file: file, line: line)
        require(count >= 0, "repeated: \(count) times", file: file, line: line)
        var extents = shape
        extents[axis] = extents[axis].multipliedReportingOverflow(by: count).partialValue
        require(
            count <= Shape.maximumExtent && Shape.mistake(in: extents) == nil,
            "repeated: \(count) times axis \(axis) of shape \(node.shape) is too much", file: file, line: line)
        extents = shape
        let (before, after) = (extents[..<axis].reduce(1, *), extents[(axis + 1)...].reduce(1, *))
        let spread = reshaped([before, extents[axis], 1, after]).broadcast(to: [before, extents[axis], count, after])
        extents[axis] *= count
        return spread.reshaped(extents)
    }

    /// Each element along the axis as often as its number says. There is a number, not negative, for each element.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).repeated(counts: [1, 3], axis: 0)  // [1, 2, 2, 2]
    /// ```
    public func repeated(
        counts: [Int], axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            counts.count == dim(resolved(axis: axis, "repeated", file: file, line: line))
                && counts.allSatisfy { $0 >= 0 && $0 <= Shape.maximumExtent }
                && counts.reduce(0, +) <= Shape.maximumExtent,
            "repeated: \(counts) does not say how often each element of axis \(axis) of shape \(node.shape)",
            file: file,
            line: line)
        let indices = counts.enumerated().flatMap { [Int64](repeating: Int64($0.offset), count: $0.element) }
        return take(Tensor(indices), axis: axis, file: file, line: line)
    }

    /// The whole tensor several times along each axis; with more numbers than axes, axes are added in front, and with
    /// fewer, the first axes stay as they are. Gradients of the copies add up.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).tiled([2, 2])  // [1, 2, 1, 2, 1, 2, 1, 2]
    /// ```
    public func tiled(_ repetitions: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let rank = Swift.max(ndim, repetitions.count)
        let total = zip(
            [Int](repeating: 1, count: rank - repetitions.count) + repetitions,
            [Int](repeating: 1, count: rank - ndim) + shape
        ).map { $0.multipliedReportingOverflow(by: $1) }
        require(
            repetitions.allSatisfy { $0 >= 0 && $0 <= Shape.maximumExtent }
                && total.allSatisfy { !$0.overflow } && Shape.mistake(in: total.map(\.partialValue)) == nil,
            "tiled: shape \(node.shape) does not repeat \(repetitions) times", file: file, line: line)
        var result = reshaped([Int](repeating: 1, count: rank - ndim) + shape)
        let counts = [Int](repeating: 1, count: rank - repetitions.count) + repetitions
        for (axis, count) in counts.enumerated() where count != 1 {
            var extents = result.shape
            let (before, after) = (extents[..<axis].reduce(1, *), extents[axis...].reduce(1, *))
            let spread = result.reshaped([before, 1, after]).broadcast(to: [before, count, after])
            extents[axis] *= count
            result = spread.reshaped(extents)
        }
        return result
    }

    /// Windows of `size` elements along the axis, every `step`-th: their number takes the place of the axis, and their
    /// elements are a new last axis. Where windows overlap, gradients add up. A size beyond the axis, or a step below
    /// one, stops it.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4]).unfolded(axis: 0, size: 2, step: 1)  // [1, 2, 2, 3, 3, 4]
    /// ```
    public func unfolded(
        axis: Int, size: Int, step: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "unfolded", file: file, line: line)
        require(
            size >= 0 && size <= dim(axis) && step > 0 && ndim < Shape.maximumRank,
            "unfolded: windows of \(size) every \(step) do not fit axis \(axis) of shape \(node.shape)", file: file,
            line: line)
        let count = (dim(axis) - size) / step + 1
        // A step behind the axis leads nowhere, however long it is.
        let reach = Swift.min(step, dim(axis) + 1)
        let starts = Tensor.indices([count, size], axis: 0, dtype: .int64) * Double(reach)
        let windows = take(starts + Tensor.indices([count, size], axis: 1, dtype: .int64), axis: axis)
        return windows.movedAxis(axis + 1, to: -1)
    }
}
