import Backprop
import BackpropData
import BackpropNN
import Foundation
import Testing

@testable import BackpropTrain

/// Networks whose steps are drawn.
enum GraphSamples {
    struct Sample {
        let model: Sequential
        let optimizer: Optimizer
        var clipping: Double?
        let loss: (Sequential) -> Tensor
        var graph: StepGraph {
            model.stepGraph("a step", optimizer: optimizer, clipping: clipping, loss: loss)
        }
    }

    static let names = ["mlp", "cnn", "transformer"]

    static func sample(_ name: String) -> Sample {
        withRandomSeed(4) {
            switch name {
            case "mlp":
                let model = Sequential(Linear(6, 16), Activation.relu, Dropout(0.25), Linear(16, 3))
                let x = Tensor.normal([8, 6]), y = Tensor([0, 1, 2, 0, 1, 2, 0, 1])
                evaluateOrStop(x)
                return Sample(model: model, optimizer: SGD(model.parameters(), learningRate: 0.1, momentum: 0.9)) {
                    crossEntropy($0(x), y)
                }
            case "cnn":
                let model = Sequential(
                    Conv2d(1, 4, kernel: 3, padding: 1), BatchNorm(4), Activation.relu, MaxPool2d(2), Flatten(),
                    Linear(64, 3))
                let x = Tensor.normal([4, 8, 8, 1]), y = Tensor([0, 1, 2, 0])
                evaluateOrStop(x)
                return Sample(model: model, optimizer: AdamW(model.parameters()), clipping: 1) {
                    crossEntropy($0(x), y)
                }
            default:
                let model = Sequential(
                    Embedding(20, 16), TransformerEncoderLayer(16, heads: 2, hidden: 32),
                    TransformerEncoderLayer(16, heads: 2, hidden: 32), Linear(16, 20))
                let tokens = Tensor((0..<24).map { $0 * 7 % 20 }).reshaped([2, 12])
                evaluateOrStop(tokens)
                return Sample(model: model, optimizer: AdamW(model.parameters())) {
                    crossEntropy($0(tokens).reshaped([24, 20]), tokens.reshaped([24]))
                }
            }
        }
    }
}

@Suite struct StepGraphTests {
    @Test(arguments: GraphSamples.names)
    func showsThePlanOfTheStep(_ name: String) throws {
        let sample = GraphSamples.sample(name), graph = sample.graph
        let bill = sample.model.memoryBill(optimizer: sample.optimizer, clipping: sample.clipping, loss: sample.loss)
        #expect(graph.peakBytes == bill.peakBytes && graph.waves == bill.moment.waves)
        let held = (0..<graph.waves).map { wave in
            graph.held.reduce(0) { $0 + ($1.first <= wave && wave <= $1.last ? $1.bytes : 0) }
        }
        #expect(held[graph.peakWave] == graph.peakBytes && held.max() == graph.peakBytes)
        for (place, value) in graph.values.enumerated() {
            #expect(!value.inputs.contains { $0 >= place })
            #expect(!value.isInput || value.kernel == nil)
            #expect((value.kernel ?? 0) < graph.kernels.count)
        }
        for phase in ["forward", "backward", "update"] {
            #expect(graph.values.contains { $0.phase == phase && $0.kernel != nil }, "\(phase)")
        }
        #expect(graph.values.contains { $0.isKept })
        // Every kernel stands beside a value, but for those of values that only the plan has.
        let named = Set(graph.values.compactMap(\.kernel) + graph.values.flatMap(\.again))
        #expect(named.count > graph.kernels.count / 2)
    }

