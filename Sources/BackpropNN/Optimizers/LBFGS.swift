import Backprop
import BackpropFiles

/// The quasi-Newton method of limited memory (Liu and Nocedal, 1989), with the choices of PyTorch's `LBFGS`: for a loss that is
/// the same function at every step, which it computes several times.
///
/// ```swift
/// let optimizer = LBFGS(model.parameters(), lineSearch: .strongWolfe)
/// for _ in 0..<10 {
///     optimizer.step { crossEntropy(model(inputs), labels) }
/// }
/// ```
public final class LBFGS {
    /// How far a step goes along its direction.
    public enum LineSearch: Sendable {
        /// As far as the learning rate says.
        case fixed
        /// To a place that satisfies the strong conditions of Wolfe (1969), by cubic interpolation.
        case strongWolfe
    }

    public let parameters: [Parameter]
    public var learningRate: Double
    /// Directions that one step goes along at most, and losses that it computes at most.
    public let iterations: Int, evaluations: Int
    /// A step ends where no element of the gradient is larger.
    public let gradientTolerance: Double
    /// A step ends where neither a parameter nor the loss changes by more.
    public let changeTolerance: Double
    /// Changes of the gradient that are remembered.
    public let historySize: Int
    public let lineSearch: LineSearch

    /// A move, the change of the gradient over it, and the reciprocal of their product.
    private typealias Memory = (move: Tensor, change: Tensor, reciprocal: Double)
    private var history: [Memory] = []
    /// The scale of the first guess of the inverse Hessian.
    private var scale = 1.0
    /// What the iteration before has left: its gradient, and its move.
    private var last: (gradient: Tensor, move: Tensor)?

    /// - Parameter evaluations: five for four iterations where left out.
    public init(
        _ parameters: [Parameter], learningRate: Double = 1, iterations: Int = 20, evaluations: Int? = nil,
        gradientTolerance: Double = 1e-7, changeTolerance: Double = 1e-9, historySize: Int = 100,
        lineSearch: LineSearch = .fixed
    ) {
        require(
            learningRate >= 0 && learningRate.isFinite,
            "LBFGS: the learning rate is \(learningRate), expected 0 or more")
        require(iterations > 0 && historySize > 0, "LBFGS: \(iterations) iterations and a history of \(historySize)")
        self.parameters = parameters
        self.learningRate = learningRate
        self.iterations = iterations
        self.evaluations = evaluations ?? iterations * 5 / 4
        self.gradientTolerance = gradientTolerance
        self.changeTolerance = changeTolerance
        self.historySize = historySize
        self.lineSearch = lineSearch
    }

    /// Moves the parameters to where the loss is lower.
    ///
    /// - Parameter loss: records the loss for the present values of the parameters.
    /// - Returns: the loss before the step.
    @discardableResult
    public func step(_ loss: () -> Tensor) -> Double {
        var (value, gradient) = evaluate(loss)
        let first = value
        var count = 1, iteration = 0
        while iteration < iterations, count < evaluations || iteration == 0, size(gradient) > gradientTolerance {
            iteration += 1
            let isFirst = last == nil
            let direction = direction(gradient)
            let slope = inner(gradient, direction)
            var distance = learningRate
            if isFirst { distance *= min(1, 1 / abs(gradient).sum().item()) }
            let before = (value, gradient)
            // Remembered even where this is the end: the next step goes on from here.
            last = (gradient, direction * distance)
            if slope > -changeTolerance { break }
            switch lineSearch {
            case .fixed:
                move(along: direction, by: distance)
                if iteration < iterations {
                    (value, gradient) = evaluate(loss)
                    count += 1
                }
            case .strongWolfe:
                let search = WolfeSearch(
                    start: .init(place: 0, loss: value, gradient: gradient, slope: slope),
                    limit: evaluations - count, smallest: changeTolerance / size(direction))
                let values = parameters.map(\.value)
                let (end, losses) = search.run(from: distance) { place in
                    move(along: direction, by: place)
                    defer { for (parameter, value) in zip(parameters, values) { parameter.value = value } }
                    let (loss, gradient) = evaluate(loss)
                    return .init(place: place, loss: loss, gradient: gradient, slope: inner(gradient, direction))
                }
                (value, gradient, distance) = (end.loss, end.gradient, end.place)
                count += losses
                move(along: direction, by: distance)
            }
            last = (before.1, direction * distance)
            if distance * size(direction) <= changeTolerance || abs(value - before.0) < changeTolerance { break }
        }
        return first
    }

