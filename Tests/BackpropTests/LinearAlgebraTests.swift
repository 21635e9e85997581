import Backprop
import Testing

/// Decompositions and systems by what defines them, and derivatives where they are delicate.
@Suite struct LinearAlgebraTests {
    private func expect(_ found: Tensor, _ expected: [Double], _ tolerance: Double = 1e-13, _ comment: String = "") {
        #expect(difference(found.numbers, expected) <= tolerance, "\(comment) \(found.numbers) is not \(expected)")
    }

    private func expect(_ found: Tensor, near expected: Tensor, _ tolerance: Double = 1e-12, _ comment: String = "") {
        #expect(found.shape == expected.shape, "\(comment)")
        expect(found, expected.numbers, tolerance, comment)
    }

    private func random(_ shape: [Int], seed: Int = 1) -> Tensor {
        var generator = SeededGenerator(seed)
        return Tensor(generator.numbers(shape.reduce(1, *), in: -1...1), shape: shape, dtype: .float64)
    }

    private func check(
        _ shapes: [[Int]], _ comment: String, secondOrder: Bool = true, _ function: @escaping ([Tensor]) -> [Tensor]
    ) {
        let inputs = shapes.enumerated().map { random($0.element, seed: $0.offset + 3) }
        let report = gradientCheck(function, at: inputs, secondOrder: secondOrder)
        #expect(report.passed, "\(comment): \(report)")
    }

    @Test(arguments: [1, 4, 40])
    func systems(_ n: Int) {
        let a = random([2, n, n]) + Tensor.identity(n, dtype: .float64) * Double(n), b = random([n, 3], seed: 2)
        expect(matmul(a, LinearAlgebra.solve(a, b)), near: b.broadcast(to: [2, n, 3]))
        let right = random([2, 3, n], seed: 3)
        expect(matmul(LinearAlgebra.solve(a, right, left: false), a), near: right)
        expect(LinearAlgebra.solve(a[0], b[.ellipsis, 0]), near: LinearAlgebra.solve(a[0], b)[.ellipsis, 0])
        expect(matmul(a, LinearAlgebra.inverse(a)), near: Tensor.identity(n, dtype: .float64).broadcast(to: a.shape))
        let upper = triu(a)
        expect(matmul(upper, LinearAlgebra.solveTriangular(a, b, upper: true)), near: b.broadcast(to: [2, n, 3]))
        let fromRight = LinearAlgebra.solveTriangular(a, right, upper: false, left: false)
        expect(matmul(fromRight, tril(a)), near: right)
        let definite = matmul(a, a.T), factor = LinearAlgebra.cholesky(definite)
        expect(matmul(factor, factor.T), near: definite)
        expect(LinearAlgebra.cholesky(definite, upper: true), near: factor.T)
        expect(matmul(definite, LinearAlgebra.choleskySolve(b, factor)), near: b.broadcast(to: [2, n, 3]), 1e-10)
    }

    @Test func singlePrecisionIsComputedInDouble() {
        // A Hilbert matrix, whose inverse has whole elements, is too close to singular for single precision.
        let hilbert = (0..<4).flatMap { i in (0..<4).map { Float(1) / Float(i + $0 + 1) } }
        let found = LinearAlgebra.det(Tensor(hilbert, shape: [4, 4])).item()
        let exact = LinearAlgebra.det(Tensor(hilbert.map(Double.init), shape: [4, 4], dtype: .float64)).item()
        #expect(abs(found / exact - 1) < 1e-6)
    }

    @Test func whatHasNoSolution() {
        let indefinite = Tensor([1.0, 2, 2, 1], shape: [2, 2], dtype: .float64)
        #expect(LinearAlgebra.cholesky(indefinite).numbers[3].isNaN)
        let singular = Tensor([1.0, 2, 2, 4], shape: [2, 2], dtype: .float64)
        #expect(!LinearAlgebra.inverse(singular).numbers.contains { $0.isFinite })
        expect(LinearAlgebra.slogdet(singular).logarithm, [-.infinity])
        expect(LinearAlgebra.slogdet(singular).sign, [0])
        expect(LinearAlgebra.slogdet(-Tensor.identity(3, dtype: .float64) * 2).logarithm, [3 * 0.6931471805599453])
        expect(LinearAlgebra.slogdet(-Tensor.identity(3, dtype: .float64)).sign, [-1])
    }

