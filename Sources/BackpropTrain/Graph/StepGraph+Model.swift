import Backprop
import BackpropNN

extension ParameterContainer {
    /// The graph of a training step, with what its values and gradients are in one step from here.
    ///
    /// The step is recorded as the training does and computed operator by operator, so this takes the time and the memory of
    /// several steps. Weights, gradients that wait, running statistics and random numbers are afterwards as before. Under
    /// `withMemoryBudget` it shows the plan that fits, and what that computes anew.
    ///
    /// ```swift
    /// let graph = model.stepGraph("digits", optimizer: optimizer) { crossEntropy($0(images), labels) }
    /// try graph.html.write(toFile: "step.html", atomically: true, encoding: .utf8)
    /// ```
    ///
    /// - Parameters:
    ///   - title: what the page is of.
    ///   - clipping: the norm to which all gradients together are limited before the update.
    ///   - loss: one number, from this model. It is called twice.
    public func stepGraph(
        _ title: String, optimizer: Optimizer, clipping: Double? = nil, loss: (Self) throws -> Tensor
    ) rethrows -> StepGraph {
        let waiting = optimizer.parameters.map { $0.takeGradient() }
        defer { for (parameter, gradient) in zip(optimizer.parameters, waiting) { parameter.gradient = gradient } }
        let buffers = namedBuffers().map { ($0.buffer, $0.buffer.value) }
        defer { for (buffer, value) in buffers { buffer.restore(value) } }
        // Initial values that are only recorded are part of no step.
        evaluateOrStop(parameters().map(\.value) + buffers.map(\.1))
        let observer = optimizer.observer
        optimizer.observer = nil
        defer { optimizer.observer = observer }

        // A plan keeps what somebody holds, so nothing is held while it is made: nodes are known by when they were recorded.
        let order = RecordingOrder()
        let bill = try withRandomSeed(0) {
            var labels = BillLabels()
            labels.wantsAnatomy = true
            return try order.observer.observe {
                let value = try recorded(&labels) { try loss(self) }
                value.backward()
                if let clipping { clipGradientNorm(optimizer.parameters, to: clipping) }
                return optimizer.memoryBill(labels)
            }
        }
        for (buffer, value) in buffers { buffer.restore(value) }
        for parameter in optimizer.parameters { parameter.gradient = nil }
        let step = RecordedStep()
        var named: [String: Tensor] = [:]
        try withRandomSeed(0) {
            try step.observer.observe {
                let value = try loss(self)
                let trained = optimizer.parameters.filter(\.value.node.isParameter)
                for (parameter, gradient) in zip(trained, gradients(of: value, withRespectTo: trained.map(\.value))) {
                    parameter.gradient = gradient
                    if let name = parameter.name { named["gradient of \(name)"] = gradient }
                }
                if let clipping { clipGradientNorm(optimizer.parameters, to: clipping) }
            }
        }
        for parameter in optimizer.parameters { parameter.gradient = nil }
        var statistics: [ObjectIdentifier: StepGraph.Statistics] = [:]
        for leaf in step.leaves { statistics[ObjectIdentifier(leaf)] = StepGraph.Statistics(of: leaf) }
        step.compute()
        let hasGradients = order.isRepeated(by: step)
        for value in bill.anatomy!.values where statistics[value.identity] == nil && !value.isNumber {
            // A gradient that waits for its pass is known by its name alone.
            let gradient = value.operation == "gradient" ? value.name.flatMap { named[$0]?.node } : nil
            guard let node = gradient ?? order.node(value.identity, in: step, hasGradients: hasGradients) else {
                continue
            }
            statistics[value.identity] = StepGraph.Statistics(of: node)
        }
        return StepGraph(title, bill, statistics)
    }
}

/// When nodes of a step were recorded: those of the program, and those of the rules of gradients.
private final class RecordingOrder {
    private struct Form: Equatable {
        let primitive: Primitive
        let shape: [Int]
    }

    private var plain: [ObjectIdentifier: Int] = [:], plainCount = 0
    private var ruled: [ObjectIdentifier: Int] = [:], forms: [Form] = []
    private(set) lazy var observer = RecordingObserver { [unowned self] node, source in
        if source == nil {
            plain[ObjectIdentifier(node)] = plainCount
            ruled[ObjectIdentifier(node)] = nil
            plainCount += 1
        } else {
            ruled[ObjectIdentifier(node)] = forms.count
            plain[ObjectIdentifier(node)] = nil
            forms.append(Form(primitive: node.primitive, shape: node.shape.array))
        }
    }

    /// Whether the rules recorded, once or several times, what they record in the other step.
    func isRepeated(by step: RecordedStep) -> Bool {
        let other = step.ruled.map { Form(primitive: $0.primitive, shape: $0.shape.array) }
        guard !other.isEmpty, forms.count % other.count == 0 else { return false }
        return forms.indices.allSatisfy { forms[$0] == other[$0 % other.count] }
    }

    /// The node of another recording of the same step that stands for one of this.
    func node(_ identity: ObjectIdentifier, in step: RecordedStep, hasGradients: Bool) -> Node? {
        if let place = plain[identity] { return place < step.plain.count ? step.plain[place] : nil }
        guard hasGradients, let place = ruled[identity] else { return nil }
        return step.ruled[place % step.ruled.count]
    }
}

/// A step whose nodes are held, so that all values can be computed.
private final class RecordedStep {
    private(set) var plain: [Node] = []
    private(set) var ruled: [Node] = []
    private var all: [(node: Node, operation: Primitive)] = []
    /// What is there before: weights and data.
    private(set) var leaves: [Node] = []
    private(set) lazy var observer = RecordingObserver { [unowned self] node, source in
        node.forEachInput { if $0.storage != nil { leaves.append($0) } }
        if source == nil { plain.append(node) } else { ruled.append(node) }
        all.append((node, node.primitive))
    }

    /// Computes the values, a portion at a time.
    func compute() {
        let portion = 64
        let nodes = all.filter { $0.operation != .customCall && !$0.node.isScalarConstant }.map(\.node)
        for start in stride(from: 0, to: nodes.count, by: portion) {
            Graph.evaluate(Array(nodes[start..<min(start + portion, nodes.count)]))
        }
    }
}

extension StepGraph.Statistics {
    /// Nil where there are no elements.
    fileprivate init?(of node: Node) {
        guard node.primitive != .customCall, node.shape.count > 0 else { return nil }
        self.init(withoutGradients { Self.tensor(of: Tensor(node)) }.array(of: Float.self))
    }

    /// The six figures of the elements of x, shape [6].
    fileprivate static func tensor(of x: Tensor) -> Tensor {
        let x = x.asType(.float32), isGood = isFinite(x), zero = x.like(0)
        let good = isGood.asType(.float32), count = maximum(good.sum(), 1)
        let mean = which(isGood, x, zero).sum() / count
        let deviation = sqrt(which(isGood, square(x - mean), zero).sum() / count)
        let least = which(isGood, x, x.like(Double.infinity)).min()
        let greatest = which(isGood, x, x.like(-Double.infinity)).max()
        let zeros = (x .== 0).asType(.float32).mean()
        return stacked([least, greatest, mean, deviation, zeros, (1 - good).sum()])
    }

    fileprivate init(_ numbers: [Float]) {
        let isEmpty = !numbers[0].isFinite
        self.init(
            least: isEmpty ? 0 : numbers[0], greatest: isEmpty ? 0 : numbers[1], mean: numbers[2],
            deviation: numbers[3], zeros: numbers[4], bad: numbers[5])
    }
}
