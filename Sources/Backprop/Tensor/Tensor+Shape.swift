extension Tensor {
    /// The elements in row-major order under another shape; one extent may be -1 and is worked out. Another number of
    /// elements stops it.
    ///
    /// ```swift
    /// Tensor.arange(6).reshaped([2, -1]).shape  // [2, 3]
    /// ```
    public func reshaped(_ shape: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let extents = filled(shape, count: size)
        require(
            extents != nil, "reshaped: \(size) elements of shape \(node.shape) do not fill \(shape)", file: file,
            line: line)
        return Tensor(Node.reshape(node, Shape(extents!, "reshaped", file: file, line: line)))
    }

    /// The same elements with other extents, one after the other: `reshaped(2, -1)`.
    public func reshaped(_ shape: Int..., file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        reshaped(shape, file: file, line: line)
    }

    /// The extents with the one that is -1 worked out; nil where they do not hold so many elements.
    private func filled(_ extents: [Int], count: Int) -> [Int]? {
        let known = extents.filter { $0 != -1 }
        guard known.count + 1 >= extents.count, Shape.mistake(in: Array(known.prefix(Shape.maximumRank))) == nil else {
            return nil
        }
        let product = known.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
        if known.count == extents.count { return product == count ? extents : nil }
        guard product > 0, count % product == 0 else { return nil }
        return extents.map { $0 == -1 ? count / product : $0 }
    }

    /// All axes as one.
    ///
    /// ```swift
    /// Tensor.zeros([2, 3]).flattened().shape  // [6]
    /// ```
    public func flattened() -> Tensor { Tensor(Node.reshape(node, Shape([size], "flattened"))) }

    /// The axes from `start` through `end` as one; a number gets one axis.
    public func flattened(
        start: Int, end: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        if ndim == 0 { return flattened() }
        let first = resolved(axis: start, "flattened", file: file, line: line)
        let last = resolved(axis: end, "flattened", file: file, line: line)
        require(first <= last, "flattened: axis \(start) is behind axis \(end)", file: file, line: line)
        let extents = shape, merged = extents[first...last].reduce(1, *)
        return Tensor(
            Node.reshape(
                node, Shape(extents[..<first] + [merged] + extents[(last + 1)...], "flattened", file: file, line: line))
        )
    }

    /// One axis as several of the given extents, one of which may be -1 and is worked out. Extents that do not fit stop
    /// it.
    ///
    /// ```swift
    /// Tensor.zeros([6, 2]).unflattened(axis: 0, [3, -1]).shape  // [3, 2, 2]
    /// ```
    public func unflattened(
        axis: Int, _ extents: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "unflattened", file: file, line: line)
        let parts = filled(extents, count: dim(axis))
        require(
            parts != nil, "unflattened: axis \(axis) of shape \(node.shape) does not divide into \(extents)",
            file: file,
            line: line)
        return Tensor(
            Node.reshape(
                node, Shape(shape[..<axis] + parts! + shape[(axis + 1)...], "unflattened", file: file, line: line)))
    }

    /// The axes in another order: axis i of the result is axis `axes[i]`; reversed where left out. Anything but an
    /// order of all axes stops it.
    ///
    /// ```swift
    /// Tensor.zeros([2, 3, 4]).transposed(axes: [2, 0, 1]).shape  // [4, 2, 3]
    /// ```
    public func transposed(axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let order =
            axes?.map { resolved(axis: $0, "transposed", file: file, line: line) } ?? Array((0..<ndim).reversed())
        require(
            order.count == ndim && Set(order).count == ndim,
            "transposed: \(order) is not an order of the \(ndim) axes of shape \(node.shape)", file: file, line: line)
        return Tensor(Node.transpose(node, order))
    }

    /// The axes in another order, one after the other: `transposed(0, 2, 1)`.
    public func transposed(
        _ first: Int, _ others: Int..., file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { transposed(axes: [first] + others, file: file, line: line) }

    /// Two axes exchanged. Negative axes count from the end.
    ///
    /// ```swift
    /// Tensor.zeros([2, 3, 4]).swappedAxes(0, -1).shape  // [4, 3, 2]
    /// ```
    public func swappedAxes(_ a: Int, _ b: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let first = resolved(axis: a, "swappedAxes", file: file, line: line)
        let second = resolved(axis: b, "swappedAxes", file: file, line: line)
        return Tensor(Node.swap(node, first, second))
    }

    /// The matrix transposed: the last two axes exchanged.
    public var T: Tensor {
        require(
            ndim >= 2,
            "T: shape \(node.shape) has no two axes to exchange; give it another with expandedDimensions(axis:)")
        return swappedAxes(-1, -2)
    }

    /// A new axis of extent one at a place of the result; negative ones count from the end.
    ///
    /// ```swift
    /// Tensor.zeros([2, 3]).expandedDimensions(axis: -1).shape  // [2, 3, 1]
    /// ```
    public func expandedDimensions(axis: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let position = axis < 0 ? axis + ndim + 1 : axis
        require(
            position >= 0 && position <= ndim, "expandedDimensions: axis \(axis) does not fit shape \(node.shape)",
            file: file, line: line)
        var extents = shape
        extents.insert(1, at: position)
        return Tensor(Node.reshape(node, Shape(extents, "expandedDimensions", file: file, line: line)))
    }

    /// Without an axis of extent one. Another extent stops it.
    ///
    /// ```swift
    /// Tensor.zeros([2, 1, 3]).squeezed(axis: 1).shape  // [2, 3]
    /// ```
    public func squeezed(axis: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let position = resolved(axis: axis, "squeezed", file: file, line: line)
        require(
            node.shape[position] == 1,
            "squeezed: axis \(axis) of shape \(node.shape) has \(node.shape[position]) elements",
            file: file, line: line)
        var extents = shape
        extents.remove(at: position)
        return Tensor(Node.reshape(node, Shape(extents)))
    }

    /// Without the axes of extent one, or without those among `axes` that have it.
    public func squeezed(axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let set = resolved(axes: axes, "squeezed", file: file, line: line)
        let extents = (0..<ndim).filter { !(set.contains($0) && node.shape[$0] == 1) }.map { node.shape[$0] }
        return Tensor(Node.reshape(node, Shape(extents)))
    }

    /// Axes of extent one repeated, and axes added in front, until the shape is reached. Any other extent that differs
    /// stops it. Gradients add up over what was repeated.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).broadcast(to: [2, 2])  // [1, 2, 1, 2]
    /// ```
    public func broadcast(to shape: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let common = Shape(shape, "broadcast", file: file, line: line)
        require(
            Shape.broadcast(node.shape, common) == common,
            "broadcast: shape \(node.shape) does not broadcast to \(shape)", file: file, line: line)
        return Tensor(Node.broadcast(node, common))
    }

    /// The elements of a range along one axis, every `step`-th. A range that leaves the axis stops it.
    ///
    /// ```swift
    /// Tensor.arange(6).narrowed(axis: 0, 1..<6, step: 2)  // [1, 3, 5]
    /// ```
    @inline(never)
    public func narrowed(
        axis: Int, _ range: Range<Int>, step: Int = 1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "narrowed", file: file, line: line)
        require(
            range.lowerBound >= 0 && range.upperBound <= dim(axis) && step > 0,
            "narrowed: range \(range) with step \(step) does not fit axis \(axis) of shape \(node.shape)", file: file,
            line: line)
        var starts = [Int](repeating: 0, count: ndim)
        var steps = [Int](repeating: 1, count: ndim)
        starts[axis] = range.lowerBound
        // A step behind the axis leads nowhere, however long it is.
        steps[axis] = Swift.min(step, dim(axis) + 1)
        var result = node.shape
        result[axis] = range.isEmpty ? 0 : (range.count - 1) / step + 1
        return Tensor(Node.slice(node, starts: starts, steps: steps, result))
    }

    /// The elements in reverse order along the axes.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).reversed(axes: [0])  // [3, 2, 1]
    /// ```
    public func reversed(axes: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Tensor(Node.reverse(node, resolved(axes: axes, "reversed", file: file, line: line)))
    }

    /// Rows by index: `indices` (int32 or int64, any shape) take the place of the axis. Evaluation stops with a message
    /// where an index lies outside of the axis. Gradients of rows that are taken several times add up.
    ///
    /// ```swift
    /// Tensor([10.0, 20, 30]).take(Tensor([2, 0, 0] as [Int32]))  // [30, 10, 10]
    /// ```
    public func take(
        _ indices: Tensor, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "take", file: file, line: line)
        require(
            indices.dtype == .int32 || indices.dtype == .int64,
            "take: indices are \(indices.dtype), not int32 or int64",
            file: file, line: line)
        require(
            ndim - 1 + indices.ndim <= Shape.maximumRank,
            "take: indices of shape \(indices.shape) in axis \(axis) of shape \(node.shape) give more than eight axes",
            file: file, line: line)
        return Tensor(Node.gather(node, indices.node, axis: axis, file: file, line: line))
    }
}
