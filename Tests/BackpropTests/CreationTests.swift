import Backprop
import Testing

/// Tensors from nothing, and random ones.
@Suite struct CreationTests {
    @Test func identities() {
        #expect(Tensor.eye(2).numbers == [1, 0, 0, 1])
        #expect(Tensor.eye(2, columns: 3, diagonal: 1).numbers == [0, 1, 0, 0, 0, 1])
        #expect(Tensor.eye(3, columns: 2, diagonal: -1).numbers == [0, 0, 1, 0, 0, 1])
        #expect(Tensor.eye(0).shape == [0, 0])
    }

    @Test func rangesOfNumbers() {
        #expect(Tensor.linspace(0, 1, count: 5).numbers == [0, 0.25, 0.5, 0.75, 1])
        #expect(Tensor.linspace(-1, 0.1, count: 4, dtype: .float64).numbers.last == 0.1)
        #expect(Tensor.linspace(3, 4, count: 1).numbers == [3])
        #expect(Tensor.linspace(3, 4, count: 0).shape == [0])
        #expect(Tensor.arange(1, 2, step: 0.25).numbers == [1, 1.25, 1.5, 1.75])
        #expect(Tensor.arange(3, 0, step: -1, dtype: .int32).numbers == [3, 2, 1])
        #expect(Tensor.arange(3, 0).shape == [0])
    }

    @Test func likeAnother() {
        let x = Tensor.zeros([2, 3], dtype: .float64)
        #expect(Tensor.ones(like: x).numbers == [1, 1, 1, 1, 1, 1])
        #expect(Tensor.ones(like: x).dtype == .float64)
        #expect(Tensor.zeros(like: x).shape == [2, 3])
    }

    @Test func truncatedNormalNumbersStayInside() {
        let x = withRandomSeed(7) { Tensor.truncatedNormal([20000], mean: 1, standardDeviation: 2, low: 0, high: 4) }
        let numbers = x.numbers
        #expect(numbers.allSatisfy { $0 >= 0 && $0 <= 4 })
        // The mean and the deviation of that part of the bell, by numerical integration.
        #expect(Swift.abs(x.mean().item() - 1.7125) < 0.02)
        #expect(Swift.abs(x.std().item() - 1.0588) < 0.02)
    }

    @Test func integersCoverTheirRangeEvenly() {
        let x = withRandomSeed(9) { Tensor.integers([12000], low: -2, high: 4) }
        #expect(x.dtype == .int64)
        for number in -2..<4 {
            let count = (x .== Double(number)).sum().item()
            #expect(Swift.abs(count - 2000) < 200, "\(number): \(count)")
        }
        #expect(withRandomSeed(9) { Tensor.integers([100], high: 256, dtype: .uint8) }.dtype == .uint8)
    }
}
