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
}

extension Tensor {
    /// Elements added before and after those of each axis; negative widths remove elements. Zeros where no mode is given.
    public func padded(
        widths: [(low: Int, high: Int)], mode: PadMode = .constant(0), file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            widths.count == ndim, "padded: \(widths.count) widths for the \(ndim) axes of shape \(node.shape)",
            file: file, line: line)
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
        let count = dim(axis), (low, high) = (Swift.max(0, width.low), Swift.max(0, width.high))
        func requireAtLeast(_ needed: Int, _ count: Int) {
            require(
                count >= needed,
                "padded: axis \(axis) of shape \(node.shape) has too few elements for widths \(width) in mode \(mode)",
                file: file, line: line)
        }
        func border(_ width: Int, _ source: Tensor) -> Tensor {
            var extents = shape
            extents[axis] = width
            return source.broadcast(to: extents)
        }
        if case .edge = mode {
            // An edge stays the edge, even where so much is removed that it goes beyond the other end.
            requireAtLeast(1, count)
            let total = count + width.low + width.high
            requireAtLeast(0, total)
            let start = Swift.min(Swift.max(0, -width.low), count), end = Swift.max(count + Swift.min(0, width.high), 0)
            let inner = start < end ? start..<end : 0..<0
            let before = Swift.min(low, total), after = total - before - inner.count
            let first = narrowed(axis: axis, 0..<1), last = narrowed(axis: axis, (count - 1)..<count)
            return concatenated(
                [border(before, first), narrowed(axis: axis, inner), border(after, last)], axis: axis)
        }
        let inner = trimmed(axis, width, file, line), length = inner.dim(axis)
        var parts = [inner]
        switch mode {
        case .constant(let value):
            parts = [border(low, like(value)), inner, border(high, like(value))]
        case .reflect:
            requireAtLeast(Swift.max(low, high) + 1, length)
            let before = inner.narrowed(axis: axis, 1..<(low + 1))
            let after = inner.narrowed(axis: axis, (length - 1 - high)..<(length - 1))
            parts = [before.reversed(axes: [axis]), inner, after.reversed(axes: [axis])]
        case .wrap:
            requireAtLeast(Swift.max(low, high), length)
            parts = [
                inner.narrowed(axis: axis, (length - low)..<length), inner, inner.narrowed(axis: axis, 0..<high),
            ]
        case .edge:
            break
        }
        return concatenated(parts.filter { $0.dim(axis) > 0 || $0.node === inner.node }, axis: axis)
    }
}
