/// Batching rules of what reads and writes by index.
extension BatchingContext {
    /// Where each example has indices of its own for a table of its own, the tables are one behind the other.
    var gathered: Node {
        let (x, indices) = (operands[0], operands[1]), axis = node.axis
        if !indices.isMapped { return Node.gather(x.node, indices.node, axis: axis + 1) }
        if !x.isMapped { return Tensor(Node.gather(x.node, indices.node, axis: axis)).movedAxis(axis, to: 0).node }
        let extents = x.node.shape.array, count = extents[axis + 1], places = indices.node.shape.rank - 1
        let tables = Tensor(x.node).movedAxis(axis + 1, to: 1)
        let rows = tables.reshaped([size * count] + tables.shape[2...])
        let found = Node.gather(rows.node, offset(indices.node, count, .take), axis: 0)
        return exchanged(found, first: places, second: axis)
    }

    /// Where each example has indices of its own, the results are one behind the other.
    func scattered(
        _ reader: IndexReader, _ record: (Node, Node, _ axis: Int, _ count: Int) -> Node
    ) -> Node {
        let indices = operands[1], axis = node.axis, count = node.shape[axis]
        if !indices.isMapped { return record(all(0), indices.node, axis + 1, count) }
        let updates = exchanged(all(0), first: axis, second: indices.node.shape.rank - 1)
        let rows = Tensor(record(updates, offset(indices.node, count, reader), 0, size * count))
        return rows.reshaped([size, count] + rows.shape.dropFirst()).movedAxis(1, to: axis + 1).node
    }

    /// Indices into the rows of all examples, checked before they could point at those of another one.
    private func offset(_ indices: Node, _ count: Int, _ reader: IndexReader) -> Node {
        let checked = Node.checkIndices(indices, below: count, for: reader)
        // There are more rows than int32 counts where one example has almost as many.
        let wide = Node.convert(checked, .int64)
        let places = Shape([size] + [Int](repeating: 1, count: indices.shape.rank - 1))
        let starts = Node.binary(
            .multiply, Node.iota(places, axis: 0, .int64), Node.scalar(integer: Int64(count), .int64))
        return Node.binary(.add, wide, starts)
    }

    /// Two runs of axes that follow the first one, exchanged.
    private func exchanged(_ x: Node, first: Int, second: Int) -> Node {
        let rest = (1 + first + second)..<x.shape.rank
        return Node.transpose(
            x, [0] + Array((1 + first)..<(1 + first + second)) + Array(1..<(1 + first)) + Array(rest))
    }
}
