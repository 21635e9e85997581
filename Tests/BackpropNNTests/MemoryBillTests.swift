import Backprop
import BackpropNN
import Testing

/// The bill of a step equals what the executor holds then, to the byte.
@Suite struct MemoryBillTests {
    /// A kind of network with a step of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let model: @Sendable () -> any Module
        let input: @Sendable () -> Tensor
        let optimizer: @Sendable ([Parameter]) -> Optimizer
    }

    private static let text = Tensor((0..<64).map { Int32($0 * 7 % 13) }, shape: [4, 16])

    static let cases: [Case] = [
        Case(
            testDescription: "digits",
            model: { Sequential(Linear(64, 128), Activation.relu, Dropout(0.2), Linear(128, 10)) },
            input: { .normal([32, 64]) }, optimizer: { AdamW($0, learningRate: 1e-3) }),
        Case(
            testDescription: "cnn",
            model: {
                Sequential(
                    Conv2d(3, 8, kernel: 3, padding: 1), BatchNorm(8), Activation.relu,
                    Residual([Conv2d(8, 8, kernel: 3, padding: 1), BatchNorm(8)]), GlobalAveragePool(), Linear(8, 10))
            },
            input: { .normal([8, 12, 12, 3]) }, optimizer: { SGD($0, learningRate: 0.1, momentum: 0.9) }),
        Case(
            testDescription: "transformer",
            model: {
                Sequential(
                    Embedding(13, 32), TransformerEncoderLayer(32, heads: 4, hidden: 64, dropout: 0.1),
                    TransformerEncoderLayer(32, heads: 4, hidden: 64), LayerNorm(32), Linear(32, 10))
            },
            input: { text }, optimizer: { Adam($0, learningRate: 1e-3) }),
        Case(
            testDescription: "lstm", model: { Sequential(Embedding(13, 24), LSTM(24, 24), Linear(24, 10)) },
            input: { text }, optimizer: { RMSprop($0, learningRate: 1e-3) }),
    ]

    static func loss(_ model: any Module, _ input: Tensor) -> Tensor {
        let scores = model(input)
        let labels = Tensor((0..<(scores.size / 10)).map { Int32($0 * 3 % 10) }, shape: Array(scores.shape.dropLast()))
        return crossEntropy(scores, labels)
    }

    static func bill(_ model: some Module, _ input: Tensor, _ optimizer: Optimizer) -> MemoryBill {
        model.memoryBill(optimizer: optimizer) { loss($0, input) }
    }

    @Test(arguments: cases.indices)
    func equalsWhatTheExecutorHolds(index: Int) async {
        await #expect(processExitsWith: .success) { [index] in
            let example = MemoryBillTests.cases[index]
            withRandomSeed(3) {
                let model = example.model(), input = example.input()
                let optimizer = example.optimizer(model.parameters())
                for _ in 0..<2 {
                    let bill = MemoryBillTests.bill(model, input, optimizer)
                    precondition(bill.parts.values.reduce(0, +) == bill.peakBytes)
                    EngineCounters.measuresMemory = true
                    let loss = MemoryBillTests.loss(model, input)
                    loss.backward()
                    optimizer.step()
                    precondition(loss.item().isFinite)
                    precondition(
                        EngineCounters.mostBytesHeld == bill.peakBytes,
                        "\(EngineCounters.mostBytesHeld) are held, the bill says \(bill.peakBytes)")
                }
            }
        }
    }

    @Test func saysWhatMemoryIsFor() {
        let (model, input) = withRandomSeed(4) {
            (Sequential(Linear(64, 128), Activation.relu, Linear(128, 10)), Tensor.normal([32, 64]))
        }
        let optimizer = Adam(model.parameters(), learningRate: 1e-3)
        optimizer.zeroGradients()
        Self.loss(model, input).backward()
        optimizer.step()
        let bill = Self.bill(model, input, optimizer)
        let weights = 4 * (64 * 128 + 128 + 128 * 10 + 10)
        #expect(bill.parts[.weights] == weights)
        #expect(bill.parts[.optimizerState] == 2 * weights)
        let inference = model.inferenceBill { $0(input) }
        #expect(inference.parts[.weights] == weights && inference.parts[.gradients] == nil)
        #expect(inference.peakBytes < bill.peakBytes)
    }

    /// Weights after some steps of a network, with what the bill says of them.
    private static func trained(_ example: Case, budget: Double?) -> (weights: [[Float]], peakBytes: Int, fits: Bool) {
        withRandomSeed(5) {
            let model = example.model(), input = example.input()
            let optimizer = example.optimizer(model.parameters())
            let plain = bill(model, input, optimizer)
            let bound = budget.map { plain.inputBytes + Int(Double(plain.peakBytes - plain.inputBytes) * $0) }
            return withMemoryBudget(bound.map { MemoryBudget(bytes: $0) }) {
                let peak = bill(model, input, optimizer).peakBytes
                if let bound, peak > bound { return ([], peak, false) }
                for _ in 0..<20 {
                    loss(model, input).backward()
                    optimizer.step()
                }
                return (model.parameters().map { $0.value.array() }, peak, true)
            }
        }
    }

    @Test(arguments: cases.indices)
    func budgetsChangeNoBit(index: Int) {
        let example = Self.cases[index]
        let expected = Self.trained(example, budget: nil)
        var last = expected.peakBytes
        for share in [0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4] {
            let found = Self.trained(example, budget: share)
            #expect(found.peakBytes <= last)
            last = found.peakBytes
            guard found.fits else { continue }
            #expect(found.weights == expected.weights, "a budget of \(share)")
        }
        if example.testDescription == "transformer" { #expect(last < expected.peakBytes * 8 / 10) }
    }
}
