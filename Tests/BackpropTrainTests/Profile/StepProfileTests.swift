import Backprop
import BackpropFiles
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct StepProfileTests {
    private final class Network: Module {
        let first = Linear(32, 64), norm = LayerNorm(64), second = Linear(64, 4)
        func callAsFunction(_ x: Tensor) -> Tensor { second(norm(relu(first(x)))) }
    }

    private static func profiled(steps: Int) -> (StepProfile, Network) {
        withRandomSeed(1) {
            let network = Network()
            let x = Tensor.normal([16, 32]), labels = Tensor((0..<16).map { $0 % 4 })
            let optimizer = Adam(network.parameters())
            let profile = network.stepProfile(optimizer: optimizer, clipping: 1, steps: steps) {
                crossEntropy($0(x), labels)
            }
            return (profile, network)
        }
    }

    @Test func countsEveryKernelOnceInEachTable() {
        let (profile, _) = Self.profiled(steps: 3)
        #expect(profile.steps == 3 && profile.stepSeconds > 0 && !profile.kernels.isEmpty)
        for rows in [profile.parts, profile.operators, profile.layers] {
            #expect(rows.reduce(0) { $0 + $1.kernels } == profile.kernels.count)
            #expect(rows.reduce(0) { $0 + $1.arithmetic } == profile.kernels.reduce(0) { $0 + $1.arithmetic })
            #expect(rows.reduce(0) { $0 + $1.bytes } == profile.kernels.reduce(0) { $0 + $1.bytes })
        }
        #expect(profile.kernels.allSatisfy { $0.seconds > 0 && $0.limitSeconds >= 0 })
        #expect(profile.parts.map(\.name) == ["forward", "backward", "update"])
        #expect(Set(profile.layers.map(\.name)).isSuperset(of: ["first", "second"]))
    }

    /// Products: forward, weight gradients of both layers, and the one gradient that goes through the second layer.
    @Test func countsTheArithmeticOfProducts() throws {
        let (profile, _) = Self.profiled(steps: 1)
        let products = try #require(profile.operators.first { $0.name == "matmul" })
        let multiplyAdds = 16 * 32 * 64 * 2 + 16 * 64 * 4 * 3
        #expect(products.kernels == 5)
        #expect(products.arithmetic >= 2 * multiplyAdds && products.arithmetic < 3 * multiplyAdds)
    }

    @Test func learnsFromTheStepsThatItTimes() {
        let (_, network) = Self.profiled(steps: 2)
        let fresh = withRandomSeed(1) { Network() }
        #expect(network.first.weight.value.array(of: Float.self) != fresh.first.weight.value.array(of: Float.self))
    }

    @Test func writesATraceThatNamesEveryKernel() throws {
        let (profile, _) = Self.profiled(steps: 2)
        let object = try JSONSerialization.jsonObject(with: Data(try profile.chromeTrace().utf8))
        let events = try #require((object as? [String: Any])?["traceEvents"] as? [[String: Any]])
        let kernels = events.filter { $0["ph"] as? String == "X" }
        #expect(kernels.count >= 2 * profile.kernels.count)
        #expect(kernels.allSatisfy { ($0["ts"] as? Double ?? -1) >= 0 && ($0["dur"] as? Double ?? -1) >= 0 })
        #expect(Set(kernels.compactMap { $0["cat"] as? String }) == ["forward", "backward", "update"])
        #expect(events.contains { $0["ph"] as? String == "C" })
    }

    private struct Record: Decodable {
        struct Row: Decodable {
            var name: String
            var ms: Double
        }
        var step_ms: Double
        var plan_ms: Double
        var steps: Int
        var operators: [Row]
        var kernels: [Row]
    }

    @Test func timesATraining() throws {
        var options = TrainingOptions()
        (options.epochs, options.model, options.hidden, options.batchSize) = (1, "mlp", [32], 64)
        let profiled = try ProfiledTraining(options, steps: 2)
        let record = try JSONDecoder().decode(Record.self, from: Data(try profiled.jsonLine().utf8))
        #expect(record.steps == 2 && record.step_ms > 0 && record.plan_ms > 0)
        #expect(record.kernels.reduce(0) { $0 + $1.ms } > 0)
        #expect(record.operators.contains { $0.name == "matmul" && $0.ms > 0 })
        let text = profiled.text(rows: 3)
        #expect(text.contains("Machine") && text.contains("of limit") && text.contains("matmul"))
    }

    /// Weights after a profiled step are those after a step.
    @Test func changesNoBit() {
        let (_, timed) = Self.profiled(steps: 3)
        let plain = withRandomSeed(1) {
            let network = Network()
            let x = Tensor.normal([16, 32]), labels = Tensor((0..<16).map { $0 % 4 })
            let optimizer = Adam(network.parameters())
            for _ in 0..<5 {
                crossEntropy(network(x), labels).backward()
                clipGradientNorm(optimizer.parameters, to: 1)
                optimizer.step()
            }
            return network
        }
        for (a, b) in zip(timed.parameters(), plain.parameters()) {
            #expect(a.value.array(of: Float.self) == b.value.array(of: Float.self))
        }
    }

    @Test(arguments: [(0, "cannot be timed"), (10_000, "more --epochs")])
    func refusesWhatCannotBeTimed(_ steps: Int, _ remedy: String) throws {
        var options = TrainingOptions()
        (options.epochs, options.model, options.hidden, options.batchSize) = (1, "mlp", [8], 4096)
        let error = try #require(throws: TrainError.self) { try ProfiledTraining(options, steps: steps) }
        #expect(error.description.contains(remedy))
    }
}
