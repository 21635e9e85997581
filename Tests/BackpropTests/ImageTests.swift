import Backprop
import Testing

/// Small whole numbers that follow no line.
private func pattern(_ shape: Int...) -> Tensor {
    Tensor((0..<shape.reduce(1, *)).map { Double($0 * 7 % 11 - 5) }, shape: shape, dtype: .float64)
}

private func expect(_ found: Tensor, _ shape: [Int], _ numbers: [Double]) {
    #expect(found.shape == shape)
    #expect(difference(found.numbers, numbers) < 1e-14)
}

/// Poolings against numbers of PyTorch.
@Suite struct PoolingTests {
    private let image = pattern(1, 5, 5, 1)

    @Test func averages() {
        let ninths = [-2, 5, 5, -7, -4, -2, 0, -3, -4].map { Double($0) / 9 }
        expect(averagePool(image, window: 3, stride: 2, padding: 1), [1, 3, 3, 1], ninths)
        expect(averagePool(image, window: 3, stride: 2, divisor: 2), [1, 2, 2, 1], [-4, 4, -2.5, 0])
    }

    @Test func averagesOfWindowsThatReachBeyondTheEnd() {
        expect(
            averagePool(image, window: 2, padding: 1, ceilMode: true, countsPadding: false), [1, 3, 3, 1],
            [-5, 0, 3, -2, 0.25, 0.5, 2, -1.25, -1])
        let sixths = [-8, 4, 5, -3, 2, -2, 9, -7, 0].map { Double($0) / 6 }
        expect(
            averagePool(pattern(1, 6, 5, 1), window: [3, 2], stride: 2, padding: 1, ceilMode: true), [1, 4, 3, 1],
            sixths + [1.25, -0.5, 1])
    }

    @Test func greatest() {
        let (values, indices) = maxPoolWithIndices(image, window: 3, stride: 2, padding: 1)
        expect(values, [1, 3, 3, 1], [4, 5, 5, 4, 4, 5, 3, 4, 2])
        expect(indices, [1, 3, 3, 1], [6, 3, 3, 6, 6, 14, 20, 17, 23])
        let dilated = maxPoolWithIndices(image, window: 2, dilation: 2, ceilMode: true)
        expect(dilated.values, [1, 2, 2, 1], [2, 5, 3, 5])
        expect(dilated.indices, [1, 2, 2, 1], [12, 14, 20, 14])
    }

    @Test func tiesGoToTheFirstAndNaNWins() {
        let ties = Tensor([3.0, 3, 1, 3], shape: [1, 4, 1], dtype: .float64)
        #expect(maxPoolWithIndices(ties, window: 4).indices.numbers == [0])
        #expect(grad { maxPool($0, window: 4).sum() }(ties).numbers == [1, 0, 0, 0])
        let broken = Tensor([1.0, .nan, 5, .nan], shape: [1, 4, 1], dtype: .float64)
        let (values, indices) = maxPoolWithIndices(broken, window: 4)
        #expect(values.numbers[0].isNaN)
        #expect(indices.numbers == [1])
        let low = Tensor([-Double.infinity, -.infinity], shape: [1, 2, 1], dtype: .float64)
        #expect(maxPoolWithIndices(low, window: 3, stride: 1, padding: 1).indices.numbers == [0, 0])
    }

    @Test func adaptive() {
        let expected = [-2.0 / 3, 0.5, -1.0 / 9, 4.0 / 9, -1.0 / 6, -5.0 / 6]
        expect(adaptiveAveragePool(image, size: [3, 2]), [1, 3, 2, 1], expected)
        let (values, indices) = adaptiveMaxPoolWithIndices(image, size: [3, 2])
        expect(values, [1, 3, 2, 1], [4, 5, 4, 5, 4, 4])
        expect(indices, [1, 3, 2, 1], [6, 3, 6, 14, 17, 17])
    }

    @Test func powers() {
        // The last windows have fewer elements, and count as if they had all.
        let squares = [54, 45, 20, 36, 24, 82, 20, 58, 16].map { Double($0).squareRoot() }
        expect(powerPool(abs(image), power: 2, window: 2, ceilMode: true), [1, 3, 3, 1], squares)
        let gradient = grad { powerPool($0, power: 2, window: 2).sum() }(Tensor.zeros([1, 4, 1], dtype: .float64))
        #expect(gradient.numbers == [0, 0, 0, 0])
    }
}

/// Resizing and sampling against numbers of PyTorch.
@Suite struct ImageTests {
    private let image = pattern(1, 3, 4, 1)

