import Backprop
import Testing

/// Products of matrices and tensors, against loops over all combinations of indices.
@Suite struct ProductTests {
    private func expect(_ found: Tensor, _ shape: [Int], _ expected: [Double], _ comment: String = "") {
        #expect(found.shape == shape, "\(comment)")
        #expect(difference(found.numbers, expected) < 1e-14, "\(comment) \(found.numbers) is not \(expected)")
    }

    private func random(_ shape: [Int], seed: Int) -> Tensor {
        var generator = SeededGenerator(seed)
        return Tensor(generator.numbers(shape.reduce(1, *), in: -1...1), shape: shape, dtype: .float64)
    }

    /// The sum over all letters that the result does not have, term by term.
    private func reference(_ terms: [String], _ result: String, _ operands: [Tensor]) -> ([Int], [Double]) {
        var extents: [Character: Int] = [:]
        for (term, operand) in zip(terms, operands) {
            for (letter, extent) in zip(term, operand.shape) where extents[letter] ?? 1 == 1 {
                extents[letter] = extent
            }
        }
        let letters = extents.keys.sorted(), shape = result.map { extents[$0]! }
        var sums = [Double](repeating: 0, count: shape.reduce(1, *))
        let numbers = operands.map(\.numbers)
        for index in indices(of: letters.map { extents[$0]! }) {
            let place = Dictionary(uniqueKeysWithValues: zip(letters, index))
            func position(_ term: String, _ shape: [Int]) -> Int {
                zip(term, shape).reduce(0) { $0 * $1.1 + ($1.1 == 1 ? 0 : place[$1.0]!) }
            }
            let product = terms.indices.reduce(1.0) { $0 * numbers[$1][position(terms[$1], operands[$1].shape)] }
            sums[position(result, shape)] += product
        }
        return (shape, sums)
    }

    @Test func einsumAgreesWithLoops() {
        let cases: [(String, [[Int]])] = [
            ("ij,jk->ik", [[2, 3], [3, 4]]), ("ij,kj->ik", [[2, 3], [4, 3]]),
            ("bij,bjk->bik", [[2, 3, 4], [2, 4, 2]]),
            ("ij->ji", [[2, 3]]), ("ii->i", [[3, 3]]), ("ii->", [[3, 3]]), ("iij->ji", [[2, 2, 3]]),
            ("ij->", [[2, 3]]),
            ("i,i->", [[4], [4]]), ("i,j->ij", [[2], [3]]), ("i,i->i", [[4], [4]]), ("ij,ij->ij", [[2, 3], [2, 3]]),
            ("ij,j->i", [[2, 3], [3]]), ("ijk,jil->kl", [[2, 3, 4], [3, 2, 5]]), ("ij,kl->il", [[2, 3], [4, 5]]),
            ("ij,jk,kl->il", [[2, 3], [3, 4], [4, 2]]), ("ij,jk,ki->", [[2, 3], [3, 4], [4, 2]]),
            ("bi,oij,bj->bo", [[2, 3], [4, 3, 5], [2, 5]]), ("a,b,c,d->dbca", [[2], [3], [1], [2]]),
            ("ij,ij,ij->i", [[2, 3], [2, 3], [2, 3]]), ("iji,jij->", [[2, 3, 2], [3, 2, 3]]), ("->", [[]]),
            (",ij->ji", [[], [2, 3]]), ("ij,jk->ik", [[2, 1], [3, 4]]), ("ij,ik->ijk", [[1, 3], [2, 4]]),
            ("ij->ij", [[0, 3]]), ("ij,jk->ik", [[2, 0], [0, 3]]), ("aB,Bc->ac", [[2, 3], [3, 4]]),
        ]
        for (equation, shapes) in cases {
            let operands = shapes.enumerated().map { random($0.element, seed: $0.offset + 1) }
            let sides = equation.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
            let terms = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let (shape, numbers) = reference(terms, String(sides[1].dropFirst()), operands)
            expect(einsum(equation, operands), shape, numbers, "\(equation) of \(shapes)")
        }
    }

