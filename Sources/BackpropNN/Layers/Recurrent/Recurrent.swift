import Backprop

/// Layers of `RNNCell`. Takes [..., steps, inputs] and gives [..., steps, outputs of all directions]; the batch comes first.
public struct RNN: Module {
    public let stack: RecurrentStack<RNNCell>
    public let inputs: Int, hidden: Int, layers: Int
    public let isBidirectional: Bool

    /// - Parameters:
    ///   - activation: tanh or relu.
    ///   - dropout: the probability of loss between layers in training.
    public init(
        _ inputs: Int, _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, activation: Activation = .tanh,
        bias: Bool = true, dropout: Double = 0, dtype: DType = .float32
    ) {
        (self.inputs, self.hidden, self.layers) = (inputs, hidden, layers)
        self.isBidirectional = isBidirectional
        stack = RecurrentStack(layers: layers, isBidirectional: isBidirectional, inputs: inputs, dropout: dropout) {
            RNNCell($0, hidden, activation: activation, bias: bias, dtype: dtype)
        }
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireSequence(x, features: inputs)
        return reported([x]) { stack.run(x, states: nil).outputs }
    }

    /// The outputs of sequences that end after so many steps, zeros behind their ends.
    public func callAsFunction(_ x: Tensor, lengths: any SequenceLengths) -> Tensor {
        requireSequence(x, features: inputs)
        return reported([x]) {
            stack.run(x, states: nil, lengths: lengths).outputs
        }
    }

    /// The outputs and the last state of each cell, [layers x directions, ..., hidden], from a state of that shape (zeros
    /// for nil). With lengths, outputs behind the end of a sequence are zeros, its last state is that at its end, and the
    /// reverse direction begins there.
    public func callAsFunction(
        _ x: Tensor, state: Tensor?, lengths: (any SequenceLengths)? = nil
    ) -> (outputs: Tensor, state: Tensor) {
        requireSequence(x, features: inputs)
        let count = stack.cells.joined().count
        requireState(state, cells: count, for: x, features: hidden)
        return reported([x], outputs: { [$0.outputs, $0.state] }) {
            let result = stack.run(x, states: cellStates(state, count: count), lengths: lengths)
            return (result.outputs, stacked(result.states))
        }
    }
}

/// Layers of `GRUCell`. Takes [..., steps, inputs] and gives [..., steps, outputs of all directions]; the batch comes first.
public struct GRU: Module {
    public let stack: RecurrentStack<GRUCell>
    public let inputs: Int, hidden: Int, layers: Int
    public let isBidirectional: Bool

    /// - Parameter dropout: the probability of loss between layers in training.
    public init(
        _ inputs: Int, _ hidden: Int, layers: Int = 1, isBidirectional: Bool = false, bias: Bool = true,
        dropout: Double = 0, dtype: DType = .float32
    ) {
        (self.inputs, self.hidden, self.layers) = (inputs, hidden, layers)
        self.isBidirectional = isBidirectional
        stack = RecurrentStack(layers: layers, isBidirectional: isBidirectional, inputs: inputs, dropout: dropout) {
            GRUCell($0, hidden, bias: bias, dtype: dtype)
        }
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireSequence(x, features: inputs)
        return reported([x]) { stack.run(x, states: nil).outputs }
    }

    /// The outputs of sequences that end after so many steps, zeros behind their ends.
    public func callAsFunction(_ x: Tensor, lengths: any SequenceLengths) -> Tensor {
        requireSequence(x, features: inputs)
        return reported([x]) {
            stack.run(x, states: nil, lengths: lengths).outputs
        }
    }

    /// The outputs and the last state of each cell, [layers x directions, ..., hidden], from a state of that shape (zeros
    /// for nil). With lengths, outputs behind the end of a sequence are zeros, its last state is that at its end, and the
    /// reverse direction begins there.
    public func callAsFunction(
        _ x: Tensor, state: Tensor?, lengths: (any SequenceLengths)? = nil
    ) -> (outputs: Tensor, state: Tensor) {
        requireSequence(x, features: inputs)
        let count = stack.cells.joined().count
        requireState(state, cells: count, for: x, features: hidden)
        return reported([x], outputs: { [$0.outputs, $0.state] }) {
            let result = stack.run(x, states: cellStates(state, count: count), lengths: lengths)
            return (result.outputs, stacked(result.states))
        }
    }
}

/// Layers of `LSTMCell`. Takes [..., steps, inputs] and gives [..., steps, outputs of all directions]; the batch comes first.
public struct LSTM: Module {
    public let stack: RecurrentStack<LSTMCell>
    public let inputs: Int, hidden: Int, layers: Int
    public let isBidirectional: Bool

    /// - Parameters:
    ///   - outputs: the extent to which outputs are projected; not at all where left out.
    ///   - dropout: the probability of loss between layers in training.
    public init(
        _ inputs: Int, _ hidden: Int, outputs: Int? = nil, layers: Int = 1, isBidirectional: Bool = false,
        bias: Bool = true, dropout: Double = 0, dtype: DType = .float32
    ) {
        (self.inputs, self.hidden, self.layers) = (inputs, hidden, layers)
        self.isBidirectional = isBidirectional
        stack = RecurrentStack(layers: layers, isBidirectional: isBidirectional, inputs: inputs, dropout: dropout) {
            LSTMCell($0, hidden, outputs: outputs, bias: bias, dtype: dtype)
        }
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        requireSequence(x, features: inputs)
        return reported([x]) { stack.run(x, states: nil).outputs }
    }

    /// The outputs of sequences that end after so many steps, zeros behind their ends.
    public func callAsFunction(_ x: Tensor, lengths: any SequenceLengths) -> Tensor {
        requireSequence(x, features: inputs)
        return reported([x]) {
            stack.run(x, states: nil, lengths: lengths).outputs
        }
    }

    /// The outputs and the last state of each cell, [layers x directions, ...], from a state of that shape (zeros for nil).
    /// With lengths, outputs behind the end of a sequence are zeros, its last state is that at its end, and the reverse
    /// direction begins there.
    public func callAsFunction(
        _ x: Tensor, state: LSTMState?, lengths: (any SequenceLengths)? = nil
    ) -> (outputs: Tensor, state: LSTMState) {
        requireSequence(x, features: inputs)
        let count = stack.cells.joined().count
        requireState(state?.hidden, cells: count, for: x, features: stack.cells[0][0].outputs, "a hidden state")
        requireState(state?.cell, cells: count, for: x, features: hidden, "a state of the cells")
        return reported([x], outputs: { [$0.outputs, $0.state.hidden, $0.state.cell] }) {
            var states: [LSTMState]?
            if let hidden = cellStates(state?.hidden, count: count), let cell = cellStates(state?.cell, count: count) {
                states = zip(hidden, cell).map { LSTMState(hidden: $0, cell: $1) }
            }
            let result = stack.run(x, states: states, lengths: lengths)
            let last = LSTMState(
                hidden: stacked(result.states.map(\.hidden)), cell: stacked(result.states.map(\.cell)))
            return (result.outputs, last)
        }
    }
}
