import Backprop

/// One step of a recurrent network: from an input and a state to the next state.
///
/// The part that depends on the input alone comes apart, so that a layer can do it for a whole sequence at once.
public protocol RecurrentCell: ParameterContainer {
    /// What is handed from step to step.
    associatedtype State

    /// The extent of an output.
    var outputs: Int { get }
    /// The part of a step that depends on the input alone.
    func projected(_ x: Tensor) -> Tensor
    /// The rest of the step.
    func step(_ projected: Tensor, _ state: State) -> State
    /// What a step gives to the layer above.
    func output(_ state: State) -> Tensor
    /// The state before the first step, for inputs with these axes in front of the features.
    func initialState(_ shape: [Int], dtype: DType) -> State
    /// The first state where a mask, bool [..., 1], is true, and the second elsewhere.
    static func selected(_ mask: Tensor, _ first: State, _ second: State) -> State
}

extension RecurrentCell where State == Tensor {
    public static func selected(_ mask: Tensor, _ first: Tensor, _ second: Tensor) -> Tensor {
        which(mask, first, second)
    }
}

extension RecurrentCell {
    /// The state after a step with input x, [..., inputs], from a state of zeros where left out.
    public func callAsFunction(_ x: Tensor, state: State? = nil) -> State {
        step(projected(x), state ?? initialState(Array(x.shape.dropLast()), dtype: x.dtype))
    }
}

/// The weights of a recurrent cell.
public struct RecurrentWeights: ParameterContainer, Sendable {
    /// [gates x hidden, inputs].
    public let input: Parameter
    /// [gates x hidden, outputs].
    public let hidden: Parameter
    /// [gates x hidden]; nil without bias.
    public let inputBias: Parameter?
    public let hiddenBias: Parameter?

    /// Uniform within ±1 / sqrt(hidden), as PyTorch's.
    init(inputs: Int, hidden: Int, outputs: Int, gates: Int, bias: Bool, dtype: DType) {
        require(
            inputs >= 0 && outputs >= 0 && hidden >= 0 && hidden <= Shape.maximumExtent / gates,
            "a recurrent cell: \(inputs) inputs, \(hidden) hidden and \(outputs) outputs")
        let initializer = RecurrentWeights.initializer(hidden)
        input = Parameter(initializer([gates * hidden, inputs], dtype: dtype))
        self.hidden = Parameter(initializer([gates * hidden, outputs], dtype: dtype))
        inputBias = bias ? Parameter(initializer([gates * hidden], dtype: dtype)) : nil
        hiddenBias = bias ? Parameter(initializer([gates * hidden], dtype: dtype)) : nil
    }

    static func initializer(_ hidden: Int) -> Initializer {
        let bound = 1 / Double(max(hidden, 1)).squareRoot()
        return .uniform(low: -bound, high: bound)
    }

    func ofInput(_ x: Tensor) -> Tensor {
        matmul(x, input.value, transposeB: true).adding(inputBias)
    }

    /// Both biases at once, for cells that add them: then a step has none.
    func ofInputWithBiases(_ x: Tensor) -> Tensor { ofInput(x).adding(hiddenBias) }

    func ofHidden(_ h: Tensor) -> Tensor { matmul(h, hidden.value, transposeB: true) }
}

/// h' = tanh(W x + b + U h + c), or relu (Elman, 1990).
public struct RNNCell: RecurrentCell, Sendable {
    public let weights: RecurrentWeights
    public let activation: Activation
    public let outputs: Int

    public init(
        _ inputs: Int, _ hidden: Int, activation: Activation = .tanh, bias: Bool = true, dtype: DType = .float32
    ) {
        weights = RecurrentWeights(
            inputs: inputs, hidden: hidden, outputs: hidden, gates: 1, bias: bias, dtype: dtype)
        self.activation = activation
        outputs = hidden
    }

    public func projected(_ x: Tensor) -> Tensor {
        requireFeatures(weights.input.shape[1], of: x)
        return weights.ofInputWithBiases(x)
    }
    public func step(_ projected: Tensor, _ state: Tensor) -> Tensor {
        requireFeatures(outputs, of: state, "a state")
        return activation(projected + weights.ofHidden(state))
    }
    public func output(_ state: Tensor) -> Tensor { state }
    public func initialState(_ shape: [Int], dtype: DType) -> Tensor { .zeros(shape + [outputs], dtype: dtype) }
}

