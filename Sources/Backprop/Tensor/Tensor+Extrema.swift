// The greatest and the least element over some axes or all, and where they are.

extension Tensor {
    /// The greatest element over the axes; NaN where one is. Equal greatest elements share the gradient. All axes where
    /// left out; no elements along them stop it.
    ///
    /// ```swift
    /// Tensor([1.0, 5, 3, 2], shape: [2, 2]).max(axes: [0])  // [3, 5]
    /// ```
    public func max(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { extremum(.max, axes, keepDims, file, line) }

    /// The least element over the axes; NaN where one is. Equal least elements share the gradient. All axes where left
    /// out; no elements along them stop it.
    ///
    /// ```swift
    /// Tensor([1.0, 5, 3, 2], shape: [2, 2]).min(axes: [0])  // [1, 2]
    /// ```
    public func min(
        axes: [Int]? = nil, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { extremum(.min, axes, keepDims, file, line) }

    /// The index (int64) of the first greatest element along the axis, of the first NaN where there is one. No elements
    /// stop it.
    ///
    /// ```swift
    /// Tensor([1.0, 5, 5]).argMax(axis: 0)  // 1
    /// ```
    public func argMax(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "argMax", file: file, line: line)
        require(dim(axis) > 0, "argMax: no elements along axis \(axis) of shape \(node.shape)", file: file, line: line)
        let result = Tensor(Node.argMax(node, axis: axis))
        return keepDims ? result : result.squeezed(axis: axis)
    }

    /// The index (int64) of the first greatest element in row-major order. No elements stop it.
    public func argMax(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        flattened().argMax(axis: 0, file: file, line: line)
    }

    /// The index (int64) of the first least element along the axis, of the first NaN where there is one. No elements
    /// stop it.
    ///
    /// ```swift
    /// Tensor([5.0, 1, 1]).argMin(axis: 0)  // 1
    /// ```
    public func argMin(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let axis = resolved(axis: axis, "argMin", file: file, line: line)
        require(dim(axis) > 0, "argMin: no elements along axis \(axis) of shape \(node.shape)", file: file, line: line)
        let result = Tensor(Node.argMin(node, axis: axis))
        return keepDims ? result : result.squeezed(axis: axis)
    }

    /// The index (int64) of the first least element in row-major order. No elements stop it.
    public func argMin(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        flattened().argMin(axis: 0, file: file, line: line)
    }

    /// The greatest elements along the axis with the index (int64) of the first of them, which alone gets the gradient.
    ///
    /// ```swift
    /// Tensor([1.0, 5, 5]).maxWithIndex(axis: 0).values  // 5
    /// ```
    public func maxWithIndex(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) {
        let indices = argMax(axis: axis, keepDims: true, file: file, line: line)
        return chosen(indices, axis, keepDims)
    }

    /// The least elements along the axis with the index (int64) of the first of them, which alone gets the gradient.
    ///
    /// ```swift
    /// Tensor([5.0, 1, 1]).minWithIndex(axis: 0).indices  // 1
    /// ```
    public func minWithIndex(
        axis: Int, keepDims: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, indices: Tensor) {
        let indices = argMin(axis: axis, keepDims: true, file: file, line: line)
        return chosen(indices, axis, keepDims)
    }

    /// The one element of each line that an index names.
    func chosen(_ indices: Tensor, _ axis: Int, _ keepDims: Bool) -> (values: Tensor, indices: Tensor) {
        let values = takeAlong(indices, axis: axis)
        return keepDims ? (values, indices) : (values.squeezed(axis: axis), indices.squeezed(axis: axis))
    }

    private func extremum(
        _ primitive: Primitive, _ axes: [Int]?, _ keepDims: Bool, _ file: StaticString, _ line: UInt
    ) -> Tensor {
        let set = resolved(axes: axes, primitive.name, file: file, line: line)
        require(
            set.axes.allSatisfy { node.shape[$0] > 0 },
            "\(primitive.name): no elements along the reduced axes of shape \(node.shape)", file: file, line: line)
        return reduced(primitive, set, keepDims)
    }
}
