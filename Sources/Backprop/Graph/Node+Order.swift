/// Shape and dtype rules of what depends on the order of elements along an axis, and of writing by index.
extension Node {
    /// Positions (int64) along the axis at which the elements are sorted; equal ones keep their order, NaN is greatest.
    package static func argSort(_ x: Node, axis: Int, descending: Bool) -> Node {
        Node(.argSort, .int64, x.shape, x, bits: UInt64(axis) | (descending ? descendingBit : 0))
    }

    /// The position (int64) of the first least element along the axis, which stays with extent one.
    package static func argMin(_ x: Node, axis: Int) -> Node {
        Node(.argMin, .int64, x.shape.keepingReduced(AxisSet([axis])), x, bits: UInt64(axis))
    }

    /// The position (int64) of the last greatest or least element so far.
    package static func cumulativeArg(_ primitive: Primitive, _ x: Node, axis: Int) -> Node {
        Node(primitive, .int64, x.shape, x, bits: UInt64(axis))
    }

    /// s[i] = a[i] s[i-1] + b[i] along the axis, from 0 before the first element; from the other end where `reversed`.
    /// The factors broadcast to the terms.
    package static func linearRecurrence(_ a: Node, _ b: Node, axis: Int, reversed: Bool) -> Node {
        require(
            a.dtype == b.dtype && (b.dtype.isFloatingPoint || b.dtype == .int64),
            "linearRecurrence: factors are \(a.dtype) and terms \(b.dtype), not both of one floating-point dtype or int64"
        )
        require(
            Shape.broadcast(a.shape, b.shape) == b.shape,
            "linearRecurrence: factors of shape \(a.shape) do not broadcast to terms of shape \(b.shape)")
        let factors = compactFactors(a, b.shape, axis: axis)
        return Node(
            .linearRecurrence, b.dtype, b.shape, factors, b, bits: UInt64(axis) | (reversed ? descendingBit : 0))
    }

    /// The factors with all axes, where those before `axis` are either all of extent one or all as in the terms, and
    /// likewise those behind it: so that one stride leads from line to line.
    private static func compactFactors(_ a: Node, _ shape: Shape, axis: Int) -> Node {
        if a.shape.rank == 0 { return a }
        var aligned = Shape([Int](repeating: 1, count: shape.rank - a.shape.rank) + a.shape.array)
        let compact = Node.reshape(a, aligned)
        for part in [0..<axis, (axis + 1)..<shape.rank] where part.contains(where: { aligned[$0] != 1 }) {
            for position in part { aligned[position] = shape[position] }
        }
        return Node.broadcast(compact, aligned)
    }

    /// The greatest of the updates that point at each place, like `scatterAdd`; the least value of the dtype where none
    /// does.
    package static func scatterMax(_ updates: Node, _ indices: Node, axis: Int, count: Int) -> Node {
        let extents = updates.shape.array
        let shape = Shape(extents[..<axis] + [count] + extents[(axis + indices.shape.rank)...])
        return Node(.scatterMax, updates.dtype, shape, updates, indices, bits: UInt64(axis))
    }

    /// The direction beside the axis in the attributes of `argSort` and `linearRecurrence`.
    private static let descendingBit: UInt64 = 1 << 8
    package var isDescending: Bool { bits & Node.descendingBit != 0 }
    /// The axis of `argSort` and `linearRecurrence`.
    package var orderedAxis: Int { Int(bits & 7) }
}