/// The state of an LSTM: what it gives, [..., outputs], and what it keeps, [..., hidden].
public struct LSTMState: Sendable {
    public var hidden: Tensor
    public var cell: Tensor

    public init(hidden: Tensor, cell: Tensor) {
        self.hidden = hidden
        self.cell = cell
    }

    /// The same numbers without the way to them: a backward pass from what follows ends here, so that a long sequence can be
    /// learned in pieces (Williams and Peng, 1990).
    public func detached() -> LSTMState { LSTMState(hidden: hidden.detached(), cell: cell.detached()) }
}

/// c' = σ(f) c + σ(i) tanh(g) and h' = σ(o) tanh(c'), with gates i, f, g, o linear in input and state (Hochreiter and
/// Schmidhuber, 1997; Gers et al., 2000).
public struct LSTMCell: RecurrentCell, Sendable {
    public let weights: RecurrentWeights
    /// [outputs, hidden]; nil where the output is not projected (Sak et al., 2014).
    public let projection: Parameter?
    public let hidden: Int
    public let outputs: Int

    /// - Parameter outputs: the extent to which the output is projected; not at all where left out.
    public init(
        _ inputs: Int, _ hidden: Int, outputs: Int? = nil, bias: Bool = true, dtype: DType = .float32
    ) {
        self.hidden = hidden
        self.outputs = outputs ?? hidden
        weights = RecurrentWeights(
            inputs: inputs, hidden: hidden, outputs: self.outputs, gates: 4, bias: bias, dtype: dtype)
        projection = outputs.map {
            Parameter(RecurrentWeights.initializer(hidden)([$0, hidden], dtype: dtype))
        }
    }

    public func projected(_ x: Tensor) -> Tensor {
        requireFeatures(weights.input.shape[1], of: x)
        return weights.ofInputWithBiases(x)
    }
    public func step(_ projected: Tensor, _ state: LSTMState) -> LSTMState {
        requireFeatures(outputs, of: state.hidden, "a hidden state")
        requireFeatures(hidden, of: state.cell, "a state of the cell")
        let gates = (projected + weights.ofHidden(state.hidden)).split(parts: 4, axis: -1)
        let cell = sigmoid(gates[1]) * state.cell + sigmoid(gates[0]) * tanh(gates[2])
        let output = sigmoid(gates[3]) * tanh(cell)
        let hidden = projection.map { matmul(output, $0.value, transposeB: true) } ?? output
        return LSTMState(hidden: hidden, cell: cell)
    }
    public func output(_ state: LSTMState) -> Tensor { state.hidden }
    public static func selected(_ mask: Tensor, _ first: LSTMState, _ second: LSTMState) -> LSTMState {
        LSTMState(hidden: which(mask, first.hidden, second.hidden), cell: which(mask, first.cell, second.cell))
    }
    public func initialState(_ shape: [Int], dtype: DType) -> LSTMState {
        LSTMState(hidden: .zeros(shape + [outputs], dtype: dtype), cell: .zeros(shape + [hidden], dtype: dtype))
    }
}

/// h' = (1 - z) n + z h with gates r and z and the new n = tanh(W x + b + r (U h + c)) (Cho et al., 2014), the hidden bias c
/// of n within the product, as in PyTorch.
public struct GRUCell: RecurrentCell, Sendable {
    /// The gates are r, z and n.
    public let weights: RecurrentWeights
    public let outputs: Int

    public init(_ inputs: Int, _ hidden: Int, bias: Bool = true, dtype: DType = .float32) {
        weights = RecurrentWeights(
            inputs: inputs, hidden: hidden, outputs: hidden, gates: 3, bias: bias, dtype: dtype)
        outputs = hidden
    }

    public func projected(_ x: Tensor) -> Tensor {
        requireFeatures(weights.input.shape[1], of: x)
        return weights.ofInput(x)
    }
    public func step(_ projected: Tensor, _ state: Tensor) -> Tensor {
        requireFeatures(outputs, of: state, "a state")
        let input = projected.split(parts: 3, axis: -1)
        let hidden = weights.ofHidden(state).adding(weights.hiddenBias).split(parts: 3, axis: -1)
        let reset = sigmoid(input[0] + hidden[0]), keep = sigmoid(input[1] + hidden[1])
        let new = tanh(input[2] + reset * hidden[2])
        return new + keep * (state - new)
    }
    public func output(_ state: Tensor) -> Tensor { state }
    public func initialState(_ shape: [Int], dtype: DType) -> Tensor { .zeros(shape + [outputs], dtype: dtype) }
}
