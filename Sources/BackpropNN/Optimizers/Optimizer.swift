import Backprop
import BackpropFiles

/// Moves parameters by their gradients. What the gradients are is the business of `backward()`; how to move is that of the
/// subclasses, such as `SGD` and `AdamW`.
///
/// `step()` records the update of every parameter that has a gradient and computes everything that was recorded,
/// forward pass, backward pass and update, as one plan. The gradients are used up by it.
open class Optimizer: Resumable {
    /// The parameters, in the order in which the state is kept.
    public private(set) var parameters: [Parameter] = []
    /// Parameters with a learning rate and a weight decay of their own.
    public internal(set) var groups: [OptimizerGroup] = []
    /// Whether steps go up the gradient instead of down.
    public var isMaximizing = false
    /// Steps done.
    public internal(set) var stepCount = 0
    /// Updates done of each parameter: steps at which it had a gradient.
    public internal(set) var updateCounts: [Int] = []
    /// Tensors that the rule keeps for each parameter.
    public internal(set) var state: [[Tensor]] = []
    /// Who looks at steps, and has values computed with them.
    public var observer: (any StepObserver)?
    /// The group whose parameters are being updated; the first between steps.
    private var presentGroup = 0
    /// The size of a step that was recorded last, for parameters that have it in common.
    private var stepSize: (number: Double, tensor: Tensor)?

    /// Whether the layers that the parameters were found with are in training.
    @exclusivity(unchecked) private var modes: [any LayerMode] = []
    /// What has been said about mistakes.
    @exclusivity(unchecked) private var advice = StepAdvice()

    /// - Parameters:
    ///   - parameters: what `parameters()` of a model gives, or `ParameterGroup`s of them with rates of their own, or both.
    ///   - learningRate: of the parameters that have none of their own, as is the weight decay.
    public init(_ parameters: [any OptimizedParameters], learningRate: Double, weightDecay: Double = 0) {
        for group in ParameterGroup.gathered(parameters) {
            append(group.parameters, group.learningRate ?? learningRate, group.weightDecay ?? weightDecay)
        }
    }

    /// The factor of an update: in a subclass, of the parameter that is being updated; otherwise of the first group.
    /// Assigning sets that of all groups, at any time and without anything being compiled anew.
    public var learningRate: Double {
        get { groups[presentGroup].learningRate }
        set { for index in groups.indices { groups[index].learningRate = newValue } }
    }

    /// What pulls parameters toward zero: in a subclass, of the parameter that is being updated; otherwise of the first
    /// group.
    public var weightDecay: Double { groups[presentGroup].weightDecay }

    /// Adds parameters with a learning rate and a weight decay of their own, those of the first group where left out.
    public func addGroup(_ parameters: [Parameter], learningRate: Double? = nil, weightDecay: Double? = nil) {
        append(parameters, learningRate ?? groups[0].learningRate, weightDecay ?? groups[0].weightDecay)
    }

    private func append(_ parameters: [Parameter], _ learningRate: Double, _ weightDecay: Double) {
        requireNotNegative(learningRate, "the learning rate")
        requireNotNegative(weightDecay, "the weight decay")
        groups.append(OptimizerGroup(positions: 0..<0, learningRate: learningRate, weightDecay: weightDecay))
        groups[groups.count - 1].positions = adopt(parameters)
    }

    /// Changes the learning rate of one group.
    public func setLearningRate(_ rate: Double, group: Int) { groups[group].learningRate = rate }

    private func adopt(_ new: [Parameter]) -> Range<Int> {
        var known = Set(parameters.map(ObjectIdentifier.init))
        require(
            new.allSatisfy { known.insert(ObjectIdentifier($0)).inserted },
            "\(type(of: self)): a parameter is in one group only and only once, but one of a new group is there already"
        )
        // In memory from the start, so that the first step has the same plan as all others.
        evaluateOrStop(new.map(\.value))
        let states = new.map { initialState(for: widened($0.value)) }
        evaluateOrStop(states.flatMap(\.self))
        var knownModes = Set(modes.map(ObjectIdentifier.init))
        for mode in new.compactMap(\.knownOrigin).flatMap(\.modes)
        where knownModes.insert(ObjectIdentifier(mode)).inserted {
            modes.append(mode)
        }
        parameters += new
        state += states
        updateCounts += new.map { _ in 0 }
        return (parameters.count - new.count)..<parameters.count
    }

    /// The tensors that the rule keeps for a parameter, before its first update. None unless overridden.
    open func initialState(for value: Tensor) -> [Tensor] { [] }

