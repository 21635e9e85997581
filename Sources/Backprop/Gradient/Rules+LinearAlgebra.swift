/// Rules of decompositions and systems. The formulas are those of Giles, "Collected matrix derivative results for forward
/// and reverse mode algorithmic differentiation" (2008), and of Walter and Lehmann, "Algorithmic differentiation of linear
/// algebra functions" (2012); what they leave open follows from differentiating the defining equations.
extension RuleContext {
    /// A X = B: dB = A⁻ᵀ dX, dA = -dB Xᵀ.
    func solveGradient(for position: Int) -> Tensor {
        let right = Tensor(Node.solve(a.T.node, cotangent.node))
        return position == 1 ? right : -matmul(right, output, transposeB: true)
    }

    func triangularSolveGradient(for position: Int) -> Tensor {
        let triangle = node.triangle
        var adjoint = triangle
        adjoint.isTransposed.toggle()
        let right = Tensor(Node.triangularSolve(a.node, cotangent.node, adjoint))
        if position == 1 { return right }
        let full =
            triangle.isTransposed
            ? -matmul(output, right, transposeB: true) : -matmul(right, output, transposeB: true)
        let start = triangle.hasUnitDiagonal ? 1 : 0
        return triangle.isUpper ? triu(full, diagonal: start) : tril(full, diagonal: -start)
    }

    /// A = L Lᵀ: L⁻ᵀ Φ L⁻¹, where Φ is Lᵀ dL with its lower triangle mirrored, halved.
    var choleskyGradient: Tensor {
        let l = output.node
        let lower = tril(matmul(output, cotangent, transposeA: true))
        let middle = (lower + tril(lower, diagonal: -1).T) * 0.5
        let adjoint = Node.Triangle(isUpper: false, isTransposed: true)
        let left = Tensor(Node.triangularSolve(l, middle.node, adjoint))
        return Tensor(Node.triangularSolve(l, left.T.node, adjoint)).T
    }

    /// A⁻ᵀ times the gradient of the logarithm; the sign is constant.
    var slogdetGradient: Tensor {
        let logarithm = cotangent.narrowed(axis: -1, 1..<2).expandedDimensions(axis: -1)
        let scaled = (Tensor.identity(a.dim(-1), dtype: a.dtype) * logarithm).broadcast(to: a.shape)
        return Tensor(Node.solve(a.T.node, scaled.node))
    }

    /// In the basis of the singular vectors the cofactors of S + E change by
    /// δ[i,i] = Σ_j P[i,j] E[j,j] and δ[i,j] = -P[i,j] E[j,i], where P[i,j] is the product of all singular values but the
    /// ones at i ≠ j, and the gradient has the same form.
    var cofactorsGradient: Tensor {
        let n = a.dim(-1)
        let (u, s, v) = a.singularParts
        let orientation = stopGradient(u.determinantValue * v.determinantValue).onMatrices
        let inner = matmul(matmul(u, cotangent, transposeA: true), v)
        let products = s.productsWithoutPairs
        let diagonal = inner.diagonal().expandedDimensions(axis: -1)
        let change = matmul(products, diagonal) * Tensor.identity(n, dtype: a.dtype) - inner.T * products
        return matmul(matmul(u, change * orientation), v, transposeB: true)
    }

    /// With N = Qᵀ dQ: (dQ + Q (tril(N - Nᵀ, -1) - N)) R⁻ᵀ.
    var qrGradient: Tensor {
        require(
            node.matrixColumns == node.input0!.matrixColumns,
            "the complete Q of matrices with more rows than columns, here of shape \(a.shape), has no gradient")
        let q = output, r = triu(matmul(q, a, transposeA: true))
        let n = matmul(q, cotangent, transposeA: true)
        let left = cotangent + matmul(q, tril(n - n.T, diagonal: -1) - n)
        return Tensor(Node.triangularSolve(r.node, left.T.node, Node.Triangle(isUpper: true))).T
    }

