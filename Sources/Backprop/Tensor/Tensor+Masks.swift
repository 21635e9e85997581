extension Tensor {
    /// This tensor with one number, a scalar tensor, wherever the mask (bool) holds; both broadcast to a common shape.
    /// A mask that is not bool stops it.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).maskedFill(Tensor([false, true]), Tensor(0.0))  // [1, 0]
    /// ```
    public func maskedFill(
        _ mask: Tensor, _ value: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        mask.requireMask("maskedFill", file: file, line: line)
        require(value.ndim == 0, "maskedFill: a value of shape \(value.shape) is no scalar", file: file, line: line)
        requireCommonShape("maskedFill", [self, mask], file: file, line: line)
        require(
            value.dtype == dtype,
            "maskedFill: a value of \(value.dtype) for a \(dtype) tensor; convert it with asType(.\(dtype))",
            file: file,
            line: line)
        return which(mask, value, self)
    }

    /// This tensor with a number wherever the mask (bool) holds; both broadcast to a common shape.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).maskedFill(Tensor([false, true]), 0)  // [1, 0]
    /// ```
    public func maskedFill(
        _ mask: Tensor, _ value: some TensorNumber, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { maskedFill(mask, value.tensor(like: self), file: file, line: line) }

    /// The elements at which the mask (bool) holds, in row-major order of the shape to which both broadcast. How many
    /// there are depends on data, so the mask is computed at once. A mask that is not bool stops it.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).maskedSelect(Tensor([true, false, true]))  // [1, 3]
    /// ```
    public func maskedSelect(_ mask: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        mask.requireMask("maskedSelect", file: file, line: line)
        let common = commonShape(mask, "maskedSelect", file: file, line: line)
        let positions = mask.broadcast(to: common).flattened().truePositions
        return broadcast(to: common).flattened().take(positions)
    }

    /// This tensor with the elements of `source`, in row-major order, one after the other wherever the mask (bool) holds;
    /// this tensor and the mask broadcast to a common shape. `source` must have enough elements.
    ///
    /// ```swift
    /// Tensor([1.0, 2, 3]).maskedScatter(Tensor([true, false, true]), Tensor([8.0, 9]))  // [8, 2, 9]
    /// ```
    public func maskedScatter(
        _ mask: Tensor, _ source: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        mask.requireMask("maskedScatter", file: file, line: line)
        let common = commonShape(mask, "maskedScatter", file: file, line: line)
        require(
            source.dtype == dtype,
            "maskedScatter: a source of \(source.dtype) for a \(dtype) tensor; convert it with asType(.\(dtype))",
            file: file,
            line: line)
        let spread = broadcast(to: common)
        if spread.size == 0 { return spread }
        if source.size == 0 {
            require(
                mask.truePositionsCount == 0,
                "maskedScatter: a source of shape \(source.shape) has no element for shape \(common)",
                file: file, line: line)
            return spread
        }
        let isSet = mask.broadcast(to: common).flattened()
        // The n-th element that is set takes the n-th of the source; for the others any will do.
        let place = which(isSet, isSet.cumsum(axis: 0) - 1, Tensor(0, dtype: .int64))
        return which(isSet, source.flattened().take(place), spread.flattened()).reshaped(common)
    }

    /// At how many positions this mask holds. Computes the mask.
    private var truePositionsCount: Int { flattened().truePositions.size }

    /// The positions (int64) along the only axis at which this mask holds. Computes the mask.
    package var truePositions: Tensor {
        let holds = array(of: Bool.self)
        return Tensor(holds.indices.filter { holds[$0] }.map(Int64.init))
    }

    package func requireMask(_ name: String, file: StaticString, line: UInt) {
        require(dtype == .bool, "\(name): the mask is \(dtype), not bool", file: file, line: line)
    }

    private func commonShape(_ mask: Tensor, _ name: String, file: StaticString, line: UInt) -> [Int] {
        let common = Shape.broadcast(node.shape, mask.node.shape)
        require(
            common != nil, "\(name): shapes \(node.shape) and \(mask.shape) do not broadcast to a common shape",
            file: file, line: line)
        return common!.array
    }
}
