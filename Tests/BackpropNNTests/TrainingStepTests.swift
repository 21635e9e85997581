import Backprop
import BackpropNN
import Testing

/// What a training step costs: plans, matrix products and memory. These are counted for the whole process, so each test
/// runs in a process of its own.
@Suite struct TrainingStepTests {
    /// A small network with data, and the step of the imperative loop.
    private struct Setup {
        let model: Sequential
        let inputs: Tensor, labels: Tensor
        let optimizer: Optimizer

        init(_ makeOptimizer: ([Parameter]) -> Optimizer) {
            model = withRandomSeed(1) { Sequential(Linear(12, 40), Activation.tanh, Linear(40, 5)) }
            inputs = withRandomSeed(2) { Tensor.normal([32, 12]) }
            labels = Tensor((0..<32).map { Int32($0 * 7 % 5) })
            evaluateOrStop(inputs)
            optimizer = makeOptimizer(model.parameters())
        }

        func loss() -> Tensor { crossEntropy(model(inputs), labels) }

        @discardableResult
        func step() -> Tensor {
            let loss = loss()
            loss.backward()
            optimizer.step()
            return loss
        }
    }

    private static let optimizers: [@Sendable ([Parameter]) -> Optimizer] = [
        { SGD($0, learningRate: 0.07) },
        { SGD($0, learningRate: 0.07, momentum: 0.85, weightDecay: 0.013, nesterov: true) },
        { Adam($0, learningRate: 0.003) },
        { AdamW($0, learningRate: 0.003) },
    ]