    /// One update.
    ///
    /// - Parameters:
    ///   - value: the parameter's value.
    ///   - gradient: of the same shape.
    ///   - state: what the rule keeps, to be replaced by what it keeps after the step.
    ///   - step: the number of this update of the parameter, from 1.
    /// - Returns: the new value.
    open func updated(_ value: Tensor, gradient: Tensor, state: inout [Tensor], step: Int) -> Tensor {
        fatalError("a subclass of Optimizer overrides updated(_:gradient:state:step:)")
    }

    /// Called before updates of parameters that have the group and the number of the update in common, to prepare what
    /// they share.
    open func prepare(step: Int) {}

    /// Applies the gradients, and computes everything recorded so far.
    ///
    /// A first step without any gradient stops it. A later one, layers that are all in use (`eval()`), and after the first
    /// step parameters that no loss has reached, are reported once on standard error.
    public func step(file: StaticString = #fileID, line: UInt = #line) {
        stepCount += 1
        let parameters = parameters
        // Others may assign to the parameters meanwhile; the state is ours.
        var values: [Node] = []
        values.reserveCapacity(parameters.count)
        var results: [Unmanaged<Node>] = []
        results.reserveCapacity(parameters.count * 3)
        let isObserved = observer?.observes(step: stepCount) ?? false
        var moves: [ParameterMove] = []
        var observed: [Tensor] = []
        withoutGradients {
            forEachUpdate(gradients: { parameters[$0].takeGradient() }) { index, gradient, step in
                let parameter = parameters[index]
                let before = parameter.value
                let value = update(before, gradient, &state[index], step).node
                updateCounts[index] = step
                if isObserved {
                    moves.append(
                        ParameterMove(parameter: parameter, before: before, gradient: gradient, after: Tensor(value)))
                }
                parameter.adopt(value)
                results.append(.passUnretained(value))
                values.append(value)
                for place in state[index].indices { results.append(.passUnretained(state[index][place].node)) }
            }
            if isObserved, let observer {
                observed = observer.record(step: stepCount, moves)
                // Whoever held old values would keep the step from writing over them.
                moves = []
                for tensor in observed { results.append(.passUnretained(tensor.node)) }
            }
        }
        if values.isEmpty { advice.reportIdleStep(of: self, file: file, line: line) }
        advice.endStep()
        if stepCount == 1 && !values.isEmpty { advice.reportUnreached(of: self) }
        if !modes.isEmpty && !modes.contains(where: \.isTraining) { advice.reportEvaluation(of: self) }
        withExtendedLifetime((values, observed)) { Graph.evaluate(results) }
        observer?.stepEnded(stepCount, observed)
    }

    /// What the next `step()` will hold in memory, forward and backward pass included. Runs nothing.
    public func memoryBill() -> MemoryBill { memoryBill(BillLabels()) }

    /// The same with what is known about values besides.
    package func memoryBill(_ labels: BillLabels) -> MemoryBill {
        let gradients = parameters.map { $0.takeGradient() }
        var labels = labels
        for (index, parameter) in parameters.enumerated() {
            let name = parameter.name ?? "parameter \(index)"
            let module = name.split(separator: ".").dropLast().joined(separator: ".")
            func label(_ tensor: Tensor, _ kind: BillItem.Kind, _ name: String) {
                labels.kinds[ObjectIdentifier(tensor.node)] = (kind, name)
                labels.modules[ObjectIdentifier(tensor.node)] = module
            }
            label(parameter.value, .weights, name)
            if let gradient = gradients[index] { label(gradient, .gradients, "gradient of \(name)") }
            for tensor in state[index] { label(tensor, .optimizerState, "state of \(name)") }
        }
        let bill = withoutGradients {
            var results: [Tensor] = []
            var moves: [ParameterMove] = []
            forEachUpdate(gradients: { gradients[$0] }) { index, gradient, step in
                var state = state[index]
                let parameter = parameters[index], before = parameter.value
                let after = update(before, gradient, &state, step)
                results.append(after)
                results += state
                moves.append(ParameterMove(parameter: parameter, before: before, gradient: gradient, after: after))
            }
            if let observer, observer.observes(step: stepCount + 1) {
                results += observer.record(step: stepCount + 1, moves)
            }
            moves = []
            return MemoryBill.of(results, released: gradients, labels: labels)
        }
        for (parameter, gradient) in zip(parameters, gradients) { parameter.gradient = gradient }
        return bill
    }

    /// Group by group, the parameters that have a gradient, with the number of the update; prepared where it changes.
    private func forEachUpdate(gradients: (Int) -> Tensor?, _ body: (Int, Tensor, Int) -> Void) {
        defer { presentGroup = 0 }
        for (number, group) in groups.enumerated() {
            presentGroup = number
            var prepared = 0
            for index in group.positions {
                guard let gradient = gradients(index) else { continue }
                let step = updateCounts[index] + 1
                if step != prepared { prepare(step: step) }
                prepared = step
                if isMaximizing { body(index, -gradient, step) } else { body(index, gradient, step) }
            }
        }
    }

