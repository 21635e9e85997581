import Backprop

/// What the layers make of x, added to x, or to what a shortcut makes of it (He et al., 2016).
public struct Residual: Module {
    public var layers: [any Module]
    /// For x where the layers change its shape.
    public var shortcut: (any Module)?

    public init(_ layers: any Module..., shortcut: (any Module)? = nil) { self.init(layers, shortcut: shortcut) }
    public init(_ layers: [any Module], shortcut: (any Module)? = nil) {
        (self.layers, self.shortcut) = (layers, shortcut)
    }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) {
            let short = shortcut.map { called($0, x, "shortcut") } ?? x
            let long = applied(layers, to: x)
            require(
                Shape.broadcast(short.node.shape, long.node.shape) != nil,
                "Residual: the layers make \(long.shape) of \(x.shape), to which \(short.shape) cannot be added; give it a shortcut that makes this shape"
            )
            return short + long
        }
    }
}
