import Backprop
import Testing

/// The number of threads, which is a setting of the whole process: these tests run in processes of their own.
@Suite struct ThreadCountTests {
    /// A step whose products, reductions and draws are shared.
    private static func step() -> [[UInt8]] {
        let x = withRandomSeed(1) { Tensor.normal([96, 200]) }
        let weights = withRandomSeed(2) { Tensor.normal([200, 160]) }
        let value = { @Sendable (w: Tensor) in softmax(tanh(matmul(x, w) * 0.1)).sum(axis: 0) }
        let slope = grad { w in square(value(w)).sum() }(weights)
        let spectrum = rfft(x, axis: 0)
        return [value(weights), slope, spectrum.real, spectrum.imaginary, x.sorted(axis: 0)].map(\.bytes)
    }

    @Test func resultsHaveTheSameBitsWhateverIsSet() async {
        await #expect(processExitsWith: .success) {
            Processor.threads = 1
            let alone = ThreadCountTests.step()
            for threads in [4, 1, 2, 7, 3] {
                Processor.threads = threads
                #expect(Processor.threads == threads)
                #expect(ThreadCountTests.step() == alone, "\(threads) threads")
            }
        }
    }

    @Test func itIsSetWhileOtherThreadsCompute() async {
        await #expect(processExitsWith: .success) {
            Processor.threads = 2
            let expected = ThreadCountTests.step()
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<3 {
                    group.addTask { (0..<6).allSatisfy { _ in ThreadCountTests.step() == expected } }
                }
                group.addTask {
                    for round in 0..<200 {
                        Processor.threads = 1 + round % 5
                        await Task.yield()
                    }
                    return Processor.threads == 5
                }
                for await isRight in group { #expect(isRight) }
            }
        }
    }

    @Test func numbersThatMakeNoSenseStop() async {
        await #expect(processExitsWith: .failure) { Processor.threads = 0 }
        await #expect(processExitsWith: .failure) { Processor.threads = Processor.mostThreads + 1 }
    }
}
