import Backprop
import Testing

/// Reading and writing by index; the references are NumPy's and PyTorch's results on the same numbers.
@Suite struct IndexingTests {
    private let x = Tensor((0..<24).map(Double.init), shape: [2, 3, 4], dtype: .float64)

    private func expect(_ found: Tensor, _ shape: [Int], _ expected: [Double], _ comment: String = "") {
        #expect(found.shape == shape, "\(comment)")
        #expect(difference(found.numbers, expected) == 0, "\(comment) \(found.numbers) is not \(expected)")
    }

    @Test func viewsBetweenBrackets() {
        expect(x[1, -1, 0], [], [20])
        expect(x[0, 1...], [2, 4], [4, 5, 6, 7, 8, 9, 10, 11])
        expect(x[.ellipsis, 1..<3], [2, 3, 2], [1, 2, 5, 6, 9, 10, 13, 14, 17, 18, 21, 22])
        expect(x[0, .newAxis, ...0, .every(2)], [1, 1, 2], [0, 2])
        expect(x[1, 0, .every(-1)], [4], [15, 14, 13, 12])
        expect(x[1, 0, .every(-2, from: -2, to: 0)], [1], [14])
        expect(x[0, 0, (-3)...(-1)], [3], [1, 2, 3])
        expect(x[0, 0, 2..<9], [2], [2, 3], "ranges are cut off")
        expect(x[0, 3...], [0, 4], [])
    }

    @Test func tensorsBetweenBrackets() {
        let rows = Tensor([1, 0] as [Int64]), columns = Tensor([3, -4] as [Int32])
        expect(x[rows, 2], [2, 4], [20, 21, 22, 23, 8, 9, 10, 11])
        expect(x[.ellipsis, columns], [2, 3, 2], [3, 0, 7, 4, 11, 8, 15, 12, 19, 16, 23, 20])
        expect(x[rows, 0, columns], [2], [15, 0], "indices broadcast together")
        expect(x[rows, 1..<3, columns], [2, 2], [19, 23, 4, 8], "axes between them come last")
        expect(x[0, rows.reshaped([2, 1]), columns], [2, 2], [7, 4, 3, 0])
        expect(x[Tensor([1] as [Int64]).reshaped([]), 0], [4], [12, 13, 14, 15])
        expect(x[Tensor([true, false])], [1, 3, 4], (0..<12).map(Double.init))
        expect(x[0, x[0] .> 9], [2], [10, 11])
        expect(x[.ellipsis, Tensor([false, true, false, true])][1, 2], [2], [21, 23])
        expect(x[x .< 0], [0], [])
    }

    @Test func gradientsOfElementsTakenSeveralTimesAddUp() {
        let gradient = grad { x in
            x[Tensor([1, 1, 0] as [Int64]), 0].sum()
        }(Tensor.zeros([3, 2], dtype: .float64))
        expect(gradient, [3, 2], [1, 0, 2, 0, 0, 0])
    }

    @Test func writingBetweenBrackets() {
        let base = Tensor.zeros([2, 3], dtype: .float64)
        let rows = TensorIndexOperation.gather(Tensor([1, 1] as [Int64]))
        let columns = TensorIndexOperation.gather(Tensor([0, 2] as [Int64]))
        let values = Tensor([5.0, 6], dtype: .float64)
        expect(base.indexPut([rows, columns], values), [2, 3], [0, 0, 0, 5, 0, 6])
        expect(base.indexPut([rows, .at(1)], values), [2, 3], [0, 0, 0, 0, 6, 0], "the last value stays")
        expect(base.indexPut([rows, .at(1)], values, accumulating: true), [2, 3], [0, 0, 0, 0, 11, 0])
        expect(
            base.indexPut([.slice(from: nil, to: nil, step: 2)], Tensor(1, dtype: .float64)), [2, 3],
            [1, 1, 1, 0, 0, 0])
        // The value that is overwritten gets no gradient.
        let gradient = grad { values in base.indexPut([rows, .at(1)], values).sum() }(values)
        expect(gradient, [2], [0, 1])
    }