    /// The determinant is a polynomial, so its derivatives exist everywhere.
    @Test func determinantsOfSingularMatrices() {
        let singular: [([Double], [Double])] = [
            ([1, 2, 2, 4], [4, -2, -2, 1]),
            ([1, 2, 3, 2, 4, 6, 1, 0, 1], [4, 4, -4, -2, -2, 2, 0, 0, 0]),
            ([0, 0, 0, 0, 0, 0, 0, 0, 5], [0, 0, 0, 0, 0, 0, 0, 0, 0]),
        ]
        for (elements, cofactors) in singular {
            let n = elements.count == 4 ? 2 : 3, a = Tensor(elements, shape: [n, n], dtype: .float64)
            expect(grad { LinearAlgebra.det($0) }(a), cofactors, 1e-14)
            let report = gradientCheck({ [LinearAlgebra.det($0[0])] }, at: [a], secondOrder: true)
            #expect(report.passed, "\(report)")
        }
        let identity = Tensor.identity(4, dtype: .float64)
        let report = gradientCheck({ [LinearAlgebra.det($0[0])] }, at: [identity], secondOrder: true)
        #expect(report.passed, "\(report)")
    }

    @Test func orthogonalFactorsWithTheSignsOfLAPACK() {
        let wide = LinearAlgebra.qr(Tensor([2.0, -1, 3, 1, 4, -2], shape: [2, 3], dtype: .float64))
        expect(wide.q, [-0.8944271909999157, -0.4472135954999579, -0.4472135954999579, 0.8944271909999159])
        expect(
            wide.r,
            [-2.23606797749979, -0.8944271909999156, -1.7888543819998306, 0, 4.024922359499621, -3.130495168499705])
        let tall = LinearAlgebra.qr(Tensor([2.0, 1, -1, 4, 3, -2], shape: [3, 2], dtype: .float64), mode: .complete)
        expect(
            tall.q,
            [
                -0.5345224838248486, -0.528680532637681, -0.659380473395787, 0.2672612419124244, -0.8458888522202896,
                0.4615663313770509, -0.8017837257372731, 0.0704907376850241, 0.5934424260562082,
            ])
        expect(tall.r, [-3.7416573867739413, 2.138089935299395, 0, -4.053217416888888, 0, 0])
    }

    @Test(arguments: [[3, 3], [4, 2], [2, 4], [2, 3, 2]])
    func derivativesOfQR(_ shape: [Int]) {
        check([shape], "qr of \(shape)") {
            let (q, r) = LinearAlgebra.qr($0[0] + 2 * eye(like: $0[0]))
            return [q, r]
        }
    }

    @Test(arguments: [[5, 5], [7, 3], [3, 7], [2, 4, 4], [1, 1]])
    func singularValues(_ shape: [Int]) {
        let a = random(shape), (u, s, vt) = LinearAlgebra.svd(a)
        expect(matmul(u * s.expandedDimensions(axis: -2), vt), near: a)
        let count = s.dim(-1), identity = Tensor.identity(count, dtype: .float64)
        expect(matmul(u.T, u), near: identity.broadcast(to: u.shape.dropLast(2) + [count, count]))
        expect(matmul(vt, vt.T), near: identity.broadcast(to: u.shape.dropLast(2) + [count, count]))
        expect(s.sorted(descending: true), near: s)
        let p = LinearAlgebra.pseudoInverse(a)
        expect(matmul(matmul(a, p), a), near: a)
        expect(matmul(a, p).T, near: matmul(a, p))
    }

    @Test func decompositionsOfMatricesWithoutFullRank() {
        let a = Tensor([1.0, 2, 2, 4, 3, 6], shape: [3, 2], dtype: .float64), (u, s, vt) = LinearAlgebra.svd(a)
        expect(s, [8.366600265340756, 0], 1e-14)
        expect(matmul(u.T, u), near: Tensor.identity(2, dtype: .float64))
        expect(matmul(vt, vt.T), near: Tensor.identity(2, dtype: .float64))
        expect(LinearAlgebra.pseudoInverse(a), near: a.T / 70)
        expect(LinearAlgebra.svd(Tensor.zeros([2, 3], dtype: .float64)).s, [0, 0])
    }

