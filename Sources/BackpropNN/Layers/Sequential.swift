import Backprop

/// Modules applied one after the other.
public struct Sequential: Module {
    public let layers: [any Module]

    public init(_ layers: any Module...) { self.layers = layers }
    public init(_ layers: [any Module]) { self.layers = layers }

    public func callAsFunction(_ x: Tensor) -> Tensor { layers.reduce(x) { $1($0) } }
}

/// An activation as a module, for use in `Sequential`.
public enum Activation: String, Module, Sendable, CaseIterable {
    case relu, leakyRelu, elu, gelu, geluTanh, silu, softplus, tanh, sigmoid, softmax

    public func callAsFunction(_ x: Tensor) -> Tensor {
        switch self {
        case .relu: BackpropNN.relu(x)
        case .leakyRelu: BackpropNN.leakyRelu(x)
        case .elu: BackpropNN.elu(x)
        case .gelu: BackpropNN.gelu(x)
        case .geluTanh: BackpropNN.geluTanh(x)
        case .silu: BackpropNN.silu(x)
        case .softplus: BackpropNN.softplus(x)
        case .tanh: Backprop.tanh(x)
        case .sigmoid: Backprop.sigmoid(x)
        case .softmax: Backprop.softmax(x)
        }
    }
}
