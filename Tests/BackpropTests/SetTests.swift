import Backprop
import Testing

/// What counts, chooses and compares elements as a set.
@Suite struct SetTests {
    @Test func nonzeroIndices() {
        let x = Tensor([0, 3, 0, -1, .nan, 0, 0, 0, 0, 0, 0, 2] as [Float], shape: [2, 3, 2])
        #expect(x.nonzero().numbers == [0, 0, 1, 0, 1, 1, 0, 2, 0, 1, 2, 1])
        #expect(x.nonzero().shape == [4, 3] && x.nonzero().dtype == .int64)
        #expect(Tensor.zeros([2, 2]).nonzero().shape == [0, 2])
        #expect(Tensor(3.0).nonzero().shape == [1, 0] && Tensor(0.0).nonzero().shape == [0, 0])
        #expect(Tensor([false, true]).nonzero().numbers == [1])
    }

    @Test(arguments: [DType.uint8, .int32, .int64, .float32, .float64, .bfloat16])
    func differentElements(_ dtype: DType) {
        let x = Tensor([3, 1, 3, 2, 1, 3] as [Float], shape: [2, 3]).asType(dtype), unique = x.unique()
        #expect(unique.values.numbers == [1, 2, 3] && unique.values.dtype == dtype)
        #expect(unique.inverse.numbers == [2, 0, 2, 1, 0, 2] && unique.inverse.shape == [2, 3])
        #expect(unique.counts.numbers == [2, 1, 3] && unique.counts.dtype == .int64)
        let rows = Tensor([2, 1, 1, 2, 2, 1, 1, 1] as [Float], shape: [4, 2]).asType(dtype).unique(axis: 0)
        #expect(rows.values.numbers == [1, 1, 1, 2, 2, 1] && rows.values.shape == [3, 2])
        #expect(rows.inverse.numbers == [2, 1, 2, 0] && rows.counts.numbers == [1, 1, 2])
        let columns = Tensor([2, 1, 2, 1, 5, 1] as [Float], shape: [2, 3]).asType(dtype).unique(axis: -1)
        #expect(columns.values.numbers == [1, 2, 5, 1] && columns.values.shape == [2, 2])
        #expect(columns.inverse.numbers == [1, 0, 1] && columns.counts.numbers == [1, 2])
    }

