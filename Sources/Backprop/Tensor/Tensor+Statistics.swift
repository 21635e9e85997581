extension Tensor {
    /// The differences of neighbours along the axis, `order` times one after the other: as many elements fewer. Numbers;
    /// of masks, whether neighbours differ.
    ///
    /// ```swift
    /// Tensor([1, 4, 9] as [Float]).diff()  // [3, 5]
    /// ```
    ///
    /// - Parameters:
    ///   - order: 0 gives the tensor itself.
    ///   - prepending, appending: what is put before and behind the elements first, with the same extents along other axes.
    public func diff(
        order: Int = 1, axis: Int = -1, prepending: Tensor? = nil, appending: Tensor? = nil,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "diff", file: file, line: line)
        require(order >= 0, "diff: an order of \(order)", file: file, line: line)
        let parts = [prepending, self, appending].compactMap { $0 }
        var result = parts.count == 1 ? self : concatenated(parts, axis: axis, file: file, line: line)
        for _ in 0..<Swift.min(order, result.dim(axis)) {
            let count = result.dim(axis)
            let next = result.narrowed(axis: axis, 1..<count)
            let previous = result.narrowed(axis: axis, 0..<(count - 1))
            result = dtype == .bool ? next .!= previous : next - previous
        }
        return result
    }

    /// The covariances of variables, [variables, observations] (or [observations] of one), as a matrix, or a scalar of
    /// one: the mean products of deviations from the means, whose sum is divided by the number of observations less
    /// `ddof`, which is 1 as in PyTorch and NumPy. Floating point.
    ///
    /// ```swift
    /// Tensor([1, 2, 3, 3, 2, 1] as [Float], shape: [2, 3]).cov()  // [1, -1, -1, 1]
    /// ```
    ///
    /// - Parameters:
    ///   - frequencies: how often each observation was made; whole numbers.
    ///   - weights: how much each observation counts; floating point of the same dtype. What is divided by is then the
    ///     sum of weights less `ddof` times the mean weight, weighted so.
    public func cov(
        ddof: Double = 1, frequencies: Tensor? = nil, weights: Tensor? = nil, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Tensor {
        require(
            dtype.isFloatingPoint && (ndim == 1 || ndim == 2),
            "cov: \(dtype)\(node.shape) is not [variables, observations] in floating point", file: file, line: line)
        let count = dim(-1)
        for (name, tensor) in [("frequencies", frequencies), ("weights", weights)] {
            require(
                tensor == nil || tensor!.shape == [count] && (name == "weights") == tensor!.dtype.isFloatingPoint,
                "cov: \(name) \(tensor.map { "\($0.dtype)\($0.shape)" } ?? "") for observations of shape \(node.shape)",
                file: file, line: line)
        }
        let rows = ndim == 1 ? expandedDimensions(axis: 0) : self
        var mass = frequencies?.asType(dtype)
        if let weights { mass = mass.map { $0 * weights } ?? weights }
        let total = mass?.sum() ?? like(Double(count))
        let means = (mass.map { rows * $0 } ?? rows).sum(axis: 1, keepDims: true) / total
        let deviations = rows - means
        let correction = weights.map { (mass! * $0).sum() / total * ddof } ?? like(ddof)
        let products = Backprop.matmul(mass.map { deviations * $0 } ?? deviations, deviations.T)
        let result = products / Backprop.maximum(total - correction, like(0))
        return ndim == 1 ? result.reshaped([]) : result
    }

    /// The correlations of variables, [variables, observations], as a matrix: covariances divided by both standard
    /// deviations, no less than -1 and no more than 1. 1 of one variable, [observations]. Floating point.
    ///
    /// ```swift
    /// Tensor([1, 2, 3, 3, 2, 1] as [Float], shape: [2, 3]).corrcoef()  // [1, -1, -1, 1]
    /// ```
    public func corrcoef(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        require(
            dtype.isFloatingPoint && (ndim == 1 || ndim == 2),
            "corrcoef: \(dtype)\(node.shape) is not [variables, observations] in floating point", file: file, line: line
        )
        let covariances = cov(file: file, line: line)
        if ndim == 1 { return covariances / covariances }
        let deviations = Backprop.sqrt(covariances.diagonal())
        let columns = deviations.expandedDimensions(axis: 0), rows = deviations.expandedDimensions(axis: 1)
        return Backprop.clip(covariances / rows / columns, min: -1, max: 1)
    }

    /// `count` powers of a base whose exponents lie at equal distances from `start` to `stop`, both included.
    ///
    /// ```swift
    /// Tensor.logspace(0, 2, count: 3)  // [1, 10, 100]
    /// ```
    public static func logspace(
        _ start: Double, _ stop: Double, count: Int, base: Double = 10, dtype: DType = .float32,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(count >= 0 && count <= Shape.maximumExtent, "logspace: \(count) numbers", file: file, line: line)
        return Backprop.pow(Tensor(base, dtype: .float64), linspace(start, stop, count: count, dtype: .float64)).asType(
            dtype)
    }

    /// The powers 0, 1, ... of each element along a new last axis of as many columns as there are elements, or as asked
    /// for; the highest first unless `increasing`. Numbers along one axis.
    ///
    /// ```swift
    /// Tensor([2, 3] as [Float]).vander(columns: 3, increasing: true)  // [1, 2, 4, 1, 3, 9]
    /// ```
    public func vander(
        columns: Int? = nil, increasing: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let columns = columns ?? size
        require(
            ndim == 1 && dtype != .bool && columns >= 0,
            "vander: \(columns) columns for \(dtype)\(node.shape), not numbers along one axis", file: file, line: line)
        if columns == 0 || size == 0 { return Tensor.zeros([size, columns], dtype: dtype) }
        let factors = expandedDimensions(axis: 1).broadcast(to: [size, columns - 1])
        let powers = concatenated([Tensor.ones([size, 1], dtype: dtype), factors], axis: 1).cumprod(axis: 1).asType(
            dtype)
        return increasing ? powers : powers.reversed(axes: [1])
    }
}
