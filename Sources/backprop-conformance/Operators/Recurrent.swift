import Backprop
import BackpropNN

extension Operators {
    /// Recurrent layers and cells.
    static let recurrent: [String: Adapter] = [
        "nn.RNN": { call in
            let activation = try call.activation()
            let options = try RecurrentOptions(call)
            let layer = RNN(
                options.inputs, options.hidden, layers: options.layers, isBidirectional: options.isBidirectional,
                activation: activation, bias: options.bias, dtype: .float64)
            let result = try options.withWeights(of: layer) {
                try layer(options.input, state: call.optionalTensor("hx"))
            }
            return [batchLeading(result.outputs, options.batchFirst), result.state]
        },
        "nn.GRU": { call in
            let options = try RecurrentOptions(call)
            let layer = GRU(
                options.inputs, options.hidden, layers: options.layers, isBidirectional: options.isBidirectional,
                bias: options.bias, dtype: .float64)
            let result = try options.withWeights(of: layer) {
                try layer(options.input, state: call.optionalTensor("hx"))
            }
            return [batchLeading(result.outputs, options.batchFirst), result.state]
        },
        "nn.LSTM": { call in
            let options = try RecurrentOptions(call)
            let projected = try call.int("proj_size", default: 0)
            let layer = LSTM(
                options.inputs, options.hidden, outputs: projected > 0 ? projected : nil, layers: options.layers,
                isBidirectional: options.isBidirectional, bias: options.bias, dtype: .float64)
            let result = try options.withWeights(of: layer) { try layer(options.input, state: call.lstmState()) }
            return [batchLeading(result.outputs, options.batchFirst), result.state.hidden, result.state.cell]
        },
        "nn.RNNCell": { call in
            let activation = try call.activation()
            let options = try RecurrentOptions(call)
            let cell = RNNCell(
                options.inputs, options.hidden, activation: activation, bias: options.bias, dtype: .float64)
            return [try options.withWeights(of: cell) { try cell(options.input, state: call.optionalTensor("hx")) }]
        },
        "nn.GRUCell": { call in
            let options = try RecurrentOptions(call)
            let cell = GRUCell(options.inputs, options.hidden, bias: options.bias, dtype: .float64)
            return [try options.withWeights(of: cell) { try cell(options.input, state: call.optionalTensor("hx")) }]
        },
        "nn.LSTMCell": { call in
            let options = try RecurrentOptions(call)
            let cell = LSTMCell(options.inputs, options.hidden, bias: options.bias, dtype: .float64)
            let state = try options.withWeights(of: cell) { try cell(options.input, state: call.lstmState()) }
            return [state.hidden, state.cell]
        },
    ]
}

/// What all recurrent layers have in common.
private struct RecurrentOptions {
    let input: Tensor
    let inputs: Int, hidden: Int, layers: Int
    let isBidirectional: Bool, bias: Bool, batchFirst: Bool
    private let weights: [String: Tensor]

    init(_ call: Call) throws {
        call.naming("input", "hx")
        // Of no effect outside of training.
        call.ignore("dropout")
        inputs = try call.int("input_size")
        hidden = try call.int("hidden_size")
        layers = try call.int("num_layers", default: 1)
        isBidirectional = try call.bool("bidirectional", default: false)
        bias = try call.bool("bias", default: true)
        batchFirst = try call.bool("batch_first", default: false)
        input = batchLeading(try call.tensor("input"), batchFirst)
        weights = try call.params()
    }

    /// Runs `body` with the recorded weights. Layers and directions are in the names: `weight_ih_l0_reverse` is `stack.cells.0.1.weights.input`.
    func withWeights<Result>(of layer: some ParameterContainer, _ body: () throws -> Result) throws -> Result {
        var adopted = LayerWeights(weights)
        let kinds = [
            "weight_ih": "weights.input", "weight_hh": "weights.hidden", "bias_ih": "weights.inputBias",
            "bias_hh": "weights.hiddenBias", "weight_hr": "projection",
        ]
        for (theirs, ours) in kinds {
            adopted.adopt(theirs, as: ours, whole: true)
            for layer in 0..<layers {
                adopted.adopt("\(theirs)_l\(layer)", as: "stack.cells.\(layer).0.\(ours)", whole: true)
                adopted.adopt("\(theirs)_l\(layer)_reverse", as: "stack.cells.\(layer).1.\(ours)", whole: true)
            }
        }
        return try layer.withParameters(adopted.values([:], for: layer), body)
    }
}

extension Call {
    fileprivate func activation() throws -> Activation {
        let name = try string("nonlinearity", default: "tanh")
        guard let activation = Activation(rawValue: name) else { throw Unsupported("nonlinearity = '\(name)'") }
        return activation
    }

    /// Hidden state and cell state; nil where they start at zero.
    fileprivate func lstmState() throws -> LSTMState? {
        guard let value = optionalValue("hx"), let elements = value.elements else { return nil }
        guard elements.count == 2, case .tensor(let hidden) = elements[0], case .tensor(let cell) = elements[1] else {
            throw Unsupported("hx is no pair of tensors")
        }
        return LSTMState(hidden: try tensor(hidden), cell: try tensor(cell))
    }
}
