// Products of matrices, vectors and tensors.

/// The product of two matrices, or of matrices in the last two axes with leading axes that broadcast. A tensor with one
/// axis counts as a row on the left and as a column on the right. Integers are multiplied without a fast kernel. Two
/// vectors give a number. Operands of one dtype whose contracted extents agree; anything else stops it.
///
/// ```swift
/// matmul(Tensor([1.0, 2, 3, 4], shape: [2, 2]), Tensor([1.0, 1]))  // [3, 7]
/// ```
public func matmul(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    matmul(a, b, transposeA: false, transposeB: false, file: file, line: line)
}

package func matmul(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    require(
        a.ndim > 0 && b.ndim > 0, "matmul: shapes \(a.shape) and \(b.shape) must have at least one axis", file: file,
        line: line)
    require(
        a.dtype != .bool, "matmul needs numbers, not bool tensors; convert them with asType(_:)", file: file, line: line
    )
    if !a.dtype.isFloatingPoint && a.dtype == b.dtype && a.ndim > 1 && b.ndim > 1 {
        let left = transposeA ? a.T : a, right = transposeB ? b.T : b
        require(
            left.dim(-1) == right.dim(-2),
            "matmul: shapes \(a.shape) and \(b.shape) do not agree in the contracted axis",
            file: file, line: line)
        let products = left.expandedDimensions(axis: -1) * right.expandedDimensions(axis: -3)
        return products.sum(axis: -2).asType(a.dtype)
    }
    if a.ndim == 1 {
        let product = matmul(a.expandedDimensions(axis: 0), b, transposeB: transposeB, file: file, line: line)
        return product.squeezed(axis: b.ndim == 1 ? 0 : -2)
    }
    if b.ndim == 1 {
        return matmul(a, b.expandedDimensions(axis: 1), transposeA: transposeA, file: file, line: line).squeezed(
            axis: -1)
    }
    if a.ndim > 2 && b.ndim == 2 && !transposeA {
        // One tall product instead of many: the matrix on the right is the same for all.
        var shape = a.shape
        let depth = shape.removeLast()
        require(
            depth == b.dim(transposeB ? 1 : 0),
            "matmul: shapes \(a.shape) and \(b.shape)\(transposeB ? " transposed" : "") do not agree in the contracted axis",
            file: file, line: line)
        let tall = a.reshaped([shape.reduce(1, *), depth])
        let product = Tensor(Node.matmul(tall.node, b.node, transposeB: transposeB, file: file, line: line))
        return product.reshaped(shape + [product.dim(-1)])
    }
    return Tensor(Node.matmul(a.node, b.node, transposeA: transposeA, transposeB: transposeB, file: file, line: line))
}

/// beta c + alpha (a @ b), with broadcasting; c does not count where beta is 0, NaN or not.
///
/// ```swift
/// addMM(Tensor([1.0]), Tensor([1.0, 2], shape: [1, 2]), Tensor([3.0, 4], shape: [2, 1]), alpha: 2)  // [23]
/// ```
public func addMM(
    _ c: Tensor, _ a: Tensor, _ b: Tensor, alpha: Double = 1, beta: Double = 1, file: StaticString = #fileID,
    line: UInt = #line
) -> Tensor {
    let product = matmul(a, b, file: file, line: line)
    let scaled = alpha == 1 ? product : product * alpha
    if beta == 0 { return scaled }
    requireCommon("addMM", c, scaled, file: file, line: line)
    return (beta == 1 ? c : c * beta) + scaled
}

/// The sum of products along the last axes, for all other axes of a and then those of b; a product where one of the two
/// is a number. Last axes of different extents stop it, unless one of them is 1.
///
/// ```swift
/// inner(Tensor([1.0, 2]), Tensor([3.0, 4]))  // 11
/// ```
public func inner(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    requireSameDType("inner", a, b, file: file, line: line)
    if a.ndim == 0 || b.ndim == 0 { return a * b }
    require(
        a.dim(-1) == b.dim(-1) || a.dim(-1) == 1 || b.dim(-1) == 1,
        "inner: the last axes of \(a.shape) and \(b.shape) differ", file: file, line: line)
    return tensordot(a, b, axes: ([-1], [-1]), file: file, line: line)
}

/// All products of an element of a and one of b, as a matrix; both are taken as one axis.
///
/// ```swift
/// outer(Tensor([1.0, 2]), Tensor([3.0, 4]))  // [3, 4, 6, 8]
/// ```
public func outer(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let column = a.reshaped([a.size, 1]), row = b.reshaped([1, b.size])
    requireCommon("outer", column, row, file: file, line: line)
    _ = Shape([a.size, b.size], "outer", file: file, line: line)
    return column * row
}

