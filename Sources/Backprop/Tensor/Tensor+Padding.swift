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
        let trimmed = self.trimmed(widths, file, line)
        let low = widths.map { Swift.max(0, $0.low) }, high = widths.map { Swift.max(0, $0.high) }
        if case .constant(0) = mode {
            return Tensor(
                Node.pad(trimmed.node, low: low, high: high, interior: [Int](repeating: 0, count: ndim)))
        }
        var result = trimmed
        for axis in 0..<ndim where low[axis] > 0 || high[axis] > 0 {
            let before = result.border(low[axis], atStart: true, axis, mode, file, line)
            let after = result.border(high[axis], atStart: false, axis, mode, file, line)
            result = concatenated([before, result, after].compactMap { $0 }, axis: axis)
        }
        return result
    }

    /// Without the elements that negative widths remove.
    private func trimmed(_ widths: [(low: Int, high: Int)], _ file: StaticString, _ line: UInt) -> Tensor {
        var result = self
        for (axis, width) in widths.enumerated() where width.low < 0 || width.high < 0 {
            let from = Swift.max(0, -width.low), to = dim(axis) - Swift.max(0, -width.high)
            require(
                from <= to, "padded: widths \(width) remove more than axis \(axis) of shape \(node.shape) has",
                file: file, line: line)
            result = result.narrowed(axis: axis, from..<to)
        }
        return result
    }

    /// The elements that are added at one end of an axis; nil where there are none.
    private func border(
        _ width: Int, atStart: Bool, _ axis: Int, _ mode: PadMode, _ file: StaticString, _ line: UInt
    ) -> Tensor? {
        guard width > 0 else { return nil }
        let count = dim(axis)
        func requireAtLeast(_ needed: Int) {
            require(
                count >= needed,
                "padded: axis \(axis) of shape \(node.shape) has too few elements to add \(width) in mode \(mode)",
                file: file, line: line)
        }
        var extents = shape
        extents[axis] = width
        switch mode {
        case .constant(let value):
            return like(value).broadcast(to: extents)
        case .edge:
            requireAtLeast(1)
            let edge = atStart ? 0 : count - 1
            return narrowed(axis: axis, edge..<(edge + 1)).broadcast(to: extents)
        case .reflect:
            requireAtLeast(width + 1)
            let range = atStart ? 1..<(width + 1) : (count - 1 - width)..<(count - 1)
            return narrowed(axis: axis, range).reversed(axes: [axis])
        case .wrap:
            requireAtLeast(width)
            return narrowed(axis: axis, atStart ? (count - width)..<count : 0..<width)
        }
    }
}
