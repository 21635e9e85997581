import Backprop
import BackpropData
import BackpropNN
import Testing

@testable import BackpropTrain

/// Metrics are computed within the step that they are recorded in. Plans are counted for the whole process, so each test
/// runs in a process of its own.
@Suite struct MetricStepTests {
    /// A small classifier, its data, and all metrics that take its scores.
    struct Setup {
        let model = withRandomSeed(1) { Sequential(Linear(6, 16), Activation.tanh, Linear(16, 4)) }
        let optimizer: Adam
        let loader: DataLoader<LabelledBatch>
        let inputs: Tensor, labels: Tensor

        init(examples: Int = 96) {
            optimizer = Adam(model.parameters(), learningRate: 0.01)
            inputs = withRandomSeed(2) { Tensor.normal([examples, 6]) }
            labels = Tensor((0..<examples).map { $0 * 7 % 4 })
            evaluateOrStop(inputs)
            loader = DataLoader(inputs: inputs, labels: labels, batchSize: 32, seed: 3)
        }

        /// One step that leaves the loss unread.
        func step(_ batch: LabelledBatch, _ record: (Tensor, Tensor, Tensor) -> Void) {
            let scores = model(batch.inputs), loss = crossEntropy(scores, batch.labels)
            record(scores, loss, batch.labels)
            loss.backward()
            optimizer.step()
        }

        /// How many plans a step takes that adds up the gradients of some batches.
        func plans(gathering batches: ArraySlice<LabelledBatch>, _ metric: (any Metric)?) -> Int {
            let runs = EngineCounters.plansRun
            for batch in batches {
                let scores = model(batch.inputs)
                metric?.update(scores, batch.labels)
                crossEntropy(scores, batch.labels).backward()
            }
            optimizer.step()
            return EngineCounters.plansRun - runs
        }

        static var metrics: [any Metric] {
            [
                Accuracy(), MeanOf("loss") { crossEntropy($0, $1) }, TopKAccuracy(2), Precision(.multiclass(4)),
                Recall(.multiclass(4), average: .perClass), F1(.multiclass(4), ignoredLabel: 1),
                ConfusionMatrix(.multiclass(4)), Perplexity(),
            ]
        }
    }

    @Test func aStepWithMetricsIsOnePlanThatIsCompiledOnce() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup(), mean = RunningMean("loss"), metrics = Setup.metrics
            var losses: [Tensor] = []
            for epoch in 1...3 {
                for batch in setup.loader.epoch(epoch) {
                    let (plans, runs) = (EngineCounters.plansCompiled, EngineCounters.plansRun)
                    setup.step(batch) { scores, loss, labels in
                        for metric in metrics { metric.update(scores, labels) }
                        mean.add(loss, count: batch.count)
                        losses.append(loss)
                    }
                    #expect(EngineCounters.plansRun - runs == 1)
                    // Adam's first step alone has the first moments as zeros.
                    if epoch > 1 || batch.index > 0 { #expect(EngineCounters.plansCompiled == plans) }
                }
                // Everything has been computed already.
                let runs = EngineCounters.plansRun
                let expected = losses.map { $0.item() }.reduce(0, +) / Double(losses.count)
                #expect(abs(mean.value - expected) < 1e-12)
                #expect(metrics[1].value == mean.value)
                for value in metrics.flatMap(\.values) { #expect(value.value.isFinite) }
                #expect(EngineCounters.plansRun == runs)
                for metric in metrics { metric.reset() }
                mean.reset()
                losses = []
            }
        }
    }

