extension Tensor {
    /// This tensor with one place along an axis replaced by `source`, which has all other axes. A place that does not
    /// exist stops it.
    ///
    /// ```swift
    /// Tensor.zeros([2, 2]).selectScatter(Tensor.ones([2]), axis: 0, index: 1)  // [0, 0, 1, 1]
    /// ```
    public func selectScatter(
        _ source: Tensor, axis: Int, index: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "selectScatter", file: file, line: line)
        let place = index < 0 ? index + dim(axis) : index
        require(
            place >= 0 && place < dim(axis),
            "selectScatter: index \(index) does not exist in axis \(axis) of shape \(node.shape)", file: file,
            line: line)
        require(
            source.dtype == dtype,
            "selectScatter: a source of \(source.dtype) for a \(dtype) tensor; convert it with asType(.\(dtype))",
            file: file,
            line: line)
        var row = shape
        row.remove(at: axis)
        require(
            source.shape == row,
            "selectScatter: shape \(source.shape) does not fit a place of axis \(axis) of shape \(node.shape)",
            file: file, line: line)
        return sliceScatter(
            source.expandedDimensions(axis: axis), axis: axis, place..<(place + 1), file: file, line: line)
    }

    /// This tensor with every `step`-th place of a range along an axis replaced by `source`. Another shape of the
    /// source stops it.
    ///
    /// ```swift
    /// Tensor.zeros([4]).sliceScatter(Tensor.ones([2]), axis: 0, 0..<4, step: 2)  // [1, 0, 1, 0]
    /// ```
    public func sliceScatter(
        _ source: Tensor, axis: Int, _ range: Range<Int>, step: Int = 1, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "sliceScatter", file: file, line: line)
        let count = range.isEmpty || step <= 0 ? 0 : (range.count - 1) / step + 1
        var expected = node.shape
        expected[axis] = count
        require(
            range.lowerBound >= 0 && range.upperBound <= dim(axis) && step > 0 && source.node.shape == expected,
            "sliceScatter: shape \(source.shape) does not fit range \(range) with step \(step) in axis \(axis) of shape \(node.shape)",
            file: file, line: line)
        require(
            source.dtype == dtype,
            "sliceScatter: a source of \(source.dtype) for a \(dtype) tensor; convert it with asType(.\(dtype))",
            file: file,
            line: line)
        if count == 0 { return self }
        var low = [Int](repeating: 0, count: ndim), high = low, interior = low
        low[axis] = range.lowerBound
        high[axis] = dim(axis) - range.lowerBound - (count - 1) * step - 1
        interior[axis] = count > 1 ? step - 1 : 0
        let spread = Tensor(Node.pad(source.node, low: low, high: high, interior: interior))
        let chosen = (0..<dim(axis)).map { range.contains($0) && ($0 - range.lowerBound) % step == 0 }
        return which(Tensor(chosen).alongAxis(axis, of: ndim), spread, self)
    }

    /// This tensor with a diagonal of the matrices in two axes replaced by `source`, which has the shape that
    /// `diagonal(offset:axes:)` gives. Another shape of the source stops it.
    ///
    /// ```swift
    /// Tensor.zeros([2, 2]).diagonalScatter(Tensor.ones([2]))  // [1, 0, 0, 1]
    /// ```
    public func diagonalScatter(
        _ source: Tensor, offset: Int = 0, axes: (Int, Int) = (-2, -1), file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let positions = Tensor.arange(size, dtype: .int64).reshaped(shape)
            .diagonal(offset: offset, axes: axes, file: file, line: line)
        require(
            source.shape == positions.shape,
            "diagonalScatter: shape \(source.shape) is not that of the diagonal, \(positions.shape)", file: file,
            line: line)
        require(
            source.dtype == dtype,
            "diagonalScatter: a source of \(source.dtype) for a \(dtype) tensor; convert it with asType(.\(dtype))",
            file: file,
            line: line)
        return flattened().settingRows(positions.flattened(), source.flattened(), axis: 0).reshaped(shape)
    }

    /// A block of the given extents that begins where `starts`, scalars of int32 or int64, say. A start is moved so
    /// that the block lies inside. As many starts and extents as axes, and extents within the tensor; anything else
    /// stops it.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4]).dynamicSlice(starts: [Tensor(3, dtype: .int32)], extents: [2])  // [3, 4]
    /// ```
    public func dynamicSlice(
        starts: [Tensor], extents: [Int], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireBlock(starts, extents, "dynamicSlice", file, line)
        var result = self
        for (axis, start) in starts.enumerated() where extents[axis] < dim(axis) {
            let places = insideStart(start, axis, extents[axis]) + Tensor.arange(extents[axis], dtype: .int64)
            result = result.take(places, axis: axis)
        }
        return result
    }

    /// This tensor with the block that begins where `starts`, scalars of int32 or int64, say replaced by `update`. A start
    /// is moved so that the block lies inside.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).dynamicUpdateSlice(Tensor([9.0]), starts: [Tensor(1, dtype: .int32)])  // [1, 9, 3]
    /// ```
    public func dynamicUpdateSlice(
        _ update: Tensor, starts: [Tensor], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireBlock(starts, update.shape, "dynamicUpdateSlice", file, line)
        require(
            update.dtype == dtype,
            "dynamicUpdateSlice: a block of \(update.dtype) for a \(dtype) tensor; convert it with asType(.\(dtype))",
            file: file,
            line: line)
        if update.size == 0 { return self }
        var spread = update
        var isInside: Tensor?
        for (axis, start) in starts.enumerated() where update.dim(axis) < dim(axis) {
            let count = update.dim(axis)
            let place = Tensor.arange(dim(axis), dtype: .int64) - insideStart(start, axis, count)
            let isHere = ((place .>= 0) .& (place .< Double(count)))
            spread = spread.take(which(isHere, place, place.like(0)), axis: axis)
            let along = isHere.alongAxis(axis, of: ndim)
            isInside = isInside.map { $0 .& along } ?? along
        }
        return isInside.map { which($0, spread, self) } ?? spread
    }

    private func insideStart(_ start: Tensor, _ axis: Int, _ count: Int) -> Tensor {
        let wide = start.asType(.int64), last = Double(dim(axis) - count)
        return Backprop.minimum(Backprop.maximum(wide, wide.like(0)), wide.like(last))
    }

    private func requireBlock(
        _ starts: [Tensor], _ extents: [Int], _ name: String, _ file: StaticString, _ line: UInt
    ) {
        let fits =
            starts.count == ndim && extents.count == ndim && starts.allSatisfy { $0.ndim == 0 }
            && (0..<ndim).allSatisfy { extents[$0] >= 0 && extents[$0] <= dim($0) }
        require(
            fits, "\(name): \(starts.count) starts and extents \(extents) do not make a block of shape \(node.shape)",
            file: file, line: line)
        for start in starts { start.requireIndices(name, file: file, line: line) }
    }
}
