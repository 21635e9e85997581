import Backprop
import BackpropNN
import Testing

/// The statistics of initial values.
@Suite struct InitializerTests {
    private func statistics(_ initializer: Initializer) -> (mean: Double, deviation: Double, low: Double, high: Double)
    {
        let values = withRandomSeed(3) { initializer([200, 300], dtype: .float64).array(of: Double.self) }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        return (mean, variance.squareRoot(), values.min()!, values.max()!)
    }

    private func expectUniform(_ initializer: Initializer, within bound: Double) {
        let found = statistics(initializer)
        #expect(abs(found.mean) < 0.02 * bound)
        #expect(abs(found.deviation - bound / 3.0.squareRoot()) < 0.02 * bound)
        #expect(found.low >= -bound && found.low < -0.99 * bound)
        #expect(found.high <= bound && found.high > 0.99 * bound)
    }

    private func expectNormal(_ initializer: Initializer, _ mean: Double, _ deviation: Double) {
        let found = statistics(initializer)
        #expect(abs(found.mean - mean) < 0.02 * deviation)
        #expect(abs(found.deviation - deviation) < 0.02 * deviation)
        #expect(found.high - mean > 3.5 * deviation && found.high - mean < 6 * deviation)
    }

    @Test func uniformOnes() {
        expectUniform(.xavierUniform, within: (6.0 / 500).squareRoot())
        expectUniform(.heUniform, within: (6.0 / 300).squareRoot())
        expectUniform(.leCunUniform, within: (3.0 / 300).squareRoot())
        expectUniform(.uniform(low: -0.3, high: 0.3), within: 0.3)
    }

    @Test func normalOnes() {
        expectNormal(.xavierNormal, 0, (2.0 / 500).squareRoot())
        expectNormal(.heNormal, 0, (2.0 / 300).squareRoot())
        expectNormal(.leCunNormal, 0, (1.0 / 300).squareRoot())
        expectNormal(.normal(mean: 1.5, standardDeviation: 0.2), 1.5, 0.2)
    }

    @Test func truncatedOnes() {
        let found = statistics(.truncatedNormal(mean: 1, standardDeviation: 0.5, cutoff: 2))
        #expect(found.low >= 0 && found.low < 0.01 && found.high <= 2 && found.high > 1.99)
        // The deviation of what is left within two deviations.
        #expect(abs(found.mean - 1) < 0.01 && abs(found.deviation - 0.8796 * 0.5) < 0.01)
    }

    /// Each place of a kernel has an input and an output.
    @Test func fansOfKernels() {
        let values = withRandomSeed(1) { Initializer.xavierUniform([8, 3, 3, 4], dtype: .float64) }
        let bound = (6.0 / Double(9 * 8 + 9 * 4)).squareRoot()
        let greatest = abs(values).max().item()
        #expect(greatest <= bound && greatest > 0.95 * bound)
    }

    @Test(arguments: [[4, 4], [3, 7], [7, 3], [6, 2, 2, 5]])
    func orthogonalOnes(_ shape: [Int]) {
        let values = withRandomSeed(2) { Initializer.orthogonal(gain: 2)(shape, dtype: .float64) }
        #expect(values.shape == shape)
        let matrix = values.reshaped([shape[0], -1])
        let isWide = matrix.dim(0) < matrix.dim(1)
        let products = isWide ? matmul(matrix, matrix.T) : matmul(matrix.T, matrix)
        let distance = abs(products - 4 * Tensor.eye(products.dim(0), dtype: .float64)).max().item()
        #expect(distance < 1e-12)
    }

    @Test func constants() {
        #expect(Initializer.zeros([2, 2]).array(of: Float.self) == [0, 0, 0, 0])
        #expect(Initializer.ones([2]).array(of: Float.self) == [1, 1])
        #expect(Initializer.constant(0.25)([3]).array(of: Float.self) == [0.25, 0.25, 0.25])
    }

    @Test func theSeedDecides() {
        func draw(_ seed: UInt64) -> [Float] {
            withRandomSeed(seed) { Linear(4, 4).weight.value.array(of: Float.self) }
        }
        #expect(draw(1) == draw(1))
        #expect(draw(1) != draw(2))
    }

    @Test func zerosAreReported() async {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            _ = Linear(3, 4, initializer: .zeros)
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("warning") && message.contains("Linear(3, 4)"))
    }
}
