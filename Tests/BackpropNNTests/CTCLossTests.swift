import Backprop
import BackpropNN
import Testing

/// Losses of sequences against PyTorch 2.13 on the same numbers.
@Suite struct CTCLossTests {
    private let logProbabilities = logSoftmax(
        Tensor(
            [
                0.1, 0.5, -0.2, 0.3, -0.1, 0.0, 0.0, 0.2, 0.4, -0.3, 0.6, 0.1, 0.7, -0.4, 0.1, 0.2, 0.2, -0.5, -0.1,
                0.3,
                0.2, 0.4, 0.0, -0.2,
            ], shape: [4, 2, 3], dtype: .float64))
    private let targets = Tensor([1, 2, 1, 1] as [Int64], shape: [2, 2])
    private let inputLengths = Tensor([4, 3] as [Int64])
    private let targetLengths = Tensor([2, 2] as [Int64])
    private let losses = [1.524988415133603, 3.7946988467788803]
    private let gradients = [
        0.08576231862, -0.314930290277, 0.229167971656, 0.414741872668, -0.72199020882, 0.307248336152, 0.036989546401,
        -0.168902089184, 0.131912542783, -0.79803805314, 0.496746232831, 0.301291820309, 0.089381120001, 0.080686152884,
        -0.170067272886, 0.400547098664, -0.599452901336, 0.198905802673, -0.054045144848, 0.388325768017,
        -0.334280623168, 0, 0, 0,
    ]

    private func isNear(_ found: Tensor, _ expected: [Double]) -> Bool {
        let numbers = found.array(of: Double.self)
        return numbers.count == expected.count && zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-10 }
    }

    private func loss(_ x: Tensor, reduction: Reduction) -> Tensor {
        ctcLoss(x, targets, inputLengths: inputLengths, targetLengths: targetLengths, reduction: reduction)
    }

    @Test func lossesAndReductions() {
        #expect(isNear(loss(logProbabilities, reduction: .none), losses))
        #expect(isNear(loss(logProbabilities, reduction: .sum), [losses[0] + losses[1]]))
        #expect(isNear(loss(logProbabilities, reduction: .mean), [(losses[0] + losses[1]) / 4]))
        let alone = ctcLoss(
            logProbabilities[.ellipsis, 0, 0...], Tensor([1, 2] as [Int32]), inputLengths: Tensor([4] as [Int32]),
            targetLengths: Tensor([2] as [Int32]), reduction: .none)
        #expect(alone.shape == [] && isNear(alone, [losses[0]]))
    }

    @Test func theGradientIsTheOneBehindALogSoftmax() {
        #expect(isNear(grad { loss($0, reduction: .sum) }(logProbabilities), gradients))
        // A log-softmax in front takes the normalization out again: differences agree.
        let report = gradientCheck({ [loss(logSoftmax($0[0]), reduction: .none)] }, at: [logProbabilities])
        #expect(report.passed, "\(report)")
    }

    @Test func targetsOneAfterTheOther() {
        let found = ctcLoss(
            logProbabilities, Tensor([1, 2, 1] as [Int64]), inputLengths: Tensor([4, 4] as [Int64]),
            targetLengths: Tensor([2, 1] as [Int64]), reduction: .none)
        #expect(abs(found.array(of: Double.self)[1] - 1.5541) < 1e-4 && isNear(found[0...0], [losses[0]]))
    }

    @Test func targetsThatDoNotFit() {
        func found(_ x: Tensor, zeroing: Bool) -> Tensor {
            ctcLoss(
                x, Tensor([1, 1, 1, 1, 2, 0, 0, 0] as [Int64], shape: [2, 4]), inputLengths: Tensor([4, 4] as [Int64]),
                targetLengths: Tensor([4, 1] as [Int64]), reduction: .none, zeroingInfinity: zeroing)
        }
        #expect(found(logProbabilities, zeroing: false).array(of: Double.self)[0] == .infinity)
        #expect(found(logProbabilities, zeroing: true).array(of: Double.self)[0] == 0)
        let zeroed = grad { found($0, zeroing: true).sum() }(logProbabilities)
        #expect(zeroed[.ellipsis, 0, 0...].array(of: Double.self).allSatisfy { $0 == 0 })
        #expect(zeroed.array(of: Double.self).allSatisfy { $0.isFinite })
        let infinite = grad { found($0, zeroing: false).sum() }(logProbabilities)
        #expect(infinite[.ellipsis, 0, 0...].array(of: Double.self).allSatisfy { $0.isNaN })
    }

    @Test func emptySequencesAndTargets() {
        let nothing = Tensor.zeros([2, 0], dtype: .int64)
        let found = ctcLoss(
            logProbabilities, nothing, inputLengths: Tensor([0, 2] as [Int64]),
            targetLengths: Tensor([0, 0] as [Int64]),
            reduction: .none)
        let blanks = logProbabilities[0..<2, 1, 0].sum().item()
        #expect(isNear(found, [0, -blanks]))
    }
}
