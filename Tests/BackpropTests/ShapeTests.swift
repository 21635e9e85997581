import Backprop
import Testing

/// What cuts, joins, moves and repeats elements.
@Suite struct ShapeTests {
    private typealias Function = (Tensor) -> Tensor

    private func expect(_ found: Tensor, _ shape: [Int], _ expected: [Double], _ comment: String = "") {
        #expect(found.shape == shape, "\(comment)")
        #expect(difference(found.numbers, expected) == 0, "\(comment) \(found.numbers) is not \(expected)")
    }

    private let x = Tensor.arange(6, dtype: .float64).reshaped([2, 3])

    @Test func splitting() {
        let line = Tensor.arange(7, dtype: .float64)
        func sizes(_ parts: [Tensor]) -> [Int] { parts.map(\.size) }
        #expect(sizes(line.split(sizes: [2, 0, 5])) == [2, 0, 5])
        #expect(sizes(line.split(indices: [2, 5])) == [2, 3, 2])
        #expect(sizes(line.split(indices: [-2, 3, 20])) == [5, 0, 4, 0])
        #expect(sizes(line.split(every: 3)) == [3, 3, 1])
        #expect(sizes(line.sections(3)) == [3, 2, 2])
        #expect(sizes(line.narrowed(axis: 0, 0..<0).split(every: 3)) == [0])
        #expect(line.split(every: 3)[1].numbers == [3, 4, 5])
        let rows = x.unstacked(), columns = x.unstacked(axis: -1)
        expect(rows[1], [3], [3, 4, 5])
        expect(columns[2], [2], [2, 5])
        expect(concatenated(x.sections(2, axis: 1), axis: 1), [2, 3], x.numbers)
    }