    /// V ((Vᵀ dV) / E) Vᵀ with E[i,j] = w[j] - w[i], and nothing on the diagonal.
    var eigenvectorGradient: Tensor {
        let v = output
        let w = Tensor(Node.stationaryValues(a.node, v.node, v.node))
        let inner = matmul(v, cotangent, transposeA: true) * inverseGaps(w)
        return matmul(matmul(v, inner), v, transposeB: true)
    }

    /// With E[i,j] = s[j]² - s[i]² and skew(X) = X - Xᵀ:
    /// U ((skew(Uᵀ dU) / E) S + S (skew(Vᵀ dV) / E)) Vᵀ + (I - U Uᵀ) dU S⁻¹ Vᵀ + U S⁻¹ dVᵀ (I - V Vᵀ).
    var singularVectorGradient: Tensor {
        let rows = a.dim(-2), columns = a.dim(-1)
        let (u, v) = output.splitVectors(rows: rows)
        let (du, dv) = cotangent.splitVectors(rows: rows)
        let s = Tensor(Node.stationaryValues(a.node, u.node, v.node))
        let gaps = inverseGaps(s * s), alongColumns = s.expandedDimensions(axis: -2), alongRows = alongColumns.T
        let innerU = matmul(u, du, transposeA: true), innerV = matmul(v, dv, transposeA: true)
        let middle = (innerU - innerU.T) * gaps * alongColumns + (innerV - innerV.T) * gaps * alongRows
        var result = matmul(matmul(u, middle), v, transposeB: true)
        if rows > columns {
            result = result + matmul((du - matmul(u, innerU)) / alongColumns, v, transposeB: true)
        } else if columns > rows {
            result = result + matmul(u / alongColumns, dv - matmul(v, innerV), transposeB: true)
        }
        return result
    }

    /// 1 / (w[j] - w[i]), and 0 on the diagonal.
    private func inverseGaps(_ w: Tensor) -> Tensor {
        let isDiagonal = Tensor.identity(w.dim(-1), dtype: .bool)
        let gaps = w.expandedDimensions(axis: -2) - w.expandedDimensions(axis: -1)
        return which(isDiagonal, w.like(0), 1 / which(isDiagonal, w.like(1), gaps))
    }

    /// Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems whose variables
    /// separate" (1973): -Pᵀ dP Pᵀ + (I - A P) dPᵀ P Pᵀ + Pᵀ P dPᵀ (I - P A).
    var pseudoInverseGradient: Tensor {
        let p = output, g = cotangent
        let first = matmul(matmul(p, g, transposeA: true), p, transposeB: true)
        let second = matmul(matmul(g, p, transposeA: true), p, transposeB: true)
        let third = matmul(matmul(p, p, transposeA: true), g, transposeB: true)
        return second - matmul(a, matmul(p, second)) + third - matmul(matmul(third, p), a) - first
    }
}

extension Tensor {
    /// A number for each matrix, ready to be multiplied with the matrices.
    var onMatrices: Tensor { expandedDimensions(axis: -1).expandedDimensions(axis: -1) }

    fileprivate var determinantValue: Tensor { Tensor(Node.determinant(node)) }

    /// Element [i, j] is the product of all elements along the last axis but those at i and j, and 0 where i = j.
    fileprivate var productsWithoutPairs: Tensor {
        let n = dim(-1), cube = [n, n, n]
        guard n > 0 else { return expandedDimensions(axis: -1).broadcast(to: shape + [n]) }
        let position = Tensor.indices(cube, axis: 2, dtype: .int32)
        let isLeftOut =
            (position .== Tensor.indices(cube, axis: 0, dtype: .int32))
            .| (position .== Tensor.indices(cube, axis: 1, dtype: .int32))
        let factors = which(isLeftOut, like(1), expandedDimensions(axis: -2).expandedDimensions(axis: -2))
        return which(Tensor.identity(n, dtype: .bool), like(0), factors.product(axis: -1))
    }
}
