import Backprop
import BackpropNN
import Testing

@testable import BackpropXLA

/// Trainings on a device beside the same ones on the processors.
@Suite(.enabled(if: TestPlugin.isThere, TestPlugin.message)) struct TrainingTests {
    /// Losses of a training's first steps.
    typealias Training = @Sendable (_ steps: Int) -> [Double]

    private static func images(_ shape: [Int]) -> Tensor { withRandomSeed(1) { Tensor.normal(shape) } }
    private static let classes = Tensor((0..<16).map { Int64($0 * 7 % 10) })

    private static func steps(
        _ count: Int, _ optimizer: Optimizer, _ loss: () -> Tensor
    ) -> [Double] {
        (0..<count).map { _ in
            let loss = loss()
            loss.backward()
            optimizer.step()
            return loss.item()
        }
    }

    static let trainings: [(name: String, training: Training)] = [
        (
            "dense layers, AdamW",
            { count in
                withRandomSeed(2) {
                    let model = Sequential(Linear(20, 32), Activation.gelu, Linear(32, 10))
                    let x = images([16, 20])
                    return steps(count, AdamW(model.parameters(), learningRate: 1e-2)) {
                        crossEntropy(model(x), classes)
                    }
                }
            }
        ),
        (
            "convolutions, SGD with momentum",
            { count in
                withRandomSeed(3) {
                    let model = Sequential(
                        Conv2d(1, 4, kernel: 3, padding: .same), Activation.relu, MaxPool2d(2), Flatten(),
                        Linear(4 * 4 * 4, 10))
                    let x = images([16, 8, 8, 1])
                    return steps(count, SGD(model.parameters(), learningRate: 0.05, momentum: 0.9)) {
                        crossEntropy(model(x), classes)
                    }
                }
            }
        ),
        (
            "dropout and layer norm, Adam",
            { count in
                withRandomSeed(4) {
                    let model = Sequential(
                        Linear(20, 32), LayerNorm(32), Dropout(0.3), Activation.tanh, Linear(32, 10))
                    let x = images([16, 20])
                    return steps(count, Adam(model.parameters(), learningRate: 1e-2)) {
                        crossEntropy(model(x), classes)
                    }
                }
            }
        ),
    ]

    @Test(arguments: trainings.indices) func lossesAreThoseOfTheProcessors(_ number: Int) throws {
        let (name, training) = TrainingTests.trainings[number]
        let expected = training(20)
        let found = withDevice(try Device.xla(0)) { training(20) }
        for (step, (a, b)) in zip(found, expected).enumerated() {
            #expect(abs(a - b) <= 1e-4 * abs(b), "\(name), step \(step): \(a) instead of \(b)")
        }
        #expect(expected.last! < expected[0])
    }

    /// Weights and moments stay on the device: a step sends its numbers and its batch, and reads the loss.
    @Test func weightsStayOnTheDevice() async throws {
        await #expect(processExitsWith: .success) {
            let device = try Device.xla(0)
            try withDevice(device) {
                let model = Sequential(Linear(64, 128), Activation.relu, Linear(128, 10))
                let optimizer = AdamW(model.parameters())
                let weights = model.parameters().reduce(0) { $0 + $1.value.size } * 4
                func step() -> Double {
                    let x = Tensor.ones([8, 64]) * 0.5, y = Tensor((0..<8).map { Int64($0) })
                    let loss = crossEntropy(model(x), y)
                    loss.backward()
                    optimizer.step()
                    return loss.item()
                }
                let first = step()
                let before = Transfers.counted
                for _ in 0..<5 { _ = step() }
                let last = step()
                let moved = Transfers.counted.since(before)
                #expect(last < first)
                #expect(moved.sent < weights / 4 && moved.read < 1000, "\(moved), weights of \(weights) bytes")
                // What the host asks for arrives there.
                #expect(model.parameters()[0].value.array(of: Float.self).allSatisfy { $0.isFinite })
            }
        }
    }
}
