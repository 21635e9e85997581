extension Tensor {
    /// Parts of a tensor, as NumPy has it: `x[0]`, `x[.ellipsis, 1..<3]`, `x[.newAxis, rows, .every(2)]`.
    ///
    /// Tensors of indices broadcast together; the axes of their common shape take the place of the axes that they index
    /// where these are neighbours, and come first otherwise. Negative indices count from the end; evaluation stops with a
    /// message where one lies outside. A number, or a scalar tensor of one, takes its axis away before anything else happens,
    /// as in PyTorch. A mask (bool) stands for the indices at which it holds, so it is computed at once.
    ///
    /// ```swift
    /// Tensor.arange(6).reshaped([2, 3])[.ellipsis, 1..<3]  // [1, 2, 4, 5]
    /// ```
    ///
    /// Assigning replaces the tensor by one with other elements in these places, recorded like any other operator, with
    /// gradients for the old and the new elements: whoever holds the old value keeps it. The new elements broadcast to the
    /// chosen places and have the dtype of the tensor.
    ///
    /// ```swift
    /// var x = Tensor.zeros(2, 3)
    /// x[1, 1..<3] = Tensor([7.0, 8])
    /// x  // [0, 0, 0, 0, 7, 8]
    /// ```
    public subscript(
        _ items: any TensorIndex..., file file: StaticString = #fileID, line line: UInt = #line
    ) -> Tensor {
        get { indexed(items.map(\.tensorIndexOperation), file: file, line: line) }
        set { self = replacing(items.map(\.tensorIndexOperation), by: newValue, file: file, line: line) }
    }

    /// Parts of a tensor by a list of operations, one for each element between the brackets: `x[...]` where their
    /// number is known only when the program runs.
    ///
    /// ```swift
    /// Tensor.arange(6).reshaped([2, 3]).indexed([.at(1)])  // [3, 4, 5]
    /// ```
    public func indexed(
        _ operations: [TensorIndexOperation], file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let selection = Selection(of: self, operations, file: file, line: line)
        return selection.view.reading(selection)
    }

    /// This tensor with `values`, which broadcast, in the places that the operations choose. Where they choose a place
    /// several times, the last value stays, or all of them are added to what is there if `accumulating`.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).indexPut([.slice(from: 1, to: 3, step: 1)], Tensor([9.0]))  // [1, 9, 9]
    /// ```
    public func indexPut(
        _ operations: [TensorIndexOperation], _ values: Tensor, accumulating: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        // The places are found by indexing the positions.
        let positions = Tensor.arange(size, dtype: .int64).reshaped(shape).indexed(
            operations, file: file, line: line)
        require(
            Shape.broadcast(values.node.shape, positions.node.shape) == positions.node.shape,
            "indexPut: values of shape \(values.shape) do not broadcast to the chosen places \(positions.shape) of shape \(node.shape)",
            file: file, line: line)
        require(
            values.dtype == dtype,
            "indexPut: \(values.dtype) values for a \(dtype) tensor; convert them with asType(.\(dtype))",
            file: file, line: line)
        let written = values.broadcast(to: positions.shape).flattened()
        let places = positions.flattened()
        let result =
            accumulating
            ? flattened().addingRows(places, written, axis: 0) : flattened().settingRows(places, written, axis: 0)
        return result.reshaped(shape)
    }

    /// The gather of a selection, from the view that everything else in it gives.
    private func reading(_ selection: Selection) -> Tensor {
        let axes = selection.gatheredAxes
        guard !axes.isEmpty else { return self }
        let common = selection.commonShape
        // Gathered axes first and as one, in row-major order.
        let others = (0..<ndim).filter { !axes.contains($0) }
        let extents = axes.map { dim($0) }
        var position: Tensor?
        for (index, extent) in zip(selection.indices, extents) {
            let checked = Tensor(
                Node.checkIndices(index.asType(.int64).countedFromStart(extent).node, below: extent, for: .indexed))
            position = position.map { $0 * Double(extent) + checked } ?? checked
        }
        let rows = transposed(axes: axes + others).reshaped([extents.reduce(1, *)] + others.map { dim($0) })
        let taken = rows.take(position!.broadcast(to: common))
        let isTogether = axes.last! - axes.first! == axes.count - 1
        guard isTogether, axes[0] > 0 else { return taken }
        let width = common.count, front = axes[0]
        let order = (width..<(width + front)).map { $0 } + (0..<width) + (width + front..<taken.ndim)
        return taken.transposed(axes: order)
    }
}

