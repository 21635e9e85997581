import Backprop
import Testing

private func float64(_ numbers: [Double], shape: [Int]? = nil) -> Tensor {
    Tensor(shape: shape ?? [numbers.count], dtype: .float64) { bytes in
        numbers.withUnsafeBytes { bytes.copyMemory(from: $0) }
    }
}

/// Quantiles, differences, covariances and powers against recorded numbers of PyTorch.
@Suite struct StatisticsTests {
    private static let numbers = [3, -1.5, 4.25, 0.5, 7, 2, 2.5, -3, 9, 1]
    private static let x = float64(numbers, shape: [2, 5])
    private static let gaps = float64([3, .nan, 4.25, 0.5, 7, .nan, 2.5, -3, 9, .nan], shape: [2, 5])
    private static let shares = [0, 0.1, 0.375, 0.5, 0.9, 1]

    struct Recorded: Sendable {
        let method: Tensor.QuantileMethod
        /// [shares, rows], and the gradient of their sum with the weights 1/3, 2/3, ...
        let values: [Double], gradient: [Double]
    }

    private static let quantiles = [
        Recorded(
            method: .linear,
            values: [-1.5, -3, -0.7, -1.4, 1.75, 1.5, 3, 2, 5.9, 6.4, 7, 9],
            gradient: [
                3.1666666666667, 0.93333333333333, 1.2, 1.2333333333333, 5.4666666666667, 3.6666666666667,
                1.3333333333333, 1.4666666666667, 6, 1.5333333333333,
            ]),
        Recorded(
            method: .lower,
            values: [-1.5, -3, -1.5, -3, 0.5, 1, 3, 2, 4.25, 2.5, 7, 9],
            gradient: [
                2.3333333333333, 1.3333333333333, 3, 1.6666666666667, 3.6666666666667, 2.6666666666667, 3.3333333333333,
                2, 4, 2,
            ]),
        Recorded(
            method: .higher,
            values: [-1.5, -3, 0.5, 1, 3, 2, 3, 2, 7, 9, 7, 9],
            gradient: [
                4, 0.33333333333333, 0, 1, 6.6666666666667, 4.6666666666667, 0, 0.66666666666667, 7.3333333333333,
                1.3333333333333,
            ]),
        Recorded(
            method: .nearest,
            values: [-1.5, -3, -1.5, -3, 3, 2, 3, 2, 7, 9, 7, 9],
            gradient: [4, 1.3333333333333, 0, 0, 6.6666666666667, 4.6666666666667, 0, 2, 7.3333333333333, 0]),
        Recorded(
            method: .midpoint,
            values: [-1.5, -3, -0.5, -1, 1.75, 1.5, 3, 2, 5.625, 5.75, 7, 9],
            gradient: [
                3.1666666666667, 0.83333333333333, 1.5, 1.3333333333333, 5.1666666666667, 3.6666666666667,
                1.6666666666667, 1.3333333333333, 5.6666666666667, 1.6666666666667,
            ]),
    ]

    private static let nanQuantiles = [
        Recorded(
            method: .linear,
            values: [0.5, -3, 1.25, -1.9, 3.15625, 1.125, 3.625, 2.5, 6.175, 7.7, 7, 9],
            gradient: [2.925, 0, 2.275, 1.0333333333333, 5.7666666666667, 0, 5.1, 2.2333333333333, 6.6666666666667, 0]),
        Recorded(
            method: .lower,
            values: [0.5, -3, 0.5, -3, 3, -3, 3, 2.5, 4.25, 2.5, 7, 9],
            gradient: [4, 0, 3, 1.3333333333333, 3.6666666666667, 0, 6, 4, 4, 0]),
        Recorded(
            method: .higher,
            values: [0.5, -3, 3, 2.5, 4.25, 2.5, 4.25, 2.5, 7, 9, 7, 9],
            gradient: [1, 0, 4, 0.33333333333333, 6.6666666666667, 0, 6, 0.66666666666667, 7.3333333333333, 0]),
        Recorded(
            method: .nearest,
            values: [0.5, -3, 0.5, -3, 3, 2.5, 4.25, 2.5, 7, 9, 7, 9],
            gradient: [
                1.6666666666667, 0, 2.3333333333333, 1.3333333333333, 6.6666666666667, 0, 4.6666666666667, 2,
                7.3333333333333, 0,
            ]),
        Recorded(
            method: .midpoint,
            values: [0.5, -3, 1.75, -0.25, 3.625, -0.25, 3.625, 2.5, 5.625, 5.75, 7, 9],
            gradient: [2.5, 0, 3.5, 0.83333333333333, 5.1666666666667, 0, 6, 2.3333333333333, 5.6666666666667, 0]),
    ]

    private static func weighted(_ x: Tensor) -> Tensor {
        (x * (Tensor.arange(12, dtype: .float64).reshaped([6, 2]) + 1) / 3).sum()
    }

    @Test(arguments: quantiles)
    func quantilesOfRows(_ recorded: Recorded) {
        let quantile = { @Sendable (x: Tensor) in x.quantile(Self.shares, axis: 1, method: recorded.method) }
        #expect(difference(quantile(Self.x).numbers, recorded.values) < 1e-13)
        #expect(difference(grad { Self.weighted(quantile($0)) }(Self.x).numbers, recorded.gradient) < 1e-13)
        #expect(gradientCheck({ [quantile($0[0])] }, at: [Self.x]).passed)
        for (position, share) in Self.shares.enumerated() {
            let single = Self.x.quantile(share, axis: 1, method: recorded.method)
            #expect(single.numbers == quantile(Self.x)[position].numbers && single.shape == [2])
        }
    }

