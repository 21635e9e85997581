// Sums and what is made of them, over some axes or all. Where `keepDims` holds, reduced axes stay with extent one.
// Extrema are in Tensor+Extrema.swift, norms in Tensor+Norms.swift.

extension Tensor {
    /// The sum over the axes (all of them where left out). Integers and bools are summed as int64.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4], shape: [2, 2]).sum(axes: [0])  // [4, 6]
    /// ```
    public func sum(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let source = dtype.isFloatingPoint ? castForSum : asType(.int64)
        return source.reduced(.sum, resolved(axes: axes, "sum", file: file, line: line), keepDims)
    }

    /// The mean over the axes (all of them where left out); NaN over no elements. Floating point only.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4], shape: [2, 2]).mean(axes: [1])  // [1.5, 3.5]
    /// ```
    public func mean(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            dtype.isFloatingPoint, "mean needs a floating-point tensor, not \(dtype); convert it with asType(.float32)",
            file: file, line: line)
        let set = resolved(axes: axes, "mean", file: file, line: line)
        let count = count(along: set)
        return count == 0
            ? nothing(.nan, set, keepDims) : castForSum.reduced(.sum, set, keepDims) * (1 / Double(count))
    }

    /// The mean of squared deviations from the mean, divided by (count - `ddof`); NaN over no more than `ddof` elements
    /// that are equal, and infinite over others. Floating point only.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 6]).variance()  // 3.5
    /// ```
    public func variance(
        axes: [Int]? = nil, keepDims: Bool = false, ddof: Double = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            dtype.isFloatingPoint,
            "variance needs a floating-point tensor, not \(dtype); convert it with asType(.float32)", file: file,
            line: line)
        let set = resolved(axes: axes, "variance", file: file, line: line)
        if count(along: set) == 0 { return nothing(.nan, set, keepDims) }
        let share = share(along: set, ddof: ddof)
        return CustomFunction { inputs in
            [Backprop.square(inputs[0].centered(set)).reduced(.sum, set, keepDims) * share]
        } vjp: { inputs, _, cotangents in
            let cotangent = keepDims ? cotangents[0] : cotangents[0].restoring(set, of: inputs[0])
            return [cotangent * (inputs[0].centered(set) * (2 * share))]
        }([castForSum])[0]
    }

    /// What one squared deviation counts in a variance.
    private func share(along axes: AxisSet, ddof: Double) -> Double {
        1 / Swift.max(0, Double(count(along: axes)) - ddof)
    }

    /// The deviations from the mean. Their own mean, which is the rounding error of the first, is taken off again.
    private func centered(_ axes: AxisSet) -> Tensor {
        let deviations = self - mean(axes: axes.axes, keepDims: true)
        return deviations
            - which(Backprop.isFinite(deviations), deviations, like(0)).mean(axes: axes.axes, keepDims: true)
    }

    /// A reduced tensor with the axes that it lost, of extent one.
    private func restoring(_ axes: AxisSet, of source: Tensor) -> Tensor {
        Tensor(Node.reshape(node, source.node.shape.keepingReduced(axes)))
    }

    /// The square root of the variance. The gradient of a standard deviation of 0 is taken as 0. Floating point only;
    /// `ddof` as in `variance`.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).std(ddof: 1)  // 1
    /// ```
    public func std(
        axes: [Int]? = nil, keepDims: Bool = false, ddof: Double = 0, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            dtype.isFloatingPoint, "std needs a floating-point tensor, not \(dtype); convert it with asType(.float32)",
            file: file, line: line)
        let set = resolved(axes: axes, "std", file: file, line: line)
        if count(along: set) == 0 { return nothing(.nan, set, keepDims) }
        let share = share(along: set, ddof: ddof)
        return CustomFunction { inputs in
            // Squares of deviations that are scaled to 1 neither overflow nor vanish.
            let deviations = inputs[0].centered(set)
            let size = Backprop.abs(deviations).reduced(.max, set, true)
            let scale = which((size .> 0) .& Backprop.isFinite(size), size, size.like(1))
            let root = Backprop.sqrt(Backprop.square(deviations / scale).reduced(.sum, set, true) * share)
            let result = root * scale
            return [keepDims ? result : result.droppingAxes(set)]
        } vjp: { inputs, outputs, cotangents in
            let cotangent = keepDims ? cotangents[0] : cotangents[0].restoring(set, of: inputs[0])
            let value = keepDims ? outputs[0] : outputs[0].restoring(set, of: inputs[0])
            let isFlat = value .== 0
            let slope = inputs[0].centered(set) / which(isFlat, value.like(1), value) * share
            return [cotangent * which(isFlat, value.like(0), slope)]
        }([castForSum])[0]
    }

    /// The product over the axes (all of them where left out), as a tree of products, so that its derivatives are exact
    /// where elements are 0. Integers and bools are multiplied as int64; 1 over no elements.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3, 4], shape: [2, 2]).product(axes: [0])  // [3, 8]
    /// ```
    public func product(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let source = dtype.isFloatingPoint ? self : asType(.int64)
        let set = resolved(axes: axes, "product", file: file, line: line)
        if set.isEmpty { return source }
        var partial = source.withLast(set)
        let kept = Array(partial.shape.dropLast())
        while partial.dim(-1) > 1 {
            let count = partial.dim(-1), half = count / 2
            let pairs = partial.narrowed(axis: -1, 0..<half) * partial.narrowed(axis: -1, half..<(2 * half))
            partial =
                count % 2 == 0
                ? pairs : concatenated([pairs, partial.narrowed(axis: -1, (count - 1)..<count)], axis: -1)
        }
        if partial.dim(-1) == 0 { partial = Tensor.ones(kept + [1], dtype: source.dtype) }
        return partial.reshaped(keepDims ? node.shape.keepingReduced(set).array : kept)
    }

    /// log(sum(exp(x))) over the axes, without overflow; minus infinity over no elements, and where all are minus
    /// infinity, which has no gradient: it is NaN. Floating point only.
    ///
    /// ```swift
    /// Tensor([1000.0, 1000]).logSumExp()  // 1000.69
    /// ```
    public func logSumExp(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            dtype.isFloatingPoint,
            "logSumExp needs a floating-point tensor, not \(dtype); convert it with asType(.float32)", file: file,
            line: line)
        let set = resolved(axes: axes, "logSumExp", file: file, line: line)
        if count(along: set) == 0 { return nothing(-.infinity, set, keepDims) }
        let x = castForSum
        let greatest = withoutGradients { x.reduced(.max, set, true) }
        // Where the greatest is infinite, x - greatest would be NaN; shifting by 0 gives the right infinity.
        let shift = which(Backprop.abs(greatest) .== Double.infinity, greatest.like(0), greatest)
        let result = Backprop.log(Backprop.exp(x - shift).reduced(.sum, set, true)) + shift
        return keepDims ? result : result.droppingAxes(set)
    }

    /// The sum of what is not NaN. The gradient is 0 for NaN.
    ///
    /// ```swift
    /// Tensor([1, .nan, 3.0]).nanSum()  // 4
    /// ```
    public func nanSum(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        guard dtype.isFloatingPoint else { return sum(axes: axes, keepDims: keepDims, file: file, line: line) }
        return which(Backprop.isNaN(self), like(0), self).sum(axes: axes, keepDims: keepDims, file: file, line: line)
    }

    /// The mean of what is not NaN; NaN where nothing is left. Floating point only; the gradient is 0 for NaN.
    ///
    /// ```swift
    /// Tensor([1, .nan, 3.0]).nanMean()  // 2
    /// ```
    public func nanMean(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            dtype.isFloatingPoint,
            "nanMean needs a floating-point tensor, not \(dtype); convert it with asType(.float32)", file: file,
            line: line)
        let set = resolved(axes: axes, "nanMean", file: file, line: line)
        if count(along: set) == 0 { return nothing(.nan, set, keepDims) }
        let isNumber = self .== self
        let count = isNumber.asType(dtype).reduced(.sum, set, true)
        // Where no number is left, NaN goes through to the result and back to the elements.
        let isEmpty = count .== 0
        let total = which(isNumber .| isEmpty, self, like(0)).reduced(.sum, set, true)
        let result = total * which(isEmpty, like(.nan), 1 / count)
        return keepDims ? result : result.droppingAxes(set)
    }

    /// How many elements are not 0, as int64; NaN counts.
    ///
    /// ```swift
    /// Tensor([1.0, 0, 3]).countNonzero()  // 2
    /// ```
    public func countNonzero(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { asType(.bool).sum(axes: axes, keepDims: keepDims, file: file, line: line) }

    /// Whether an element is not 0, as bool; false over no elements.
    ///
    /// ```swift
    /// Tensor([0.0, 0, 3]).any()  // true
    /// ```
    public func any(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { countNonzero(axes: axes, keepDims: keepDims, file: file, line: line) .> 0 }

    /// Whether every element is not 0, as bool; true over no elements.
    ///
    /// ```swift
    /// Tensor([1.0, 0, 3]).all()  // false
    /// ```
    public func all(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { (.!asType(.bool)).sum(axes: axes, keepDims: keepDims, file: file, line: line) .== 0 }

    // MARK: What reductions share

    func reduced(_ primitive: Primitive, _ axes: AxisSet, _ keepDims: Bool) -> Tensor {
        let result = axes.isEmpty ? self : Tensor(Node.reduce(primitive, node, axes))
        return keepDims ? result : result.droppingAxes(axes)
    }

    func droppingAxes(_ axes: AxisSet) -> Tensor {
        Tensor(Node.reshape(node, node.shape.dropping(axes)))
    }

    /// What a reduction over no elements gives.
    private func nothing(_ value: Double, _ axes: AxisSet, _ keepDims: Bool) -> Tensor {
        let result = Tensor.full(node.shape.keepingReduced(axes).array, value, dtype: dtype)
        return keepDims ? result : result.droppingAxes(axes)
    }

    /// The number of elements that one result is made of.
    func count(along axes: AxisSet) -> Int {
        var count = 1
        for axis in 0..<ndim where axes.contains(axis) { count *= node.shape[axis] }
        return count
    }

    /// The axes of the set as one, behind the others.
    func withLast(_ axes: AxisSet) -> Tensor {
        let kept = (0..<ndim).filter { !axes.contains($0) }
        let moved = Tensor(Node.transpose(node, kept + axes.axes))
        return moved.reshaped(kept.map { node.shape[$0] } + [count(along: axes)])
    }

    /// The square root, with a gradient of 0 where it is 0: the convention for distances and deviations, of whose
    /// subgradients 0 is the one in the middle.
    var rootWithFlatZero: Tensor {
        let isZero = self .== 0
        return which(isZero, self, Backprop.sqrt(which(isZero, like(1), self)))
    }
}
