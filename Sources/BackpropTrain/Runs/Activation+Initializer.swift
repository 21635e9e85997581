import BackpropNN

extension Activation {
    /// What keeps the signal alive through layers with this activation.
    var initializer: Initializer {
        switch self {
        case .relu, .relu6, .leakyRelu, .elu, .celu, .gelu, .geluTanh, .silu, .mish, .softplus, .logSigmoid, .hardswish,
            .hardshrink, .softshrink:
            .heNormal
        case .tanh, .tanhshrink, .softsign, .sigmoid, .hardtanh, .hardsigmoid, .softmax, .logSoftmax:
            .xavierUniform
        case .selu: .leCunNormal
        }
    }
}
