import Backprop
import BackpropNN
import Testing

/// Networks that learn.
@Suite struct LearningTests {
    @Test func exclusiveOr() {
        let inputs = Tensor([0, 0, 0, 1, 1, 0, 1, 1] as [Float], shape: [4, 2])
        let targets = Tensor([0, 1, 1, 0] as [Float], shape: [4, 1])
        let model = withRandomSeed(4) { Sequential(Linear(2, 8), Activation.tanh, Linear(8, 1), Activation.sigmoid) }
        let optimizer = SGD(model.parameters(), learningRate: 0.5)
        var first = 0.0, last = 0.0
        for epoch in 0..<3000 {
            let loss = meanSquaredError(model(inputs), targets)
            loss.backward()
            optimizer.step()
            if epoch == 0 { first = loss.item() }
            if epoch == 2999 { last = loss.item() }
        }
        #expect(first > 0.2)
        #expect(last < 0.01)
        let predictions = withoutGradients { model(inputs).array(of: Float.self) }
        #expect(predictions.map { $0 > 0.5 } == [false, true, true, false])
    }

    @Test(arguments: [0, 1, 2])
    func aLineIsFound(kind: Int) {
        let x = withRandomSeed(1) { Tensor.normal([64, 3], dtype: .float64) }
        let y = matmul(x, Tensor([1.0, -2, 0.5], shape: [3, 1], dtype: .float64)) + 0.75
        let model = withRandomSeed(2) { Linear(3, 1, dtype: .float64) }
        let optimizer: Optimizer =
            switch kind {
            case 0: SGD(model.parameters(), learningRate: 0.1, momentum: 0.9)
            case 1: Adam(model.parameters(), learningRate: 0.05)
            default: AdamW(model.parameters(), learningRate: 0.05, weightDecay: 0)
            }
        for _ in 0..<400 {
            meanSquaredError(model(x), y).backward()
            optimizer.step()
        }
        let weights = model.weight.value.array(of: Double.self) + model.bias!.value.array(of: Double.self)
        for (found, expected) in zip(weights, [1, -2, 0.5, 0.75]) { #expect(abs(found - expected) < 1e-3) }
    }
}
