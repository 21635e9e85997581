import Backprop
import BackpropNN
import Testing

/// Models and optimizers as text.
@Suite struct ModelTextTests {
    private struct Block: Module {
        let norm = LayerNorm(4), layers = [Linear(4, 4), Linear(4, 4, bias: false)]
        let slope = 0.5, kind = Kind.wide, window = [3, 3], limits = (0, 1), note: String? = nil
        let scale = Parameter(.ones([4], dtype: .bfloat16))
        let kept = Tensor([1, 2] as [Float])
        let transform: @Sendable (Tensor) -> Tensor = { $0 }
        func callAsFunction(_ x: Tensor) -> Tensor { layers[1](layers[0](norm(x))) }
    }

    private enum Kind { case wide, narrow }

    private final class Looped: Module, @unchecked Sendable {
        let inner = Linear(2, 2)
        var other: Looped?
        func callAsFunction(_ x: Tensor) -> Tensor { x }
    }

    private struct Tied: Module {
        let embedding = Embedding(6, 4)
        let output: Parameter
        init() { output = embedding.weight }
        func callAsFunction(_ x: Tensor) -> Tensor { matmul(embedding(x), output.value, transposeB: true) }
    }

    @Test func aSequence() {
        let model = Sequential(Linear(3, 4), Activation.relu, Dropout(0.25), Linear(4, 2, bias: false))
        #expect(
            model.description == """
                Sequential
                  layers.0: Linear(3, 4)               weight [4, 3], bias [4]  16
                  layers.1: relu
                  layers.2: Dropout(0.25)
                  layers.3: Linear(4, 2, bias: false)  weight [2, 4]             8
                24 parameters
                """)
    }

    @Test func oneLayer() {
        #expect(String(describing: Linear(3, 4)) == "Linear(3, 4)  weight [4, 3], bias [4]  16 parameters")
        #expect(String(describing: Activation.gelu) == "gelu")
        #expect(String(describing: Dropout(0.5)) == "Dropout(0.5)")
    }

    @Test func structuresOfOnesOwn() {
        let block = Block()
        block.norm.freeze()
        #expect(
            block.description == """
                Block(slope: 0.5, kind: .wide, window: [3, 3], limits: (0, 1))  scale bfloat16[4]                    4
                  norm: LayerNorm([4], epsilon: 1e-05)                          weight [4] frozen, bias [4] frozen   8
                  layers.0: Linear(4, 4)                                        weight [4, 4], bias [4]             20
                  layers.1: Linear(4, 4, bias: false)                           weight [4, 4]                       16
                48 parameters, 8 of them frozen
                """)
    }

    @Test func buffersAndSharedParameters() {
        let norm = BatchNorm(3, epsilon: 1e-3)
        #expect(
            norm.description == """
                BatchNorm(3, epsilon: 0.001)                    weight [3], bias [3]                  6
                  statistics: RunningStatistics(momentum: 0.1)  mean [3] buffer, variance [3] buffer
                6 parameters, 6 numbers in buffers
                """)
        let tied = Tied().description
        #expect(tied.contains("output [6, 4]"))
        #expect(tied.contains("weight [6, 4] shared with output"))
        #expect(tied.hasSuffix("\n24 parameters"))
    }

    @Test func objectsThatHoldEachOther() {
        let a = Looped(), b = Looped()
        a.other = b
        b.other = a
        defer { a.other = nil }
        #expect(a.description.contains("other: Looped (again)"))
        #expect(a.description.hasSuffix("\n12 parameters"))
    }

    /// Every layer of the library has a line of its own that says how it is made, and no line shows what is no option.
    @Test func layersOfTheLibrary() {
        let layers: [(any ParameterContainer, String)] = [
            (Bilinear(2, 3, 4), "Bilinear(2, 3, 4)"), (Embedding(5, 2), "Embedding(5, 2)"),
            (RMSNorm(3), "RMSNorm(3, epsilon: 1e-05)"),
            (GroupNorm(groups: 2, 4), "GroupNorm(groups: 2, 4, epsilon: 1e-05)"),
            (LayerNorm(3, isScaled: false), "LayerNorm([3], epsilon: 1e-05, isScaled: false)"),
            (InstanceNorm(3), "InstanceNorm(3, epsilon: 1e-05)"),
            (
                MultiHeadAttention(8, heads: 2),
                "MultiHeadAttention(features: 8, heads: 2, keyHeads: 2, isCausal: false)"
            ),
            (TransformerEncoderLayer(8, heads: 2, hidden: 4), "TransformerEncoderLayer(normalizesFirst: false)"),
            (LSTM(2, 3), "LSTM(inputs: 2, hidden: 3, layers: 1, isBidirectional: false)"),
            (LSTMCell(2, 3), "LSTMCell(hidden: 3, outputs: 3)"),
            (Residual(Linear(2, 2)), "Residual"),
            (
                Conv2d(3, 8, kernel: 3, padding: 1),
                "Conv2d(3, 8, kernel: 3, padding: 1)"
            ),
            (
                Conv1d(3, 8, kernel: 3, padding: .same),
                "Conv1d(3, 8, kernel: 3, padding: .same)"
            ),
            (MaxPool2d(2), "MaxPool2d(2)"),
            (AdaptiveAveragePool2d([1, 2]), "AdaptiveAveragePool2d(size: [1, 2])"),
            (Lambda("twice") { $0 * 2 }, "Lambda(name: \"twice\")"), (Identity(), "Identity"),
            (Parallel(Identity()), "Parallel(joining: .concatenated(axis: -1))"),
            (LeakyReLU(), "LeakyReLU(slope: 0.01)"), (Flatten(), "Flatten()"),
            (Embedding(5, 2, paddingIndex: 0), "Embedding(5, 2, paddingIndex: 0)"),
        ]
        for (layer, text) in layers { #expect(layer.layerDescription == text) }
    }

    /// Printing looks only.
    @Test func printingAModelComputesNothing() async {
        await #expect(processExitsWith: .success) {
            let model = Sequential(Linear(3, 4), BatchNorm(4), Linear(4, 2))
            let runs = EngineCounters.plansRun
            _ = model.description
            precondition(EngineCounters.plansRun == runs)
        }
    }

    @Test func namesOfParameters() {
        let layer = Linear(3, 4)
        #expect(layer.weight.name == nil)
        _ = layer.parameters()
        #expect(layer.weight.name == "weight")
        let model = Sequential(layer, Linear(4, 2))
        _ = model.parameters()
        #expect(layer.weight.name == "layers.0.weight")
        _ = layer.parameters()
        #expect(layer.weight.name == "layers.0.weight")
        #expect(
            String(describing: layer.bias!)
                == "Parameter layers.0.bias: trainable, no gradient\n[0, 0, 0, 0]  float32[4]")
    }

    @Test func optimizers() {
        let model = Sequential(Linear(3, 4), Linear(4, 2))
        let optimizer = AdamW(model.parameters(), learningRate: 0.01)
        #expect(
            optimizer.description == """
                AdamW(betas: (0.9, 0.999), epsilon: 1e-08, isAMSGrad: false), 0 steps
                  group 0: 4 parameters of 26 numbers, learning rate 0.01, weight decay 0.01
                """)
        model(Tensor.ones([1, 3])).sum().backward()
        optimizer.step()
        #expect(
            optimizer.description.hasPrefix("AdamW(betas: (0.9, 0.999), epsilon: 1e-08, isAMSGrad: false), 1 steps\n"))
        let plain = SGD([], learningRate: 0.5)
        plain.isMaximizing = true
        #expect(
            plain.description == """
                SGD(momentum: 0.0, dampening: 0.0, nesterov: false, isMaximizing: true), 0 steps
                  group 0: 0 parameters of 0 numbers, learning rate 0.5, weight decay 0.0
                """)
    }

    @Test func quasiNewton() {
        #expect(
            LBFGS(Linear(2, 1).parameters()).description == """
                LBFGS(learningRate: 1.0, iterations: 20, evaluations: 25, gradientTolerance: 1e-07, changeTolerance: 1e-09, historySize: 100, lineSearch: .fixed)
                  2 parameters of 3 numbers
                """)
    }

    @Test func groupsFromTheStart() {
        let body = Linear(3, 4), head = Linear(4, 2), extra = Parameter(.zeros([2]))
        let optimizer = AdamW(
            [
                extra, ParameterGroup(body.parameters(), learningRate: 1e-5),
                ParameterGroup(head.parameters(), weightDecay: 0),
            ], learningRate: 1e-3)
        #expect(optimizer.groups.map(\.positions) == [0..<1, 1..<3, 3..<5])
        #expect(optimizer.groups.map(\.learningRate) == [1e-3, 1e-5, 1e-3])
        #expect(optimizer.groups.map(\.weightDecay) == [1e-2, 1e-2, 0])
        #expect(optimizer.parameters.count == 5)
        // The same as groups that are added.
        let one = SGD([ParameterGroup([Parameter(.ones([2]))], learningRate: 0.5)], learningRate: 0.1)
        one.parameters[0].value.sum().backward()
        one.step()
        #expect(one.parameters[0].value.array() == [0.5, 0.5] as [Float])
    }
}
