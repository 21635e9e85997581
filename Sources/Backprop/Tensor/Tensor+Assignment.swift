extension Tensor {
    /// This tensor with `values` in the places that the operations choose: what `x[...] = values` assigns.
    package func replacing(
        _ operations: [TensorIndexOperation], by values: Tensor, file: StaticString, line: UInt
    ) -> Tensor {
        if values.dtype != dtype, autocastLetsMeet(values.dtype, dtype) {
            return asType(.float32).replacing(operations, by: values.asType(.float32), file: file, line: line)
        }
        require(
            values.dtype == dtype,
            "x[...] = values: \(values.dtype) values for a \(dtype) tensor; convert them with asType(.\(dtype))",
            file: file, line: line)
        if let block = Block(operations, in: self, file, line) { return block.replaced(by: values, file, line) }
        if operations.count == 1, case .gather(let mask) = operations[0], mask.dtype == .bool, values.size == 1 {
            require(
                Array(shape.prefix(mask.ndim)) == mask.shape,
                "x[mask] = values: a mask of shape \(mask.shape) does not fit shape \(node.shape)", file: file,
                line: line)
            let trailing = [Int](repeating: 1, count: ndim - mask.ndim)
            return which(mask.reshaped(mask.shape + trailing), values.reshaped([]), self)
        }
        let chosen = indexed(operations, file: file, line: line).node.shape
        return indexPut(operations, values.trimmed(to: chosen.rank), file: file, line: line)
    }

    /// Without axes of extent one in front of as many as there are places: one that broadcasts from them fits too, as in
    /// NumPy.
    fileprivate func trimmed(to rank: Int) -> Tensor {
        let surplus = Swift.max(0, ndim - rank)
        return shape.prefix(surplus).allSatisfy { $0 == 1 } ? reshaped(Array(shape.dropFirst(surplus))) : self
    }
}

/// Places that numbers and ranges choose: every `step`-th one from a start, in each axis.
private struct Block {
    private let tensor: Tensor
    private var axes: [AxisPlaces] = []
    /// The shape of what stands in these places, as reading them gives it.
    private var selectedShape: [Int] = []

    /// Nil where a tensor of indices or a mask is among the operations.
    init?(_ operations: [TensorIndexOperation], in tensor: Tensor, _ file: StaticString, _ line: UInt) {
        self.tensor = tensor
        for case .gather in operations { return nil }
        // Reading checks the operations, and gives the shape.
        selectedShape = tensor.indexed(operations, file: file, line: line).shape
        var wholeAxes = tensor.ndim
        for case .at in operations { wholeAxes -= 1 }
        for case .slice in operations { wholeAxes -= 1 }
        for operation in operations {
            switch operation {
            case .at(let index):
                let extent = tensor.dim(axes.count)
                axes.append(AxisPlaces(start: index < 0 ? index + extent : index, step: 1, count: 1))
            case .slice(let from, let to, let step):
                axes.append(AxisPlaces(tensor.dim(axes.count), from: from, to: to, step: step))
            case .wholeAxes:
                for _ in 0..<wholeAxes { appendWholeAxis() }
            case .addedAxis, .gather:
                break
            }
        }
        while axes.count < tensor.ndim { appendWholeAxis() }
    }

    private mutating func appendWholeAxis() {
        axes.append(AxisPlaces(start: 0, step: 1, count: tensor.dim(axes.count)))
    }

    func replaced(by values: Tensor, _ file: StaticString, _ line: UInt) -> Tensor {
        let selected = Shape(selectedShape)
        let trimmed = values.trimmed(to: selected.rank)
        require(
            Shape.broadcast(trimmed.node.shape, selected) == selected,
            "x[...] = values: shape \(values.shape) does not broadcast to the chosen places \(selected) of shape \(tensor.shape)",
            file: file, line: line)
        var spread = trimmed.broadcast(to: selectedShape).reshaped(axes.map(\.count))
        if spread.size == 0 { return tensor }
        let reversed = axes.indices.filter { axes[$0].isReversed }
        if !reversed.isEmpty { spread = spread.reversed(axes: reversed) }
        spread = Tensor(
            Node.pad(
                spread.node, low: axes.map(\.start),
                high: axes.indices.map { tensor.dim($0) - axes[$0].start - (axes[$0].count - 1) * axes[$0].step - 1 },
                interior: axes.map { $0.step - 1 }))
        var isChosen: Tensor?
        for (axis, places) in axes.enumerated() where places.count < tensor.dim(axis) {
            let along = Tensor((0..<tensor.dim(axis)).map(places.contains)).alongAxis(axis, of: tensor.ndim)
            isChosen = isChosen.map { $0 .& along } ?? along
        }
        return isChosen.map { which($0, spread, tensor) } ?? spread
    }
}
