import Backprop

/// An activation without options, as a module, for use in `Sequential` and as an option of layers.
public enum Activation: String, Module, Sendable, CaseIterable {
    case relu, relu6, leakyRelu, elu, selu, celu, gelu, geluTanh, silu, mish, softplus, softsign, tanh, tanhshrink
    case sigmoid, logSigmoid, hardtanh, hardsigmoid, hardswish, hardshrink, softshrink
    case softmax, logSoftmax

    /// The activation with its standard options.
    ///
    /// ```swift
    /// Activation.relu(Tensor([-1.0, 0, 2]))  // [0, 0, 2]
    /// ```
    public func callAsFunction(_ x: Tensor) -> Tensor { reported([x]) { applied(to: x) } }

    private func applied(to x: Tensor) -> Tensor {
        switch self {
        case .relu: BackpropNN.relu(x)
        case .relu6: BackpropNN.relu6(x)
        case .leakyRelu: BackpropNN.leakyRelu(x)
        case .elu: BackpropNN.elu(x)
        case .selu: BackpropNN.selu(x)
        case .celu: BackpropNN.celu(x)
        case .gelu: BackpropNN.gelu(x)
        case .geluTanh: BackpropNN.geluTanh(x)
        case .silu: BackpropNN.silu(x)
        case .mish: BackpropNN.mish(x)
        case .softplus: BackpropNN.softplus(x)
        case .softsign: BackpropNN.softsign(x)
        case .tanh: Backprop.tanh(x)
        case .tanhshrink: BackpropNN.tanhshrink(x)
        case .sigmoid: Backprop.sigmoid(x)
        case .logSigmoid: BackpropNN.logSigmoid(x)
        case .hardtanh: BackpropNN.hardtanh(x)
        case .hardsigmoid: BackpropNN.hardsigmoid(x)
        case .hardswish: BackpropNN.hardswish(x)
        case .hardshrink: BackpropNN.hardshrink(x)
        case .softshrink: BackpropNN.softshrink(x)
        case .softmax: Backprop.softmax(x)
        case .logSoftmax: Backprop.logSoftmax(x)
        }
    }
}
