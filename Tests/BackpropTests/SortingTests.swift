import Backprop
import Testing

/// What sorts, chooses and runs along an axis, at ties, NaN and infinities too.
@Suite struct SortingTests {
    private func expect(_ found: Tensor, _ expected: [Double], _ tolerance: Double = 0, _ comment: String = "") {
        #expect(difference(found.numbers, expected) <= tolerance, "\(comment) \(found.numbers) is not \(expected)")
    }

    private let line: [Double] = [3, .nan, -1, 3, .infinity, 0, -.infinity, -1]

    @Test func sortingPutsNaNLastAndKeepsTheOrderOfEqualElements() {
        let x = Tensor(line, dtype: .float64)
        expect(x.argSort(), [6, 2, 7, 5, 0, 3, 4, 1])
        expect(x.argSort(descending: true), [1, 4, 0, 3, 5, 2, 7, 6])
        expect(x.sorted(), [-.infinity, -1, -1, 0, 3, 3, .infinity, .nan])
        expect(
            Tensor([0.0, -0.0, 0], dtype: .float64).argSort(descending: true), [0, 1, 2], 0,
            "zeros of either sign are equal")
    }

    @Test(arguments: [DType.uint8, .int32, .int64, .float32, .float64])
    func sortingInEachDTypeAndAlongEachAxis(_ dtype: DType) {
        let x = Tensor([5, 1, 4, 2, 9, 0], shape: [2, 3], dtype: dtype)
        expect(x.sorted(axis: 0), [2, 1, 0, 5, 9, 4])
        expect(x.sorted(axis: -1, descending: true), [5, 4, 1, 9, 2, 0])
        #expect(x.sorted().dtype == dtype && x.argSort().dtype == .int64)
    }

    @Test func chosenElements() {
        let x = Tensor([4.0, 1, 7, 1, 9, 3], shape: [2, 3], dtype: .float64)
        let top = x.topK(2), least = x.topK(2, axis: 1, largest: false)
        expect(top.values, [7, 4, 9, 3])
        expect(top.indices, [2, 0, 1, 2])
        expect(least.values, [1, 4, 1, 3])
        expect(x.kthValue(2, axis: 0).values, [4, 9, 7])
        expect(x.kthValue(1, axis: 1, keepDims: true).indices, [1, 0])
        #expect(x.kthValue(1, axis: 1, keepDims: true).values.shape == [2, 1])
    }

    @Test func medians() {
        let x = Tensor([4.0, 1, 7, 2, 5, .nan, 3, 1], shape: [2, 4], dtype: .float64)
        expect(x.median(axis: 1).values, [2, .nan])
        expect(x.median(axis: 1).indices, [3, 1])
        expect(x.nanMedian(axis: 1).values, [2, 3])
        expect(x.nanMedian(axis: 1).indices, [3, 2])
        expect(Tensor([Double.nan, .nan], dtype: .float64).nanMedian(axis: 0).values, [.nan])
        expect(x.median(), [.nan])
        expect(x.nanMedian(), [3])
        // Of all elements: three equal ones share the gradient.
        let gradient = grad { x in x.median() * 6 }(Tensor([2.0, 2, 9, 2, 1], dtype: .float64))
        expect(gradient, [2, 2, 0, 2, 0])
    }

    @Test func modes() {
        let x = Tensor([3.0, 1, 3, 1, 2, 5, 5, 5, 0, 5], shape: [2, 5], dtype: .float64)
        expect(x.mode().values, [1, 5])
        expect(x.mode().indices, [3, 4])
    }

    @Test func runningSumsAndProducts() {
        let x = Tensor([1.0, 2, 0, 4, 3, 5], shape: [2, 3], dtype: .float64)
        expect(x.cumsum(axis: 1), [1, 3, 3, 4, 7, 12])
        expect(x.cumsum(axis: 0, reversed: true), [5, 5, 5, 4, 3, 5])
        expect(x.cumprod(axis: 1), [1, 2, 0, 4, 12, 60])
        expect(x.cumprod(axis: 1, reversed: true), [0, 0, 0, 60, 15, 5])
        expect(Tensor([true, false, true]).cumsum(axis: 0), [1, 1, 2])
        #expect(Tensor([2, 3] as [Int32]).cumprod(axis: 0).dtype == .int64)
        // d/dx of x₀ + x₀ x₁ + x₀ x₁ x₂ at (2, 0, 5).
        let gradient = grad { x in x.cumprod(axis: 0).sum() }(Tensor([2.0, 0, 5], dtype: .float64))
        expect(gradient, [1, 12, 0])
    }

    @Test func singlePrecisionSumsAreCarriedInDouble() {
        let found = Tensor.full([100_000], 0.1).cumsum(axis: 0).numbers.last!
        #expect(abs(found - 100_000 * Double(Float(0.1))) < 1e-2)
    }

    @Test func runningExtrema() {
        let x = Tensor([1.0, 3, 3, 2, .nan, 5], dtype: .float64)
        expect(x.cummax(axis: 0).values, [1, 3, 3, 3, .nan, .nan])
        expect(x.cummax(axis: 0).indices, [0, 1, 2, 2, 4, 4])
        expect(x.cummin(axis: 0).values, [1, 1, 1, 1, .nan, .nan])
        expect(x.cummin(axis: 0).indices, [0, 0, 0, 0, 4, 4])
    }

    @Test func runningLogSumExp() {
        let x: [Double] = [-.infinity, -800, -800, 900, 0]
        expect(
            Tensor(x, dtype: .float64).logCumSumExp(axis: 0), [-.infinity, -800, -800 + 0.6931471805599453, 900, 900],
            1e-15)
        expect(Tensor([0, .infinity, 1], dtype: .float64).logCumSumExp(axis: 0), [0, .infinity, .infinity])
        let gradients = gradientCheck(
            { [$0[0].logCumSumExp(axis: 1)] },
            at: [Tensor([0.3, 2, -1, 0.5, 0.1, 4], shape: [2, 3], dtype: .float64)], secondOrder: true
        )
        #expect(gradients.passed, "\(gradients)")
    }

    @Test func trapezoids() {
        let y = Tensor([1.0, 3, 2, 0, 4, 4], shape: [2, 3], dtype: .float64), x = Tensor([0.0, 1, 4], dtype: .float64)
        expect(y.trapezoid(), [4.5, 6])
        expect(y.trapezoid(at: x), [9.5, 14])
        expect(y.cumulativeTrapezoid(at: x), [2, 9.5, 2, 14])
        expect(y.trapezoid(spacing: 2, axis: 0), [1, 7, 6])
        expect(Tensor([7.0], dtype: .float64).trapezoid(), [0])
    }
}
