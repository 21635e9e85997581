import Backprop
import BackpropNN
import Testing

/// What surrounds an optimizer goes on from a saved state as well.
@Suite struct TrainingStateTests {
    private func expectRefused(_ part: any Resumable, _ state: SavedState, _ parts: String...) {
        let before = part.savedState
        let error = #expect(throws: DataError.self) { try part.restore(state) }
        let text = error?.description ?? ""
        #expect(parts.allSatisfy { text.contains($0) } && !text.contains("\n"), "\(text)")
        #expect(throws: DataError.self) { try part.check(state) }
        #expect(part.savedState == before)
    }

    // MARK: LBFGS

    private struct Valley {
        let x = Parameter(Tensor([-1.2], dtype: .float64)), y = Parameter(Tensor([1.0, 0.5], dtype: .float64))
        let optimizer: LBFGS

        init(_ lineSearch: LBFGS.LineSearch) {
            optimizer = LBFGS([x, y], iterations: 3, historySize: 4, lineSearch: lineSearch)
        }

        func step() {
            optimizer.step { (square(1 - x.value) + 100 * square(y.value - square(x.value))).sum() }
        }

        var values: [Double] { x.value.array(of: Double.self) + y.value.array(of: Double.self) }
    }

    @Test(arguments: [LBFGS.LineSearch.fixed, .strongWolfe], [0, 1, 3])
    func quasiNewtonGoesOn(_ lineSearch: LBFGS.LineSearch, after steps: Int) throws {
        let whole = Valley(lineSearch), other = Valley(lineSearch)
        for _ in 0..<steps { whole.step() }
        let kept = whole.optimizer.savedState
        (other.x.value, other.y.value) = (whole.x.value * 1, whole.y.value * 1)
        try other.optimizer.restore(kept)
        #expect(other.optimizer.savedState == kept)
        for _ in 0..<3 { whole.step() }
        for _ in 0..<3 { other.step() }
        #expect(whole.values == other.values && whole.optimizer.savedState == other.optimizer.savedState)
        #expect(whole.optimizer.savedState != kept)
    }

    @Test func quasiNewtonRefusesOtherSizes() {
        let valley = Valley(.fixed)
        for _ in 0..<3 { valley.step() }
        let other = LBFGS([valley.x], historySize: 1)
        expectRefused(
            other, valley.optimizer.savedState, "'gradient' is float64[3], expected float64[1]",
            "remembered, expected at most 1")
        var state = valley.optimizer.savedState
        state.tensors["move"] = nil
        expectRefused(valley.optimizer, state, "missing 'move'")
    }

    // MARK: Around a step

    @Test func scalesGoOn() throws {
        let weight = Parameter(Tensor([1.0], dtype: .float64))
        let scaler = LossScaler(scale: 8, interval: 3), optimizer = SGD([weight], learningRate: 0.1)
        for _ in 0..<2 {
            scaler.scaled(weight.value.sum()).backward()
            scaler.step(optimizer)
        }
        let other = LossScaler(scale: 2, interval: 3)
        try other.restore(scaler.savedState)
        #expect(other.scale == 8 && other.savedState == scaler.savedState)
        other.scaled(weight.value.sum()).backward()
        #expect(other.step(optimizer) && other.scale == 16)
        expectRefused(
            other, SavedState(values: ["scale": .number(-.infinity), "streak": 3]), "'scale' is -inf", "'streak' is 3")
    }

    @Test(arguments: [nil, 0.75]) func averagesGoOn(_ decay: Double?) throws {
        struct Cells: ParameterContainer {
            let a = Parameter(Tensor([1.0, 2])), b = Parameter(Tensor([3.0]).asType(.bfloat16))
            func move(_ step: Int) {
                a.value = Tensor([Float(step), 0.1])
                b.value = Tensor([Float(step) * 0.37]).asType(.bfloat16)
            }
        }
        func made() -> (cells: Cells, average: WeightAverage) {
            let cells = Cells()
            return (cells, WeightAverage(cells.parameters(), decay: decay))
        }
        let whole = made(), other = made()
        for step in 0..<3 {
            whole.cells.move(step)
            whole.average.update()
        }
        let kept = whole.average.savedState
        #expect(Set(kept.tensors.keys) == ["a", "b"] && kept.tensors["b"]?.dtype == .float32)
        try other.average.restore(kept)
        for step in 3..<6 {
            for part in [whole, other] {
                part.cells.move(step)
                part.average.update()
            }
        }
        #expect(other.average.savedState == whole.average.savedState && other.average.count == 6)
        #expect(kept.values["count"] == 3 && whole.average.savedState != kept)
        expectRefused(WeightAverage([whole.cells.a]), kept, "it is of 2 parameters, expected 1")
    }

    // MARK: Schedules

