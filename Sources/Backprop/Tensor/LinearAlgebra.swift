/// Linear algebra on matrices in the last two axes; leading axes are batches, which broadcast where there are two operands.
/// Everything is computed in double precision and rounded to the dtype, float32 or float64, at the end.
public enum LinearAlgebra {}

// MARK: - Systems

extension LinearAlgebra {
    /// X with A X = B, or with X A = B where not `left`, for square A. B has matrices, or vectors where it has one axis
    /// or exactly the shape of A without its last axis. Infinite or NaN where A is singular. Floating point; shapes
    /// that do not fit stop it.
    ///
    /// ```swift
    /// LinearAlgebra.solve(Tensor([2.0, 0, 0, 4], shape: [2, 2]), Tensor([2.0, 8]))  // [1, 2]
    /// ```
    public static func solve(
        _ a: Tensor, _ b: Tensor, left: Bool = true, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireSquare(a, "solve", file, line)
        if b.ndim == 1 || b.ndim == a.ndim - 1 && b.shape == Array(a.shape.dropLast()) {
            require(left, "solve: from the right, \(b.shape) has to be a matrix", file: file, line: line)
            return solve(a, b.expandedDimensions(axis: -1), file: file, line: line).squeezed(axis: -1)
        }
        if !left { return solve(a.T, b.T, file: file, line: line).T }
        let (a, b) = withCommonBatch(a, b, "solve", file, line)
        return Tensor(Node.solve(a.node, b.node))
    }

    /// X with T X = B, or with X T = B where not `left`, for the upper or lower triangle T of A; with `unitDiagonal` ones
    /// stand on its diagonal.
    ///
    /// ```swift
    /// let a = Tensor([2.0, 1, 0, 4], shape: [2, 2]), b = Tensor([4.0, 8], shape: [2, 1])
    /// LinearAlgebra.solveTriangular(a, b, upper: true)  // [1, 2]
    /// ```
    public static func solveTriangular(
        _ a: Tensor, _ b: Tensor, upper: Bool, left: Bool = true, unitDiagonal: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireSquare(a, "solveTriangular", file, line)
        requireMatrices(b, "solveTriangular", file, line)
        let (a, right) = withCommonBatch(a, left ? b : b.T, "solveTriangular", file, line)
        let triangle = Node.Triangle(isUpper: upper, isTransposed: !left, hasUnitDiagonal: unitDiagonal)
        let x = Tensor(Node.triangularSolve(a.node, right.node, triangle))
        return left ? x : x.T
    }

    /// A⁻¹ of square matrices; infinite or NaN where A is singular.
    ///
    /// ```swift
    /// LinearAlgebra.inverse(Tensor([2.0, 0, 0, 4], shape: [2, 2]))  // [0.5, 0, 0, 0.25]
    /// ```
    public static func inverse(_ a: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        requireMatrices(a, "inverse", file, line)
        require(
            a.dim(-1) == a.dim(-2), "inverse: matrices of shape \(a.shape) are not square", file: file, line: line)
        return solve(a, Tensor.identity(a.dim(-1), dtype: a.dtype).broadcast(to: a.shape), file: file, line: line)
    }

    /// The Moore-Penrose inverse A⁺, [..., columns, rows]. Singular values up to `cutoff` times the greatest count as
    /// zero; left out, the greater extent times the spacing of the dtype's numbers at one.
    ///
    /// ```swift
    /// LinearAlgebra.pseudoInverse(Tensor([2.0, 0, 0, 0], shape: [2, 2]))  // [0.5, 0, 0, 0]
    /// ```
    public static func pseudoInverse(
        _ a: Tensor, cutoff: Double? = nil, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireMatrices(a, "pseudoInverse", file, line)
        let spacing = a.dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne)
        let standard = Double(Swift.max(a.dim(-2), a.dim(-1))) * spacing
        return Tensor(Node.pseudoInverse(a.node, cutoff: cutoff ?? standard))
    }

    /// The X for which |A X - B| is least, and of several the shortest. B has matrices, or is one vector.
    ///
    /// ```swift
    /// LinearAlgebra.leastSquares(Tensor([1.0, 1], shape: [2, 1]), Tensor([1.0, 3]))  // [2]
    /// ```
    public static func leastSquares(
        _ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor { matmul(pseudoInverse(a, file: file, line: line), b, file: file, line: line) }

    /// A multiplied with itself; the identity for 0, products of the inverse for negative exponents. Matrices that are
    /// not square stop it.
    ///
    /// ```swift
    /// LinearAlgebra.power(Tensor([1.0, 1, 0, 1], shape: [2, 2]), 3)  // [1, 3, 0, 1]
    /// ```
    public static func power(
        _ a: Tensor, _ exponent: Int, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireMatrices(a, "power", file, line)
        require(
            a.dim(-1) == a.dim(-2), "power: matrices of shape \(a.shape) are not square", file: file, line: line)
        var factor = exponent < 0 ? inverse(a, file: file, line: line) : a
        var rest = exponent.magnitude
        var result: Tensor?
        while rest > 0 {
            if rest & 1 != 0 { result = result.map { matmul($0, factor) } ?? factor }
            rest >>= 1
            if rest > 0 { factor = matmul(factor, factor) }
        }
        return result ?? Tensor.identity(a.dim(-1), dtype: a.dtype).broadcast(to: a.shape)
    }
}

