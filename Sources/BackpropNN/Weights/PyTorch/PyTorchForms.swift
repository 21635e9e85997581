import Backprop

/// How a tensor is called and arranged in PyTorch.
struct PyTorchForm: Hashable {
    var name: String
    var arrangement = Arrangement.same
}

/// A layer whose tensors have other names, or another arrangement, in PyTorch.
protocol PyTorchCounterpart: ParameterContainer {
    /// By paths from this layer. A path to a tensor has the forms of which one is in the file; a path to a layer has the name
    /// that takes its place.
    var pyTorchForms: [String: [PyTorchForm]] { get }
}

/// Forms of names alone.
private func renamed(_ names: KeyValuePairs<String, String>) -> [String: [PyTorchForm]] {
    Dictionary(uniqueKeysWithValues: names.map { ($0.key, [PyTorchForm(name: $0.value)]) })
}

// MARK: Containers that have no name of their own there

extension Sequential: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { renamed(["layers": ""]) }
}

extension Adapted: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { renamed(["layer": ""]) }
}

// MARK: Convolutions

/// Kernels are [outputs, inputs / groups, places...] in PyTorch.
protocol ConvolutionOfPyTorch: PyTorchCounterpart { var outputs: Int { get } }

extension ConvolutionOfPyTorch {
    var pyTorchForms: [String: [PyTorchForm]] {
        ["weight": [PyTorchForm(name: "weight", arrangement: .convolution)]]
    }
}

extension Conv1d: ConvolutionOfPyTorch {}
extension Conv2d: ConvolutionOfPyTorch {}
extension Conv3d: ConvolutionOfPyTorch {}

/// Kernels are [inputs, outputs / groups, places...] in PyTorch.
protocol TransposedConvolutionOfPyTorch: ConvolutionOfPyTorch { var groups: Int { get } }

extension TransposedConvolutionOfPyTorch {
    var pyTorchForms: [String: [PyTorchForm]] {
        ["weight": [PyTorchForm(name: "weight", arrangement: .transposedConvolution(groups: groups))]]
    }
}

extension ConvTransposed1d: TransposedConvolutionOfPyTorch {}
extension ConvTransposed2d: TransposedConvolutionOfPyTorch {}
extension ConvTransposed3d: TransposedConvolutionOfPyTorch {}

// MARK: Normalizations and activations

extension BatchNorm: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { runningStatisticsOfPyTorch }
}

extension InstanceNorm: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { runningStatisticsOfPyTorch }
}

private let runningStatisticsOfPyTorch = renamed([
    "statistics.mean": "running_mean", "statistics.variance": "running_var",
])

extension PReLU: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { renamed(["slope": "weight"]) }
}

// MARK: Attention

extension MultiHeadAttention: PyTorchCounterpart {
    /// The three projections are one matrix in PyTorch, or three where keys or values have other features.
    var pyTorchForms: [String: [PyTorchForm]] {
        var forms = renamed(["output": "out_proj"])
        for (index, (part, letter)) in [("queries", "q"), ("keys", "k"), ("values", "v")].enumerated() {
            forms["\(part).weight"] = [
                PyTorchForm(name: "in_proj_weight", arrangement: .part(index, of: 3)),
                PyTorchForm(name: "\(letter)_proj_weight"),
            ]
            forms["\(part).bias"] = [PyTorchForm(name: "in_proj_bias", arrangement: .part(index, of: 3))]
        }
        return forms
    }
}

extension FeedForward: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { [:] }
}

extension TransformerEncoderLayer: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] {
        renamed([
            "attention": "self_attn", "feedForward.expand": "linear1", "feedForward.contract": "linear2",
            "attentionNorm": "norm1", "feedForwardNorm": "norm2",
        ])
    }
}

extension TransformerDecoderLayer: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] {
        renamed([
            "attention": "self_attn", "crossAttention": "multihead_attn", "feedForward.expand": "linear1",
            "feedForward.contract": "linear2", "attentionNorm": "norm1", "crossNorm": "norm2",
            "feedForwardNorm": "norm3",
        ])
    }
}

// MARK: Recurrent layers, whose gates are in the same order there

/// The names of a cell's tensors in PyTorch, with something behind each.
private func cellForms(_ path: String, suffix: String) -> [String: [PyTorchForm]] {
    renamed([
        path + "weights.input": "weight_ih" + suffix, path + "weights.hidden": "weight_hh" + suffix,
        path + "weights.inputBias": "bias_ih" + suffix, path + "weights.hiddenBias": "bias_hh" + suffix,
        path + "projection": "weight_hr" + suffix,
    ])
}

private func stackForms(layers: Int, isBidirectional: Bool) -> [String: [PyTorchForm]] {
    var forms: [String: [PyTorchForm]] = [:]
    for layer in 0..<layers {
        for direction in 0..<(isBidirectional ? 2 : 1) {
            let suffix = "_l\(layer)" + (direction == 1 ? "_reverse" : "")
            forms.merge(cellForms("stack.cells.\(layer).\(direction).", suffix: suffix)) { first, _ in first }
        }
    }
    return forms
}

extension RNN: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { stackForms(layers: layers, isBidirectional: isBidirectional) }
}

extension GRU: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { stackForms(layers: layers, isBidirectional: isBidirectional) }
}

extension LSTM: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { stackForms(layers: layers, isBidirectional: isBidirectional) }
}

extension RNNCell: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { cellForms("", suffix: "") }
}

extension GRUCell: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { cellForms("", suffix: "") }
}

extension LSTMCell: PyTorchCounterpart {
    var pyTorchForms: [String: [PyTorchForm]] { cellForms("", suffix: "") }
}