    @Test(arguments: GraphSamples.names)
    func knowsWhatValuesAndGradientsAre(_ name: String) throws {
        let sample = GraphSamples.sample(name), graph = sample.graph
        // All but what exists only while a step is recorded.
        for value in graph.values where !value.isInput && value.phase != "update" && value.operation != "customCall" {
            #expect(value.statistics != nil, "\(value)")
        }
        let parameters = sample.model.namedParameters()
        let expected: [Tensor] = withRandomSeed(0) {
            gradients(of: sample.loss(sample.model), withRespectTo: parameters.map(\.parameter.value))
        }
        for (named, gradient) in zip(parameters, expected) {
            func check(_ name: String, _ tensor: Tensor) throws {
                let value = try #require(graph.values.last { $0.name == name }, "\(name)")
                let numbers = tensor.array(of: Float.self), found = try #require(value.statistics, "\(name)")
                #expect(value.shape == tensor.shape && found.bad == 0)
                let scale = numbers.map(abs).max()!
                #expect(abs(found.least - numbers.min()!) <= 1e-4 * scale, "\(name)")
                #expect(abs(found.greatest - numbers.max()!) <= 1e-4 * scale, "\(name)")
                #expect(abs(found.mean - numbers.reduce(0, +) / Float(numbers.count)) <= 1e-4 * scale, "\(name)")
            }
            try check(named.name, named.parameter.value)
            if sample.clipping == nil { try check("gradient of \(named.name)", gradient) }
        }
    }

    @Test func leavesEverythingAsItWas() throws {
        let sample = GraphSamples.sample("cnn")
        func state() -> String { Weights(of: sample.model).digest }
        sample.loss(sample.model).backward()
        let before = state()
        let waiting = sample.model.parameters().map { $0.gradient!.array(of: Float.self) }
        let buffers = sample.model.namedBuffers().map { $0.buffer.value.array(of: Float.self) }
        let position = withRandomSeed(9) { () -> UInt64 in
            _ = sample.graph
            return RandomState.current.position
        }
        #expect(state() == before && position == 0)
        #expect(sample.model.parameters().map { $0.gradient!.array(of: Float.self) } == waiting)
        #expect(sample.model.namedBuffers().map { $0.buffer.value.array(of: Float.self) } == buffers)
    }

    @Test func showsWhatIsComputedAgain() throws {
        let sample = GraphSamples.sample("transformer"), plain = sample.graph
        #expect(plain.values.allSatisfy { $0.again.isEmpty })
        let model = sample.model
        let again = model.stepGraph("a step", optimizer: sample.optimizer) { model in
            var x = model.layers[0](Tensor((0..<24).map { $0 * 7 % 20 }).reshaped([2, 12]))
            for layer in model.layers[1...2] { x = checkpoint { layer(x) } }
            return square(model.layers[3](x)).mean()
        }
        #expect(again.values.contains { !$0.again.isEmpty })
        #expect(again.html.contains("are computed again"))
    }

    @Test func graphvizIsGivenEachValueAndEdge() throws {
        var graph = GraphSamples.sample("mlp").graph
        graph.title = "a \"b\" \\ c\n</script>"
        let lines = graph.dot().split(separator: "\n")
        #expect(lines.count { $0.contains("[label=") && !$0.contains("->") } == graph.values.count)
        #expect(lines.count { $0.contains("->") } == graph.values.reduce(0) { $0 + $1.inputs.count })
        #expect(lines[1].contains(#"label="a \"b\" \\ c"#))
        #expect(lines.count { $0.contains("{") } == lines.count { $0.contains("}") })
        // Quotation marks come in pairs on every line.
        for line in lines {
            #expect(
                line.replacing("\\\\", with: "").replacing("\\\"", with: "").count { $0 == "\"" } % 2 == 0, "\(line)")
        }
    }

    private static let graphviz = "/usr/bin/dot"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: graphviz), "no Graphviz here"))
    func graphvizAcceptsIt() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/step.dot"
        for name in ["mlp", "cnn"] {
            var graph = GraphSamples.sample(name).graph
            graph.title = "a \"b\" \\ c"
            try graph.dot().write(toFile: path, atomically: true, encoding: .utf8)
            let process = Process()
            process.executableURL = URL(filePath: Self.graphviz)
            process.arguments = ["-Tplain", path, "-o", folder.path + "/step.plain"]
            process.standardError = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0, "\(name)")
            let drawn = try String(contentsOfFile: folder.path + "/step.plain", encoding: .utf8)
            #expect(drawn.split(separator: "\n").count { $0.hasPrefix("node ") } == graph.values.count, "\(name)")
        }
    }
}
