// Elements by position: what reading and writing by index is made of.

extension Tensor {
    /// The elements at positions along one axis: `indices` (int32 or int64) has as many axes, and extents that broadcast
    /// with this tensor's along all others. Evaluation stops with a message where an index lies outside of the axis.
    /// Gradients of elements that are taken several times add up.
    ///
    /// ```swift
    /// Tensor([10.0, 20, 30]).takeAlong(Tensor([2, 0] as [Int32]), axis: 0)  // [30, 10]
    /// ```
    public func takeAlong(
        _ indices: Tensor, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "takeAlong", file: file, line: line)
        let (spread, positions) = spreadAlong(indices, axis, "takeAlong", file, line)
        let flat = positions.flatPositions(in: spread.shape, axis: axis, for: .takeAlong)
        return spread.flattened().take(flat)
    }

    /// This tensor with `values` written at positions along one axis: `indices` and `values` broadcast with it along all
    /// other axes. Of several values for one place the last one stays, and it alone gets a gradient.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).putAlong(Tensor([2, 0] as [Int32]), Tensor([8.0, 9]), axis: 0)  // [9, 2, 8]
    /// ```
    public func putAlong(
        _ indices: Tensor, _ values: Tensor, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "putAlong", file: file, line: line)
        let (spread, positions) = spreadAlong(indices, axis, "putAlong", file, line)
        require(
            spread.shape == shape, "putAlong: indices of shape \(indices.shape) do not fit into shape \(node.shape)",
            file: file, line: line)
        let flat = positions.flatPositions(in: shape, axis: axis, for: .putAlong)
        let written = values.broadcast(to: positions.shape, file: file, line: line)
        return flattened().settingRows(flat.flattened(), written.flattened(), axis: 0).reshaped(shape)
    }

    /// The tensor and the indices with equal extents along all axes but one.
    private func spreadAlong(
        _ indices: Tensor, _ axis: Int, _ name: String, _ file: StaticString, _ line: UInt
    ) -> (Tensor, Tensor) {
        indices.requireIndices(name, file: file, line: line)
        var own = node.shape, theirs = indices.node.shape
        let fits =
            own.rank == theirs.rank
            && (0..<own.rank).allSatisfy { $0 == axis || own[$0] == theirs[$0] || own[$0] == 1 || theirs[$0] == 1 }
        require(
            fits, "\(name): indices of shape \(indices.shape) do not fit axis \(axis) of shape \(node.shape)",
            file: file, line: line)
        for other in 0..<own.rank where other != axis {
            if own[other] == 1 { own[other] = theirs[other] } else { theirs[other] = own[other] }
        }
        return (broadcast(to: own.array), indices.broadcast(to: theirs.array))
    }

    package func requireIndices(_ name: String, file: StaticString, line: UInt) {
        require(
            dtype == .int32 || dtype == .int64, "\(name): indices are \(dtype), not int32 or int64", file: file,
            line: line)
    }

    /// Indices that may count from the end as ones that do not, for an axis of the given extent.
    package func countedFromStart(_ extent: Int) -> Tensor { which(self .< 0, self + Double(extent), self) }

    /// The row-major positions (int64) of elements of a tensor of the given shape, where this tensor says which along the
    /// axis; along the others its own place says it. The indices are checked.
    package func flatPositions(in shape: [Int], axis: Int, for reader: IndexReader) -> Tensor {
        let strides = Shape(shape).denseStrides
        let checked = Tensor(Node.checkIndices(asType(.int64).node, below: shape[axis], for: reader))
        var result = strides[axis] == 1 ? checked : checked * Double(strides[axis])
        for other in shape.indices where other != axis && dim(other) > 1 {
            let extents = shape.indices.map { $0 == other ? dim(other) : 1 }
            result = result + Tensor.indices(extents, axis: other, dtype: .int64) * Double(strides[other])
        }
        return result
    }

    /// For each row along the axis of extent `count` the position in `indices` (one axis) of the last index that points at
    /// it, and whether there is one.
    private func lastWriters(_ indices: Tensor, count: Int) -> (position: Tensor, exists: Tensor) {
        let order = Tensor.arange(indices.size, dtype: .int64)
        let last = Tensor(Node.scatterMax(order.node, indices.node, axis: 0, count: count))
        return (Backprop.maximum(last, last.like(0)), last .>= 0)
    }

    /// This tensor with rows along the axis replaced where `indices` (one axis) point; of several values the last stays.
    package func settingRows(_ indices: Tensor, _ values: Tensor, axis: Int) -> Tensor {
        if indices.size == 0 { return self }
        let (position, exists) = lastWriters(indices, count: dim(axis))
        let picked = values.take(position, axis: axis)
        return which(exists.alongAxis(axis, of: ndim), picked, self)
    }

    /// This tensor with rows added along the axis where `indices` (one axis) point.
    package func addingRows(_ indices: Tensor, _ values: Tensor, axis: Int) -> Tensor {
        self + Tensor(Node.scatterAdd(values.node, indices.node, axis: axis, count: dim(axis)))
    }

    /// A tensor with one axis in the place of one of `rank` axes.
    package func alongAxis(_ axis: Int, of rank: Int) -> Tensor {
        reshaped((0..<rank).map { $0 == axis ? size : 1 })
    }
}