    @Test(arguments: nanQuantiles)
    func quantilesOfNumbersOnly(_ recorded: Recorded) {
        let quantile = { @Sendable (x: Tensor) in x.nanQuantile(Self.shares, axis: 1, method: recorded.method) }
        #expect(difference(quantile(Self.gaps).numbers, recorded.values) < 1e-13)
        #expect(difference(grad { Self.weighted(quantile($0)) }(Self.gaps).numbers, recorded.gradient) < 1e-13)
        #expect(
            difference(quantile(Self.x).numbers, Self.quantiles.first { $0.method == recorded.method }!.values) < 1e-13)
    }

    @Test func quantilesAtTheEdges() {
        #expect(Self.x.quantile(0.5).item() == 2.25 && Self.x.quantile(0.5).shape == [])
        #expect(Self.x.quantile(0.5, axis: 0, keepDims: true).shape == [1, 5])
        #expect(Self.x.quantile([], axis: 0).shape == [0, 5])
        #expect(Self.gaps.quantile(0.2, axis: 1).numbers.allSatisfy { $0.isNaN })
        #expect(float64([.nan, .nan]).nanQuantile(0.3).item().isNaN)
        #expect(float64([-.infinity, 1, .infinity]).quantile([0, 0.5, 1]).numbers == [-.infinity, 1, .infinity])
        #expect(Tensor([4] as [Float]).quantile(0.7).item() == 4)
    }

    @Test func differences() {
        let x = float64([1, 4, 9, 16, 0, 2], shape: [2, 3])
        #expect(x.diff().numbers == [3, 5, -16, 2] && x.diff(axis: 0).numbers == [15, -4, -7])
        #expect(x.diff(order: 2).numbers == [2, 18] && x.diff(order: 0).numbers == x.numbers)
        #expect(x.diff(order: 9).shape == [2, 0])
        let ends = Tensor.zeros([2, 1], dtype: .float64)
        #expect(x.diff(prepending: ends, appending: ends).numbers == [1, 3, 5, -9, 16, -16, 2, -2])
        #expect(
            Tensor([true, true, false]).diff().numbers == [0, 1] && Tensor([3, 1] as [Int32]).diff().numbers == [-2])
        #expect(gradientCheck({ [$0[0].diff(order: 2), $0[0].diff(axis: 0, prepending: $0[1])] }, at: [x, x]).passed)
    }

    @Test func covariances() {
        let x = Self.x, frequencies = Tensor([1, 2, 3, 1, 2] as [Int64]), weights = float64([0.5, 1, 2, 0.25, 1])
        let recorded: [(Tensor, [Double])] = [
            (x.cov(), [10.8625, -7.36875, -7.36875, 18.7]), (x.cov(ddof: 0), [8.69, -5.895, -5.895, 14.96]),
            (x.cov(frequencies: frequencies), [10.428819444444, -6.0625, -6.0625, 14.6875]),
            (x.cov(weights: weights), [11.85, -6.0192307692308, -6.0192307692308, 13.85]),
            (
                x.cov(frequencies: frequencies, weights: weights),
                [8.6895465994962, -4.1580604534005, -4.1580604534005, 9.2241813602015]
            ),
            (x.corrcoef(), [1, -0.51702092990263, -0.51702092990263, 1]), (x[0].cov(), [10.8625]),
            (x[0].corrcoef(), [1]),
        ]
        for (found, expected) in recorded { #expect(difference(found.numbers, expected) < 1e-12) }
        #expect(x[0].cov().shape == [] && x.corrcoef().shape == [2, 2])
        let report = gradientCheck(
            { [$0[0].cov(), $0[0].cov(frequencies: frequencies, weights: $0[1])] }, at: [x, weights], secondOrder: true)
        #expect(report.passed, "\(report)")
        // Diagonal elements are at a bound, where they are 1 and do not change.
        #expect(gradientCheck({ [$0[0].corrcoef()[0, 1]] }, at: [x], secondOrder: true).passed)
    }

    @Test func powers() {
        #expect(difference(Tensor.logspace(-1, 2, count: 4, dtype: .float64).numbers, [0.1, 1, 10, 100]) < 1e-14)
        #expect(Tensor.logspace(0, 3, count: 4, base: 2).numbers == [1, 2, 4, 8])
        #expect(Tensor.logspace(0, 3, count: 0).shape == [0] && Tensor.logspace(2, 3, count: 1).numbers == [100])
        let x = float64([0, -2, 3])
        #expect(x.vander().numbers == [0, 0, 1, 4, -2, 1, 9, 3, 1])
        #expect(x.vander(columns: 2, increasing: true).numbers == [1, 0, 1, -2, 1, 3])
        #expect(x.vander(columns: 1).numbers == [1, 1, 1] && x.vander(columns: 0).shape == [3, 0])
        #expect(Tensor([2, 3] as [Int32]).vander().dtype == .int32)
        #expect(gradientCheck({ [$0[0].vander(columns: 4)] }, at: [x], secondOrder: true).passed)
    }

    @Test func mistakesStop() async {
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).quantile(1.5) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([0]).quantile(0.5) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2]).diff(order: -1) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 2, 2]).cov() }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 3]).cov(weights: Tensor.zeros([2])) }
        await #expect(processExitsWith: .failure) { _ = Tensor.zeros([2, 2]).vander() }
    }
}