    @Test func aStepIsOnePlanThatIsCompiledOnce() async {
        await #expect(processExitsWith: .success) {
            for makeOptimizer in TrainingStepTests.optimizers {
                let setup = Setup(makeOptimizer)
                var (plans, runs) = (EngineCounters.plansCompiled, EngineCounters.plansRun)
                setup.step()
                #expect(EngineCounters.plansRun - runs == 1)
                // None where another optimizer's step is the same graph.
                #expect(EngineCounters.plansCompiled - plans <= 1)
                (plans, runs) = (EngineCounters.plansCompiled, EngineCounters.plansRun)
                for position in 0..<5 {
                    setup.optimizer.learningRate *= 0.93
                    let loss = setup.step()
                    #expect(EngineCounters.plansRun - runs == position + 1)
                    #expect(loss.item() > 0)
                }
                #expect(EngineCounters.plansRun - runs == 5)
                #expect(EngineCounters.plansCompiled == plans)
            }
        }
    }

    @Test func readingTheLossFirstRunsNoProductTwice() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup { Adam($0, learningRate: 0.003) }
            setup.step()
            var products = EngineCounters.productsRun
            setup.step()
            let together = EngineCounters.productsRun - products
            products = EngineCounters.productsRun
            let loss = setup.loss()
            _ = loss.item()
            loss.backward()
            setup.optimizer.step()
            #expect(EngineCounters.productsRun - products == together)
            // Forward, and for each layer the gradient of the weight; the input of the network needs none.
            #expect(together == 5)
        }
    }

    @Test func readingTheLossFirstChangesNoBits() async {
        await #expect(processExitsWith: .success) {
            let together = Setup { SGD($0, learningRate: 0.1) }, apart = Setup { SGD($0, learningRate: 0.1) }
            for _ in 0..<3 {
                together.step()
                let loss = apart.loss()
                _ = loss.item()
                loss.backward()
                apart.optimizer.step()
            }
            for (a, b) in zip(together.model.parameters(), apart.model.parameters()) {
                let (x, y) = (a.value.array(of: Float.self), b.value.array(of: Float.self))
                #expect(zip(x, y).allSatisfy { abs($0 - $1) <= 1e-6 })
            }
        }
    }

    @Test func inferenceKeepsNothing() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup { SGD($0, learningRate: 0.1) }
            _ = withoutGradients { setup.loss().item() }
            let before = MemoryPool.shared.liveBytes
            let loss = withoutGradients { setup.loss() }
            _ = loss.item()
            #expect(MemoryPool.shared.liveBytes - before == 4)
        }
    }

    @Test func aFrozenModelKeepsNothing() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup { SGD($0, learningRate: 0.1) }
            setup.model.freeze()
            _ = setup.loss().item()
            let before = MemoryPool.shared.liveBytes
            let loss = setup.loss()
            _ = loss.item()
            #expect(MemoryPool.shared.liveBytes - before == 4)
        }
    }

    @Test func aLossThatIsKeptAfterItsBackwardPassKeepsNoActivations() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup { SGD($0, learningRate: 0.1) }
            func stepAfterReading() -> Tensor {
                let loss = setup.loss()
                _ = loss.item()
                loss.backward()
                setup.optimizer.step()
                return loss
            }
            for _ in 0..<2 { _ = stepAfterReading() }
            let before = MemoryPool.shared.liveBytes
            let losses = (0..<5).map { _ in stepAfterReading() }
            #expect(MemoryPool.shared.liveBytes - before == 5 * 4, "an activation is kept")
            #expect(losses[4].item() < losses[0].item())
        }
    }

    @Test func parametersAreUpdatedInPlace() async {
        await #expect(processExitsWith: .success) {
            for makeOptimizer in TrainingStepTests.optimizers {
                let setup = Setup(makeOptimizer)
                setup.step()
                let live = MemoryPool.shared.liveBytes
                let addresses = setup.model.parameters().map { $0.value.withUnsafeBytes { $0.baseAddress! } }
                for _ in 0..<10 { setup.step() }
                #expect(MemoryPool.shared.liveBytes == live)
                #expect(setup.model.parameters().map { $0.value.withUnsafeBytes { $0.baseAddress! } } == addresses)
            }
        }
    }

    /// The bill covers everything that the plan touches. When nothing else is alive, it is the peak of the pool.
    @Test func theBillIsThePeak() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup { AdamW($0, learningRate: 0.003) }
            for _ in 0..<2 { setup.step() }
            let plans = EngineCounters.plansCompiled
            let loss = setup.loss()
            loss.backward()
            let bill = setup.optimizer.memoryBill()
            MemoryPool.shared.resetPeak()
            setup.optimizer.step()
            #expect(MemoryPool.shared.peakBytes == bill.peakBytes)
            #expect(bill.peakBytes >= bill.items.filter { $0.name == "input" }.reduce(0) { $0 + $1.bytes })
            // The bill plans exactly what the step then runs.
            #expect(EngineCounters.plansCompiled == plans)
            #expect(loss.item() > 0)
        }
    }

    @Test func theBillRunsAndChangesNothing() async {
        await #expect(processExitsWith: .success) {
            let asked = Setup { Adam($0, learningRate: 0.01) }, plain = Setup { Adam($0, learningRate: 0.01) }
            for _ in 0..<3 {
                let loss = asked.loss()
                loss.backward()
                let runs = EngineCounters.plansRun
                _ = asked.optimizer.memoryBill()
                #expect(EngineCounters.plansRun == runs)
                asked.optimizer.step()
                plain.step()
            }
            for (a, b) in zip(asked.model.parameters(), plain.model.parameters()) {
                #expect(a.value.array(of: Float.self) == b.value.array(of: Float.self))
            }
        }
    }

    @Test func accumulationHoldsOneBatchOfActivations() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup { SGD($0, learningRate: 0.1) }
            setup.loss().backward()
            setup.loss().backward()
            let live = MemoryPool.shared.liveBytes
            for _ in 0..<10 { setup.loss().backward() }
            #expect(MemoryPool.shared.liveBytes == live)
            let sum = setup.model.parameters()[0].gradient!.array(of: Float.self)
            setup.optimizer.zeroGradients()
            setup.loss().backward()
            let one = setup.model.parameters()[0].gradient!.array(of: Float.self)
            #expect(zip(sum, one).allSatisfy { abs($0 - 12 * $1) < 1e-4 })
        }
    }

    /// What an optimizer keeps from step to step waits for nothing, so large weights are no reason to compute a part of the
    /// step by itself.
    @Test func stepsOfLargeWeightsAreWhole() async {
        await #expect(processExitsWith: .success) {
            let model = Sequential(Linear(512, 512), Activation.tanh, Linear(512, 4))
            let optimizer = Adam(model.parameters(), learningRate: 1e-3)
            let input = Tensor.ones([2, 512])
            evaluateOrStop(input)
            for step in 0..<80 {
                let runs = EngineCounters.plansRun
                square(model(input)).mean().backward()
                optimizer.step()
                if step > 1 { precondition(EngineCounters.plansRun == runs + 1) }
            }
        }
    }
}
