extension Tensor {
    /// The positions (int64) along the axis at which the elements are sorted. Equal elements keep their order; NaN counts
    /// as the greatest.
    ///
    /// ```swift
    /// Tensor([3.0, 1, 2]).argSort()  // [1, 2, 0]
    /// ```
    public func argSort(
        axis: Int = -1, descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "argSort", file: file, line: line)
        return Tensor(Node.argSort(node, axis: axis, descending: descending))
    }

    /// The elements in ascending or descending order along the axis. The gradient of each goes to where it was.
    ///
    /// ```swift
    /// Tensor([3.0, 1, 2]).sorted()  // [1, 2, 3]
    /// ```
    public func sorted(
        axis: Int = -1, descending: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "sorted", file: file, line: line)
        return takeAlong(argSort(axis: axis, descending: descending), axis: axis)
    }

    /// The `count` greatest (or least) elements along the axis, in descending (or ascending) order, and their positions
    /// (int64). Of equal elements the first come first. More than there are stop it.
    ///
    /// ```swift
    /// Tensor([3.0, 1, 2]).topK(2).values  // [3, 2]
    /// ```
    public func topK(
        _ count: Int, axis: Int = -1, largest: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) {
        let axis = resolved(axis: axis, "topK", file: file, line: line)
        require(
            count >= 0 && count <= dim(axis),
            "topK: axis \(axis) of shape \(node.shape) does not have \(count) elements",
            file: file, line: line)
        let indices = argSort(axis: axis, descending: largest).narrowed(axis: axis, 0..<count)
        return (takeAlong(indices, axis: axis), indices)
    }

    /// The `rank`-th least element along the axis, counted from one, and its position (int64). A rank that the axis
    /// does not have stops it.
    ///
    /// ```swift
    /// Tensor([3.0, 1, 2]).kthValue(2).values  // 2
    /// ```
    public func kthValue(
        _ rank: Int, axis: Int = -1, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) {
        let axis = resolved(axis: axis, "kthValue", file: file, line: line)
        require(
            rank >= 1 && rank <= dim(axis),
            "kthValue: axis \(axis) of shape \(node.shape) has no element number \(rank)", file: file, line: line)
        return chosen(argSort(axis: axis).narrowed(axis: axis, (rank - 1)..<rank), axis, keepDims)
    }

    /// The median along the axis, the lesser of the two in the middle where their number is even, and its position (int64).
    /// NaN, and the position of the first one, where there is one. The gradient goes to that one element.
    ///
    /// ```swift
    /// Tensor([4.0, 1, 3, 2]).median(axis: 0).values  // 2
    /// ```
    public func median(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) {
        let axis = resolved(axis: axis, "median", file: file, line: line)
        let count = nonEmpty(axis, "median", file: file, line: line)
        let place = (count - 1) / 2, middle = argSort(axis: axis).narrowed(axis: axis, place..<(place + 1))
        guard dtype.isFloatingPoint else { return chosen(middle, axis, keepDims) }
        let hasNaN = (self .!= self).asType(.int32).max(axis: axis, keepDims: true) .> 0
        return chosen(which(hasNaN, argMax(axis: axis, keepDims: true), middle), axis, keepDims)
    }

    /// The median along the axis of all elements that are not NaN, and its position (int64); NaN where there are none.
    ///
    /// ```swift
    /// Tensor([4, .nan, 3.0]).nanMedian(axis: 0).values  // 3
    /// ```
    public func nanMedian(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) {
        let axis = resolved(axis: axis, "nanMedian", file: file, line: line)
        let count = nonEmpty(axis, "nanMedian", file: file, line: line)
        guard dtype.isFloatingPoint else { return median(axis: axis, keepDims: keepDims) }
        // Sorted positions lie before those of NaN; the one in the middle of them is chosen by what stands before it.
        let numbers = (self .== self).sum(axis: axis, keepDims: true)
        let place = Tensor.indices(
            (0..<ndim).map { $0 == axis ? count : 1 }, axis: axis, dtype: .int64)
        let isMiddle = (place * 2 .== numbers - 1) .| (place * 2 .== numbers - 2)
        let isOnlyNaN = (numbers .== 0) .& (place .== 0)
        let position = which(isMiddle .| isOnlyNaN, argSort(axis: axis), argSort(axis: axis).like(0))
        return chosen(position.sum(axis: axis, keepDims: true), axis, keepDims)
    }

    /// The median of all elements, the lesser of the two in the middle where their number is even; NaN where one is.
    /// Equal elements share the gradient. No elements stop it.
    ///
    /// ```swift
    /// Tensor([4.0, 1, 3, 2]).median()  // 2
    /// ```
    public func median(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        require(size > 0, "median: shape \(node.shape) has no elements", file: file, line: line)
        return sharedValue(stopGradient(self).flattened().median(axis: 0).values)
    }

    /// The median of all elements that are not NaN. Equal elements share the gradient. No elements stop it.
    ///
    /// ```swift
    /// Tensor([4, .nan, 3.0]).nanMedian()  // 3
    /// ```
    public func nanMedian(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        require(size > 0, "nanMedian: shape \(node.shape) has no elements", file: file, line: line)
        return sharedValue(stopGradient(self).flattened().nanMedian(axis: 0).values)
    }

    /// The most frequent element along the axis, the least of them where there are several, and the position (int64)
    /// where it occurs last. The gradient goes to that one element.
    ///
    /// ```swift
    /// Tensor([3.0, 1, 3, 1]).mode().values  // 1
    /// ```
    public func mode(
        axis: Int = -1, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) {
        let axis = resolved(axis: axis, "mode", file: file, line: line)
        let count = nonEmpty(axis, "mode", file: file, line: line)
        let order = argSort(axis: axis), inOrder = stopGradient(takeAlong(order, axis: axis))
        let repeats =
            inOrder.narrowed(axis: axis, 1..<count) .== inOrder.narrowed(axis: axis, 0..<(count - 1))
        var widths = [(low: Int, high: Int)](repeating: (0, 0), count: ndim)
        widths[axis] = (1, 0)
        // How often each element has occurred so far: one more than before it, or one.
        let factors = repeats.asType(.int64).padded(widths: widths)
        let lengths = Node.linearRecurrence(
            factors.node, Tensor.ones(shape, dtype: .int64).node, axis: axis, reversed: false)
        let longest = Tensor(lengths).argMax(axis: axis, keepDims: true)
        return chosen(order.takeAlong(longest, axis: axis), axis, keepDims)
    }

    /// `value`, which is one of the elements, with its gradient shared by all that are equal to it.
    private func sharedValue(_ value: Tensor) -> Tensor {
        guard dtype.isFloatingPoint else { return value }
        let isEqual = (self .== value) .| ((self .!= self) .& (value .!= value))
        let mean = which(isEqual, self, like(0)).sum() / isEqual.sum().asType(dtype)
        // The mean of equal numbers may be rounded; an infinite one is not.
        let isFinite = Backprop.abs(mean) .< Double.infinity
        return mean + stopGradient(which(isFinite, value - mean, like(0)))
    }

    private func nonEmpty(_ axis: Int, _ name: String, file: StaticString, line: UInt) -> Int {
        require(
            dim(axis) > 0, "\(name): no elements along axis \(axis) of shape \(node.shape)", file: file, line: line)
        return dim(axis)
    }
}
