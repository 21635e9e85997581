import Backprop

/// A function as a layer: `Lambda { $0 * 2 }`. It holds no parameters; a layer that its function uses would not be found
/// (see `asModule(_:)`).
public struct Lambda: Module {
    /// What the layer is called where a model is shown.
    public let name: String?
    private let function: @Sendable (Tensor) -> Tensor

    /// A function that exists: `Lambda(softsign)`.
    public init(_ function: @escaping @Sendable (Tensor) -> Tensor) { self.init(nil, function) }

    public init(_ name: String?, _ function: @escaping @Sendable (Tensor) -> Tensor) {
        self.name = name
        self.function = function
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { function(x) }
    }
}

/// What it is given.
public struct Identity: Module {
    public init() {}

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { x }
    }
}

/// A layer with operands or results of its own, called as one that maps a tensor to a tensor.
public struct Adapted<Layer: ParameterContainer>: Module {
    public let layer: Layer
    private let call: @Sendable (Layer, Tensor) -> Tensor

    fileprivate init(_ layer: Layer, _ call: @escaping @Sendable (Layer, Tensor) -> Tensor) {
        self.layer = layer
        self.call = call
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { call(layer, x) }
    }
}

extension ParameterContainer {
    /// This layer for use in `Sequential` and its like, called in any way: `Bilinear(4, 4, 2).asModule { $0($1, $1) }`,
    /// `lstm.asModule { $0($1, state: nil).state.hidden[-1] }`. Its parameters are found as before.
    public func asModule(_ call: @escaping @Sendable (Self, Tensor) -> Tensor) -> Adapted<Self> { Adapted(self, call) }
}
