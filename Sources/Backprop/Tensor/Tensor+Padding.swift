/// What stands in the elements that `padded` adds.
public enum PadMode: Sendable {
    /// One number.
    case constant(Double)
    /// The element at the edge.
    case edge
    /// The elements behind the edge, mirrored at it; the edge itself is not repeated.
    case reflect
    /// The elements of the other end.
    case wrap

    /// Whether what negative widths remove may still be needed.
    fileprivate var keepsEdges: Bool {
        if case .edge = self { true } else { false }
    }
}

extension Tensor {
    /// Elements added before and after those of each axis; negative widths remove elements. Zeros where no mode is
    /// given. Where the mode needs elements of the tensor, too few of them stop it.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).padded(widths: [(2, 1)], mode: .reflect)  // [3, 2, 1, 2, 3, 2]
    /// ```
    public func padded(
        widths: [(low: Int, high: Int)], mode: PadMode = .constant(0), file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            widths.count == ndim, "padded: \(widths.count) widths for the \(ndim) axes of shape \(node.shape)",
            file: file, line: line)
        require(
            widths.allSatisfy { Swift.max($0.low.magnitude, $0.high.magnitude) <= Shape.maximumExtent },
            "padded: widths \(widths) are too large for shape \(node.shape)", file: file, line: line)
        if case .constant(0) = mode {
            var trimmed = self
            for (axis, width) in widths.enumerated() { trimmed = trimmed.trimmed(axis, width, file, line) }
            return Tensor(
                Node.pad(
                    trimmed.node, low: widths.map { Swift.max(0, $0.low) }, high: widths.map { Swift.max(0, $0.high) },
                    interior: [Int](repeating: 0, count: ndim)))
        }
        var result = self
        for (axis, width) in widths.enumerated() where width != (0, 0) {
            result = result.padded(axis, width, mode, file, line)
        }
        return result
    }

    /// Without the elements of an axis that negative widths remove.
    private func trimmed(
        _ axis: Int, _ width: (low: Int, high: Int), _ file: StaticString, _ line: UInt
    ) -> Tensor {
        if width.low >= 0 && width.high >= 0 { return self }
        let from = Swift.max(0, -width.low), to = dim(axis) + Swift.min(0, width.high)
        require(
            from <= to, "padded: widths \(width) remove more than axis \(axis) of shape \(node.shape) has",
            file: file, line: line)
        return narrowed(axis: axis, from..<to)
    }

    /// The tensor with borders at both ends of one axis.
    private func padded(
        _ axis: Int, _ width: (low: Int, high: Int), _ mode: PadMode, _ file: StaticString, _ line: UInt
    ) -> Tensor {
        func requireAtLeast(_ needed: Int, _ count: Int) {
            require(
                count >= needed,
                "padded: axis \(axis) of shape \(node.shape) has too few elements for widths \(width) in mode \(mode)",
                file: file, line: line)
        }
        let inner = mode.keepsEdges ? self : trimmed(axis, width, file, line), count = inner.dim(axis)
        let (low, high) = (Swift.max(0, width.low), Swift.max(0, width.high))
        switch mode {
        case .edge:
            requireAtLeast(Swift.max(1, -width.low - width.high), count)
            return withEdges(axis, width)
        case .constant(let value):
            return inner.between(like(value), low, like(value), high, axis)
        case .reflect:
            requireAtLeast(Swift.max(low, high) + 1, count)
            let before = inner.narrowed(axis: axis, 1..<(low + 1)).reversed(axes: [axis])
            let after = inner.narrowed(axis: axis, (count - 1 - high)..<(count - 1)).reversed(axes: [axis])
            return inner.between(before, low, after, high, axis)
        case .wrap:
            requireAtLeast(Swift.max(low, high), count)
            let before = inner.narrowed(axis: axis, (count - low)..<count)
            return inner.between(before, low, inner.narrowed(axis: axis, 0..<high), high, axis)
        }
    }

    /// An edge stays the edge, even where so much is removed at the other end that it goes too.
    private func withEdges(_ axis: Int, _ width: (low: Int, high: Int)) -> Tensor {
        let count = dim(axis), total = count + width.low + width.high
        let start = Swift.min(Swift.max(0, -width.low), count), end = Swift.max(count + Swift.min(0, width.high), 0)
        let inner = narrowed(axis: axis, start < end ? start..<end : 0..<0)
        let low = Swift.min(Swift.max(0, width.low), total), high = total - low - inner.dim(axis)
        let first = narrowed(axis: axis, 0..<1), last = narrowed(axis: axis, (count - 1)..<count)
        return inner.between(first, low, last, high, axis)
    }

    /// The tensor between two others along an axis, each spread to its width.
    private func between(_ before: Tensor, _ low: Int, _ after: Tensor, _ high: Int, _ axis: Int) -> Tensor {
        let borders = [(before, low), (after, high)].map { border, width in
            var extents = shape
            extents[axis] = width
            return border.broadcast(to: extents)
        }
        let parts = [borders[0], self, borders[1]].filter { $0.dim(axis) > 0 }
        return parts.isEmpty ? self : concatenated(parts, axis: axis)
    }
}