    /// The update in float32 where values are bfloat16: most steps are smaller than what such a number, or a running mean
    /// of such numbers, can change by.
    private func update(_ value: Tensor, _ gradient: Tensor, _ state: inout [Tensor], _ step: Int) -> Tensor {
        guard value.dtype == .bfloat16 else { return updated(value, gradient: gradient, state: &state, step: step) }
        return updated(widened(value), gradient: widened(gradient), state: &state, step: step).asType(.bfloat16)
    }

    private func widened(_ x: Tensor) -> Tensor { x.dtype == .bfloat16 ? x.asType(.float32) : x }

    /// Steps and updates done, rates, and the tensors that the rule keeps for each parameter, `layers.0.weight.0` and so on;
    /// by the number of the parameter where not all of them have names of their own.
    ///
    /// A subclass that keeps more than `state` adds it here, and takes it out before it hands a state to `check` and
    /// `restore` of this class.
    open var savedState: SavedState { stateOfRule }

    /// Throws where the state is of another rule, or of other parameters or groups; changes nothing.
    open func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    /// Goes on from a state of an optimizer that was made alike. Gradients that wait for a step are forgotten.
    ///
    /// Parameters are found by their names where those are the same, and otherwise by their order.
    ///
    /// - Throws: `DataError` that says in one line everything that does not fit; nothing has changed then.
    open func restore(_ state: SavedState) throws(DataError) { adopt(try contents(of: state)) }

    /// Forgets the gradients. `step()` uses them up anyway.
    public func zeroGradients() {
        for parameter in parameters where parameter.takeGradient() != nil { advice.hasForgotten = true }
    }
}

/// Parameters of an optimizer that have a learning rate and a weight decay in common.
public struct OptimizerGroup: Sendable {
    /// Their places among all parameters of the optimizer.
    public internal(set) var positions: Range<Int>
    public internal(set) var learningRate: Double
    public internal(set) var weightDecay: Double
}

extension Optimizer {
    /// Value and gradient with the weight decay in one of them: a decoupled one shrinks the value (Loshchilov and Hutter,
    /// 2019), any other adds to the gradient.
    func decayed(_ value: Tensor, _ gradient: Tensor, isDecoupled: Bool = false) -> (value: Tensor, gradient: Tensor) {
        if weightDecay == 0 { return (value, gradient) }
        if isDecoupled { return (value * (1 - learningRate * weightDecay), gradient) }
        return (value, gradient + value * weightDecay)
    }

    /// value - direction size.
    func descended(_ value: Tensor, _ direction: Tensor, _ size: Double) -> Tensor {
        if stepSize?.number != size || stepSize?.tensor.dtype != value.dtype {
            stepSize = (size, Tensor(size, dtype: value.dtype))
        }
        return Tensor(Node.descend(value.node, direction.node, stepSize!.tensor.node))
    }

    /// A running mean moved toward a new value by the given share.
    func moved(_ mean: Tensor, toward new: Tensor, share: Double) -> Tensor { mean + (new - mean) * share }

    /// base to a whole power, as repeated squaring: the same bits everywhere.
    func power(_ base: Double, _ exponent: Int) -> Double {
        var result = 1.0, factor = base, rest = exponent
        while rest > 0 {
            if rest & 1 == 1 { result *= factor }
            factor *= factor
            rest >>= 1
        }
        return result
    }

    /// The running means of gradients and of their squares after an update.
    func moments(_ state: [Tensor], _ gradient: Tensor, betas: (Double, Double)) -> [Tensor] {
        [
            moved(state[0], toward: gradient, share: 1 - betas.0),
            state[1] * betas.1 + gradient * gradient * (1 - betas.1),
        ]
    }

    /// Stops where a number of the rule is negative, infinite or none.
    func requireNotNegative(_ value: Double, _ name: String) {
        require(value >= 0 && value.isFinite, "\(type(of: self)): \(name) is \(value), expected 0 or more")
    }

    /// Stops where a share of the past is not one.
    func requireShare(_ value: Double, _ name: String) {
        require(value >= 0 && value < 1, "\(type(of: self)): \(name) is \(value), expected at least 0 and less than 1")
    }

    func requireBetas(_ betas: (Double, Double)) {
        requireShare(betas.0, "the first of the betas")
        requireShare(betas.1, "the second of the betas")
    }

    func zeros(like value: Tensor) -> Tensor { Tensor.zeros(value.shape, dtype: value.dtype) }
}