    @Test func metricsRunNoProductTwice() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup(), metrics = Setup.metrics, batch = setup.loader.epoch(1).first { _ in true }!
            setup.step(batch) { _, _, _ in }
            let products = EngineCounters.productsRun
            setup.step(batch) { _, _, _ in }
            let alone = EngineCounters.productsRun - products
            setup.step(batch) { scores, _, labels in for metric in metrics { metric.update(scores, labels) } }
            #expect(EngineCounters.productsRun - products == 2 * alone)
        }
    }

    @Test func metricsKeepNoGraphAndNoHistory() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup(), metrics = Setup.metrics
            var nodes: [Int] = [], bytes: [Int] = []
            for epoch in 1...4 {
                for batch in setup.loader.epoch(epoch) {
                    setup.step(batch) { scores, _, labels in for metric in metrics { metric.update(scores, labels) } }
                    nodes.append(EngineCounters.nodesOfLastPlan)
                }
                bytes.append(MemoryPool.shared.liveBytes)
            }
            #expect(Set(nodes.dropFirst()).count == 1)
            #expect(bytes[3] == bytes[1])
        }
    }

    @Test func validationIsOnePlanABatch() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup(examples: 320), metrics = Setup.metrics
            func validate() {
                withoutGradients {
                    for batch in setup.loader.epoch(1) {
                        let scores = setup.model(batch.inputs)
                        for metric in metrics { metric.update(scores, batch.labels) }
                    }
                }
            }
            let (runs, products) = (EngineCounters.plansRun, EngineCounters.productsRun)
            validate()
            let accuracy = metrics[0].value, loss = metrics[1].value
            #expect(EngineCounters.plansRun - runs == 10)
            #expect(EngineCounters.productsRun - products == 20)
            let scores = setup.model(setup.inputs)
            #expect(accuracy == (scores.argMax(axis: 1) .== setup.labels).asType(.float64).mean().item())
            #expect(abs(loss - crossEntropy(scores, setup.labels).item()) < 1e-6)
            for metric in metrics { metric.reset() }
            let plans = EngineCounters.plansCompiled
            validate()
            #expect(metrics[0].value == accuracy)
            #expect(EngineCounters.plansCompiled == plans)
        }
    }

    /// Several batches whose gradients add up before a step take as many plans as without the metric.
    @Test func gatheringGradientsTakesNoFurtherPlan() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup(examples: 256), accuracy = Accuracy()
            let batches = Array(setup.loader.epoch(1))
            let alone = setup.plans(gathering: batches[..<4], nil)
            let first = setup.plans(gathering: batches[..<4], accuracy)
            let second = setup.plans(gathering: batches[4...], accuracy)
            #expect(first == alone && second == alone)
            let runs = EngineCounters.plansRun
            #expect(accuracy.savedState.tensors["examples"]!.item() == 256)
            #expect(EngineCounters.plansRun == runs)
        }
    }

    /// Scores that are kept, and sums that depend on earlier ones.
    @Test func aStepOfNumbersIsOnePlanToo() async {
        await #expect(processExitsWith: .success) {
            let model = withRandomSeed(1) { Linear(3, 1) }, optimizer = SGD(model.parameters(), learningRate: 0.01)
            let metrics: [any Metric] = [
                AreaUnderCurve(), Accuracy(.binary()), MeanAbsoluteError(), RootMeanSquaredError(), R2(),
            ]
            let inputs = withRandomSeed(2) { Tensor.normal([8, 3]) }
            let labels = Tensor([0.0, 1, 0, 0, 1, 1, 1, 0], shape: [8, 1])
            evaluateOrStop(inputs)
            for step in 0..<20 {
                let (plans, runs) = (EngineCounters.plansCompiled, EngineCounters.plansRun)
                let outputs = model(inputs)
                for metric in metrics { metric.update(outputs, labels) }
                binaryCrossEntropyWithLogits(outputs, labels).backward()
                optimizer.step()
                #expect(EngineCounters.plansRun - runs == 1)
                if step > 0 { #expect(EngineCounters.plansCompiled == plans) }
            }
            let runs = EngineCounters.plansRun
            for metric in metrics { #expect(metric.value.isFinite) }
            #expect(EngineCounters.plansRun == runs)
            #expect(metrics[0].savedState.tensors["scores"]!.size == 160)
        }
    }

    /// Float32 would stop counting at 2^24, and float64 at 2^53.
    @Test func countsStayExact() throws {
        let accuracy = Accuracy()
        let large = (1 << 53) + 1
        try accuracy.restore(
            SavedState(tensors: [
                "right": Tensor(shape: [], dtype: .int64) { $0.storeBytes(of: large, as: Int.self) },
                "examples": Tensor(shape: [], dtype: .int64) { $0.storeBytes(of: large, as: Int.self) },
            ]))
        let scores = Tensor([[0.0, 1], [1, 0], [0, 1]]), labels = Tensor([1, 1, 1])
        for _ in 0..<5 { accuracy.update(scores, labels) }
        let state = accuracy.savedState
        #expect(state.tensors["right"]!.array(of: Int.self) == [large + 10])
        #expect(state.tensors["examples"]!.array(of: Int.self) == [large + 15])
    }
}
