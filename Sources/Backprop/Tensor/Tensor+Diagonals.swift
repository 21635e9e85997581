// Triangles and diagonals of matrices, which lie in the last two axes where nothing else is said. A diagonal is
// numbered from the main one: positive ones lie above it.

/// The elements on and below a diagonal; the others become 0. Matrices of any dtype in the last two axes.
///
/// ```swift
/// tril(Tensor.ones([2, 2]))  // [1, 0, 1, 1]
/// ```
public func tril(_ x: Tensor, diagonal: Int = 0, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    triangle(x, "tril", file, line) { rows, columns in
        columns .<= rows + Double(Tensor.withinAxis(diagonal))
    }
}

/// The elements on and above a diagonal; the others become 0. Matrices of any dtype in the last two axes.
///
/// ```swift
/// triu(Tensor.ones([2, 2]))  // [1, 1, 0, 1]
/// ```
public func triu(_ x: Tensor, diagonal: Int = 0, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    triangle(x, "triu", file, line) { rows, columns in
        columns .>= rows + Double(Tensor.withinAxis(diagonal))
    }
}

private func triangle(
    _ x: Tensor, _ name: String, _ file: StaticString, _ line: UInt, _ isKept: (Tensor, Tensor) -> Tensor
) -> Tensor {
    require(x.ndim >= 2, "\(name): shape \(x.shape) has no matrices", file: file, line: line)
    let matrix = Array(x.shape.suffix(2))
    let mask = isKept(Tensor.indices(matrix, axis: 0, dtype: .int64), Tensor.indices(matrix, axis: 1, dtype: .int64))
    return x.dtype == .bool ? mask .& x : which(mask, x, x.like(0))
}

extension Tensor {
    /// A diagonal of the matrices in two axes, as a new last axis that replaces the two.
    ///
    /// ```swift
    /// Tensor.arange(4).reshaped([2, 2]).diagonal()  // [0, 3]
    /// ```
    public func diagonal(
        offset: Int = 0, axes: (Int, Int) = (-2, -1), file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let matrices = withMatrices(axes, "diagonal", file, line)
        let (rows, columns) = (matrices.dim(-2), matrices.dim(-1)), leading = Array(matrices.shape.dropLast(2))
        let count = Swift.max(0, Swift.min(rows + Swift.min(0, offset), columns - Swift.max(0, offset)))
        let flat = matrices.reshaped(leading + [rows * columns])
        guard count > 0 else { return flat.narrowed(axis: -1, 0..<0) }
        // In row-major order the elements of a diagonal have the same distance everywhere.
        let start = offset >= 0 ? offset : -offset * columns, step = columns + 1
        return flat.narrowed(axis: -1, start..<(start + (count - 1) * step + 1), step: step)
    }

    /// Matrices that have the last axis as a diagonal and are 0 elsewhere, in two new axes.
    ///
    /// ```swift
    /// Tensor([1.0, 2]).diagonalMatrix()  // [1, 0, 0, 2]
    /// ```
    public func diagonalMatrix(
        offset: Int = 0, axes: (Int, Int) = (-2, -1), file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(ndim > 0, "diagonalMatrix: a number has no axis", file: file, line: line)
        require(
            offset.magnitude < Shape.maximumExtent / 2 && ndim < Shape.maximumRank,
            "diagonalMatrix: offset \(offset) for shape \(node.shape)", file: file, line: line)
        let count = dim(-1), side = count + Swift.abs(offset), leading = Array(shape.dropLast())
        let start = offset >= 0 ? offset : -offset * side
        let none = [Int](repeating: 0, count: ndim - 1)
        let end = count == 0 ? start : start + (count - 1) * (side + 1) + 1
        let flat = Tensor(
            Node.pad(node, low: none + [start], high: none + [side * side - end], interior: none + [side]))
        let matrices = flat.reshaped(leading + [side, side])
        let rank = matrices.ndim
        let (first, second) = (axes.0 < 0 ? axes.0 + rank : axes.0, axes.1 < 0 ? axes.1 + rank : axes.1)
        require(
            (0..<rank).contains(first) && (0..<rank).contains(second) && first != second,
            "diagonalMatrix: \(axes) are not two axes of \(rank), for shape \(node.shape)", file: file, line: line)
        if first == rank - 2 && second == rank - 1 { return matrices }
        return matrices.movedAxes([-2, -1], to: [first, second], file: file, line: line)
    }

    /// The sum of the main diagonal of a matrix. Integers are summed as int64. Any other number of axes stops it.
    ///
    /// ```swift
    /// Tensor.arange(4).reshaped([2, 2]).trace()  // 3
    /// ```
    public func trace(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        require(ndim == 2, "trace: shape \(node.shape) is not a matrix", file: file, line: line)
        return diagonal().sum()
    }

    /// Two axes moved to the end.
    private func withMatrices(_ axes: (Int, Int), _ name: String, _ file: StaticString, _ line: UInt) -> Tensor {
        let first = resolved(axis: axes.0, name, file: file, line: line)
        let second = resolved(axis: axes.1, name, file: file, line: line)
        require(first != second, "\(name): \(axes) is one axis, not two", file: file, line: line)
        return movedAxes([first, second], to: [-2, -1])
    }
}

/// The diagonal of a matrix, or the matrix that has a tensor of one axis as a diagonal.
///
/// ```swift
/// diag(Tensor([1.0, 2]))  // [1, 0, 0, 2]
/// ```
public func diag(_ x: Tensor, diagonal: Int = 0, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    require(x.ndim == 1 || x.ndim == 2, "diag: shape \(x.shape) has neither one axis nor two", file: file, line: line)
    return x.ndim == 1
        ? x.diagonalMatrix(offset: diagonal, file: file, line: line)
        : x.diagonal(offset: diagonal, file: file, line: line)
}
