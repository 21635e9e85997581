import Backprop
import Testing

/// Random graphs computed as one plan, operation by operation, and by plain loops.
@Suite struct FusionTests {
    /// Short graphs and long ones.
    private static func length(_ seed: Int) -> Int { 8 + seed * 7 % 40 }

    @Test(arguments: 0..<8)
    func valuesOfRandomGraphs(block: Int) {
        for seed in (block * 60)..<(block * 60 + 60) {
            for (dtype, tolerance) in [(DType.float64, 1e-10), (.float32, 1e-3)] { compare(seed, dtype, tolerance) }
        }
    }

    @Test(arguments: 0..<4)
    func valuesOfRandomIntegerGraphs(block: Int) {
        for seed in (block * 60)..<(block * 60 + 60) {
            compare(seed, .int32, 0)
            compare(seed, .int64, 0)
        }
    }

    private func compare(_ seed: Int, _ dtype: DType, _ tolerance: Double) {
        func record() -> [Tensor] {
            RandomGraph.results(
                seed: seed, dtype: dtype, leaves: RandomGraph.leaves(seed: seed, dtype: dtype), length: FusionTests.length(seed))
        }
        let fused = record(), stepwise = record(), reference = record()
        evaluate(fused)
        evaluateNodeByNode(stepwise)
        var interpreter = ReferenceInterpreter()
        for position in fused.indices {
            let expected = interpreter.values(of: reference[position])
            let alone = difference(stepwise[position].numbers, expected)
            #expect(alone <= tolerance, "operation by operation: seed \(seed), \(dtype), result \(position)")
            let together = difference(fused[position].numbers, expected)
            #expect(together <= tolerance, "as one plan: seed \(seed), \(dtype), result \(position)")
        }
    }

    @Test(arguments: 0..<8)
    func gradientsOfRandomGraphs(block: Int) {
        for seed in (block * 40)..<(block * 40 + 40) {
            let leaves = RandomGraph.leaves(seed: seed, dtype: .float64)
            func loss(_ readsEarly: Bool) -> ([Tensor]) -> Tensor {
                { variables in
                    let results = RandomGraph.results(
                        seed: seed, dtype: .float64, leaves: variables, length: FusionTests.length(seed))
                    if readsEarly { evaluateNodeByNode(results) }
                    return results.reduce(Tensor(0, dtype: .float64)) { $0 + ($1 * Example.weights(like: $1)).mean() }
                }
            }
            let reference = grad(loss(false))(leaves).map { ReferenceInterpreter.values(of: $0) }
            let fused = grad(loss(false))(leaves)
            evaluate(fused)
            let stepwise = grad(loss(true))(leaves)
            evaluateNodeByNode(stepwise)
            for position in leaves.indices {
                let alone = difference(stepwise[position].numbers, reference[position])
                #expect(alone < 1e-9, "operation by operation: seed \(seed), leaf \(position)")
                let together = difference(fused[position].numbers, reference[position])
                #expect(together < 1e-9, "as one plan: seed \(seed), leaf \(position)")
            }
        }
    }
}
