import Backprop
import BackpropData
import Testing

@testable import BackpropTrain

@Suite struct TemperatureTests {
    /// Probabilities of which each is as often right as it says, and labels drawn from them.
    private static func honest(_ count: Int, classes: Int) -> (probabilities: [Double], labels: [Int32]) {
        var generator = SplitMix64(seed: 5)
        func uniform() -> Double { (Double(generator.below(1 << 30)) + 0.5) / Double(1 << 30) }
        var probabilities: [Double] = [], labels: [Int32] = []
        for _ in 0..<count {
            let scores = (0..<classes).map { _ in ScalarMath.exp(3 * uniform()) }
            let shares = scores.map { $0 / scores.reduce(0, +) }
            var rest = uniform(), label = 0
            while label < classes - 1, rest > shares[label] { (rest, label) = (rest - shares[label], label + 1) }
            probabilities += shares
            labels.append(Int32(label))
        }
        return (probabilities, labels)
    }

    /// Scores that were multiplied are divided again.
    @Test(arguments: [0.5, 1, 2]) func findsWhatWasDone(_ factor: Double) {
        let (probabilities, labels) = Self.honest(20_000, classes: 4)
        var changed: [Double] = []
        for row in labels.indices {
            let powers = probabilities[(row * 4)..<(row * 4 + 4)].map { ScalarMath.pow($0, factor) }
            changed += powers.map { $0 / powers.reduce(0, +) }
        }
        let found = Temperature.fitted(to: changed, labels: labels)
        #expect(abs(found / factor - 1) < 0.05, "\(found)")
    }

    @Test func staysWithinReason() {
        let count = Temperature.fewest
        let labels = [Int32](repeating: 0, count: count)
        let sure: [Double] = labels.flatMap { _ in [0.6, 0.4] }, wrong: [Double] = labels.flatMap { _ in [0, 1] }
        #expect(Temperature.fitted(to: sure, labels: labels) < 0.21)
        #expect(Temperature.fitted(to: wrong, labels: labels) > 4.9)
        #expect(Temperature.fitted(to: Array(sure.dropLast(2)), labels: Array(labels.dropLast())) == 1)
    }
}