    @Test func alongAnAxis() {
        let indices = Tensor([2, 0, 1, 1] as [Int64], shape: [1, 1, 4])
        expect(x.takeAlong(indices, axis: 1), [2, 1, 4], [8, 1, 6, 7, 20, 13, 18, 19])
        let y = Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3], dtype: .float64),
            columns = Tensor([2, 0] as [Int32], shape: [2, 1])
        expect(y.putAlong(columns, Tensor(9, dtype: .float64), axis: 1), [2, 3], [1, 2, 9, 9, 5, 6])
    }

    @Test func rows() {
        let y = Tensor([1.0, 2, 3, 4, 5, 6], shape: [3, 2], dtype: .float64), rows = Tensor([2, 0, 2] as [Int64])
        let source = Tensor([10.0, 20, 30, 40, 50, 60], shape: [3, 2], dtype: .float64)
        expect(y.indexAdd(rows, source, axis: 0, scale: 2), [3, 2], [61, 82, 3, 4, 125, 166])
        expect(y.indexCopy(rows, source, axis: 0), [3, 2], [30, 40, 3, 4, 50, 60])
        expect(y.indexFill(Tensor([1] as [Int32]), Tensor(0, dtype: .float64), axis: 1), [3, 2], [1, 0, 3, 0, 5, 0])
    }

    struct Reduced: Sendable {
        var reduction: ScatterReduction
        var together: [Double], alone: [Double]
    }

    @Test(arguments: [
        Reduced(reduction: .sum, together: [8, 4, 3, 8], alone: [7, 2, 3, 4]),
        Reduced(reduction: .product, together: [10, -6, 3, 16], alone: [10, -3, 3, 4]),
        Reduced(reduction: .mean, together: [8.0 / 3, 4.0 / 3, 3, 4], alone: [3.5, 1, 3, 4]),
        Reduced(reduction: .max, together: [5, 3, 3, 4], alone: [5, 3, 3, 4]),
        Reduced(reduction: .min, together: [1, -1, 3, 4], alone: [2, -1, 3, 4]),
    ])
    func scatterReductions(_ reduced: Reduced) {
        let base = Tensor([1.0, 2, 3, 4], dtype: .float64), indices = Tensor([0, 1, 0, 1, 3] as [Int64])
        let source = Tensor([5.0, -1, 2, 3, 4], dtype: .float64), reduction = reduced.reduction
        for (includeSelf, expected) in [(true, reduced.together), (false, reduced.alone)] {
            let found = base.scatterReduce(indices, source, axis: 0, reduction, includeSelf: includeSelf)
            #expect(difference(found.numbers, expected) < 1e-15, "\(found.numbers)")
            let check = gradientCheck(
                { [$0[0].scatterReduce(indices, $0[1], axis: 0, reduction, includeSelf: includeSelf)] },
                at: [Tensor([1.1, 2.2, 3.3, 4.4], dtype: .float64), source], secondOrder: true)
            #expect(check.passed, "\(check)")
        }
    }

    @Test func productsOfZerosHaveExactGradients() {
        let indices = Tensor([0, 0, 1, 1] as [Int64])
        let gradient = grad { source in
            Tensor([2.0, 3], dtype: .float64).scatterReduce(indices, source, axis: 0, .product).sum()
        }(Tensor([0.0, 5, 0, 0], dtype: .float64))
        expect(gradient, [4], [10, 0, 0, 0])
    }

    @Test func integersAreScatteredInTheirWidth() {
        let base = Tensor([200, 3] as [UInt8]), indices = Tensor([0, 0, 1] as [Int64])
        let source = Tensor([7, 250, 4] as [UInt8])
        expect(base.scatterReduce(indices, source, axis: 0, .max), [2], [250, 4])
        expect(base.scatterReduce(indices, source, axis: 0, .min), [2], [7, 3])
        expect(base.scatter(indices, source, axis: 0), [2], [250, 4])
    }

    @Test func masks() {
        let y = Tensor([1.0, 2, 3, 4], shape: [2, 2], dtype: .float64), mask = Tensor([true, false])
        expect(y.maskedFill(mask, -1), [2, 2], [-1, 2, -1, 4])
        expect(y.maskedSelect(y .> 2), [2], [3, 4])
        expect(y.maskedSelect(mask), [2], [1, 3])
        expect(y.maskedScatter(mask, Tensor([7.0, 8, 9], dtype: .float64)), [2, 2], [7, 2, 8, 4])
    }

    @Test func slices() {
        let y = Tensor([1.0, 2, 3, 4, 5, 6], shape: [2, 3], dtype: .float64)
        expect(y.selectScatter(Tensor([8.0, 9], dtype: .float64), axis: 1, index: -1), [2, 3], [1, 2, 8, 4, 5, 9])
        expect(
            y.sliceScatter(Tensor([8.0, 9, 10, 11], shape: [2, 2], dtype: .float64), axis: 1, 0..<3, step: 2), [2, 3],
            [8, 2, 9, 10, 5, 11])
        expect(y.diagonalScatter(Tensor([8.0, 9], dtype: .float64), offset: 1), [2, 3], [1, 8, 3, 4, 5, 9])
        let starts = [Tensor(1, dtype: .int64), Tensor(2, dtype: .int64)]
        expect(y.dynamicSlice(starts: starts, extents: [1, 2]), [1, 2], [5, 6], "moved inside")
        expect(
            y.dynamicUpdateSlice(Tensor([[7.0]].flatMap { $0 }, shape: [1, 1], dtype: .float64), starts: starts),
            [2, 3],
            [1, 2, 3, 4, 5, 7])
    }

    @Test func embeddings() {
        let table = Tensor((0..<30).map { Double($0) / 7 }, shape: [10, 3], dtype: .float64)
        let indices = Tensor([1, 2, 4, 5, 4, 3, 2, 9] as [Int64]), offsets = Tensor([0, 4, 4] as [Int64])
        let references: [(EmbeddingReduction, [Double])] = [
            (.sum, [30, 33, 36, 0, 0, 0, 48, 51, 54]), (.mean, [10, 11, 12, 0, 0, 0, 16, 17, 18]),
            (.max, [15, 16, 17, 0, 0, 0, 27, 28, 29]),
        ]
        for (reduction, expected) in references {
            let bags = embeddingBag(table, indices, offsets: offsets, reduction: reduction, paddingIndex: 2)
            #expect(difference((bags * 7).numbers, expected) < 1e-14, "\(bags.numbers)")
        }
        let gradient = grad { table in
            embedding(table, Tensor([0, 1, 1, 2] as [Int32]), paddingIndex: 0, scalesGradientByFrequency: true).sum()
        }(Tensor.zeros([3, 1], dtype: .float64))
        expect(gradient, [3, 1], [0, 1, 1])
        expect(oneHot(Tensor([2, 0] as [Int64]), classes: 3), [2, 3], [0, 0, 1, 1, 0, 0])
        let edges = Tensor([1.0, 3, 3, 5], dtype: .float64)
        expect(searchSorted(edges, Tensor([0.0, 3, 9], dtype: .float64)), [3], [0, 1, 4])
        expect(searchSorted(edges, Tensor([0.0, 3, 9], dtype: .float64), right: true), [3], [0, 3, 4])
    }

    @Test func anIndexOutsideOfItsAxisIsReported() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            evaluateOrStop(Tensor.zeros([2, 3]).takeAlong(Tensor([0, 3] as [Int64], shape: [2, 1]), axis: 1))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        for part in ["index 3", "position 1", "0..<3"] { #expect(message.contains(part), "\(message.prefix(300))") }
    }
}