    @Test(arguments: [1, 2, 6, 50])
    func eigenvalues(_ n: Int) {
        let a = random([n, n]), symmetric = a + a.T, (values, vectors) = LinearAlgebra.eigh(symmetric)
        expect(matmul(symmetric, vectors), near: vectors * values, 1e-11)
        expect(matmul(vectors.T, vectors), near: Tensor.identity(n, dtype: .float64), 1e-12)
        expect(values.sorted(), near: values)
    }

    /// Where eigenvalues are equal their vectors are arbitrary, but the sum of the values has a gradient.
    @Test func equalEigenvalues() {
        let gradient = grad { LinearAlgebra.eigvalsh($0).sum() }(Tensor.identity(3, dtype: .float64) * 2)
        expect(gradient, [1, 0, 0, 0, 1, 0, 0, 0, 1])
        let ofSingular = grad { LinearAlgebra.svdvals($0).sum() }(Tensor.identity(3, dtype: .float64) * 2)
        expect(ofSingular, [1, 0, 0, 0, 1, 0, 0, 0, 1])
    }

    @Test func derivativesOfSolutions() {
        check([[3, 3], [3, 2]], "solve") { [LinearAlgebra.solve($0[0] + 3 * eye(like: $0[0]), $0[1])] }
        check([[3, 3], [3]], "solve a vector") { [LinearAlgebra.solve($0[0] + 3 * eye(like: $0[0]), $0[1])] }
        check([[2, 3, 3]], "inverse") { [LinearAlgebra.inverse($0[0] + 3 * eye(like: $0[0]))] }
        check([[4, 2], [4, 3]], "least squares") { [LinearAlgebra.leastSquares($0[0], $0[1])] }
        check([[3, 3]], "powers") {
            [LinearAlgebra.power($0[0], 3), LinearAlgebra.power($0[0] + 3 * eye(like: $0[0]), -2)]
        }
        check([[3], [3]], "cross") { [LinearAlgebra.cross($0[0], $0[1])] }
    }

    @Test(arguments: [
        (LinearAlgebra.MatrixNorm.frobenius, 9.539392014169456), (.nuclear, 12.49706697378234), (.greatestRow, 15),
        (.leastRow, 6),
        (.greatestColumn, 9), (.leastColumn, 5), (.spectral, 8.789365882622867), (.leastSingular, 3.707701091159473),
    ])
    func norms(_ kind: LinearAlgebra.MatrixNorm, _ expected: Double) {
        let a = Tensor([1.0, 2, -3, 4, 5, 6], shape: [2, 3], dtype: .float64)
        expect(LinearAlgebra.norm(a, kind), [expected])
        expect(LinearAlgebra.norm(a.T, kind, axes: (1, 0), keepDims: true), [expected])
        check([[2, 3]], "norm \(kind)") { [LinearAlgebra.norm($0[0], kind)] }
    }

    @Test func theNormOfNothingHasNoGradient() {
        expect(grad { LinearAlgebra.norm($0) }(Tensor.zeros([2, 2], dtype: .float64)), [0, 0, 0, 0])
    }

    @Test func emptyMatrices() {
        let none = Tensor.zeros([2, 0, 0], dtype: .float64)
        expect(LinearAlgebra.det(none), [1, 1])
        expect(LinearAlgebra.slogdet(none).logarithm, [0, 0])
        #expect(LinearAlgebra.inverse(none).shape == [2, 0, 0])
        #expect(LinearAlgebra.qr(Tensor.zeros([3, 0])).q.shape == [3, 0])
        expect(LinearAlgebra.qr(Tensor.zeros([2, 0], dtype: .float64), mode: .complete).q, [1, 0, 0, 1])
        #expect(LinearAlgebra.svdvals(Tensor.zeros([0, 3])).shape == [0])
    }

    @Test func aMatrixThatIsNotSquareIsReported() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = LinearAlgebra.det(Tensor.zeros([2, 3]))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        for part in ["det:", "[2, 3]", "not square"] { #expect(message.contains(part), "\(message.prefix(300))") }
    }
}

/// Ones on the main diagonal, in the shape of matrices.
private func eye(like a: Tensor) -> Tensor {
    let matrix = [a.dim(-2), a.dim(-1)]
    return (Tensor.indices(matrix, axis: 0) .== Tensor.indices(matrix, axis: 1)).asType(a.dtype)
}