    @Test func joining() {
        let a = Tensor([1.0, 2], dtype: .float64), b = Tensor([3.0, 4], dtype: .float64)
        expect(hstack([a, b]), [4], [1, 2, 3, 4])
        expect(hstack([Tensor(1.0), Tensor(2.0)]), [2], [1, 2])
        expect(hstack([x, x]), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
        expect(vstack([a, b]), [2, 2], [1, 2, 3, 4])
        expect(dstack([a, b]), [1, 2, 2], [1, 3, 2, 4])
        expect(columnStack([a, b]), [2, 2], [1, 3, 2, 4])
        expect(columnStack([a, Tensor([5.0, 6], shape: [2, 1], dtype: .float64)]), [2, 2], [1, 5, 2, 6])
        expect(
            blockDiagonal([Tensor([7.0, 8], shape: [2, 1], dtype: .float64), Tensor(9, dtype: .float64), a]), [4, 4],
            [7, 0, 0, 0, 8, 0, 0, 0, 0, 9, 0, 0, 0, 0, 1, 2])
        let grid = meshGrid([a, Tensor([3.0, 4, 5], dtype: .float64)])
        expect(grid[0], [2, 3], [1, 1, 1, 2, 2, 2])
        expect(grid[1], [2, 3], [3, 4, 5, 3, 4, 5])
        expect(meshGrid([a, Tensor([3.0, 4, 5], dtype: .float64)], indexing: .xy)[0], [3, 2], [1, 2, 1, 2, 1, 2])
        expect(meshGrid([Tensor(2.0)])[0], [1], [2])
    }

    @Test func reshaping() {
        let y = Tensor.zeros([2, 1, 3, 1])
        #expect(y.squeezed().shape == [2, 3])
        #expect(y.squeezed(axes: [0, -1]).shape == [2, 1, 3])
        #expect(y.flattened(start: 1, end: 2).shape == [2, 3, 1])
        #expect(Tensor(1.0).flattened(start: 0).shape == [1])
        #expect(Tensor.zeros([2, 0, 3]).flattened(start: 1).shape == [2, 0])
        #expect(y.unflattened(axis: 2, [3, -1]).shape == [2, 1, 3, 1, 1])
        #expect(Tensor.zeros([0, 4]).unflattened(axis: 1, [2, -1]).shape == [0, 2, 2])
        #expect(Tensor.zeros([2, 3, 4, 5]).movedAxis(0, to: -1).shape == [3, 4, 5, 2])
        #expect(Tensor.zeros([2, 3, 4, 5]).movedAxes([0, 1], to: [-1, 0]).shape == [3, 4, 5, 2])
    }

    @Test func arranging() {
        expect(x.rolled(1, axis: 1), [2, 3], [2, 0, 1, 5, 3, 4])
        expect(x.rolled(-4, axis: 1), [2, 3], [1, 2, 0, 4, 5, 3])
        expect(x.rolled(3, axis: 1), [2, 3], x.numbers)
        expect(x.rolled(2), [2, 3], [4, 5, 0, 1, 2, 3])
        expect(x.rotated(), [3, 2], [2, 5, 1, 4, 0, 3])
        expect(x.rotated(quarters: 2), [2, 3], [5, 4, 3, 2, 1, 0])
        expect(x.rotated(quarters: -1), [3, 2], [3, 0, 4, 1, 5, 2])
        expect(x.rotated(quarters: 1, axes: (1, 0)), [3, 2], [3, 0, 4, 1, 5, 2])
        expect(x.repeated(count: 2, axis: 1), [2, 6], [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
        expect(x.repeated(counts: [0, 2, 1], axis: -1), [2, 3], [1, 1, 2, 4, 4, 5])
        expect(x.tiled([2]), [2, 6], [0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5])
        expect(Tensor([1.0, 2], dtype: .float64).tiled([2, 1, 2]), [2, 1, 4], [1, 2, 1, 2, 1, 2, 1, 2])
        #expect(x.tiled([0, 1]).shape == [0, 3])
        #expect(
            Tensor.zeros([Int](repeating: 2, count: 8)).tiled([3, 1, 2, 1, 1, 1, 1, 2]).shape == [
                6, 2, 4, 2, 2, 2, 2, 4,
            ])
        expect(Tensor.arange(5).unfolded(axis: 0, size: 3, step: 1), [3, 3], [0, 1, 2, 1, 2, 3, 2, 3, 4])
        expect(x.unfolded(axis: 0, size: 1, step: 2), [1, 3, 1], [0, 1, 2])
        // The middle lies in three windows.
        expect(
            grad { $0.unfolded(axis: 0, size: 3, step: 1).sum() }(Tensor([1.0, 1, 1, 1, 1], dtype: .float64)), [5],
            [1, 2, 3, 2, 1])
    }

    @Test func triangles() {
        expect(tril(x), [2, 3], [0, 0, 0, 3, 4, 0])
        expect(tril(x, diagonal: 1), [2, 3], [0, 1, 0, 3, 4, 5])
        expect(triu(x), [2, 3], [0, 1, 2, 0, 4, 5])
        expect(triu(x, diagonal: -1), [2, 3], x.numbers)
        expect(triu(Tensor.ones([2, 2, 2], dtype: .int32), diagonal: 1), [2, 2, 2], [0, 1, 0, 0, 0, 1, 0, 0])
        expect(tril(Tensor([true, true, true, true], shape: [2, 2])), [2, 2], [1, 0, 1, 1])
        // What is cut away may be infinite.
        expect(
            grad { tril($0).sum() }(Tensor([1.0, .infinity, 2, 3], shape: [2, 2], dtype: .float64)), [2, 2],
            [1, 0, 1, 1])
    }

    @Test func diagonals() {
        expect(x.diagonal(), [2], [0, 4])
        expect(x.diagonal(offset: 2), [1], [2])
        expect(x.diagonal(offset: -1), [1], [3])
        expect(x.diagonal(offset: 3), [0], [])
        expect(x.diagonal(offset: 1, axes: (1, 0)), [1], [3])
        expect(
            Tensor.arange(12).reshaped([2, 3, 2]).diagonal(axes: (0, 2)), [3, 2], [0, 7, 2, 9, 4, 11])
        let line = Tensor([1.0, 2], dtype: .float64)
        expect(line.diagonalMatrix(), [2, 2], [1, 0, 0, 2])
        expect(line.diagonalMatrix(offset: 1), [3, 3], [0, 1, 0, 0, 0, 2, 0, 0, 0])
        expect(line.diagonalMatrix(offset: -1), [3, 3], [0, 0, 0, 1, 0, 0, 0, 2, 0])
        expect(x.diagonalMatrix(axes: (0, 2)).diagonal(axes: (0, 2)), [2, 3], x.numbers)
        #expect(Tensor.zeros([2, 0]).diagonalMatrix(offset: -2).shape == [2, 2, 2])
        expect(diag(line), [2, 2], [1, 0, 0, 2])
        expect(diag(x, diagonal: 1), [2], [1, 5])
        expect(x.trace(), [], [4])
        #expect(Tensor.ones([2, 2], dtype: .int32).trace().dtype == .int64)
    }

    @Test func padding() {
        let line = Tensor([1.0, 2, 3], dtype: .float64)
        expect(line.padded(widths: [(1, 2)], mode: .constant(9)), [6], [9, 1, 2, 3, 9, 9])
        expect(line.padded(widths: [(-1, 1)], mode: .constant(.infinity)), [3], [2, 3, .infinity])
        expect(line.padded(widths: [(2, 1)], mode: .edge), [6], [1, 1, 1, 2, 3, 3])
        expect(line.padded(widths: [(-3, 4)], mode: .edge), [4], [3, 3, 3, 3])
        expect(line.padded(widths: [(4, -5)], mode: .edge), [2], [1, 1])
        expect(line.padded(widths: [(2, 1)], mode: .reflect), [6], [3, 2, 1, 2, 3, 2])
        expect(line.padded(widths: [(2, 3)], mode: .wrap), [8], [2, 3, 1, 2, 3, 1, 2, 3])
        expect(line.padded(widths: [(-1, 1)], mode: .wrap), [3], [2, 3, 2])
        expect(
            x.padded(widths: [(1, 0), (0, 1)], mode: .reflect), [3, 4], [3, 4, 5, 4, 0, 1, 2, 1, 3, 4, 5, 4])
        expect(Tensor([4, 5] as [Int32]).padded(widths: [(1, 1)], mode: .constant(-1)), [4], [-1, 4, 5, -1])
        expect(Tensor([true, true]).padded(widths: [(1, 1)]), [4], [0, 1, 1, 0])
        expect(grad { $0.padded(widths: [(2, 1)], mode: .edge).sum() }(line), [3], [3, 1, 2])
    }

    @Test func derivativesAgreeWithDifferences() {
        let cases: [(String, Function)] = [
            ("sections", { concatenated($0.sections(2, axis: 1).reversed(), axis: 1) }),
            ("unstacked", { $0.unstacked(axis: 1)[1] }), ("rolled", { $0.rolled(2) }),
            ("rotated", { $0.rotated(quarters: 3) }), ("repeated", { $0.repeated(count: 3, axis: 0) }),
            ("repeated by counts", { $0.repeated(counts: [2, 0, 1], axis: 1) }), ("tiled", { $0.tiled([2, 2, 2]) }),
            ("unfolded", { $0.unfolded(axis: 1, size: 2, step: 1) }), ("triu", { triu($0) }),
            ("diagonal", { $0.diagonal(offset: 1) }), ("diagonalMatrix", { $0.diagonalMatrix(offset: -1) }),
            ("blockDiagonal", { blockDiagonal([$0, $0.T]) }),
            ("reflect", { $0.padded(widths: [(1, 1), (2, 0)], mode: .reflect) }),
            ("wrap", { $0.padded(widths: [(1, 1), (2, 0)], mode: .wrap) }),
            ("constant", { $0.padded(widths: [(1, -1), (2, 0)], mode: .constant(2)) }),
            ("meshGrid", { meshGrid($0.unstacked())[0] }), ("movedAxes", { $0.movedAxis(0, to: 1) }),
        ]
        for (name, function) in cases {
            let report = gradientCheck({ [square(function($0[0]))] }, at: [x * 0.25 - 0.6], secondOrder: true)
            #expect(report.passed, "\(name): \(report)")
        }
    }

    /// Everything that takes a tensor of any rank takes ranks 0 to 8, with elements and without.
    @Test func everyRank() {
        let functions: [(String, Function)] = [
            ("product", { $0.product() }), ("product over nothing", { $0.product(axes: []) }), ("std", { $0.std() }),
            ("logSumExp", { $0.logSumExp() }), ("norm", { $0.vectorNorm(3) }), ("nanMean", { $0.nanMean() }),
            ("nanSum", { $0.nanSum() }), ("clip", { clip($0, min: -1, max: 1) }), ("asinh", { asinh($0) }),
            ("sinc", { sinc($0) }), ("logAddExp", { logAddExp($0, $0 * 2) }), ("pow", { pow($0 + 2, 2.5) }),
            ("rolled", { $0.rolled(1) }), ("squeezed", { $0.squeezed() }), ("flattened", { $0.flattened() }),
            ("tiled", { $0.tiled([2]) }), ("outer", { outer($0, $0) }), ("hstack", { hstack([$0, $0]) }),
            ("einsum", { einsum("...,...->", $0, $0) }), ("einsum of itself", { einsum("...->...", $0) }),
            ("remainder", { remainder($0, $0 + 3) }), ("digamma", { digamma($0 + 3) }),
            ("first axis", { $0.ndim == 0 ? $0 : concatenated($0.sections(2, axis: 0)) }),
            ("last axis", { $0.ndim == 0 ? $0 : softmax($0.repeated(count: 2, axis: -1), axis: -1) }),
            ("every axis", { $0.ndim == 0 ? $0 : $0.reversed(axes: Array(0..<$0.ndim)).rolled(1, axis: 0) }),
            (
                "padded",
                { $0.padded(widths: [(low: Int, high: Int)](repeating: (1, 0), count: $0.ndim), mode: .constant(1)) }
            ),
            ("triangle", { $0.ndim < 2 ? $0 : triu($0) }), ("diagonal", { $0.ndim < 2 ? $0 : $0.diagonal(offset: 1) }),
        ]
        for rank in 0...8 {
            let full = (0..<rank).map { $0 % 3 == 1 ? 1 : 2 }
            for shape in [full, full.enumerated().map { $0.offset == rank / 2 ? 0 : $0.element }] {
                let x = Tensor.full(shape, 0.5)
                for (name, function) in functions {
                    let result = function(x), slope = grad { function($0).sum() }(x)
                    #expect(result.numbers.count == result.size, "\(name) of \(shape)")
                    #expect(slope.shape == shape && slope.numbers.count == x.size, "\(name) of \(shape)")
                }
            }
        }
    }

    /// What is held beside an empty part of it is computed with the part, in the same plan.
    @Test func emptyPartsLeaveTheRestAlone() {
        let makers: [@Sendable () -> Tensor] = [
            { Tensor.arange(4).reshaped(4, 1) },
            { (Tensor([1.0, 2, 3, 4]) + 1).reshaped(4, 1) },
            { matmul(Tensor([[1.0], [2], [3], [4]]), Tensor([[2.0]])) },
            { (Tensor([[1.0, 2]]) * Tensor([[1.0], [2]])).sum(axis: 1, keepDims: true) },
        ]
        for make in makers {
            let x = make(), part = x.narrowed(axis: 1, 0..<0)
            evaluateOrStop(part, part.sum(axis: 1), concatenated([part, x], axis: 1))
            #expect(x.array(of: Float.self) == make().array(of: Float.self))
        }
    }
}
