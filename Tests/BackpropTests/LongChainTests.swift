import Backprop
import Testing

/// Long recordings without a barrier. Memory is a number of the whole process, so these run in processes of their own.
@Suite struct LongChainTests {
    @Test func additionsNeitherOverflowNorGrow() async {
        await #expect(processExitsWith: .success) {
            var x = Tensor.zeros([1000])
            let step = Tensor.ones([1000])
            evaluateOrStop(step)
            MemoryPool.shared.resetPeak()
            for _ in 0..<100_000 { x += step }
            #expect(x.numbers.allSatisfy { $0 == 100_000 })
            // A few thousand of its elements at most, rather than one vector for every addition.
            #expect(MemoryPool.shared.peakBytes < 2_000_000)
        }
    }

    @Test func additionsWithAParameter() async {
        await #expect(processExitsWith: .success) {
            let weight = Parameter(Tensor([1.0, 2], dtype: .float64))
            var x = Tensor.zeros([2], dtype: .float64)
            MemoryPool.shared.resetPeak()
            for _ in 0..<100_000 { x += weight.value }
            #expect(x.numbers == [100_000, 200_000])
            #expect(MemoryPool.shared.peakBytes < 2_000_000)
            x.sum().backward()
            #expect(weight.gradient!.numbers == [100_000, 100_000])
        }
    }

    @Test func aChainThatWasNeverReadIsFreed() async {
        await #expect(processExitsWith: .success) {
            let before = MemoryPool.shared.liveBytes
            do {
                var x = Tensor([1.0], dtype: .float64)
                for _ in 0..<4000 { x = x * 1.0001 }
                _ = x
            }
            #expect(MemoryPool.shared.liveBytes == before)
        }
    }

    @Test func aRunningSumOfLossesKeepsNoGraph() async {
        await #expect(processExitsWith: .success) {
            let weight = Parameter(Tensor.ones([64, 64]))
            let inputs = Tensor.ones([16, 64])
            evaluateOrStop(inputs)
            var total = Tensor(0.0)
            var live: [Int] = []
            for _ in 0..<300 {
                let loss = square(tanh(matmul(inputs, weight.value))).mean()
                loss.backward()
                weight.value = weight.value - weight.takeGradient()! * 0.01
                evaluateOrStop(weight.value)
                total += loss
                live.append(MemoryPool.shared.liveBytes)
            }
            #expect(total.item() > 0)
            #expect(live.max()! - live[10] < 10_000)
        }
    }

    /// A running mean of weights that nobody reads would hold their version of every step.
    @Test func aRunningMeanOfWeightsPinsABoundedNumberOfBytes() async {
        await #expect(processExitsWith: .success) {
            let weight = Parameter(Tensor.ones([512, 512]))
            evaluateOrStop(weight.value)
            var mean = Tensor.zeros([512, 512])
            MemoryPool.shared.resetPeak()
            for _ in 0..<200 {
                mean = mean * 0.5 + stopGradient(weight.value) * 0.5
                weight.value = weight.value + 1
                evaluateOrStop(weight.value)
            }
            #expect(MemoryPool.shared.peakBytes < 50_000_000)
            #expect(mean.numbers.allSatisfy { abs($0 - 199) < 1e-3 })
        }
    }
}
