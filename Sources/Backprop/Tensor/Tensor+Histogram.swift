extension Tensor {
    /// How often each of 0, 1, ... occurs among whole numbers (int32, int64 or uint8, of any shape), as int64; or the sum
    /// of the weights with which it does, in their dtype and with a gradient for them. As many as the greatest number
    /// needs, and at least `minimumLength`. Computes the greatest number; a negative one stops it.
    ///
    /// ```swift
    /// Tensor([1, 3, 1] as [Int32]).bincount()  // [0, 2, 0, 1]
    /// ```
    public func bincount(
        weights: Tensor? = nil, minimumLength: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            !dtype.isFloatingPoint && dtype != .bool, "bincount needs whole numbers, not \(dtype)", file: file,
            line: line)
        require(
            weights == nil || weights!.shape == shape,
            "bincount: weights of shape \(weights?.shape ?? []) for numbers of shape \(node.shape)", file: file,
            line: line)
        require(minimumLength >= 0, "bincount: a minimum length of \(minimumLength)", file: file, line: line)
        let terms = weights ?? Tensor.ones(shape, dtype: .int64)
        if size == 0 { return Tensor.zeros([minimumLength], dtype: terms.dtype) }
        let numbers = asType(.int64).flattened()
        let bounds = stacked([numbers.min(), numbers.max()], axis: 0).array(of: Int64.self)
        require(bounds[0] >= 0, "bincount: \(bounds[0]) is negative", file: file, line: line)
        let length = Swift.max(Int(bounds[1]) + 1, minimumLength)
        require(
            length <= Shape.maximumExtent, "bincount: \(bounds[1]) needs too many places", file: file, line: line)
        return Tensor(Node.scatterAdd(terms.flattened().node, numbers.node, axis: 0, count: length))
    }

    /// What `histogram` finds: how much falls into each bin, and the edges of the bins, one more than there are bins.
    public typealias Histogram = (counts: Tensor, edges: Tensor)

    /// How many elements, of any shape, fall into each of `bins` of equal width, in the tensor's dtype. A bin holds its
    /// lower edge and not its upper one, but for the last, which holds both; what lies outside of all, and NaN, is not
    /// counted. Floating point; a range in the wrong order stops it.
    ///
    /// ```swift
    /// Tensor([1, 2, 2, 4] as [Float]).histogram(bins: 3).counts  // [1, 2, 1]
    /// ```
    ///
    /// - Parameters:
    ///   - range: from the first edge to the last; that of the elements where it is left out. Half is added on either side
    ///     where they are equal.
    ///   - weights: what each element counts, of the same shape; with a gradient for them.
    ///   - isDensity: whether counts are divided by their sum and by the width of the bin.
    public func histogram(
        bins: Int, range: ClosedRange<Double>? = nil, weights: Tensor? = nil, isDensity: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Histogram {
        require(
            bins >= 1 && bins < Shape.maximumExtent, "histogram: \(bins) bins for shape \(node.shape)", file: file,
            line: line)
        requireHistogram(weights, file, line)
        require(
            range == nil || range!.lowerBound.isFinite && range!.upperBound.isFinite,
            "histogram: the range \(range.map { "\($0)" } ?? "") is not finite", file: file, line: line)
        let flat = stopGradient(self).flattened()
        var low = like(range?.lowerBound ?? 0), high = like(range?.upperBound ?? 1)
        if range == nil && size > 0 { (low, high) = (flat.min(), flat.max()) }
        let isPoint = low .== high
        (low, high) = (which(isPoint, low - 0.5, low), which(isPoint, high + 0.5, high))
        let place = Tensor.arange(bins + 1, dtype: .int64), share = place.asType(.float64) / Double(bins)
        let wide = (low.asType(.float64), high.asType(.float64))
        // The second half is counted from the end, so that the end is exact.
        let inner = which(share .< 0.5, wide.0 + share * (wide.1 - wide.0), wide.1 - (1 - share) * (wide.1 - wide.0))
        let edges = inner.asType(dtype)
        // Division finds the bin but for rounding, which a look at its edges makes good.
        let guess = Backprop.floor((flat - low) / (high - low) * Double(bins))
        let isInside = (flat .>= low) .& (flat .<= high)
        let first = Backprop.clip(which(isInside, guess, like(0)), min: 0, max: Double(bins - 1)).asType(.int64)
        let isBelow = (flat .< edges.take(first)).asType(.int64),
            isBeyond = (flat .>= edges.take(first + 1)).asType(.int64)
        let bin = Backprop.clip(first - isBelow + isBeyond, min: 0, max: Double(bins - 1))
        return counted(bin, isInside, edges, weights, isDensity)
    }

    /// How many elements fall between neighbouring `edges`, which have one axis, ascend, and are of the tensor's dtype.
    public func histogram(
        edges: Tensor, weights: Tensor? = nil, isDensity: Bool = false, file: StaticString = #fileID,
        line: UInt = #line
    ) -> Histogram {
        requireHistogram(weights, file, line)
        require(
            edges.ndim == 1 && edges.dtype == dtype && edges.size >= 2,
            "histogram: edges \(edges.dtype)\(edges.shape) for \(dtype)\(node.shape), not two or more of its dtype",
            file: file, line: line)
        let flat = stopGradient(self).flattened(), bins = edges.size - 1
        let isInside =
            (flat .>= edges.narrowed(axis: 0, 0..<1)) .& (flat .<= edges.narrowed(axis: 0, bins..<(bins + 1)))
        let bin = Backprop.clip(searchSorted(edges, flat, right: true) - 1, min: 0, max: Double(bins - 1))
        return counted(bin, isInside, edges, weights, isDensity)
    }

    private func requireHistogram(_ weights: Tensor?, _ file: StaticString, _ line: UInt) {
        require(
            dtype.isFloatingPoint,
            "histogram needs a floating-point tensor, not \(dtype); convert it with asType(.float32)", file: file,
            line: line)
        require(
            weights == nil || weights!.shape == shape && weights!.dtype == dtype,
            "histogram: weights \(weights.map { "\($0.dtype)\($0.shape)" } ?? "") for \(dtype)\(node.shape)",
            file: file,
            line: line)
    }

    private func counted(
        _ bin: Tensor, _ isInside: Tensor, _ edges: Tensor, _ weights: Tensor?, _ isDensity: Bool
    ) -> Histogram {
        let terms = which(isInside, weights?.flattened() ?? like(1), like(0))
        let counts = Tensor(Node.scatterAdd(terms.node, bin.node, axis: 0, count: edges.size - 1))
        return (isDensity ? counts / (counts.sum() * edges.diff()) : counts, edges)
    }
}