/// The elements between the brackets, after everything that is a view has been done.
private struct Selection {
    var view: Tensor
    /// The axes of the view that are indexed by tensors, and these tensors.
    var gatheredAxes: [Int] = []
    var indices: [Tensor] = []
    var commonShape: [Int] = []

    init(of tensor: Tensor, _ operations: [TensorIndexOperation], file: StaticString, line: UInt) {
        view = tensor
        let used = operations.reduce(0) { $0 + Selection.consumedAxes($1) }
        require(
            used <= tensor.ndim && operations.filter(Selection.isEllipsis).count <= 1,
            "x[...]: an index of \(operations.count) elements does not fit shape \(tensor.shape)", file: file,
            line: line)
        var axis = 0
        for operation in operations {
            switch operation {
            case .at(let index):
                let extent = view.dim(axis), place = index < 0 ? index + extent : index
                require(
                    place >= 0 && place < extent,
                    "x[...]: index \(index) does not exist in axis \(axis) of shape \(view.shape)",
                    file: file, line: line)
                view = view.narrowed(axis: axis, place..<(place + 1)).squeezed(axis: axis)
            case .slice(let from, let to, let step):
                view = view.sliced(axis, from: from, to: to, step: step, file: file, line: line)
                axis += 1
            case .wholeAxes:
                axis += tensor.ndim - used
            case .addedAxis:
                require(
                    view.ndim < Shape.maximumRank,
                    "x[...]: a new axis for shape \(view.shape) is one more than a tensor has", file: file, line: line)
                view = view.expandedDimensions(axis: axis)
                axis += 1
            case .gather(let index) where index.dtype == .bool:
                axis = gather(mask: index, axis, file: file, line: line)
            case .gather(let index):
                index.requireIndices("x[...]", file: file, line: line)
                if index.ndim == 0 {
                    view = view.take(index.countedFromStart(view.dim(axis)), axis: axis)
                } else {
                    gather(index, axis)
                    axis += 1
                }
            }
        }
        var common: Shape? = .scalar
        for index in indices { common = common.flatMap { Shape.broadcast($0, index.node.shape) } }
        require(
            common != nil, "x[...]: indices of shapes \(indices.map(\.shape)) do not broadcast to a common shape",
            file: file,
            line: line)
        commonShape = common!.array
    }

    private mutating func gather(_ index: Tensor, _ axis: Int) {
        gatheredAxes.append(axis)
        indices.append(index)
    }

    /// A mask stands for one tensor of indices for each of its axes. Gives the axis behind them.
    private mutating func gather(mask: Tensor, _ axis: Int, file: StaticString, line: UInt) -> Int {
        let extents = Array(view.shape[axis...].prefix(mask.ndim))
        require(
            extents == mask.shape,
            "x[...]: a mask of shape \(mask.shape) does not fit shape \(view.shape) at axis \(axis)",
            file: file, line: line)
        if mask.ndim == 0 {
            // A new axis, with one element or none.
            view = view.expandedDimensions(axis: axis)
            gather(mask.flattened().truePositions, axis)
            return axis + 1
        }
        let places = mask.flattened().truePositions.array(of: Int64.self)
        for (offset, stride) in Shape(mask.shape).denseStrides.enumerated() {
            let extent = Int64(mask.dim(offset))
            gather(Tensor(places.map { $0 / Int64(stride) % extent }), axis + offset)
        }
        return axis + mask.ndim
    }

    private static func consumedAxes(_ operation: TensorIndexOperation) -> Int {
        switch operation {
        case .at, .slice: 1
        case .wholeAxes, .addedAxis: 0
        case .gather(let index): index.dtype == .bool ? index.ndim : 1
        }
    }

    private static func isEllipsis(_ operation: TensorIndexOperation) -> Bool {
        if case .wholeAxes = operation { true } else { false }
    }
}

extension Tensor {
    /// A Python slice along one axis.
    fileprivate func sliced(
        _ axis: Int, from: Int?, to: Int?, step: Int, file: StaticString, line: UInt
    ) -> Tensor {
        require(
            step != 0, "x[...]: a slice of axis \(axis) of shape \(node.shape) has a step of 0", file: file, line: line)
        let places = AxisPlaces(dim(axis), from: from, to: to, step: step)
        let part = narrowed(axis: axis, places.range, step: places.step)
        return places.isReversed ? part.reversed(axes: [axis]) : part
    }
}
