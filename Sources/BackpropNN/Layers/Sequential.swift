import Backprop

/// Modules applied one after the other. They can be exchanged: `model[2] = Linear(8, 4)`.
public struct Sequential: Module {
    public var layers: [any Module]

    public init(_ layers: any Module...) { self.layers = layers }
    public init(_ layers: [any Module]) { self.layers = layers }

    public func callAsFunction(_ x: Tensor) -> Tensor {
        reported([x]) { applied(layers, to: x) }
    }

    /// How many there are.
    public var count: Int { layers.count }

    /// The module at a position.
    public subscript(index: Int) -> any Module {
        get {
            require(layers.indices.contains(index), "Sequential: there is no module \(index) among \(layers.count)")
            return layers[index]
        }
        set {
            require(layers.indices.contains(index), "Sequential: there is no module \(index) among \(layers.count)")
            layers[index] = newValue
        }
    }

    /// Some of the modules, which share their parameters with these: `model[..<3]`.
    public subscript(range: some RangeExpression<Int>) -> Sequential {
        Sequential(Array(layers[range.relative(to: layers)]))
    }

    /// Another module behind the last.
    public mutating func append(_ layer: any Module) { layers.append(layer) }
}
