import Backprop
import BackpropNN
import Foundation
import Testing

/// Losses against their formulas.
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
        let x = Tensor(logits.flatMap(\.self), shape: [4, 3], dtype: .float64)
        expectClose(crossEntropy(x, Tensor(labels), reduction: .none).array(), expected)
        expectClose([crossEntropy(x, Tensor(labels), reduction: .sum).item()], [expected.reduce(0, +)])
        expectClose([crossEntropy(x, Tensor(labels)).item()], [expected.reduce(0, +) / 4])
    }

    @Test(arguments: [DType.uint8, .int32, .int64])
    func labelsOfEachDType(_ dtype: DType) {
        let x = Tensor(logits.flatMap(\.self), shape: [2, 2, 3], dtype: .float64)
        let found = crossEntropy(x, Tensor(labels, shape: [2, 2]).asType(dtype), reduction: .none)
        #expect(found.shape == [2, 2])
        expectClose(found.array(), expected)
    }

    @Test func crossEntropyGradientIsSoftmaxMinusOneHot() {
        let x = Tensor(logits.flatMap(\.self), shape: [4, 3], dtype: .float64)
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
        let a = Tensor([1.0, 2, 3], dtype: .float64), b = Tensor([0.5, 2, 5], dtype: .float64)
        #expect(meanSquaredError(a, b, reduction: .none).array(of: Double.self) == [0.25, 0, 4])
        #expect(meanSquaredError(a, b, reduction: .sum).item() == 4.25)
        #expect(abs(meanSquaredError(a, b).item() - 4.25 / 3) < 1e-15)
    }
}
