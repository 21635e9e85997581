import Backprop
import BackpropNN
import Testing

/// Normalizations against their definitions, and running statistics over steps.
@Suite struct NormalizationTests {
    private static let numbers: [Double] = (0..<24).map { Double(($0 * 37 + 11) % 23) / 3 - 2.5 }
    private let x = Tensor(NormalizationTests.numbers, shape: [2, 3, 4], dtype: .float64)

    private func expectClose(_ found: Tensor, _ expected: [Double], _ tolerance: Double = 1e-12) {
        let found = found.array(of: Double.self)
        #expect(found.count == expected.count)
        for (a, b) in zip(found, expected) { #expect(abs(a - b) <= tolerance * max(1, abs(b)), "\(a) is not \(b)") }
    }

    /// The numbers at the places of each set, less their mean, divided by the root of variance + epsilon.
    private func standardized(_ sets: [[Int]], epsilon: Double) -> [Double] {
        var result = Self.numbers
        for set in sets {
            let values = set.map { Self.numbers[$0] }, count = Double(set.count)
            let mean = values.reduce(0, +) / count
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
            for place in set { result[place] = (Self.numbers[place] - mean) / (variance + epsilon).squareRoot() }
        }
        return result
    }

    /// Places of [2, 3, 4] for which `key` gives the same.
    private func sets(_ key: (Int, Int, Int) -> Int) -> [[Int]] {
        var found: [Int: [Int]] = [:]
        for place in 0..<24 { found[key(place / 12, place / 4 % 3, place % 4), default: []].append(place) }
        return Array(found.values)
    }

    @Test func setsThatAreNormalizedTogether() {
        expectClose(layerNorm(x, epsilon: 0.1), standardized(sets { i, j, _ in i * 3 + j }, epsilon: 0.1))
        let both = layerNorm(x, trailingAxes: 2, epsilon: 0.1)
        expectClose(both, standardized(sets { i, _, _ in i }, epsilon: 0.1))
        expectClose(batchNorm(x, epsilon: 0.1), standardized(sets { _, _, k in k }, epsilon: 0.1))
        expectClose(instanceNorm(x, epsilon: 0.1), standardized(sets { i, _, k in i * 4 + k }, epsilon: 0.1))
        expectClose(
            groupNorm(x, groups: 2, epsilon: 0.1), standardized(sets { i, _, k in i * 2 + k / 2 }, epsilon: 0.1))
    }

    @Test func weightsAndBiases() {
        let weight = Tensor([1.0, 2, 3, 4], dtype: .float64), bias = Tensor([0.5, 0, -1, 2], dtype: .float64)
        let plain = [layerNorm(x), batchNorm(x), groupNorm(x, groups: 4), instanceNorm(x)]
        let scaled = [
            layerNorm(x, weight: weight, bias: bias), batchNorm(x, weight: weight, bias: bias),
            groupNorm(x, groups: 4, weight: weight, bias: bias), instanceNorm(x, weight: weight, bias: bias),
        ]
        for (a, b) in zip(plain, scaled) { expectClose(b, (a * weight + bias).array(of: Double.self)) }
    }

    @Test func rootMeanSquare() {
        let row = Tensor([3.0, -4], dtype: .float64)
        expectClose(rmsNorm(row, epsilon: 0), [3 / 12.5.squareRoot(), -4 / 12.5.squareRoot()])
        // The spacing at one keeps zeros zero.
        #expect(rmsNorm(Tensor.zeros([2])).array(of: Float.self) == [0, 0])
    }

    @Test func neighbouringChannels() {
        let found = localResponseNorm(Tensor([1.0, 2, 3], dtype: .float64), size: 2, alpha: 1, beta: 1, k: 1)
        expectClose(found, [1 / 1.5, 2 / 3.5, 3 / 7.5])
    }

    /// The variance is taken from deviations: a large mean costs no accuracy.
    @Test func aLargeMeanInFloat32() {
        let small = Tensor([1, 2, 3, 4] as [Float]), large = small + 1e5
        let (a, b) = (layerNorm(small).array(of: Float.self), layerNorm(large).array(of: Float.self))
        #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func emptyBatches() {
        let none = Tensor.zeros([0, 3, 4])
        for result in [layerNorm(none), groupNorm(none, groups: 2), rmsNorm(none)] {
            #expect(result.shape == [0, 3, 4] && result.array(of: Float.self).isEmpty)
        }
    }

    @Test func runningStatisticsMoveInTraining() {
        let layer = BatchNorm(4, momentum: 0.25, dtype: .float64)
        #expect(layer.namedParameters().map { $0.name } == ["weight", "bias"])
        #expect(layer.namedBuffers().map { $0.name } == ["statistics.mean", "statistics.variance"])
        expectClose(layer(x), batchNorm(x).array(of: Double.self))
        let mean = x.mean(axes: [0, 1]), variance = x.variance(axes: [0, 1], ddof: 1)
        expectClose(layer.statistics!.mean.value, (mean * 0.25).array(of: Double.self))
        expectClose(layer.statistics!.variance.value, (variance * 0.25 + 0.75).array(of: Double.self))
        layer.eval()
        let statistics = layer.statistics!.value
        expectClose(layer(x), batchNorm(x, statistics: statistics).array(of: Double.self))
        expectClose(layer.statistics!.mean.value, (mean * 0.25).array(of: Double.self))
        layer.train()
        _ = layer(x)
        expectClose(layer.statistics!.mean.value, (mean * (0.75 * 0.25 + 0.25)).array(of: Double.self))
    }

    @Test func runningStatisticsOfInstances() {
        let layer = InstanceNorm(4, momentum: 1, tracksStatistics: true, dtype: .float64)
        expectClose(layer(x), instanceNorm(x).array(of: Double.self))
        expectClose(layer.statistics!.mean.value, x.mean(axes: [0, 1]).array(of: Double.self))
        let variance = x.variance(axes: [1], ddof: 1).mean(axis: 0)
        expectClose(layer.statistics!.variance.value, variance.array(of: Double.self))
    }

    /// The statistics are computed with the step, hold no history and need no plan of their own.
    @Test func aStepWithRunningStatisticsIsOnePlan() async {
        await #expect(processExitsWith: .success) {
            let model = withRandomSeed(1) { Sequential(Linear(6, 8), BatchNorm(8), Activation.relu, Linear(8, 3)) }
            let inputs = withRandomSeed(2) { Tensor.normal([16, 6]) }
            let labels = Tensor((0..<16).map { Int32($0 % 3) })
            evaluateOrStop(inputs)
            let optimizer = SGD(model.parameters(), learningRate: 0.1)
            var live = 0
            for step in 0..<20 {
                let runs = EngineCounters.plansRun
                crossEntropy(model(inputs), labels).backward()
                optimizer.step()
                #expect(EngineCounters.plansRun - runs == 1)
                if step == 3 { live = MemoryPool.shared.liveBytes }
            }
            #expect(MemoryPool.shared.liveBytes == live)
            let runs = EngineCounters.plansRun
            #expect(model.namedBuffers()[0].buffer.value.array(of: Float.self).contains { $0 != 0 })
            #expect(EngineCounters.plansRun == runs)
        }
    }
}
