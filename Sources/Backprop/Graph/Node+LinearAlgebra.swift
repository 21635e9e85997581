/// Shape and dtype rules of decompositions and systems. The last two axes are matrices, all leading axes a batch.
extension Node {
    package var matrixRows: Int { shape[shape.rank - 2] }
    package var matrixColumns: Int { shape[shape.rank - 1] }
    /// The leading axes.
    package var batchShape: Shape { Shape(shape.array.dropLast(2)) }

    private static func requireMatrices(_ primitive: Primitive, _ a: Node) {
        require(a.dtype.isFloatingPoint, "\(primitive.name) needs a floating-point tensor, not \(a.dtype)")
        require(a.shape.rank >= 2, "\(primitive.name): shape \(a.shape) has no two axes for a matrix")
    }

    private static func requireSquare(_ primitive: Primitive, _ a: Node) {
        requireMatrices(primitive, a)
        require(
            a.matrixRows == a.matrixColumns,
            "\(primitive.name): matrices of \(a.matrixRows) x \(a.matrixColumns) in shape \(a.shape) are not square")
    }

    private static func shape(_ batch: Shape, _ extents: Int...) -> Shape {
        var result = batch
        for extent in extents { result.append(extent) }
        return result
    }

    /// Of square matrices: `cholesky`, `cofactors` and `eighVectors` give a matrix of the same shape.
    package static func squareMatrix(_ primitive: Primitive, _ a: Node) -> Node {
        requireSquare(primitive, a)
        return Node(primitive, a.dtype, a.shape, a)
    }

    /// One number for each square matrix.
    package static func determinant(_ a: Node) -> Node {
        requireSquare(.determinant, a)
        return Node(.determinant, a.dtype, a.batchShape, a)
    }

    /// The sign and the logarithm of the absolute value of the determinant, along a new last axis.
    package static func slogdet(_ a: Node) -> Node {
        requireSquare(.slogdet, a)
        return Node(.slogdet, a.dtype, shape(a.batchShape, 2), a)
    }

    private static func requireSystem(_ primitive: Primitive, _ a: Node, _ b: Node) {
        requireSquare(primitive, a)
        require(
            a.dtype == b.dtype && b.shape.rank >= 2 && a.batchShape == b.batchShape && b.matrixRows == a.matrixRows,
            "\(primitive.name): \(a.dtype)\(a.shape) and \(b.dtype)\(b.shape) do not make a system")
    }

    /// X with A X = B.
    package static func solve(_ a: Node, _ b: Node) -> Node {
        requireSystem(.solve, a, b)
        return Node(.solve, a.dtype, b.shape, a, b)
    }

    /// Which triangle of a matrix is meant, and how.
    package struct Triangle {
        package var isUpper: Bool
        package var isTransposed = false
        package var hasUnitDiagonal = false

        package init(isUpper: Bool, isTransposed: Bool = false, hasUnitDiagonal: Bool = false) {
            (self.isUpper, self.isTransposed, self.hasUnitDiagonal) = (isUpper, isTransposed, hasUnitDiagonal)
        }
    }

    /// X with op(T) X = B for a triangle T of the matrix `a`.
    package static func triangularSolve(_ a: Node, _ b: Node, _ triangle: Triangle) -> Node {
        requireSystem(.triangularSolve, a, b)
        let bits: UInt64 =
            (triangle.isUpper ? 1 : 0) | (triangle.isTransposed ? 2 : 0) | (triangle.hasUnitDiagonal ? 4 : 0)
        return Node(.triangularSolve, a.dtype, b.shape, a, b, bits: bits)
    }

    package var triangle: Triangle {
        Triangle(isUpper: bits & 1 != 0, isTransposed: bits & 2 != 0, hasUnitDiagonal: bits & 4 != 0)
    }

    /// The orthogonal factor of matrices with at least as many rows as columns: as many columns as those, or a square
    /// matrix where it is to be complete.
    package static func qrQ(_ a: Node, complete: Bool) -> Node {
        requireMatrices(.qrQ, a)
        require(a.matrixRows >= a.matrixColumns, "qrQ: matrices of shape \(a.shape) have more columns than rows")
        let columns = complete ? a.matrixRows : a.matrixColumns
        return Node(.qrQ, a.dtype, shape(a.batchShape, a.matrixRows, columns), a)
    }

    /// The left singular vectors above the right ones, as columns.
    package static func svdVectors(_ a: Node) -> Node {
        requireMatrices(.svdVectors, a)
        let count = Swift.min(a.matrixRows, a.matrixColumns)
        return Node(.svdVectors, a.dtype, shape(a.batchShape, a.matrixRows + a.matrixColumns, count), a)
    }

    /// uᵢᵀ A vᵢ for the columns of U and V, which are singular vectors or eigenvectors of A.
    package static func stationaryValues(_ a: Node, _ u: Node, _ v: Node) -> Node {
        requireMatrices(.stationaryValues, a)
        require(
            u.shape == shape(a.batchShape, a.matrixRows, u.matrixColumns)
                && v.shape == shape(a.batchShape, a.matrixColumns, u.matrixColumns),
            "stationaryValues: vectors of shapes \(u.shape) and \(v.shape) do not fit matrices of shape \(a.shape)")
        return Node(.stationaryValues, a.dtype, shape(a.batchShape, u.matrixColumns), a, u, v)
    }

    /// A⁺; singular values up to `cutoff` times the greatest count as zero.
    package static func pseudoInverse(_ a: Node, cutoff: Double) -> Node {
        requireMatrices(.pseudoInverse, a)
        return Node(
            .pseudoInverse, a.dtype, shape(a.batchShape, a.matrixColumns, a.matrixRows), a, bits: cutoff.bitPattern)
    }
}