    @Test func einsumWithoutArrowAndWithEllipsis() {
        let a = random([2, 3], seed: 1), b = random([3, 4], seed: 2), c = random([5, 2, 3], seed: 3)
        func same(_ equation: String, _ operands: [Tensor], _ expected: Tensor) {
            expect(einsum(equation, operands), expected.shape, expected.numbers, equation)
        }
        same("ij,jk", [a, b], matmul(a, b))
        same("ba", [a], a.T)
        same("ii", [matmul(a, a.T)], matmul(a, a.T).trace())
        same(" i j , j k -> k i ", [a, b], matmul(a, b).T)
        same("...ij,jk->...ik", [c, b], matmul(c, b))
        same("...ij,...jk->...ik", [c, random([1, 3, 2], seed: 4)], matmul(c, random([1, 3, 2], seed: 4)))
        same("...i,...i->...", [c, a], (c * a).sum(axis: -1))
        same("...ij", [c], c)
        same("i...->...", [c], c.sum(axis: 0))
        same("...,...", [c, a], c * a)
        same("i...j->j...i", [c], c.transposed())
        same("...->...", [Tensor(2, dtype: .float64)], Tensor(2, dtype: .float64))
        expect(
            einsum("ij,jk->ik", Tensor([1, 2] as [Int32], shape: [1, 2]), Tensor([3, 4] as [Int32], shape: [2, 1])),
            [1, 1], [11])
    }

    @Test func contractions() {
        let a = random([2, 3, 4], seed: 1), b = random([4, 3, 5], seed: 2)
        let (shape, numbers) = reference(["abc", "cbd"], "ad", [a, b])
        expect(tensordot(a, b, axes: ([1, 2], [1, 0])), shape, numbers)
        expect(tensordot(a, b, axes: ([-1, -2], [0, 1])), shape, numbers)
        #expect(tensordot(a, b, axes: 1).shape == [2, 3, 3, 5])
        #expect(tensordot(a, b, axes: 0).shape == [2, 3, 4, 4, 3, 5])
        expect(
            tensordot(Tensor([2.0], shape: [1], dtype: .float64), Tensor([1.0, 2], dtype: .float64), axes: 1), [], [6])
        expect(
            inner(Tensor([1.0, 2], dtype: .float64), Tensor([3.0, 4, 5, 6], shape: [2, 2], dtype: .float64)), [2],
            [11, 17])
        expect(inner(Tensor(2, dtype: .float64), Tensor([3.0, 4], dtype: .float64)), [2], [6, 8])
        expect(outer(Tensor([1.0, 2], dtype: .float64), Tensor([3.0, 4], dtype: .float64)), [2, 2], [3, 4, 6, 8])
        expect(
            kron(
                Tensor([1.0, 2], shape: [1, 2], dtype: .float64),
                Tensor([1.0, 0, 0, 1], shape: [2, 2], dtype: .float64)), [2, 4],
            [1, 0, 2, 0, 0, 1, 0, 2])
        expect(
            kron(Tensor([1.0, 2], dtype: .float64), Tensor([1.0, 3], shape: [2, 1], dtype: .float64)), [2, 2],
            [1, 2, 3, 6])
        let c = Tensor([Double.nan, 1], dtype: .float64)
        expect(
            addMM(
                c, Tensor([1.0, 2], shape: [1, 2], dtype: .float64),
                Tensor([1.0, 0, 0, 1], shape: [2, 2], dtype: .float64), alpha: 3, beta: 0),
            [1, 2], [3, 6])
        expect(
            addMM(
                Tensor([1.0], dtype: .float64), Tensor([1.0], shape: [1, 1], dtype: .float64),
                Tensor([5.0], shape: [1, 1], dtype: .float64), alpha: 2, beta: 0.5),
            [1, 1], [10.5])
        let weight = random([5, 3, 4], seed: 3), x = random([2, 3], seed: 4), y = random([2, 4], seed: 5)
        let bilinearForms = reference(["bi", "oij", "bj"], "bo", [x, weight, y])
        expect(bilinear(x, y, weight: weight), bilinearForms.0, bilinearForms.1)
        expect(
            bilinear(x, y, weight: weight, bias: Tensor.ones([5], dtype: .float64)), [2, 5],
            bilinearForms.1.map { $0 + 1 })
    }