// MARK: - Decompositions

extension LinearAlgebra {
    /// The lower triangular L with L Lᵀ = A for symmetric positive definite A, or its transpose where `upper`. Only the
    /// lower triangle of A is read; the gradient is that for a symmetric A, and symmetric itself. NaN where A is not positive
    /// definite.
    ///
    /// ```swift
    /// LinearAlgebra.cholesky(Tensor([4.0, 2, 2, 5], shape: [2, 2]))  // [2, 0, 1, 2]
    /// ```
    public static func cholesky(
        _ a: Tensor, upper: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        requireSquare(a, "cholesky", file, line)
        let lower = Tensor(Node.squareMatrix(.cholesky, a.node))
        return upper ? lower.T : lower
    }

    /// X with A X = B, from the triangular factor that `cholesky` gives. B has matrices.
    ///
    /// ```swift
    /// LinearAlgebra.choleskySolve(Tensor([4.0], shape: [1, 1]), Tensor([2.0], shape: [1, 1]))  // [1]
    /// ```
    public static func choleskySolve(
        _ b: Tensor, _ factor: Tensor, upper: Bool = false, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let lower = upper ? factor.T : factor
        let half = solveTriangular(lower, b, upper: false, file: file, line: line)
        return solveTriangular(lower.T, half, upper: true, file: file, line: line)
    }

    /// What `qr` gives of matrices with more rows than columns.
    public enum QRMode: Sendable {
        /// Q with as many columns as A.
        case reduced
        /// A square Q, which has no gradient.
        case complete
    }

    /// A = Q R with orthonormal columns in Q and an upper triangular R, with the signs of LAPACK.
    ///
    /// ```swift
    /// LinearAlgebra.qr(Tensor([3.0, 4], shape: [2, 1])).q  // [-0.6, -0.8]
    /// ```
    public static func qr(
        _ a: Tensor, mode: QRMode = .reduced, file: StaticString = #fileID, line: UInt = #line
    ) -> (q: Tensor, r: Tensor) {
        requireMatrices(a, "qr", file, line)
        let rows = a.dim(-2), columns = a.dim(-1)
        // Of wide matrices the first columns alone make Q.
        let tall = rows < columns ? a.narrowed(axis: -1, 0..<rows) : a
        let q = Tensor(Node.qrQ(tall.node, complete: false))
        let r = triu(matmul(q, a, transposeA: true))
        guard mode == .complete, rows > columns else { return (q, r) }
        var widths = [(low: Int, high: Int)](repeating: (0, 0), count: a.ndim)
        widths[a.ndim - 2] = (0, rows - columns)
        return (Tensor(Node.qrQ(a.node, complete: true)), r.padded(widths: widths))
    }