    @Test func differentElementsAtTheEdges() {
        let nan = Tensor([.nan, 1, .nan, 1] as [Float]).unique()
        #expect(nan.values.size == 3 && nan.counts.numbers == [2, 1, 1] && nan.inverse.numbers == [1, 0, 2, 0])
        let rows = Tensor([.nan, 1, 0, 1, .nan, 1] as [Float], shape: [3, 2]).unique(axis: 0)
        #expect(rows.counts.numbers == [1, 1, 1] && rows.inverse.numbers == [1, 0, 2])
        #expect(
            Tensor.zeros([0]).unique().values.shape == [0] && Tensor.zeros([0, 3]).unique(axis: 0).counts.shape == [0])
        #expect(Tensor.zeros([3, 0]).unique(axis: 0).counts.numbers == [3])
        let wide = Tensor([Int64.max, Int64.max - 1, Int64.max], shape: [3, 1]).unique(axis: 0)
        #expect(wide.counts.numbers == [1, 2], "integers that Double does not hold")
        #expect(Tensor([true, false, true]).unique().values.numbers == [0, 1])
        let slope = grad { x in (x.unique().values * Tensor([1, 10] as [Float])).sum() }(Tensor([5, 2, 5] as [Float]))
        #expect(slope.numbers == [10, 1, 0])
    }

    @Test(arguments: [3, 200])
    func membership(_ count: Int) {
        // Few values are compared one by one, many are sorted.
        var generator = SeededGenerator(count)
        let values = (0..<count).map { _ in Float(generator.below(2 * count)) }
        let wanted = (0..<60).map { Float($0) - 2 } + [.nan, .infinity, -.infinity, -0.0]
        let found = isIn(Tensor(wanted, shape: [2, 32]), Tensor(values + [.nan]))
        #expect(found.numbers == wanted.map { values.contains($0) ? 1 : 0 } && found.shape == [2, 32])
        #expect(found.dtype == .bool)
        #expect(isIn(Tensor([1, 2] as [Int32]), Tensor([2] as [Int32])).numbers == [0, 1])
        #expect(isIn(Tensor(wanted), Tensor.zeros([0])).any().item() == 0)
    }

    @Test func counts() {
        let x = Tensor([1, 3, 1, 0] as [Int32], shape: [2, 2])
        #expect(x.bincount().numbers == [1, 2, 0, 1] && x.bincount().dtype == .int64)
        #expect(x.bincount(minimumLength: 6).numbers == [1, 2, 0, 1, 0, 0])
        let weights = Tensor([0.5, 1, 2, 4] as [Float], shape: [2, 2])
        #expect(x.bincount(weights: weights).numbers == [4, 2.5, 0, 1])
        #expect(Tensor.zeros([0], dtype: .uint8).bincount(minimumLength: 2).numbers == [0, 0])
        let slope = grad { w in (x.bincount(weights: w) * Tensor([1, 2, 3, 4] as [Float])).sum() }(weights)
        #expect(slope.numbers == [2, 4, 2, 1])
    }

    /// As torch.histogram has it.
    @Test func histograms() {
        let x = Tensor([0, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, -1] as [Float])
        let weights = Tensor([1, 2, 3, 4, 5, 6, 7, 8, 9] as [Float])
        let plain = x.histogram(bins: 4, range: 0...2)
        #expect(plain.counts.numbers == [3, 2, 1, 2] && plain.edges.numbers == [0, 0.5, 1, 1.5, 2])
        let dense = x.histogram(bins: 4, range: 0...2, weights: weights, isDensity: true).counts.numbers
        #expect(difference(dense, [1 / 3.0, 0.5, 1 / 3.0, 5 / 6.0]) < 1e-6)
        let edges = Tensor([0, 0.25, 1, 1.5] as [Float])
        #expect(x.histogram(edges: edges).counts.numbers == [2, 3, 2])
        let whole = x.histogram(bins: 3)
        #expect(
            whole.edges.numbers == [-1, 0, 1, 2] && whole.counts.numbers == [1, 5, 3] && whole.counts.dtype == .float32)
        #expect(Tensor([2, 2] as [Float]).histogram(bins: 2).edges.numbers == [1.5, 2, 2.5])
        #expect(Tensor([.nan, 1] as [Float]).histogram(bins: 2, range: 0...2).counts.numbers == [0, 1])
        #expect(Tensor.zeros([0]).histogram(bins: 2).counts.numbers == [0, 0])
        let slope = grad { w in (x.histogram(edges: edges, weights: w).counts * Tensor([1, 2, 3] as [Float])).sum() }(
            weights)
        #expect(slope.numbers == [1, 1, 2, 2, 2, 3, 3, 0, 0])
    }

    /// Numbers at edges that division does not hit exactly fall where a comparison with the edges puts them.
    @Test(arguments: [DType.float32, .float64])
    func histogramsFollowTheirEdges(_ dtype: DType) {
        let edges = Tensor.zeros([0], dtype: dtype).histogram(bins: 37, range: 0.1...0.7).edges
        let counts = edges.histogram(bins: 37, range: 0.1...0.7).counts.numbers
        #expect(counts == Array(repeating: 1, count: 36) + [2])
    }

    @Test func mistakesStop() async {
        await #expect(processExitsWith: .failure) { _ = Tensor([-1] as [Int32]).bincount() }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).bincount() }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).histogram(bins: 0) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).histogram(edges: Tensor.zeros([1])) }
        await #expect(processExitsWith: .failure) { _ = isIn(Tensor.zeros([2]), Tensor([1] as [Int32])) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).unique(axis: 1) }
    }
}