    @Test func integersAndEmptyBatches() {
        let a = Tensor([1, 2, 3, 4] as [Int32], shape: [2, 2])
        expect(matmul(a, a), [2, 2], [7, 10, 15, 22])
        expect(matmul(a, Tensor([1, 1] as [Int32])), [2], [3, 7])
        #expect(matmul(a, a).dtype == .int32)
        #expect(matmul(Tensor.zeros([5, 5, 0]), Tensor.zeros([0, 3])).shape == [5, 5, 3])
        expect(matmul(Tensor.zeros([2, 1, 0]), Tensor.zeros([0, 2])), [2, 1, 2], [0, 0, 0, 0])
    }

    /// A matrix of small integers, whose products are exact in any order.
    private static func integers(_ shape: [Int], modulus: Double) -> Tensor {
        let numbers = Tensor.arange(0, Double(shape[0] * shape[1])).reshaped(shape)
        let matrix = remainder(numbers, Tensor(modulus, dtype: .float32)) - 4
        evaluateOrStop(matrix)
        return matrix
    }

    /// The same product twice, the second time on new data in the memory of the old: what threads keep of packed operands
    /// must be that of the product at hand. Looks at a few elements from all over the result.
    private static func expectProducts(_ m: Int, _ n: Int, _ k: Int, transposed: [(Bool, Bool)]) {
        for (transposeA, transposeB) in transposed {
            var a = integers(transposeA ? [k, m] : [m, k], modulus: 9)
            var b = integers(transposeB ? [n, k] : [k, n], modulus: 11)
            for isNew in [false, true] {
                if isNew {
                    a = 3 - a
                    b = 2 - b
                    evaluateOrStop(a, b)
                }
                let product = abs(matmul(a, b, transposeA: transposeA, transposeB: transposeB) + 1)
                evaluateOrStop(product)
                for i in Array(stride(from: 0, to: m, by: m / 8)) + [m - 1] {
                    let row = product[i].numbers
                    for j in Array(stride(from: i % 61, to: n, by: 1 + n / 8)) + [n - 1] {
                        let sum = (0..<k).reduce(1) { sum, p in
                            let left = (transposeA ? p * m + i : i * k + p) % 9 - 4
                            let right = (transposeB ? j * k + p : p * n + j) % 11 - 4
                            return sum + (isNew ? (3 - left) * (2 - right) : left * right)
                        }
                        #expect(row[j] == Double(Swift.abs(sum)), "\((m, n, k, transposeA, transposeB)), \((i, j))")
                    }
                }
            }
        }
    }

    private static let transpositions = [(false, false), (false, true), (true, false), (true, true)]

    @Test func productsInSeveralTasks() async {
        await #expect(processExitsWith: .success) {
            for name in Processor.instructionSets {
                Processor.selectInstructionSet(name)
                for threads in [1, 3] {
                    Processor.threads = threads
                    ProductTests.expectProducts(301, 290, 280, transposed: ProductTests.transpositions)
                }
                ProductTests.expectProducts(604, 130, 811, transposed: ProductTests.transpositions)
                ProductTests.expectProducts(90, 400, 650, transposed: [(true, true)])
            }
        }
    }

    @Test func productsInManyTasks() {
        ProductTests.expectProducts(1100, 1060, 1030, transposed: [(false, false), (false, true), (true, true)])
        ProductTests.expectProducts(8300, 100, 1300, transposed: [(false, true)])
    }

    @Test func derivativesAgreeWithDifferences() {
        let a = random([2, 3], seed: 1), b = random([3, 2], seed: 2), square = random([3, 3], seed: 3)
        let cases: [(String, [Tensor], ([Tensor]) -> Tensor)] = [
            ("einsum of three", [a, b, square], { einsum("ij,jk,lj->ikl", $0) }),
            ("einsum of a diagonal", [square, b], { einsum("ii,ij->j", $0) }),
            ("einsum that broadcasts", [a, random([2, 1], seed: 4)], { einsum("ij,ij->i", $0) }),
            ("tensordot", [a, b], { tensordot($0[0], $0[1], axes: ([0, 1], [1, 0])) }),
            ("kron", [a, b], { kron($0[0], $0[1]) }), ("inner", [a, square], { inner($0[0], $0[1]) }),
            ("addMM", [random([1], seed: 5), a, b], { addMM($0[0], $0[1], $0[2], alpha: 2, beta: 3) }),
        ]
        for (name, operands, function) in cases {
            let report = gradientCheck({ [function($0)] }, at: operands, secondOrder: true)
            #expect(report.passed, "\(name): \(report)")
        }
    }
}
