/// How values that go to one place are combined.
public enum ScatterReduction: Sendable {
    case sum, product, mean
    /// The greatest or the least; equal ones share the gradient.
    case max, min
}

extension Tensor {
    /// This tensor with the rows of `source` times `scale` added along the axis, where `indices` (one axis, int32 or
    /// int64) point. A source that does not fit stops it.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).indexAdd(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)  // [1, 32]
    /// ```
    public func indexAdd(
        _ indices: Tensor, _ source: Tensor, axis: Int, scale: Double = 1, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        let axis = requireRows(indices, source, axis, "indexAdd", file, line)
        let places = Tensor(Node.checkIndices(indices.node, below: dim(axis), for: .indexAdd))
        return addingRows(places, scale == 1 ? source : source * scale, axis: axis)
    }

    /// This tensor with rows along the axis replaced by those of `source`, where `indices` (one axis, int32 or int64)
    /// point; of several rows for one place the last stays.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).indexCopy(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)  // [1, 20]
    /// ```
    public func indexCopy(
        _ indices: Tensor, _ source: Tensor, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = requireRows(indices, source, axis, "indexCopy", file, line)
        let places = Tensor(Node.checkIndices(indices.node, below: dim(axis), for: .indexCopy))
        return settingRows(places, source, axis: axis)
    }

