import Backprop
import BackpropNN
import Testing

/// What a summary says, and that it leaves everything as it was.
@Suite struct ModelSummaryTests {
    private struct Network: Module {
        let first = Linear(8, 16), second = Linear(16, 4)
        let norm = BatchNorm(16)
        func callAsFunction(_ x: Tensor) -> Tensor { second(Activation.relu(norm(first(x)))) }
    }

    private struct Twice: Module {
        let layer = Linear(4, 4)
        func callAsFunction(_ x: Tensor) -> Tensor { layer(layer(x)) + x * 2 }
    }

    @Test func rowsOfASequence() {
        let model = Sequential(Linear(784, 512), Activation.relu, Dropout(0.5), Linear(512, 10))
        let summary = model.summary(inputs: [32, 784])
        #expect(summary.rows.map(\.name) == ["", "layers.0", "layers.1", "layers.2", "layers.3"])
        #expect(
            summary.rows.map(\.layer) == ["Sequential", "Linear(784, 512)", "relu", "Dropout(0.5)", "Linear(512, 10)"])
        #expect(summary.rows.map(\.depth) == [0, 1, 1, 1, 1])
        #expect(
            summary.rows.map(\.outputShapes) == [[[32, 10]], [[32, 512]], [[32, 512]], [[32, 512]], [[32, 10]]])
        #expect(summary.rows.map(\.parameterCount) == [407_050, 401_920, 0, 0, 5130])
        let first = 32 * 784 * 512, last = 32 * 512 * 10
        #expect(summary.rows.map(\.multiplyAdds) == [first + last, first, 0, 0, last])
        // relu and dropout keep their masks, and the last layer what it multiplies; the input is not counted.
        let hidden = 32 * 512
        #expect(summary.rows.map(\.keptBytes) == [hidden * 6, 0, hidden, hidden, hidden * 4])
        model.layers[3].freeze()
        #expect(model.summary(inputs: [32, 784]).rows.map(\.keptBytes) == [hidden * 2, 0, hidden, hidden, 0])
        model.freeze()
        #expect(model.summary(inputs: [32, 784]).keptBytes == 0)
        #expect(summary.parameterCount == 407_050 && summary.trainableCount == 407_050)
        #expect(
            summary.description == """
                layer                         output     parameters  multiply-adds  kept for backward
                ----------------------------  ---------  ----------  -------------  -----------------
                Sequential                    [32, 10]      407,050     13,008,896            98.3 kB
                  layers.0: Linear(784, 512)  [32, 512]     401,920     12,845,056
                  layers.1: relu              [32, 512]                                       16.4 kB
                  layers.2: Dropout(0.5)      [32, 512]                                       16.4 kB
                  layers.3: Linear(512, 10)   [32, 10]        5,130        163,840            65.5 kB
                407,050 parameters, 13,008,896 multiply-adds, 98.3 kB kept for backward
                """)
    }

    @Test func layersThatAModelCallsItself() {
        let model = Network()
        let summary = model.summary(inputs: [2, 8])
        #expect(summary.rows.map(\.name) == ["", "first", "norm", "", "second"])
        #expect(
            summary.rows.map(\.layer) == [
                "Network", "Linear(8, 16)", "BatchNorm(16, epsilon: 1e-05)", "relu", "Linear(16, 4)",
            ])
        #expect(summary.rows[0].multiplyAdds == 2 * 8 * 16 + 2 * 16 * 4)
        model.first.freeze()
        let frozen = model.summary(inputs: [2, 8])
        #expect(frozen.trainableCount == frozen.parameterCount - 144)
        #expect(frozen.description.contains("144 of them frozen"))
    }

    @Test func aLayerThatIsCalledTwice() {
        let summary = Twice().summary(inputs: [3, 4])
        #expect(summary.rows.map(\.name) == ["", "layer", "layer"])
        #expect(summary.rows.map(\.isRepeated) == [false, false, true])
        #expect(summary.rows.map(\.multiplyAdds) == [96, 48, 48])
        #expect(summary.parameterCount == 20)
        #expect(summary.description.contains("again"))
    }

    @Test func nestedSequencesAndResiduals() {
        let model = Sequential(Linear(4, 4), Residual(Linear(4, 4), Sequential(Activation.tanh)), Linear(4, 1))
        let summary = model.summary(inputs: [2, 4])
        #expect(
            summary.rows.map(\.name) == [
                "", "layers.0", "layers.1", "layers.1.layers.0", "layers.1.layers.1", "layers.1.layers.1.layers.0",
                "layers.2",
            ])
        #expect(summary.rows.map(\.depth) == [0, 1, 1, 2, 2, 3, 1])
        #expect(summary.rows[2].multiplyAdds == 32)
        #expect(summary.rows[2].parameterCount == 20)
    }

    @Test func modelsWithSeveralOperands() {
        let decoder = TransformerDecoderLayer(8, heads: 2, hidden: 16)
        let x = Tensor.zeros([2, 5, 8]), memory = Tensor.zeros([2, 7, 8])
        let summary = decoder.summary { $0(x, memory: memory, mask: .causal) }
        #expect(summary.rows[0].outputShapes == [[2, 5, 8]])
        #expect(summary.rows.contains { $0.name == "crossAttention.keys" && $0.outputShapes == [[2, 7, 8]] })
        let products = [4 * 5 * 64 + 2 * 5 * 5 * 8, 2 * 5 * 64 + 2 * 7 * 64 + 2 * 5 * 7 * 8, 2 * 5 * 128]
        #expect(summary.multiplyAdds == 2 * products.reduce(0, +))
    }

    @Test func recurrentLayersAndEmbeddings() {
        let model = Sequential(Embedding(10, 4), LSTM(4, 6))
        let summary = model.summary(inputs: [2, 3], dtype: .int64)
        #expect(summary.rows.map(\.outputShapes) == [[[2, 3, 6]], [[2, 3, 4]], [[2, 3, 6]]])
        #expect(summary.rows[2].multiplyAdds == 2 * 3 * 24 * 4 + 3 * 2 * 24 * 6)
        let (outputs, cells) = (Tensor.zeros([2, 3, 4]), LSTM(4, 6))
        let row = cells.summary { $0(outputs, state: nil).outputs }.rows[0]
        #expect(row.outputShapes == [[2, 3, 6]] && row.multiplyAdds == summary.rows[2].multiplyAdds)
    }

    @Test func convolutionsAreCounted() {
        struct Convolving: Module {
            let weight = Parameter(.zeros([6, 3, 3, 2]))
            func callAsFunction(_ x: Tensor) -> Tensor { conv2d(x, weight.value, groups: 2) }
        }
        let summary = Convolving().summary(inputs: [5, 8, 8, 4])
        #expect(summary.rows[0].outputShapes == [[5, 6, 6, 6]])
        #expect(summary.multiplyAdds == 5 * 6 * 6 * 6 * 9 * 2)
    }

    @Test func anImageNetwork() {
        let model = Sequential(
            Conv2d(1, 4, kernel: 3, padding: 1), Activation.relu, MaxPool2d(2),
            Parallel(Conv2d(4, 2, kernel: 1), Identity()), Flatten(), Linear(6 * 7 * 7, 10))
        let summary = model.summary(inputs: [2, 14, 14, 1])
        #expect(
            summary.rows.map(\.name) == [
                "", "layers.0", "layers.1", "layers.2", "layers.3", "layers.3.branches.0", "layers.3.branches.1",
                "layers.4", "layers.5",
            ])
        #expect(
            summary.rows.map(\.outputShapes.first) == [
                [2, 10], [2, 14, 14, 4], [2, 14, 14, 4], [2, 7, 7, 4], [2, 7, 7, 6], [2, 7, 7, 2], [2, 7, 7, 4],
                [2, 294],
                [2, 10],
            ])
        #expect(summary.multiplyAdds == 2 * 14 * 14 * 4 * 9 + 2 * 7 * 7 * 2 * 4 + 2 * 294 * 10)
    }

    /// No plan is made or run, and the next step of a training is the same bits as without a summary.
    @Test func nothingIsComputedOrChanged() async {
        await #expect(processExitsWith: .success) {
            func train(_ between: (Sequential) -> Void) -> [[Float]] {
                withRandomSeed(4) {
                    let model = Sequential(Linear(6, 8), BatchNorm(8), Dropout(0.3), Activation.gelu, Linear(8, 1))
                    let optimizer = Adam(model.parameters())
                    let x = Tensor.normal([10, 6])
                    for _ in 0..<3 {
                        between(model)
                        let loss = square(model(x)).mean()
                        between(model)
                        loss.backward()
                        between(model)
                        optimizer.step()
                    }
                    return model.namedCells().map { $0.cell.value.array() }
                }
            }
            let plain = train { _ in }
            let made = EngineCounters.plansCompiled
            let summarized = train { model in
                let made = EngineCounters.plansCompiled, run = EngineCounters.plansRun
                let names = model.namedBuffers().map { $0.buffer.value }
                let summary = model.summary(inputs: [10, 6])
                require(summary.rows.count == 6, "rows")
                _ = summary.description
                require(
                    EngineCounters.plansCompiled == made && EngineCounters.plansRun == run, "something was computed")
                require(
                    zip(model.namedBuffers(), names).allSatisfy { $0.buffer.value.node === $1.node },
                    "another statistic")
            }
            require(plain == summarized, "other bits")
            require(EngineCounters.plansCompiled == made, "another plan than without a summary")
        }
    }

    /// A long recurrence is recorded, too, without anything being computed on the way.
    @Test func longSequences() async {
        await #expect(processExitsWith: .success) {
            let model = GRU(2, 2)
            let summary = model.summary(inputs: [1, 2000, 2])
            precondition(EngineCounters.plansRun == 0)
            precondition(summary.rows[0].outputShapes == [[1, 2000, 2]])
        }
    }

    /// Layers at work in other threads are not reported to somebody's summary.
    @Test func summariesKeepToThemselves() async {
        await withTaskGroup(of: Int.self) { group in
            for width in 1...8 {
                group.addTask {
                    let model = Sequential(Linear(4, width), Activation.relu, Linear(width, 2))
                    _ = model(Tensor.ones([1, 4])).sum().item()
                    let summary = model.summary(inputs: [1, 4])
                    #expect(summary.multiplyAdds == 6 * width)
                    return summary.rows.count
                }
            }
            for await count in group { #expect(count == 4) }
        }
    }
}
