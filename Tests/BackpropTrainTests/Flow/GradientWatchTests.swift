import Backprop
import BackpropData
import BackpropNN
import Testing

@testable import BackpropTrain

/// What a watch sees, beside the same figures worked out from gradients that were read.
@Suite struct GradientWatchTests {
    /// A network with data and a loop of its own.
    private struct Setup {
        let model: Sequential
        let optimizer: Optimizer
        let inputs: Tensor, labels: Tensor

        init(_ makeOptimizer: ([Parameter]) -> Optimizer) {
            model = withRandomSeed(1) {
                Sequential(Linear(12, 40), Activation.relu, Linear(40, 20), Activation.tanh, Linear(20, 5))
            }
            inputs = withRandomSeed(2) { Tensor.normal([32, 12]) }
            labels = Tensor((0..<32).map { Int32($0 * 7 % 5) })
            evaluateOrStop(inputs)
            optimizer = makeOptimizer(model.parameters())
        }

        func step(_ watch: GradientWatch? = nil, clipping: Double? = nil) {
            crossEntropy(model(inputs), labels).backward()
            watch?.noteGradients(of: optimizer)
            if let clipping { clipGradientNorm(model.parameters(), to: clipping) }
            optimizer.step()
        }

        var weights: [[Float]] { model.parameters().map { $0.value.array(of: Float.self) } }
    }

    private static let optimizers: [@Sendable ([Parameter]) -> Optimizer] = [
        { SGD($0, learningRate: 0.07, momentum: 0.85) }, { Adam($0, learningRate: 0.003) },
        { AdamW($0, learningRate: 0.003) }, { RMSprop($0, learningRate: 0.001) },
    ]

    private static func norm(_ values: [Float]) -> Double {
        values.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
    }

    @Test(arguments: optimizers.indices) func figuresAreThoseOfPlainLoops(_ number: Int) {
        let setup = Setup(Self.optimizers[number])
        let watch = GradientWatch(setup.model, every: 1, window: 1)
        setup.optimizer.observer = watch
        for _ in 0..<3 {
            let before = setup.weights
            crossEntropy(setup.model(setup.inputs), setup.labels).backward()
            let gradients = setup.model.parameters().map { $0.gradient!.array(of: Float.self) }
            setup.optimizer.step()
            let after = setup.weights
            for (place, parameter) in watch.flow.parameters.enumerated() {
                let (old, new, gradient) = (before[place], after[place], gradients[place])
                let figures = parameter.figures
                let moved = Self.norm(zip(new, old).map { $0 - $1 })
                #expect(Swift.abs(figures.gradientNorm - Self.norm(gradient)) <= 1e-5 * Self.norm(gradient))
                #expect(Swift.abs(figures.weightNorm - Self.norm(old)) <= 1e-5 * Self.norm(old))
                #expect(figures.zeroShare == Double(gradient.count { $0 == 0 }) / Double(gradient.count))
                if let ratio = figures.updateRatio {
                    #expect(Swift.abs(ratio - moved / Self.norm(old)) <= 1e-4 * ratio, "\(parameter.name)")
                } else {
                    #expect(Self.norm(old) == 0)
                }
            }
        }
        #expect(watch.flow.steps == 3...3)
    }

    @Test(arguments: optimizers.indices) func weightsAreTheSameBitsAsWithout(_ number: Int) {
        for (every, clipping) in [(1, nil), (3, nil), (2, 0.5)] as [(Int, Double?)] {
            let plain = Setup(Self.optimizers[number]), watched = Setup(Self.optimizers[number])
            let watch = GradientWatch(watched.model, every: every, share: nil)
            watched.optimizer.observer = watch
            for _ in 0..<7 {
                plain.step(clipping: clipping)
                watched.step(watch, clipping: clipping)
            }
            #expect(watched.weights == plain.weights)
            #expect(watch.flow.sampleCount == (7 + every - 1) / every)
        }
    }