    @Test func linear() {
        expect(
            resize(image, to: [2, 3], method: .linear, alignCorners: true), [1, 2, 3, 1], [-5, 0, 5, -4, 1, -5])
        expect(
            resize(image, by: [1.3], method: .linear), [1, 3, 5, 1],
            [
                -5, -0.4230769230769238, 0.3076923076923084, -0.6538461538461555, 4.730769230769229, 1,
                -1.615384615384615, -0.03846153846153966, 3.2307692307692317, 0.15384615384615508, -4,
                0.5769230769230762, 1.3076923076923084, -1.7692307692307683, -4.846153846153845,
            ])
    }

    @Test func cubic() {
        expect(
            resize(image, to: [2, 5], method: .cubic), [1, 2, 5, 1],
            [
                -3.715200195312502, -0.369934570312498, 0.0594482421875, 0.6692353515625, 4.316818359375003,
                -2.906606445312501, 0.43865917968750184, 1.701904296875, -1.0037451171874994, -4.309461914062503,
            ])
    }

    @Test func smoothed() {
        expect(
            resize(image, to: 2, method: .linear, antialias: true), [1, 2, 2, 1],
            [-1.089285714285714, 1.4642857142857142, -0.4642857142857142, -0.8571428571428572])
        expect(
            resize(image, to: [3, 2], method: .cubic, antialias: true), [1, 3, 2, 1],
            [
                -1.8016528925619835, 1.8016528925619837, -0.43801652892562, 1.43801652892562, -0.39256198347107435,
                -2.243801652892562,
            ])
    }

    @Test func nearestAndArea() {
        expect(resize(image, to: [2, 3], method: .nearestExact), [1, 2, 3, 1], [-5, -2, 5, -4, -1, -5])
        expect(resize(image, to: [2, 3], method: .area), [1, 2, 3, 1], [-1.25, 0.25, 1.75, -0.75, 0.75, -0.5])
        let rows = [[-5.0, -5, 2, 2, -2, -2], [1, 1, -3, -3, 4, 4], [-4, -4, 3, 3, -1, -1]]
        expect(resize(image, by: [1.7], method: .nearest), [1, 5, 6, 1], [0, 0, 1, 1, 2].flatMap { rows[$0] })
    }

    @Test func sampling() {
        let grid = Tensor([-1.2, -0.9, 0.1, 0.35, 0.8, 1.4, -0.4, 0], shape: [1, 4, 1, 2], dtype: .float64)
        for (method, padding, alignCorners, expected) in [
            (.linear, .zeros, false, [-0.325, 1.0075, 0, -1.8]),
            (.linear, .border, true, [-4.4, 1.1475, -3.8, -2.6]),
            (.linear, .reflection, false, [-5, 1.0075, -4.5, -1.8]),
            (.nearest, .zeros, false, [0, -1, 0, -3]),
            (.nearest, .border, true, [-5, 4, -5, -3]),
            (.nearest, .reflection, false, [-5, -1, -5, -3]),
            (.cubic, .zeros, false, [-0.36781499218749847, 1.962819633789062, 0.29360474999999825, -2.6085]),
            (.cubic, .border, true, [-5.1383684375, 1.9692411972656276, -4.669133000000006, -3.09725]),
            (.cubic, .reflection, false, [-6.622939062499998, 1.8756502128906238, -4.898761875000003, -2.65575]),
        ] as [(GridSampleMethod, GridSamplePadding, Bool, [Double])] {
            expect(
                gridSample(image, grid, method: method, padding: padding, alignCorners: alignCorners), [1, 4, 1, 1],
                expected)
        }
    }

    @Test func samplingAtPlacesThatAreNoNumbers() {
        let grid = Tensor([.nan, 0, .infinity, 0, 0, -.infinity, 1e30, 1e30], shape: [1, 4, 1, 2], dtype: .float64)
        expect(gridSample(image, grid), [1, 4, 1, 1], [0, 0, 0, 0])
    }

    @Test func affineMaps() {
        let theta = Tensor([0.5, 0, 0.25, 0, -1, 0], shape: [1, 2, 3], dtype: .float64)
        let x = [0.25 - 1.0 / 3, 0.25, 0.25 + 1.0 / 3]
        expect(
            affineGrid(theta, size: [2, 3]), [1, 2, 3, 2],
            [x[0], 0.5, x[1], 0.5, x[2], 0.5, x[0], -0.5, x[1], -0.5, x[2], -0.5])
    }

    @Test func shuffledPixelsAndChannels() {
        let x = pattern(1, 1, 2, 4)
        expect(pixelShuffle(x, factor: 2), [1, 2, 4, 1], [-5, 2, 1, -3, -2, 5, 4, 0])
        expect(pixelUnshuffle(pixelShuffle(x, factor: 2), factor: 2), [1, 1, 2, 4], x.numbers)
        expect(channelShuffle(pattern(1, 1, 1, 6), groups: 3), [1, 1, 1, 6], [-5, -2, 1, 2, 5, -3])
    }
}
