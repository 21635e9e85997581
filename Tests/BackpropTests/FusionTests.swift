import Backprop
import Testing

/// Random graphs computed as one plan against the same graphs computed operation by operation, where each operation is
/// also compared with plain loops.
@Suite struct FusionTests {
    /// Short graphs and long ones.
    private static func length(_ seed: Int) -> Int { 8 + seed * 7 % 40 }

    @Test(arguments: 0..<8)
    func valuesOfRandomGraphs(block: Int) {
        for seed in (block * 30)..<(block * 30 + 30) {
            for (dtype, tolerance) in [(DType.float64, 1e-10), (.float32, 1e-3)] { compare(seed, dtype, tolerance) }
        }
    }

    @Test(arguments: 0..<4)
    func valuesOfRandomIntegerGraphs(block: Int) {
        for seed in (block * 30)..<(block * 30 + 30) {
            compare(seed, .int32, 0)
            compare(seed, .int64, 0)
        }
    }

    /// Each operation rounds once, wherever it runs: to within the last place of eight bits.
    @Test(arguments: 0..<2)
    func valuesOfRandomBFloat16Graphs(block: Int) {
        for seed in (block * 30)..<(block * 30 + 30) { compare(seed, .bfloat16, 0x1p-7) }
    }

    private func compare(_ seed: Int, _ dtype: DType, _ tolerance: Double) {
        func record() -> [Tensor] {
            RandomGraph.results(
                seed: seed, dtype: dtype, leaves: RandomGraph.leaves(seed: seed, dtype: dtype),
                length: FusionTests.length(seed))
        }
        let fused = record(), stepwise = record()
        evaluateOrStop(fused)
        let worst = evaluateNodeByNode(stepwise)
        #expect(worst.error <= tolerance, "seed \(seed), \(dtype): \(worst)")
        for position in fused.indices {
            let error = difference(fused[position].numbers, stepwise[position].numbers)
            #expect(error <= tolerance, "seed \(seed), \(dtype), result \(position)")
        }
    }

    @Test(arguments: 0..<8)
    func gradientsOfRandomGraphs(block: Int) {
        for seed in (block * 20)..<(block * 20 + 20) {
            let leaves = RandomGraph.leaves(seed: seed, dtype: .float64)
            func loss(_ readsEarly: Bool) -> ([Tensor]) -> Tensor {
                { variables in
                    let results = RandomGraph.results(
                        seed: seed, dtype: .float64, leaves: variables, length: FusionTests.length(seed))
                    if readsEarly { evaluateNodeByNode(results) }
                    return results.reduce(Tensor(0, dtype: .float64)) { $0 + ($1 * Example.weights(like: $1)).mean() }
                }
            }
            let fused = grad(loss(false))(leaves)
            evaluateOrStop(fused)
            let stepwise = grad(loss(true))(leaves)
            let worst = evaluateNodeByNode(stepwise)
            #expect(worst.error < 1e-12, "seed \(seed): \(worst)")
            for position in leaves.indices {
                let error = difference(fused[position].numbers, stepwise[position].numbers)
                #expect(error < 1e-9, "seed \(seed), leaf \(position)")
            }
        }
    }
}
