import Backprop
import BackpropNN
import BackpropTrain

/// A training step to measure: a network, its data, its loss and its optimizer.
struct StepWorkload {
    let name: String
    let model: any Module
    let inputs: Tensor
    let loss: (Tensor) -> Tensor
    let optimizer: ([Parameter]) -> Optimizer
    /// To what the norm of all gradients is limited.
    var greatestNorm: Double?

    /// 2-8-1 with tanh and sigmoid on the four points of exclusive or.
    static var xor: StepWorkload {
        let targets = Tensor([0, 1, 1, 0] as [Float], shape: [4, 1])
        return StepWorkload(
            name: "xor",
            model: Sequential(Linear(2, 8), Activation.tanh, Linear(8, 1), Activation.sigmoid),
            inputs: Tensor([0, 0, 0, 1, 1, 0, 1, 1] as [Float], shape: [4, 2]),
            loss: { meanSquaredError($0, targets) }, optimizer: { SGD($0, learningRate: 0.5) })
    }

    /// 64 layers of 64 units with tanh, then 10 classes.
    static var deep: StepWorkload {
        var layers: [any Module] = []
        for _ in 0..<64 { layers += [Linear(64, 64), Activation.tanh] as [any Module] }
        layers.append(Linear(64, 10))
        let labels = classes(32)
        return StepWorkload(
            name: "deep", model: Sequential(layers), inputs: .normal([32, 64]),
            loss: { crossEntropy($0, labels) }, optimizer: { Adam($0, learningRate: 1e-3) })
    }

    /// 784-512-512-10 with relu.
    static var mlp: StepWorkload {
        let labels = classes(128)
        return StepWorkload(
            name: "mlp",
            model: Sequential(
                Linear(784, 512, initializer: .heUniform), Activation.relu,
                Linear(512, 512, initializer: .heUniform), Activation.relu, Linear(512, 10)),
            inputs: .normal([128, 784]), loss: { crossEntropy($0, labels) },
            optimizer: { AdamW($0, learningRate: 1e-3) })
    }

    /// Where the time of a step goes.
    var profile: StepProfile {
        withRandomSeed(1) {
            model.stepProfile(optimizer: optimizer(model.parameters()), clipping: greatestNorm) { loss($0(inputs)) }
        }
    }

    static func classes(_ count: Int) -> Tensor {
        Tensor((0..<count).map { Int32($0 * 7 % 10) })
    }
}

/// Times the whole step, recorded anew every time, and the forward pass by itself.
///
/// - Parameter budget: the share of the memory which a step adds that it may add in a second measurement.
func measure(_ makeWorkload: @autoclosure () -> StepWorkload, seconds: Double, budget: Double?) -> Measurement {
    let clock = ContinuousClock()
    let start = clock.now
    let workload = withRandomSeed(1) { makeWorkload() }
    evaluateOrStop(workload.inputs)
    let parameters = workload.model.parameters()
    let optimizer = workload.optimizer(parameters)
    var lastLoss = 0.0
    func step() {
        let loss = workload.loss(workload.model(workload.inputs))
        loss.backward()
        if let norm = workload.greatestNorm { clipGradientNorm(parameters, to: norm) }
        optimizer.step()
        lastLoss = loss.item()
    }
    let compiledBefore = EngineCounters.plansCompiled, planningBefore = EngineCounters.planningNanoseconds
    step()
    let firstStep = (clock.now - start).seconds
    let planning = EngineCounters.planningNanoseconds - planningBefore
    let plans = EngineCounters.plansCompiled - compiledBefore
    func billedStep() -> MemoryBill {
        workload.model.memoryBill(optimizer: optimizer, clipping: workload.greatestNorm) {
            workload.loss($0(workload.inputs))
        }
    }
    let bill = billedStep()
    EngineCounters.measuresMemory = true
    step()
    let held = EngineCounters.mostBytesHeld
    EngineCounters.measuresMemory = false
    let nodes = EngineCounters.nodesOfLastPlan
    let stepTime = time(during: seconds, step)
    let forwardTime = time(during: seconds / 2) {
        withoutGradients { evaluateOrStop(workload.model(workload.inputs)) }
    }
    var budgeted: [(String, Measurement.Value)] = []
    if let budget {
        let inputs = bill.inputBytes
        let bound = MemoryBudget(bytes: inputs + Int(Double(bill.peakBytes - inputs) * budget))
        budgeted = withMemoryBudget(bound) {
            let planningBefore = EngineCounters.planningNanoseconds
            let smaller = billedStep()
            let planning = EngineCounters.planningNanoseconds - planningBefore
            guard smaller.peakBytes <= bound.bytes else {
                return [("budget_bytes", .integer(bound.bytes)), ("smallest_bytes", .integer(smaller.peakBytes))]
            }
            step()
            // Alternating, since the machine may be busy with something else meanwhile.
            var ratios: [Double] = []
            for _ in 0..<5 {
                let plain = withMemoryBudget(nil) { time(during: seconds / 5, atLeast: 3, step).minimum }
                ratios.append(time(during: seconds / 5, atLeast: 3, step).minimum / plain)
            }
            return [
                ("budget_bytes", .integer(bound.bytes)), ("budget_peak_bytes", .integer(smaller.peakBytes)),
                ("budget_step_ratio", .number(ratios.sorted()[2])),
                ("budget_added_work", .number(smaller.recomputation?.addedWork ?? 0)),
                ("budget_plan_us", .number(Double(planning) / 1e3)),
                ("budget_same_bits", .text(isSame(makeWorkload(), makeWorkload(), bound) ? "yes" : "no")),
            ]
        }
    }
    return Measurement(
        fields: [
            ("workload", .text(workload.name)), ("step_ms", .number(stepTime.median * 1e3)),
            ("step_min_ms", .number(stepTime.minimum * 1e3)),
            ("forward_ms", .number(forwardTime.median * 1e3)), ("first_step_ms", .number(firstStep * 1e3)),
            ("peak_bytes", .integer(bill.peakBytes)), ("held_bytes", .integer(held)), ("nodes", .integer(nodes)),
            ("plan_us", .number(Double(planning) / 1e3)), ("plans", .integer(plans)),
            ("threads", .integer(Processor.threads)), ("isa", .text(Processor.instructionSet)),
            ("loss", .number(lastLoss)),
        ] + budgeted)
}

/// Whether 20 steps within the budget lead to the weights of 20 steps without, to the bit.
private func isSame(
    _ plain: @autoclosure () -> StepWorkload, _ bounded: @autoclosure () -> StepWorkload, _ budget: MemoryBudget
) -> Bool {
    func weights(_ makeWorkload: () -> StepWorkload) -> [[UInt32]] {
        withRandomSeed(1) {
            let workload = makeWorkload(), parameters = workload.model.parameters()
            let optimizer = workload.optimizer(parameters)
            for _ in 0..<20 {
                workload.loss(workload.model(workload.inputs)).backward()
                if let norm = workload.greatestNorm { clipGradientNorm(parameters, to: norm) }
                optimizer.step()
            }
            return parameters.map { $0.value.array(of: Float.self).map(\.bitPattern) }
        }
    }
    return withMemoryBudget(nil) { weights(plain) } == withMemoryBudget(budget) { weights(bounded) }
}
