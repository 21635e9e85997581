import Backprop

/// Modules applied one after the other.
public struct Sequential: Module {
    public let layers: [any Module]

    public init(_ layers: any Module...) { self.layers = layers }
    public init(_ layers: [any Module]) { self.layers = layers }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        var y = x
        for index in layers.indices { y = layers[index](y) }
        return y
    }
}