    /// The negative gradient times the inverse Hessian that the history describes, by the recursion of two loops
    /// (Nocedal, 1980).
    private func direction(_ gradient: Tensor) -> Tensor {
        guard let last else { return -gradient }
        let change = gradient - last.gradient
        let product = inner(change, last.move)
        if product > 1e-10 {
            if history.count == historySize { history.removeFirst() }
            evaluate([change, last.move])
            history.append((last.move, change, 1 / product))
            scale = product / inner(change, change)
        }
        return withoutGradients {
            var result = -gradient
            var shares: [Tensor] = []
            for memory in history.reversed() {
                let share = (memory.move * result).sum() * memory.reciprocal
                result = result - memory.change * share
                shares.append(share)
            }
            result = result * scale
            for (memory, share) in zip(history, shares.reversed()) {
                result = result + memory.move * (share - (memory.change * result).sum() * memory.reciprocal)
            }
            evaluate([result])
            return result
        }
    }

    /// The loss, and its gradient for all parameters one after the other.
    private func evaluate(_ loss: () -> Tensor) -> (loss: Double, gradient: Tensor) {
        let value = loss()
        value.backward()
        let gradient = concatenated(
            parameters.map { ($0.takeGradient() ?? Tensor.zeros($0.shape, dtype: $0.dtype)).flattened() })
        evaluate([value, gradient])
        return (value.item(), gradient)
    }

    private func evaluate(_ tensors: [Tensor]) { evaluateOrStop(tensors) }

    private func move(along direction: Tensor, by distance: Double) {
        withoutGradients {
            var start = 0
            for parameter in parameters {
                let value = parameter.value, end = start + value.size
                let part = direction.narrowed(axis: 0, start..<end).reshaped(value.shape)
                parameter.value = value + part * distance
                start = end
            }
        }
        evaluate(parameters.map(\.value))
    }

    private func inner(_ a: Tensor, _ b: Tensor) -> Double { (a * b).sum().item() }
    private func size(_ x: Tensor) -> Double { abs(x).max().item() }
}

extension LBFGS: Resumable {
    private struct Contents {
        var learningRate = 1.0
        var scale = 1.0
        var history: [Memory] = []
        var last: (gradient: Tensor, move: Tensor)?
    }

    /// The learning rate, what is remembered of the inverse Hessian, and what the last iteration has left. Vectors are those
    /// of all parameters one after the other.
    public var savedState: SavedState {
        var state = SavedState(values: [
            "learningRate": .number(learningRate), "scale": .number(scale),
            "reciprocals": .list(history.map { .number($0.reciprocal) }), "hasStepped": .bool(last != nil),
        ])
        for (number, memory) in history.enumerated() {
            state.tensors["move.\(number)"] = memory.move.kept
            state.tensors["change.\(number)"] = memory.change.kept
        }
        if let last {
            state.tensors["gradient"] = last.gradient.kept
            state.tensors["move"] = last.move.kept
        }
        return state
    }

    public func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    /// Goes on from a state of an optimizer of the same parameters in the same order.
    ///
    /// - Throws: `DataError` that says in one line everything that does not fit; nothing has changed then.
    public func restore(_ state: SavedState) throws(DataError) {
        let contents = try contents(of: state)
        (learningRate, scale) = (contents.learningRate, contents.scale)
        (history, last) = (contents.history, contents.last)
    }

    private func contents(of state: SavedState) throws(DataError) -> Contents {
        var reader = StateReader(state, of: "LBFGS"), result = Contents()
        let size = parameters.reduce(0) { $0 + $1.value.size }
        // What concatenating the gradients gives.
        let dtype = concatenated(parameters.map { Tensor.zeros([1], dtype: $0.dtype) }).dtype
        func vector(_ name: String) -> Tensor? { reader.tensor(name, shape: [size], dtype: dtype) }
        result.learningRate = reader.number("learningRate")
        result.scale = reader.number("scale")
        let reciprocals = reader.numbers("reciprocals")
        if reciprocals.count > historySize {
            reader.note("\(reciprocals.count) changes are remembered, expected at most \(historySize)")
        }
        for (number, reciprocal) in reciprocals.enumerated() {
            let (move, change) = (vector("move.\(number)"), vector("change.\(number)"))
            if let move, let change { result.history.append((move, change, reciprocal)) }
        }
        if reader.bool("hasStepped") {
            let (gradient, move) = (vector("gradient"), vector("move"))
            if let gradient, let move { result.last = (gradient, move) }
        }
        try reader.finish()
        return result
    }
}
