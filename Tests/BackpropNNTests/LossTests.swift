import Backprop
import BackpropNN
import Foundation
import Testing

/// Losses and activations against their formulas.
@Suite struct LossTests {
    private let logits: [[Double]] = [[1, 2, 3], [-1, 0.5, 0], [1e4, -1e4, 0], [0, 0, 0]]
    private let labels: [Int32] = [2, 0, 0, 1]

    private var expected: [Double] {
        zip(logits, labels).map { row, label in
            let greatest = row.max()!
            return greatest + log(row.reduce(0) { $0 + exp($1 - greatest) }) - row[Int(label)]
        }
    }

    private func expectClose(_ found: [Double], _ expected: [Double], _ tolerance: Double = 1e-12) {
        #expect(found.count == expected.count)
        for (x, y) in zip(found, expected) { #expect(abs(x - y) <= tolerance * max(1, abs(y)), "\(x) is not \(y)") }
    }

    @Test func crossEntropyOfEachReduction() {
        let x = Tensor(logits.flatMap(\.self), shape: [4, 3])
        expectClose(crossEntropy(x, Tensor(labels), reduction: .none).array(), expected)
        expectClose([crossEntropy(x, Tensor(labels), reduction: .sum).item()], [expected.reduce(0, +)])
        expectClose([crossEntropy(x, Tensor(labels)).item()], [expected.reduce(0, +) / 4])
    }

    @Test(arguments: [DType.uint8, .int32, .int64])
    func labelsOfEachDType(_ dtype: DType) {
        let x = Tensor(logits.flatMap(\.self), shape: [2, 2, 3])
        let found = crossEntropy(x, Tensor(labels, shape: [2, 2]).asType(dtype), reduction: .none)
        #expect(found.shape == [2, 2])
        expectClose(found.array(), expected)
    }

    @Test func crossEntropyGradientIsSoftmaxMinusOneHot() {
        let x = Tensor(logits.flatMap(\.self), shape: [4, 3])
        let found = grad { crossEntropy($0, Tensor(labels), reduction: .sum) }(x).array(of: Double.self)
        let expected = zip(logits, labels).flatMap { row, label in
            let greatest = row.max()!, total = row.reduce(0) { $0 + exp($1 - greatest) }
            return row.indices.map { exp(row[$0] - greatest) / total - ($0 == Int(label) ? 1 : 0) }
        }
        expectClose(found, expected)
    }

    @Test func aLabelOutOfRangeStopsTheProgram() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = crossEntropy(Tensor.zeros([2, 3]), Tensor([0, 3] as [Int32])).item()
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("index 3") && message.contains("0..<3"), "the message is: \(message.prefix(300))")
    }

    @Test func labelsOfAnotherShapeStopTheProgram() async {
        let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
            _ = crossEntropy(Tensor.zeros([2, 3]), Tensor([0] as [Int32]))
        }
        let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
        #expect(message.contains("crossEntropy") && message.contains("[2, 3]") && message.contains("[1]"))
    }

    @Test func meanSquaredErrorOfEachReduction() {
        let a = Tensor([1.0, 2, 3]), b = Tensor([0.5, 2, 5])
        #expect(meanSquaredError(a, b, reduction: .none).array(of: Double.self) == [0.25, 0, 4])
        #expect(meanSquaredError(a, b, reduction: .sum).item() == 4.25)
        #expect(abs(meanSquaredError(a, b).item() - 4.25 / 3) < 1e-15)
    }

    @Test func activations() {
        let numbers: [Double] = [-1e4, -30, -2, -0.5, 0, 0.5, 2, 30, 1e4]
        let x = Tensor(numbers)
        func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
        func softplusOf(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }
        let cases: [(String, (Tensor) -> Tensor, (Double) -> Double)] = [
            ("relu", { relu($0) }, { max($0, 0) }),
            ("leakyRelu", { leakyRelu($0, slope: 0.1) }, { $0 > 0 ? $0 : 0.1 * $0 }),
            ("elu", { elu($0, alpha: 0.7) }, { $0 > 0 ? $0 : 0.7 * expm1($0) }),
            ("gelu", { gelu($0) }, { 0.5 * $0 * (1 + erf($0 / 2.0.squareRoot())) }),
            (
                "geluTanh", { geluTanh($0) },
                { x in 0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))) }
            ),
            ("silu", { silu($0) }, { $0 * logistic($0) }),
            ("softplus", { softplus($0) }, softplusOf),
        ]
        for (name, function, reference) in cases {
            let found = function(x).array(of: Double.self)
            for (value, number) in zip(found, numbers) {
                let expected = reference(number)
                #expect(abs(value - expected) <= 1e-12 * max(1, abs(expected)), "\(name)(\(number))")
            }
            let slopes = grad { function($0).sum() }(x).array(of: Double.self)
            #expect(slopes.allSatisfy { $0.isFinite }, "\(name)' is \(slopes)")
        }
        #expect(relu(Tensor([Double.nan])).item().isNaN)
        #expect(grad { relu($0).sum() }(Tensor([0.0])).item() == 0)
    }

    @Test func everyActivationIsAModule() {
        let x = Tensor([-1, 0, 2] as [Float])
        for activation in Activation.allCases { #expect(activation(x).shape == [3], "\(activation)") }
        #expect(Activation.tanh(x).array(of: Float.self) == tanh(x).array(of: Float.self))
    }
}
