import Backprop

/// The functions by which linear algebra is tested: on matrices that are far from singular, and without what a
/// decomposition leaves open, the signs of vectors.
func linearAlgebraExamples(of primitive: Primitive) -> [Example] {
    func one(_ name: String, _ shape: [Int], _ function: @escaping @Sendable (Tensor) -> Tensor) -> Example {
        Example(name: "\(primitive.name) \(name)", shapes: [shape], range: -1...1) { function($0[0]) }
    }
    func each(_ shapes: [[Int]], _ function: @escaping @Sendable (Tensor) -> Tensor) -> [Example] {
        shapes.map { one("\($0)", $0, function) }
    }
    let squares = [[3, 3], [2, 4, 4], [1, 1], [0, 0], [2, 0, 0], [0, 2, 2]]
    switch primitive {
    case .cholesky:
        return each(squares) { Tensor(Node.squareMatrix(.cholesky, definite($0).node)) }
    case .solve:
        return systems(primitive) { Tensor(Node.solve(dominant($0).node, $1.node)) }
    case .triangularSolve:
        return [false, true].flatMap { isUpper in
            [false, true].flatMap { isTransposed in
                [false, true].flatMap { hasUnitDiagonal in
                    let triangle = Node.Triangle(
                        isUpper: isUpper, isTransposed: isTransposed, hasUnitDiagonal: hasUnitDiagonal)
                    return systems(primitive) { Tensor(Node.triangularSolve(dominant($0).node, $1.node, triangle)) }
                }
            }
        }
    case .determinant:
        return each(squares) { Tensor(Node.determinant($0.node)) }
            + [one("singular", [3, 2]) { Tensor(Node.determinant(matmul($0, $0.T).node)) }]
    case .cofactors:
        return each([[3, 3], [2, 2, 2], [1, 1], [0, 0]]) {
            Tensor(Node.squareMatrix(.cofactors, graded($0).node))
        }
    case .slogdet:
        return each(squares) { Tensor(Node.slogdet(dominant($0).node)) }
            + [one("negative", [2, 3, 3]) { Tensor(Node.slogdet((-dominant($0)).node)) }]
    case .qrQ:
        return each([[3, 3], [5, 2], [2, 4, 3], [1, 1], [4, 1], [3, 0], [0, 3, 2]]) {
            Tensor(Node.qrQ(graded($0).node, complete: false))
        }
    case .eighVectors:
        return each(squares) { x in
            square(Tensor(Node.squareMatrix(.eighVectors, (graded(x) + graded(x).T).node)))
        }
    case .svdVectors:
        return each([[3, 3], [4, 2], [2, 4], [2, 3, 2], [1, 3], [0, 2], [0, 2, 2]]) {
            square(Tensor(Node.svdVectors(graded($0).node)))
        }
    case .stationaryValues:
        return each([[3, 3], [4, 2], [2, 4], [2, 3, 2], [1, 1], [0, 2]]) { graded($0).singularParts.s }
    default:
        return each([[3, 3], [4, 2], [2, 4], [2, 3, 2], [1, 1], [0, 2], [2, 0]]) {
            Tensor(Node.pseudoInverse(graded($0).node, cutoff: 1e-12))
        } + [one("of rank one", [4, 1]) { Tensor(Node.pseudoInverse(matmul($0, $0.T).node, cutoff: 1e-5)) }]
    }
}

private func systems(
    _ primitive: Primitive, _ function: @escaping @Sendable (Tensor, Tensor) -> Tensor
) -> [Example] {
    let shapes: [([Int], [Int])] = [
        ([3, 3], [3, 2]), ([2, 3, 3], [2, 3, 1]), ([1, 1], [1, 1]), ([3, 3], [3, 0]), ([0, 0], [0, 2]),
    ]
    return shapes.map { a, b in
        Example(name: "\(primitive.name) \(a) and \(b)", shapes: [a, b], range: -1...1) { function($0[0], $0[1]) }
    }
}

/// With a large diagonal, all of whose elements are positive.
private func dominant(_ x: Tensor) -> Tensor { x + Tensor.identity(x.dim(-1), dtype: x.dtype) * 4 }

/// Symmetric and positive definite.
private func definite(_ x: Tensor) -> Tensor { matmul(x, x.T) + Tensor.identity(x.dim(-1), dtype: x.dtype) }

/// With singular values that differ clearly.
private func graded(_ x: Tensor) -> Tensor {
    let matrix = [x.dim(-2), x.dim(-1)], place = Tensor.indices(matrix, axis: 0)
    let isDiagonal = (place .== Tensor.indices(matrix, axis: 1)).asType(x.dtype)
    return x * 0.5 + isDiagonal * (place.asType(x.dtype) * 3 + 2)
}