/// The Kronecker product: each element of a times all of b, as blocks. The one with fewer axes gets axes in front. Both
/// have at most four.
///
/// ```swift
/// kron(Tensor([1.0, 2]), Tensor([1.0, 10]))  // [1, 10, 2, 20]
/// ```
public func kron(_ a: Tensor, _ b: Tensor, file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let rank = Swift.max(a.ndim, b.ndim)
    require(
        2 * rank <= Shape.maximumRank, "kron: shapes \(a.shape) and \(b.shape) have more than four axes", file: file,
        line: line)
    let left = [Int](repeating: 1, count: rank - a.ndim) + a.shape
    let right = [Int](repeating: 1, count: rank - b.ndim) + b.shape
    requireSameDType("kron", a, b, file: file, line: line)
    let blocks = a.reshaped(left.flatMap { [$0, 1] }) * b.reshaped(right.flatMap { [1, $0] })
    return blocks.reshaped(zip(left, right).map { $0 * $1 })
}

/// The sum of products over the last `axes` axes of a and the first ones of b. Extents that differ stop it.
///
/// ```swift
/// tensordot(Tensor.ones([2, 3, 4]), Tensor.ones([3, 4, 5])).shape  // [2, 5]
/// ```
public func tensordot(
    _ a: Tensor, _ b: Tensor, axes: Int = 2, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        axes >= 0 && axes <= a.ndim && axes <= b.ndim,
        "tensordot: shapes \(a.shape) and \(b.shape) do not have \(axes) axes to contract", file: file, line: line)
    return tensordot(a, b, axes: (Array((a.ndim - axes)..<a.ndim), Array(0..<axes)), file: file, line: line)
}

/// The sum of products over axes of a and the axes of b that belong to them; the other axes of a and then those of b
/// stay. An axis of extent one belongs to any other. Other extents that differ stop it.
///
/// ```swift
/// tensordot(Tensor.ones([2, 3]), Tensor.ones([2, 4]), axes: ([0], [0])).shape  // [3, 4]
/// ```
public func tensordot(
    _ a: Tensor, _ b: Tensor, axes: ([Int], [Int]), file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    requireSameDType("tensordot", a, b, file: file, line: line)
    var left = a, right = b
    let first = axes.0.map { a.resolved(axis: $0, "tensordot", file: file, line: line) }
    let second = axes.1.map { b.resolved(axis: $0, "tensordot", file: file, line: line) }
    require(
        first.count == second.count && Set(first).count == first.count && Set(second).count == second.count,
        "tensordot: axes \(axes.0) and \(axes.1) are not pairs", file: file, line: line)
    for (i, j) in zip(first, second) where a.dim(i) != b.dim(j) {
        require(
            a.dim(i) == 1 || b.dim(j) == 1,
            "tensordot: axes \(axes.0) of \(a.shape) and \(axes.1) of \(b.shape) differ", file: file, line: line)
        if a.dim(i) == 1 {
            right = right.sum(axis: j, keepDims: true)
        } else {
            left = left.sum(axis: i, keepDims: true)
        }
    }
    let (keptLeft, keptRight) = (a.others(first), b.others(second))
    let count = first.reduce(1) { $0 * left.dim($1) }
    let rows = Tensor(Node.transpose(left.node, keptLeft + first)).reshaped([a.extent(ofAxes: keptLeft), count])
    let columns = Tensor(Node.transpose(right.node, second + keptRight)).reshaped([count, b.extent(ofAxes: keptRight)])
    return matmul(rows, columns).reshaped(keptLeft.map { a.dim($0) } + keptRight.map { b.dim($0) })
}

/// x Wₒ y + bias for each of the matrices Wₒ in `weight` ([out, n, m]), along the last axes of x ([..., n]) and y
/// ([..., m]): [..., out].
///
/// ```swift
/// bilinear(Tensor([1.0, 2]), Tensor([3.0, 4]), weight: Tensor.eye(2).reshaped([1, 2, 2]))  // [11]
/// ```
public func bilinear(
    _ x: Tensor, _ y: Tensor, weight: Tensor, bias: Tensor? = nil, file: StaticString = #fileID, line: UInt = #line
) -> Tensor {
    require(
        weight.ndim == 3 && x.ndim > 0 && y.ndim > 0 && weight.dim(1) == x.dim(-1) && weight.dim(2) == y.dim(-1),
        "bilinear: weight of shape \(weight.shape) does not fit \(x.shape) and \(y.shape)", file: file, line: line)
    require(
        bias == nil || bias!.node.shape == Shape([weight.dim(0)]),
        "bilinear: a bias of shape \(bias?.shape ?? []) does not fit the \(weight.dim(0)) outputs of a weight of shape \(weight.shape)",
        file: file, line: line)
    let product = einsum("...i,oij,...j->...o", x, weight, y, file: file, line: line)
    return bias.map { product + $0 } ?? product
}

extension Tensor {
    /// The axes that are not among those given.
    fileprivate func others(_ axes: [Int]) -> [Int] { (0..<ndim).filter { !axes.contains($0) } }
    /// The product of the extents of axes.
    fileprivate func extent(ofAxes axes: [Int]) -> Int { axes.reduce(1) { $0 * dim($1) } }
}
