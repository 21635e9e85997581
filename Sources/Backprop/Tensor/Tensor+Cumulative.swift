extension Tensor {
    /// The sums of the elements up to each along the axis, from the end where `reversed`. Integers and bools are summed as
    /// int64.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).cumsum(axis: 0)  // [1, 3, 6]
    /// ```
    public func cumsum(
        axis: Int, reversed: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "cumsum", file: file, line: line)
        let terms = dtype.isFloatingPoint ? self : asType(.int64)
        return Tensor(Node.linearRecurrence(terms.like(1).node, terms.node, axis: axis, reversed: reversed))
    }

    /// The products of the elements up to each along the axis, from the end where `reversed`; the gradient is exact where
    /// elements are 0. Integers and bools are multiplied as int64.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).cumprod(axis: 0)  // [1, 2, 6]
    /// ```
    public func cumprod(
        axis: Int, reversed: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "cumprod", file: file, line: line)
        let factors = dtype.isFloatingPoint ? self : asType(.int64)
        let place = Tensor.indices((0..<ndim).map { $0 == axis ? dim(axis) : 1 }, axis: axis)
        let isFirst = place .== (reversed ? Double(dim(axis) - 1) : 0)
        let starts = which(isFirst, factors, factors.like(0))
        return Tensor(Node.linearRecurrence(factors.node, starts.node, axis: axis, reversed: reversed))
    }

    /// The greatest element up to each along the axis, and its position (int64): of equal ones the last. NaN from the first
    /// NaN on. The gradient goes to that one element.
    ///
    /// ```swift
    /// Tensor([1.0, 3, 2]).cummax(axis: 0).values  // [1, 3, 3]
    /// ```
    public func cummax(
        axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) { cumulativeExtremum(.cumulativeArgMax, axis, "cummax", file, line) }

    /// The least element up to each along the axis, and its position (int64): of equal ones the last. NaN from the first
    /// NaN on. The gradient goes to that one element.
    ///
    /// ```swift
    /// Tensor([2.0, 1, 3]).cummin(axis: 0).indices  // [0, 1, 1]
    /// ```
    public func cummin(
        axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) { cumulativeExtremum(.cumulativeArgMin, axis, "cummin", file, line) }

    private func cumulativeExtremum(
        _ primitive: Primitive, _ axis: Int, _ name: String, _ file: StaticString, _ line: UInt
    ) -> (values: Tensor, indices: Tensor) {
        let axis = resolved(axis: axis, name, file: file, line: line)
        let indices = Tensor(Node.cumulativeArg(primitive, node, axis: axis))
        return (takeAlong(indices, axis: axis), indices)
    }

    /// log(exp(x[0]) + ... + exp(x[i])) for each i along the axis, without overflow. Floating point only.
    ///
    /// ```swift
    /// Tensor([0.0, 0, 0]).logCumSumExp(axis: 0)  // [0, 0.693147, 1.09861]
    /// ```
    public func logCumSumExp(
        axis: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "logCumSumExp", file: file, line: line)
        require(
            dtype.isFloatingPoint,
            "logCumSumExp needs a floating-point tensor, not \(dtype); convert it with asType(.float32)", file: file,
            line: line)
        guard dim(axis) > 0 else { return self }
        let greatest = stopGradient(self).cummax(axis: axis).values
        // Where the greatest is infinite, x - greatest would be NaN; shifting by 0 gives the right infinity.
        let shift = which(Backprop.abs(greatest) .== Double.infinity, like(0), greatest)
        var widths = [(low: Int, high: Int)](repeating: (0, 0), count: ndim)
        widths[axis] = (1, 0)
        let previous = 0..<(dim(axis) - 1)
        let shiftBefore = shift.narrowed(axis: axis, previous).padded(widths: widths)
        let wasNothing =
            greatest.narrowed(axis: axis, previous).padded(widths: widths) .== -Double.infinity
        let factors = which(wasNothing, like(0), Backprop.exp(shiftBefore - shift))
        let sums = Tensor(
            Node.linearRecurrence(factors.node, Backprop.exp(self - shift).node, axis: axis, reversed: false))
        return Backprop.log(sums) + shift
    }

    /// The integral along the axis by the trapezoidal rule, between points at equal distances. Floating point only.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).trapezoid()  // 4
    /// ```
    public func trapezoid(
        spacing: Double = 1, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "trapezoid", file: file, line: line)
        return (pairSums(axis) * (spacing / 2)).sum(axis: axis)
    }

    /// The integral along the axis by the trapezoidal rule; `points` has one axis, or broadcasts with this tensor.
    /// Floating point only.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).trapezoid(at: Tensor([0.0, 1, 3]))  // 6.5
    /// ```
    public func trapezoid(
        at points: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "trapezoid", file: file, line: line)
        return trapezoids(points, axis, "trapezoid", file, line).sum(axis: axis - ndim)
    }

    /// The integrals from the first point to each other one along the axis by the trapezoidal rule, at equal distances.
    /// One element fewer along the axis. Floating point only.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).cumulativeTrapezoid()  // [1.5, 4]
    /// ```
    public func cumulativeTrapezoid(
        spacing: Double = 1, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "cumulativeTrapezoid", file: file, line: line)
        return (pairSums(axis) * (spacing / 2)).cumsum(axis: axis)
    }

    /// The integrals from the first point to each other one along the axis by the trapezoidal rule; `points` has one
    /// axis, or broadcasts with this tensor. Floating point only.
    public func cumulativeTrapezoid(
        at points: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "cumulativeTrapezoid", file: file, line: line)
        return trapezoids(points, axis, "cumulativeTrapezoid", file, line).cumsum(axis: axis - ndim)
    }

    /// The sums of neighbours along the axis.
    private func pairSums(_ axis: Int) -> Tensor {
        let count = dim(axis)
        guard count > 0 else { return self }
        return narrowed(axis: axis, 1..<count) + narrowed(axis: axis, 0..<(count - 1))
    }

    /// The areas between neighbours.
    private func trapezoids(
        _ points: Tensor, _ axis: Int, _ name: String, _ file: StaticString, _ line: UInt
    ) -> Tensor {
        var points = points
        if points.ndim == 1 { points = points.reshaped([points.size] + Array(repeating: 1, count: ndim - 1 - axis)) }
        // The axis counts from the end in both, since leading axes may be added.
        let position = points.ndim + axis - ndim
        require(
            position >= 0 && points.dim(position) == dim(axis),
            "\(name): points of shape \(points.shape) do not fit axis \(axis) of shape \(node.shape)", file: file,
            line: line)
        let count = points.dim(position)
        guard count > 0 else { return pairSums(axis) * points }
        let widths = points.narrowed(axis: position, 1..<count) - points.narrowed(axis: position, 0..<(count - 1))
        return pairSums(axis) * widths * 0.5
    }
}
