import Backprop
import BackpropNN
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
        print(full, checkpointed)
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