    /// This tensor with one number, a scalar tensor, in all rows along the axis at which `indices` (one axis, int32 or
    /// int64) point.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).indexFill(Tensor([1] as [Int32]), Tensor(9.0), axis: 0)  // [1, 9]
    /// ```
    public func indexFill(
        _ indices: Tensor, _ value: Tensor, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "indexFill", file: file, line: line)
        indices.requireIndices("indexFill", file: file, line: line)
        require(
            indices.ndim == 1 && value.ndim == 0,
            "indexFill: indices of shape \(indices.shape) and value of shape \(value.shape), not one axis and a scalar",
            file: file, line: line)
        require(
            value.dtype == dtype,
            "indexFill: a value of \(value.dtype) for a \(dtype) tensor; convert it with asType(.\(dtype))", file: file,
            line: line)
        let ones = Tensor.ones([indices.size], dtype: .int64)
        let places = Node.checkIndices(indices.node, below: dim(axis), for: .indexFill)
        let hits = Tensor(Node.scatterAdd(ones.node, places, axis: 0, count: dim(axis)))
        return which((hits .> 0).alongAxis(axis, of: ndim), value, self)
    }

    private func requireRows(
        _ indices: Tensor, _ source: Tensor, _ axis: Int, _ name: String, _ file: StaticString, _ line: UInt
    ) -> Int {
        let axis = resolved(axis: axis, name, file: file, line: line)
        indices.requireIndices(name, file: file, line: line)
        var expected = node.shape
        expected[axis] = indices.size
        require(
            indices.ndim == 1 && source.node.shape == expected
                && (source.dtype == dtype || autocastLetsMeet(source.dtype, dtype)),
            "\(name): \(source.dtype)\(source.shape) at indices of shape \(indices.shape) does not fit axis \(axis) of \(dtype)\(node.shape)",
            file: file, line: line)
        return axis
    }

    /// This tensor with the elements of `source` added where `indices` (as many axes, no longer than `source`) point
    /// along the axis. Indices are int32 or int64.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).scatterAdd(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)  // [1, 32]
    /// ```
    public func scatterAdd(
        _ indices: Tensor, _ source: Tensor, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let (positions, values) = scattered(indices, source, axis, .scatterAdd, file, line)
        return flattened().addingRows(positions, values, axis: 0).reshaped(shape)
    }

    /// This tensor with the elements of `source` in the places at which `indices` (as many axes, no longer than
    /// `source`) point along the axis. Of several elements for one place the last stays, and it alone gets a gradient.
    /// Indices are int32 or int64.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).scatter(Tensor([1, 1] as [Int32]), Tensor([10.0, 20]), axis: 0)  // [1, 20]
    /// ```
    public func scatter(
        _ indices: Tensor, _ source: Tensor, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let (positions, values) = scattered(indices, source, axis, .scatter, file, line)
        return flattened().settingRows(positions, values, axis: 0).reshaped(shape)
    }

    /// This tensor with one number in the places at which `indices` point along the axis.
    public func scatter(
        _ indices: Tensor, _ value: Double, axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        scatter(indices, like(value).broadcast(to: indices.shape), axis: axis, file: file, line: line)
    }

    /// The elements of `source` combined in the places at which `indices` (as many axes, no longer than `source`) point
    /// along the axis, together with what is there where `includeSelf`. Places at which no index points stay as they
    /// are. Indices are int32 or int64.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).scatterReduce(Tensor([1, 1] as [Int32]), Tensor([3.0, 4]), axis: 0, .product)  // [1, 24]
    /// ```
    public func scatterReduce(
        _ indices: Tensor, _ source: Tensor, axis: Int, _ reduction: ScatterReduction, includeSelf: Bool = true,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            dtype != .bool || reduction == .max,
            "scatterReduce: \(reduction) of masks is not defined; shape \(node.shape)",
            file: file, line: line)
        let (positions, source) = scattered(indices, source, axis, .scatterReduce, file, line)
        let operands = castToMeet([flattened(), source]), base = operands[0], values = operands[1]
        let result =
            switch reduction {
            case .sum, .mean: base.scatteredSum(positions, values, includeSelf, isMean: reduction == .mean)
            case .product: base.scatteredProduct(positions, values, includeSelf)
            case .max: base.scatteredMax(positions, values, includeSelf)
            case .min: base.inReverseOrder.scatteredMax(positions, values.inReverseOrder, includeSelf).inReverseOrder
            }
        return result.reshaped(shape)
    }

    /// The flat positions and the values of a scatter.
    private func scattered(
        _ indices: Tensor, _ source: Tensor, _ axis: Int, _ reader: IndexReader, _ file: StaticString, _ line: UInt
    ) -> (positions: Tensor, values: Tensor) {
        let name = "\(reader)"
        let axis = resolved(axis: axis, name, file: file, line: line)
        indices.requireIndices(name, file: file, line: line)
        let fits =
            indices.ndim == ndim && source.ndim == ndim
            && (source.dtype == dtype || autocastLetsMeet(source.dtype, dtype))
            && (0..<ndim).allSatisfy {
                indices.dim($0) <= source.dim($0) && ($0 == axis || indices.dim($0) <= dim($0) || indices.size == 0)
            }
        require(
            fits,
            "\(name): \(source.dtype)\(source.shape) at indices of shape \(indices.shape) does not fit axis \(axis) of \(dtype)\(node.shape)",
            file: file, line: line)
        var values = source
        for other in 0..<ndim { values = values.narrowed(axis: other, 0..<indices.dim(other)) }
        return (indices.flatPositions(in: shape, axis: axis, for: reader).flattened(), values.flattened())
    }

    // The rest works on one axis.

    /// The numbers by which less becomes greater; twice, they are what they were.
    private var inReverseOrder: Tensor {
        // The negative of the least integer is no integer of its width.
        dtype.isFloatingPoint ? -self : like(dtype == .uint8 ? 255 : -1) - self
    }

    /// The least value of the dtype.
    private var lowest: Tensor {
        switch dtype {
        case .bool, .uint8: like(0)
        case .int32: like(-0x1p31)
        case .int64: Tensor(Node.scalar(integer: .min, .int64))
        case .float32, .float64, .bfloat16: like(-Double.infinity)
        }
    }

    /// How many positions point at each element.
    private func hits(_ positions: Tensor) -> Tensor {
        let ones = Tensor.ones([positions.size], dtype: .int64)
        return Tensor(Node.scatterAdd(ones.node, positions.node, axis: 0, count: size))
    }

    private func scatteredSum(_ positions: Tensor, _ values: Tensor, _ includeSelf: Bool, isMean: Bool) -> Tensor {
        let hits = hits(positions)
        let start = includeSelf ? self : which(hits .> 0, like(0), self)
        let sum = start.addingRows(positions, values, axis: 0)
        if !isMean { return sum }
        let counts = Backprop.maximum(includeSelf ? hits + 1 : hits, hits.like(1)).asType(dtype)
        return dtype.isFloatingPoint ? sum / counts : floorDivided(sum, counts)
    }

    /// Integers divided toward minus infinity, exact below 2^53.
    private func floorDivided(_ a: Tensor, _ b: Tensor) -> Tensor {
        Backprop.floor(a.asType(.float64) / b.asType(.float64)).asType(dtype)
    }

    private func scatteredMax(_ positions: Tensor, _ values: Tensor, _ includeSelf: Bool) -> Tensor {
        let greatest = Tensor(Node.scatterMax(values.node, positions.node, axis: 0, count: size))
        let isHit = hits(positions) .> 0
        // Elements that are there take part as one more update each, so equal ones share the gradient with them too; as in
        // PyTorch they take their share of it even where they do not count.
        let isEqual = stopGradient(greatest .== self)
        let own = includeSelf ? self : which(isHit .& isEqual, stopGradient(self), which(isHit, lowest, self))
        let all = concatenated([Tensor.arange(size, dtype: .int64), positions])
        return Tensor(Node.scatterMax(concatenated([own, values]).node, all.node, axis: 0, count: size))
    }

    /// Values are sorted by position, and multiplied along runs of one position: exact where there are zeros.
    private func scatteredProduct(_ positions: Tensor, _ values: Tensor, _ includeSelf: Bool) -> Tensor {
        let count = positions.size
        if count == 0 { return self }
        if !dtype.isFloatingPoint && dtype != .int64 {
            let wide = asType(.int64).scatteredProduct(positions, values.asType(.int64), includeSelf)
            return wide.asType(dtype)
        }
        let order = positions.argSort(axis: 0), places = positions.take(order), factors = values.take(order)
        let continues =
            (places.narrowed(axis: 0, 1..<count) .== places.narrowed(axis: 0, 0..<(count - 1)))
            .asType(.int64).padded(widths: [(1, 0)]) .> 0
        let zero = factors.like(0)
        let products = Tensor(
            Node.linearRecurrence(
                which(continues, factors, zero).node, which(continues, zero, factors).node, axis: 0, reversed: false))
        // The product of a run stands at its end.
        let untouched = Tensor.ones([size], dtype: dtype).settingRows(places, products, axis: 0)
        return includeSelf ? self * untouched : which(hits(positions) .> 0, untouched, self)
    }
}
