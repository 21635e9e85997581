import Backprop
import Testing

@Suite struct RecomputationTests {
    /// `layers` times `tanh(a W) * sigmoid(a)`, checkpoints around so many layers each.
    private static func chain(_ a: Tensor, _ weights: [Parameter], every: Int?) -> Tensor {
        func layer(_ a: Tensor, _ weight: Parameter) -> Tensor { tanh(matmul(a, weight.value)) * sigmoid(a) }
        guard let every else { return weights.reduce(a, layer) }
        return stride(from: 0, to: weights.count, by: every).reduce(a) { a, first in
            checkpoint { weights[first..<min(first + every, weights.count)].reduce(a, layer) }
        }
    }

    private static func weights(_ layers: Int, _ width: Int) -> [Parameter] {
        (0..<layers).map { _ in Parameter(Tensor.normal([width, width]) * 0.06) }
    }

    @Test func chainFitsInMemory() throws {
        let (weights, input) = withRandomSeed(1) { (Self.weights(25, 256), Tensor.normal([4096, 256])) }
        try evaluate(weights.map(\.value) + [input])
        func bill(every: Int?) -> MemoryBill {
            let loss = square(Self.chain(input, weights, every: every)).mean()
            loss.backward()
            defer { for weight in weights { weight.gradient = nil } }
            return MemoryBill.of(weights.map { $0.gradient! })
        }
        let full = bill(every: nil), checkpointed = bill(every: 5)
        #expect(full.peakBytes > 300 << 20)
        #expect(checkpointed.peakBytes <= 110 << 20)
    }

    @Test(arguments: [1, 2, 3, 7])
    func gradientsAreTheSame(every: Int) throws {
        func gradients(every: Int?) -> [[Float]] {
            withRandomSeed(2) {
                let weights = Self.weights(7, 24), input = Tensor.normal([10, 24])
                square(Self.chain(input, weights, every: every)).mean().backward()
                return weights.map { $0.gradient!.array() }
            }
        }
        #expect(gradients(every: every) == gradients(every: nil))
    }
}

@Suite struct MemoryBudgetTests {
    /// A deep network with wide hidden layers.
    private static func loss(_ weights: [Parameter], _ input: Tensor) -> Tensor {
        var x = input
        for weight in weights { x = x + tanh(matmul(x, weight.value)) * sigmoid(x) }
        return square(x).mean()
    }

    @Test func smallerBudgetsGiveSmallerPeaks() throws {
        let (weights, input) = withRandomSeed(1) {
            ((0..<12).map { _ in Parameter(Tensor.normal([64, 64]) * 0.1) }, Tensor.normal([512, 64]))
        }
        try evaluate(weights.map(\.value) + [input])
        func gradients() -> [Tensor] {
            Self.loss(weights, input).backward()
            defer { for weight in weights { weight.gradient = nil } }
            return weights.map { $0.gradient! }
        }
        let plain = MemoryBill.of(gradients())
        let expected = gradients().map { $0.array(of: Float.self) }
        var peaks: [Int] = []
        for percent in stride(from: 100, through: 10, by: -10) {
            let budget = MemoryBudget(bytes: plain.peakBytes * percent / 100)
            let bill = withMemoryBudget(budget) { MemoryBill.of(gradients()) }
            peaks.append(bill.peakBytes)
            withMemoryBudget(budget) {
                let found = gradients()
                do {
                    try evaluate(found)
                    #expect(bill.peakBytes <= budget.bytes)
                    #expect(found.map { $0.array(of: Float.self) } == expected)
                } catch {
                    #expect("\(error)".contains("needs \(bill.peakBytes)"))
                }
            }
        }
        #expect(peaks == peaks.sorted(by: >))
        #expect(peaks.last! < plain.peakBytes * 7 / 10)
    }
}
