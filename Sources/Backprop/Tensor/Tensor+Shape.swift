extension Tensor {
    /// The elements in row-major order under another shape; one extent may be -1 and is worked out.
    public func reshaped(_ shape: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        var extents = shape
        if let free = extents.firstIndex(of: -1) {
            let known = extents.enumerated().reduce(1) { $1.offset == free ? $0 : $0 * $1.element }
            require(
                known > 0 && size % known == 0,
                "reshaped: \(size) elements of shape \(node.shape) do not fill \(shape)",
                file: file, line: line)
            extents[free] = size / known
        }
        require(
            extents.allSatisfy { $0 >= 0 } && extents.reduce(1, *) == size,
            "reshaped: \(size) elements of shape \(node.shape) do not fill \(shape)", file: file, line: line)
        return Tensor(Node.reshape(node, Shape(extents)))
    }

    /// All axes as one.
    public func flattened() -> Tensor { reshaped([-1]) }

    /// The axes in another order: axis i of the result is axis `axes[i]`; reversed where left out.
    public func transposed(axes: [Int]? = nil, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let order =
            axes?.map { resolved(axis: $0, "transposed", file: file, line: line) } ?? Array((0..<ndim).reversed())
        require(
            order.count == ndim && Set(order).count == ndim,
            "transposed: \(order) is not an order of the \(ndim) axes of shape \(node.shape)", file: file, line: line)
        return Tensor(Node.transpose(node, order))
    }

    /// Two axes exchanged.
    public func swappedAxes(_ a: Int, _ b: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        var order = Array(0..<ndim)
        order.swapAt(
            resolved(axis: a, "swappedAxes", file: file, line: line),
            resolved(axis: b, "swappedAxes", file: file, line: line))
        return Tensor(Node.transpose(node, order))
    }

    /// The matrix transposed: the last two axes exchanged.
    public var T: Tensor { swappedAxes(-1, -2) }

    /// A new axis of extent one.
    public func expandedDimensions(axis: Int, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        let position = axis < 0 ? axis + ndim + 1 : axis
        require(
            position >= 0 && position <= ndim, "expandedDimensions: axis \(axis) does not fit shape \(node.shape)",
            file: file, line: line)
        var extents = shape
        extents.insert(1, at: position)
        return Tensor(Node.reshape(node, Shape(extents)))
    }

    /// Without an axis of extent one.
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

    /// Axes of extent one repeated, and axes added in front, until the shape is reached.
    public func broadcast(to shape: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        require(
            Shape.broadcast(node.shape, Shape(shape)) == Shape(shape),
            "broadcast: shape \(node.shape) does not broadcast to \(shape)", file: file, line: line)
        return Tensor(Node.broadcast(node, Shape(shape)))
    }

    /// The elements of a range along one axis, every `step`-th.
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
        steps[axis] = step
        var result = node.shape
        result[axis] = (range.count + step - 1) / step
        return Tensor(Node.slice(node, starts: starts, steps: steps, result))
    }

    /// The elements in reverse order along the axes.
    public func reversed(axes: [Int], file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        Tensor(Node.reverse(node, resolved(axes: axes, "reversed", file: file, line: line)))
    }

    /// Zeros added before and after the elements of each axis; negative widths remove elements.
    public func padded(
        widths: [(low: Int, high: Int)], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            widths.count == ndim, "padded: \(widths.count) widths for the \(ndim) axes of shape \(node.shape)",
            file: file,
            line: line)
        var trimmed = self
        for (axis, width) in widths.enumerated() where width.low < 0 || width.high < 0 {
            let from = Swift.max(0, -width.low), to = dim(axis) - Swift.max(0, -width.high)
            require(
                from <= to, "padded: widths \(width) remove more than axis \(axis) of shape \(node.shape) has",
                file: file,
                line: line)
            trimmed = trimmed.narrowed(axis: axis, from..<to)
        }
        return Tensor(
            Node.pad(
                trimmed.node, low: widths.map { Swift.max(0, $0.low) }, high: widths.map { Swift.max(0, $0.high) },
                interior: [Int](repeating: 0, count: ndim)))
    }

    /// The tensor cut into equal parts along the axis.
    public func split(
        parts: Int, axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> [Tensor] {
        let count = dim(axis)
        require(
            parts > 0 && count % parts == 0,
            "split: axis \(axis) of shape \(node.shape) does not divide into \(parts) parts",
            file: file, line: line)
        let width = count / parts
        return (0..<parts).map { narrowed(axis: axis, ($0 * width)..<(($0 + 1) * width)) }
    }

    /// Rows by index: `indices` (int32 or int64, any shape) take the place of the axis. Evaluation stops with a
    /// message where an index lies outside of the axis.
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
        return Tensor(Node.gather(node, indices.node, axis: axis))
    }
}

/// The tensors one after the other along an axis that exists.
public func concatenated(
    _ tensors: [Tensor], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(!tensors.isEmpty, "concatenated: no tensors", file: file, line: line)
    let axis = tensors[0].resolved(axis: axis, "concatenated", file: file, line: line)
    for tensor in tensors {
        let fits =
            tensor.ndim == tensors[0].ndim && tensor.dtype == tensors[0].dtype
            && (0..<tensor.ndim).allSatisfy { $0 == axis || tensor.node.shape[$0] == tensors[0].node.shape[$0] }
        require(
            fits,
            "concatenated along axis \(axis): \(tensors[0].dtype)\(tensors[0].shape) and \(tensor.dtype)\(tensor.shape) differ elsewhere",
            file: file, line: line)
    }
    return Tensor(Node.concatenate(tensors.map(\.node), axis: axis))
}

/// The tensors, of one shape, along a new axis.
public func stacked(
    _ tensors: [Tensor], axis: Int = 0, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    concatenated(
        tensors.map { $0.expandedDimensions(axis: axis, file: file, line: line) }, axis: axis, file: file, line: line)
}

/// The product of two matrices, or of matrices in the last two axes with leading axes that broadcast. A tensor with
/// one axis counts as a row on the left and as a column on the right.
public func matmul(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    matmul(a, b, transposeA: false, transposeB: false, file: file, line: line)
}

package func matmul(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    require(
        a.ndim > 0 && b.ndim > 0, "matmul: shapes \(a.shape) and \(b.shape) must have at least one axis", file: file,
        line: line)
    if a.ndim == 1 {
        let product = matmul(a.expandedDimensions(axis: 0), b, transposeB: transposeB, file: file, line: line)
        return product.squeezed(axis: b.ndim == 1 ? 0 : -2)
    }
    if b.ndim == 1 {
        return matmul(a, b.expandedDimensions(axis: 1), transposeA: transposeA, file: file, line: line).squeezed(
            axis: -1)
    }
    if a.ndim > 2 && b.ndim == 2 && !transposeA {
        // One tall product instead of many: the matrix on the right is the same for all.
        var shape = a.shape
        let tall = a.reshaped([-1, shape.removeLast()])
        let product = Tensor(Node.matmul(tall.node, b.node, transposeB: transposeB))
        return product.reshaped(shape + [product.dim(-1)])
    }
    return Tensor(Node.matmul(a.node, b.node, transposeA: transposeA, transposeB: transposeB))
}
