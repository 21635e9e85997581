extension Tensor {
    /// The sum over the axes (all of them where left out). Integers and bools are summed as int64.
    public func sum(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let source = dtype.isFloatingPoint ? self : asType(.int64)
        return source.reduced(.sum, resolved(axes: axes, "sum", file: file, line: line), keepDims)
    }

    /// The sum over one axis.
    public func sum(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { sum(axes: [axis], keepDims: keepDims, file: file, line: line) }

    /// The mean over the axes (all of them where left out); NaN over no elements.
    public func mean(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(dtype.isFloatingPoint, "mean needs a floating-point tensor, not \(dtype)", file: file, line: line)
        let set = resolved(axes: axes, "mean", file: file, line: line)
        let count = set.axes.reduce(1) { $0 * node.shape[$1] }
        return reduced(.sum, set, keepDims) * (1 / Double(count))
    }

    /// The mean over one axis.
    public func mean(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { mean(axes: [axis], keepDims: keepDims, file: file, line: line) }

    /// The mean of squared deviations from the mean, divided by (count - `ddof`).
    public func variance(
        axes: [Int]? = nil, keepDims: Bool = false, ddof: Int = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let set = resolved(axes: axes, "variance", file: file, line: line)
        let count = set.axes.reduce(1) { $0 * node.shape[$1] }
        let centered = self - mean(axes: axes, keepDims: true, file: file, line: line)
        return square(centered).reduced(.sum, set, keepDims) * (1 / Double(count - ddof))
    }

    /// The greatest element over the axes; NaN where one is. Equal greatest elements share the gradient.
    public func max(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let set = resolved(axes: axes, "max", file: file, line: line)
        require(
            set.axes.allSatisfy { node.shape[$0] > 0 },
            "max: no elements along the reduced axes of shape \(node.shape)",
            file: file, line: line)
        return reduced(.max, set, keepDims)
    }

    /// The greatest element along one axis.
    public func max(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { max(axes: [axis], keepDims: keepDims, file: file, line: line) }

    /// The least element over the axes; NaN where one is. Equal least elements share the gradient.
    public func min(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { -((-self).max(axes: axes, keepDims: keepDims, file: file, line: line)) }

    /// The least element along one axis.
    public func min(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { min(axes: [axis], keepDims: keepDims, file: file, line: line) }

    /// The product over one axis, as a tree of products, so that its gradient is exact where elements are 0.
    public func product(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "product", file: file, line: line)
        var partial = self
        if dim(axis) == 0 { partial = Tensor.ones(node.shape.keepingReduced(AxisSet([axis])).array, dtype: dtype) }
        while partial.dim(axis) > 1 {
            let count = partial.dim(axis), half = count / 2
            let pairs = partial.narrowed(axis: axis, 0..<half) * partial.narrowed(axis: axis, half..<(2 * half))
            partial =
                count % 2 == 0
                ? pairs : concatenated([pairs, partial.narrowed(axis: axis, (count - 1)..<count)], axis: axis)
        }
        return keepDims ? partial : partial.squeezed(axis: axis)
    }

    /// The index (int64) of the first greatest element along the axis.
    public func argMax(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "argMax", file: file, line: line)
        require(dim(axis) > 0, "argMax: no elements along axis \(axis) of shape \(node.shape)", file: file, line: line)
        let result = Tensor(Node.argMax(node, axis: axis))
        return keepDims ? result : result.squeezed(axis: axis)
    }

    /// The index (int64) of the first least element along the axis.
    public func argMin(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { (-self).argMax(axis: axis, keepDims: keepDims, file: file, line: line) }

    /// log(sum(exp(x))) over the axes, without overflow.
    public func logSumExp(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let greatest = stopGradient(max(axes: axes, keepDims: true, file: file, line: line))
        // Where the greatest is infinite, x - greatest would be NaN; shifting by 0 gives the right infinity.
        let shift = which(abs(greatest) .== Double.infinity, greatest.like(0), greatest)
        let result = log(exp(self - shift).sum(axes: axes, keepDims: true)) + shift
        return keepDims ? result : result.droppingAxes(resolved(axes: axes, "logSumExp", file: file, line: line))
    }

    private func reduced(_ primitive: Primitive, _ axes: AxisSet, _ keepDims: Bool) -> Tensor {
        let result = axes.isEmpty ? self : Tensor(Node.reduce(primitive, node, axes))
        return keepDims ? result : result.droppingAxes(axes)
    }

    private func droppingAxes(_ axes: AxisSet) -> Tensor {
        Tensor(Node.reshape(node, Shape((0..<ndim).filter { !axes.contains($0) }.map { node.shape[$0] })))
    }
}

/// exp(x) / sum(exp(x)) along the axis, without overflow.
public func softmax(_ x: Tensor, axis: Int = -1) -> Tensor {
    let shifted = exp(x - stopGradient(x.max(axis: axis, keepDims: true)))
    // One division a row.
    return shifted * (1 / shifted.sum(axis: axis, keepDims: true))
}

/// log(softmax(x)) along the axis, exact where softmax would underflow.
public func logSoftmax(_ x: Tensor, axis: Int = -1) -> Tensor {
    let shifted = x - stopGradient(x.max(axis: axis, keepDims: true))
    return shifted - log(exp(shifted).sum(axis: axis, keepDims: true))
}