    @Test func aStepIsOnePlanAndThereAreTwoOfThem() async {
        await #expect(processExitsWith: .success) {
            let setup = Setup { Adam($0, learningRate: 0.003) }
            let watch = GradientWatch(setup.model, every: 3, window: 100, share: nil)
            setup.optimizer.observer = watch
            for _ in 0..<3 { setup.step() }
            let (plans, runs) = (EngineCounters.plansCompiled, EngineCounters.plansRun)
            for _ in 0..<12 { setup.step() }
            #expect(EngineCounters.plansRun - runs == 12)
            #expect(EngineCounters.plansCompiled == plans)
            // Reading runs nothing: all was computed with the steps.
            #expect(watch.flow.sampleCount == 5)
            #expect(EngineCounters.plansRun - runs == 12)
        }
    }

    @Test func theBillOfAWatchedStepHasWhatWatchingTakes() {
        let setup = Setup { Adam($0, learningRate: 0.003) }
        func bill() -> Int {
            crossEntropy(setup.model(setup.inputs), setup.labels).backward()
            defer { setup.optimizer.zeroGradients() }
            return setup.optimizer.memoryBill().peakBytes
        }
        let plain = bill()
        setup.optimizer.observer = GradientWatch(setup.model, every: 2)
        #expect(bill() > plain)
    }

    @Test func gradientsAreSeenAsTheyWereBeforeClipping() {
        let setup = Setup { SGD($0, learningRate: 0.07) }
        let watch = GradientWatch(setup.model, every: 1, window: 1)
        setup.optimizer.observer = watch
        setup.step(watch)
        let norm = GradientFlow.Figures(watch.flow.parameters.map(\.figures)).gradientNorm
        let other = Setup { SGD($0, learningRate: 0.07) }
        let otherWatch = GradientWatch(other.model, every: 1, window: 1)
        other.optimizer.observer = otherWatch
        other.step(otherWatch, clipping: norm / 100)
        #expect(
            otherWatch.flow.parameters.map(\.figures.gradientNorm) == watch.flow.parameters.map(\.figures.gradientNorm))
        // What moves weights is the clipped one.
        for (clipped, free) in zip(otherWatch.flow.layers, watch.flow.layers) {
            let share = clipped.figures.updateRatio! / free.figures.updateRatio!
            #expect(Swift.abs(share - 0.01) < 1e-4)
        }
    }

    @Test func gradientsWhoseSquaresAreNoFloatsHaveNorms() {
        let weight = Parameter(Tensor([1.0, 1, 1, 1]).reshaped(1, 4))
        let model = Linear(weight: weight), optimizer = SGD([weight], learningRate: 1)
        let watch = GradientWatch(model, every: 1, window: 1)
        optimizer.observer = watch
        for size in [1e-30, 1e-20, 1e25] {
            (model(Tensor([3.0, 0, 4, 0]).reshaped(1, 4)) * size).sum().backward()
            optimizer.step()
            let figures = watch.flow.parameters[0].figures
            #expect(Swift.abs(figures.gradientNorm / (5 * size) - 1) < 1e-6)
            #expect(figures.zeroShare == 0.5)
            #expect(watch.flow.layers.map(\.name) == ["weight"])
        }
    }

    @Test func layersStandInTheOrderOfTheForwardPass() {
        struct Backwards: Module {
            let last = Linear(4, 2), first = Linear(3, 4), spare = Linear(2, 2)

            func callAsFunction(_ x: Tensor) -> Tensor { last(tanh(first(x))) }
        }
        let model = withRandomSeed(1) { Backwards() }
        let optimizer = SGD(model.parameters(), learningRate: 0.1)
        let watch = GradientWatch(model, every: 1)
        optimizer.observer = watch
        square(model(Tensor.ones([5, 3]))).mean().backward()
        optimizer.step()
        let flow = watch.flow
        #expect(flow.layers.map(\.name).filter { $0 != "spare" } == ["first", "last"])
        #expect(flow.layers.first { $0.name == "spare" }?.verdict == .unreached)
        #expect(flow.figures(of: "first")?.count == 16)
        #expect(flow.figures(of: "spare") == nil)
    }

    @Test func whatTimesAreComparedIsSaid() {
        let setup = Setup { Adam($0, learningRate: 0.003) }
        let watch = GradientWatch(setup.model, every: 2, share: nil)
        setup.optimizer.observer = watch
        for _ in 0..<4 { setup.step() }
        #expect(watch.flow.cost == nil)
        for _ in 0..<8 { setup.step() }
        let cost = watch.flow.cost
        #expect(cost.map { $0.watchedSeconds > 0 && $0.otherSeconds > 0 } == true)
        #expect(
            GradientFlow.Cost(watchedSeconds: 1.2, otherSeconds: 1, watchedSteps: 10, otherSteps: 90).share.rounded(
                to: 4)
                == 0.02)
    }

    @Test func watchesLessWhereItTakesTooMuchOfTheTime() {
        let plain = Setup { SGD($0, learningRate: 0.07) }, watched = Setup { SGD($0, learningRate: 0.07) }
        // No watching takes so little.
        let watch = GradientWatch(watched.model, every: 2, share: 1e-9)
        watched.optimizer.observer = watch
        for _ in 0..<40 {
            plain.step()
            watched.step()
        }
        #expect(watch.every > 2)
        #expect(watch.flow.sampleCount < 20)
        #expect(watched.weights == plain.weights)
    }

    @Test func aLongTrainingHasABoundedHistory() {
        var timeline = FlowTimeline()
        struct Holder: ParameterContainer { let a = Linear(weight: Parameter(Tensor.ones([1, 4]))) }
        let parameters = Holder().namedParameters()
        for step in 1...1_000 {
            let recorded = RecordedSample(
                step: step, moved: [0], units: [],
                tensors: [Tensor([4.0]), Tensor([0.0]), Tensor([1.0]), Tensor([1.0])])
            timeline.append(FlowSample(recorded, parameterCount: 1), parameters: parameters)
        }
        let columns = timeline.columns
        #expect(columns.count <= 120 && columns.count > 50)
        #expect(columns.first?.firstStep == 1 && columns.last?.lastStep == 1_000)
        for (one, next) in zip(columns, columns.dropFirst()) { #expect(one.lastStep + 1 == next.firstStep) }
        let widths = Set(columns.dropLast().map { $0.lastStep - $0.firstStep + 1 })
        #expect(widths.count == 1, "\(widths)")
        #expect(columns.allSatisfy { $0.gradientRMS == ["a": 1] })
    }
}

extension Double {
    fileprivate func rounded(to digits: Int) -> Double {
        let unit = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        return (self * unit).rounded() / unit
    }
}
