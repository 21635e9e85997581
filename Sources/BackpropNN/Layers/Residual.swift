import Backprop

/// What the layers make of x, added to x (He et al., 2016).
public struct Residual: Module {
    public let layers: [any Module]

    public init(_ layers: any Module...) { self.layers = layers }
    public init(_ layers: [any Module]) { self.layers = layers }

    public func callAsFunction(_ x: Tensor) -> Tensor { x + layers.reduce(x) { $1($0) } }
}