    /// Ascending eigenvalues of A, which has to be symmetric, and orthonormal eigenvectors as columns. The gradient is that
    /// for a symmetric A; that of eigenvectors is infinite where eigenvalues are equal.
    ///
    /// ```swift
    /// LinearAlgebra.eigh(Tensor([2.0, 1, 1, 2], shape: [2, 2])).values  // [1, 3]
    /// ```
    public static func eigh(
        _ a: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> (values: Tensor, vectors: Tensor) {
        requireSquare(a, "eigh", file, line)
        let vectors = Tensor(Node.squareMatrix(.eighVectors, a.node))
        return (Tensor(Node.stationaryValues(a.node, vectors.node, vectors.node)), vectors)
    }

    /// Ascending eigenvalues of A, which has to be symmetric.
    ///
    /// ```swift
    /// LinearAlgebra.eigvalsh(Tensor([2.0, 1, 1, 2], shape: [2, 2]))  // [1, 3]
    /// ```
    public static func eigvalsh(_ a: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        eigh(a, file: file, line: line).values
    }

    /// A = U diag(S) Vᵀ with orthonormal columns in U and V and descending S, as many as A has rows or columns, whichever are
    /// fewer. The gradient of the vectors is infinite where singular values are equal, or zero if A is not square.
    ///
    /// ```swift
    /// LinearAlgebra.svd(Tensor([3.0, 0, 0, -4], shape: [2, 2])).s  // [4, 3]
    /// ```
    public static func svd(
        _ a: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> (u: Tensor, s: Tensor, vt: Tensor) {
        requireMatrices(a, "svd", file, line)
        let (u, s, v) = a.singularParts
        return (u, s, v.T)
    }

    /// Descending singular values of matrices, [..., k], as `svd` gives them.
    ///
    /// ```swift
    /// LinearAlgebra.svdvals(Tensor([3.0, 0, 0, -4], shape: [2, 2]))  // [4, 3]
    /// ```
    public static func svdvals(_ a: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        svd(a, file: file, line: line).s
    }
}

// MARK: - Numbers of a matrix

extension LinearAlgebra {
    /// The determinants of square matrices. Gradient and second derivative are finite for singular matrices too.
    /// Floating point; [..., n, n] gives [...].
    ///
    /// ```swift
    /// LinearAlgebra.det(Tensor([1.0, 2, 3, 4], shape: [2, 2]))  // -2
    /// ```
    public static func det(_ a: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
        requireSquare(a, "det", file, line)
        return Tensor(Node.determinant(a.node))
    }

    /// The signs of the determinants, and the logarithms of their absolute values; 0 and -∞ for singular matrices. The
    /// signs have no gradient.
    ///
    /// ```swift
    /// LinearAlgebra.slogdet(Tensor([1.0, 2, 3, 4], shape: [2, 2])).logarithm  // 0.693147
    /// ```
    public static func slogdet(
        _ a: Tensor, file: StaticString = #fileID, line: UInt = #line
    ) -> (sign: Tensor, logarithm: Tensor) {
        requireSquare(a, "slogdet", file, line)
        let parts = Tensor(Node.slogdet(a.node))
        return (
            stopGradient(parts.narrowed(axis: -1, 0..<1).squeezed(axis: -1)),
            parts.narrowed(axis: -1, 1..<2).squeezed(axis: -1)
        )
    }

    /// What a norm measures of a matrix.
    public enum MatrixNorm: Sendable {
        /// The root of the sum of squares.
        case frobenius
        /// The sum of the singular values.
        case nuclear
        /// The greatest or least sum of absolute values of a row.
        case greatestRow, leastRow
        /// The greatest or least sum of absolute values of a column.
        case greatestColumn, leastColumn
        /// The greatest or least singular value.
        case spectral, leastSingular
    }

    /// The norms of the matrices along two axes, rows first. Equal extremes share the gradient; that of the Frobenius norm
    /// of zeros is 0.
    ///
    /// ```swift
    /// LinearAlgebra.norm(Tensor([1.0, 2, 3, -4], shape: [2, 2]), .greatestRow)  // 7
    /// ```
    public static func norm(
        _ a: Tensor, _ kind: MatrixNorm = .frobenius, axes: (rows: Int, columns: Int) = (-2, -1),
        keepDims: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        require(
            a.dtype.isFloatingPoint, "norm: \(a.dtype)\(a.shape) has no floating-point matrices", file: file, line: line
        )
        let rows = a.resolved(axis: axes.rows, "norm", file: file, line: line)
        let columns = a.resolved(axis: axes.columns, "norm", file: file, line: line)
        require(rows != columns, "norm: axes \(axes) are the same", file: file, line: line)
        func singular() -> Tensor {
            let others = (0..<a.ndim).filter { $0 != rows && $0 != columns }
            return svdvals(a.transposed(axes: others + [rows, columns]))
        }
        let result: Tensor
        switch kind {
        case .frobenius:
            let squares = square(a).sum(axes: [rows, columns]), isZero = squares .== 0
            result = which(isZero, a.like(0), sqrt(which(isZero, a.like(1), squares)))
        case .nuclear: result = singular().sum(axis: -1)
        case .spectral: result = singular().max(axis: -1)
        case .leastSingular: result = singular().min(axis: -1)
        case .greatestRow: result = abs(a).sum(axis: columns, keepDims: true).max(axes: [rows, columns])
        case .leastRow: result = abs(a).sum(axis: columns, keepDims: true).min(axes: [rows, columns])
        case .greatestColumn: result = abs(a).sum(axis: rows, keepDims: true).max(axes: [rows, columns])
        case .leastColumn: result = abs(a).sum(axis: rows, keepDims: true).min(axes: [rows, columns])
        }
        return keepDims ? result.reshaped(a.node.shape.keepingReduced(AxisSet([rows, columns])).array) : result
    }
}

// MARK: - Vectors

extension LinearAlgebra {
    /// The cross products of vectors of three numbers along an axis. Extents along the others broadcast; another extent
    /// than three stops it.
    ///
    /// ```swift
    /// LinearAlgebra.cross(Tensor([1.0, 0, 0]), Tensor([0.0, 1, 0]))  // [0, 0, 1]
    /// ```
    public static func cross(
        _ a: Tensor, _ b: Tensor, axis: Int = -1, file: StaticString = #fileID, line: UInt = #line
    ) -> Tensor {
        let (first, second) = (
            a.resolved(axis: axis, "cross", file: file, line: line),
            b.resolved(axis: axis, "cross", file: file, line: line)
        )
        require(
            a.dim(first) == 3 && b.dim(second) == 3,
            "cross: axis \(axis) of shapes \(a.shape) and \(b.shape) does not have three elements", file: file,
            line: line)
        let next = Tensor([1, 2, 0] as [Int32]), last = Tensor([2, 0, 1] as [Int32])
        return a.take(next, axis: axis) * b.take(last, axis: axis) - a.take(last, axis: axis) * b.take(next, axis: axis)
    }
}

// MARK: - Operands

extension LinearAlgebra {
    private static func requireMatrices(_ a: Tensor, _ name: String, _ file: StaticString, _ line: UInt) {
        require(
            a.ndim >= 2 && a.dtype.isFloatingPoint, "\(name): \(a.dtype)\(a.shape) has no floating-point matrices",
            file: file, line: line)
    }

    private static func requireSquare(_ a: Tensor, _ name: String, _ file: StaticString, _ line: UInt) {
        requireMatrices(a, name, file, line)
        require(
            a.dim(-1) == a.dim(-2), "\(name): matrices of shape \(a.shape) are not square", file: file, line: line)
    }

    /// Both with the same leading axes.
    private static func withCommonBatch(
        _ a: Tensor, _ b: Tensor, _ name: String, _ file: StaticString, _ line: UInt
    ) -> (Tensor, Tensor) {
        require(
            a.dtype == b.dtype && b.ndim >= 2 && b.dim(-2) == a.dim(-2),
            "\(name): \(a.dtype)\(a.shape) and \(b.dtype)\(b.shape) do not make a system", file: file, line: line)
        let batch = Shape.broadcast(a.node.batchShape, b.node.batchShape)
        require(
            batch != nil, "\(name): leading axes of \(a.shape) and \(b.shape) do not broadcast to a common shape",
            file: file, line: line)
        let common = batch!.array
        return (
            a.broadcast(to: common + a.shape.suffix(2)), b.broadcast(to: common + b.shape.suffix(2))
        )
    }
}

extension Tensor {
    /// U, S and V of the singular value decomposition.
    package var singularParts: (u: Tensor, s: Tensor, v: Tensor) {
        let (u, v) = Tensor(Node.svdVectors(node)).splitVectors(rows: dim(-2))
        return (u, Tensor(Node.stationaryValues(node, u.node, v.node)), v)
    }

    /// The left and the right vectors of `svdVectors`.
    func splitVectors(rows: Int) -> (Tensor, Tensor) {
        (narrowed(axis: -2, 0..<rows), narrowed(axis: -2, rows..<dim(-2)))
    }

    /// Ones on the diagonal of a square matrix.
    package static func identity(_ count: Int, dtype: DType) -> Tensor {
        let shape = [count, count]
        return (Tensor.indices(shape, axis: 0, dtype: .int32) .== Tensor.indices(shape, axis: 1, dtype: .int32)).asType(
            dtype)
    }
}