    @Test func schedulesGoOn() throws {
        func made(_ rate: Double) -> (optimizer: SGD, scheduler: Scheduler) {
            let optimizer = SGD(
                [ParameterGroup([Parameter(Tensor([1.0]))], learningRate: rate), Parameter(Tensor([1.0]))],
                learningRate: 0.5)
            return (optimizer, Scheduler(optimizer, .cosine(steps: 10)))
        }
        let whole = made(0.1), other = made(0.3)
        for _ in 0..<3 { whole.scheduler.step() }
        whole.optimizer.setLearningRate(0.025, group: 1)
        try other.scheduler.restore(whole.scheduler.savedState)
        #expect(other.optimizer.groups.map(\.learningRate) == whole.optimizer.groups.map(\.learningRate))
        for part in [whole, other] { part.scheduler.step() }
        #expect(other.scheduler.savedState == whole.scheduler.savedState && other.scheduler.stepCount == 4)
        let one = Scheduler(SGD([Parameter(Tensor([1.0]))], learningRate: 1), .constant())
        expectRefused(
            one, whole.scheduler.savedState, "'bases' has 2 numbers, expected 1", "'rates' has 2 numbers, expected 1")
    }

    @Test func plateausGoOn() throws {
        let measures = [3.0, 2, 2, 2.5, 2.1, 1, 1, 1, 1, 1, 1]
        func made() -> (optimizer: SGD, scheduler: PlateauScheduler) {
            let optimizer = SGD([Parameter(Tensor([1.0]))], learningRate: 1)
            return (optimizer, PlateauScheduler(optimizer, factor: 0.5, patience: 1, cooldown: 1))
        }
        for place in measures.indices {
            let whole = made(), other = made()
            for measure in measures[..<place] { whole.scheduler.step(measure) }
            try other.scheduler.restore(whole.scheduler.savedState)
            for measure in measures[place...] {
                whole.scheduler.step(measure)
                other.scheduler.step(measure)
                #expect(whole.optimizer.learningRate == other.optimizer.learningRate)
            }
            #expect(whole.optimizer.learningRate < 0.5 && whole.scheduler.savedState == other.scheduler.savedState)
        }
        expectRefused(
            made().scheduler, SavedState(values: ["best": "low", "failures": -1, "rest": 0, "rates": [1]]),
            "'best' is not a number", "'failures' is -1, expected 0 or more")
    }

    // MARK: Models and random numbers

    @Test func modelsKeepParametersAndBuffers() throws {
        let model = withRandomSeed(1) { Sequential(Linear(3, 4), BatchNorm(4)) }
        let state = ModelState(model)
        _ = model(withRandomSeed(2) { Tensor.normal([5, 3]) })
        let kept = state.savedState
        let names = model.namedParameters().map(\.name) + model.namedBuffers().map(\.name)
        #expect(Set(kept.tensors.keys) == Set(names) && names.count > 5)
        _ = model(withRandomSeed(3) { Tensor.normal([5, 3]) })
        for parameter in model.parameters() { parameter.value = parameter.value * 2 }
        #expect(state.savedState != kept)
        try state.restore(kept)
        #expect(state.savedState == kept)
        expectRefused(
            ModelState(Sequential(Linear(3, 5))), kept, "'layers.0.weight' is float32[4, 3], expected float32[5, 3]",
            "unexpected 'layers.1.")
    }

    @Test func randomStreamsGoOn() throws {
        func draw() -> [Float] { [Float](Tensor.uniform([3])) }
        let stream = RandomState(seed: .max)
        withRandomState(stream) {
            #expect(RandomState.current === stream)
            _ = draw()
            let kept = RandomState.current.savedState
            let expected = [draw(), draw()]
            #expect(stream.seed == .max && stream.position == 3)
            let another = RandomState(seed: stream.seed, position: 1)
            #expect(withRandomState(another) { [draw(), draw()] } == expected)
            another.move(toSeed: 5)
            #expect(withRandomState(another) { draw() } == withRandomSeed(5) { draw() })
            #expect(throws: Never.self) { try stream.restore(kept) }
            #expect([draw(), draw()] == expected)
        }
        expectRefused(
            stream, SavedState(values: ["seed": 1.5, "positions": 2]), "missing 'position'", "'seed' is not",
            "'positions'")
    }

    /// The stream of the process stays the same object, so a part that was made before `setRandomSeed` is not left behind.
    @Test func theStreamOfTheProcessGoesOn() async {
        await #expect(processExitsWith: .success) {
            let stream = RandomState.current
            setRandomSeed(9)
            #expect(stream === RandomState.current && stream.seed == 9 && stream.position == 0)
            let kept = stream.savedState
            let first = [Float](Tensor.normal([4]))
            setRandomSeed(1)
            try RandomState.current.restore(kept)
            #expect([Float](Tensor.normal([4])) == first)
        }
    }

    @Test func valuesOfOnesOwn() throws {
        let progress = KeptValues(["epoch": 1, "batch": 0])
        progress["batch"] = 17
        let other = KeptValues()
        try other.restore(progress.savedState)
        #expect(other.values == ["epoch": 1, "batch": 17])
        expectRefused(other, SavedState(tensors: ["x": Tensor(0.0)]), "unexpected 'x'")
    }
}
