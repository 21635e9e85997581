import Backprop

/// Something that holds parameters: a layer with any number of operands, or a whole model.
///
/// Parameters, buffers and training modes are found by type in the stored properties, through nested containers, arrays,
/// optionals and dictionaries; nothing has to be registered or wrapped, and a tensor that is merely kept is never taken
/// for a weight. Printing one shows the tree of its layers.
///
/// A container crosses tasks as a tensor does: it is a struct of constants and cells, or a final class of them, and several
/// tasks may compute with it at once.
public protocol ParameterContainer: Sendable, CustomStringConvertible {
    /// How the layer is called where a model is printed: its type with its options, and nothing of what it holds. Where it is
    /// not implemented, the stored properties that are numbers, names and the like are its options.
    var layerDescription: String { get }
}

/// A layer or a network that maps one tensor to one tensor.
public protocol Module: ParameterContainer {
    /// The forward pass.
    func callAsFunction(_ x: Tensor) -> Tensor
}

/// A parameter with its path from the root of the model, such as `layers.0.weight`.
public struct NamedParameter: Sendable {
    /// Property names and positions, joined by dots.
    public let name: String
    /// The parameter itself.
    public let parameter: Parameter
}

/// A buffer with its path from the root of the model.
public struct NamedBuffer: Sendable {
    /// Property names and positions, joined by dots.
    public let name: String
    /// The buffer itself.
    public let buffer: Buffer
}

/// A parameter or a buffer with its path from the root of the model.
package struct NamedCell: Sendable {
    package let name: String
    package let cell: any ValueCell
}

extension ParameterContainer {
    /// All parameters with their names, in the order of the stored properties. One that is reachable by several ways
    /// appears once, under the first.
    public func namedParameters() -> [NamedParameter] {
        namedCells().compactMap { named in
            (named.cell as? Parameter).map { NamedParameter(name: named.name, parameter: $0) }
        }
    }

    /// All parameters, in the order of the stored properties.
    public func parameters() -> [Parameter] { namedParameters().map(\.parameter) }

    /// All buffers with their names, in the order of the stored properties.
    public func namedBuffers() -> [NamedBuffer] {
        namedCells().compactMap { named in
            (named.cell as? Buffer).map { NamedBuffer(name: named.name, buffer: $0) }
        }
    }

    /// Everything that is saved with the model.
    package func namedCells() -> [NamedCell] {
        var search = PropertySearch()
        search.visit(self, "")
        search.nameParameters()
        return search.cells
    }

    /// The number of trainable numbers.
    public var parameterCount: Int { parameters().reduce(0) { $0 + $1.value.size } }

    /// Stops backward passes from reaching the parameters of this module.
    public func freeze() { for parameter in parameters() { parameter.isTrainable = false } }

    /// Undoes `freeze()`.
    public func unfreeze() { for parameter in parameters() { parameter.isTrainable = true } }

    /// Has all layers behave as in training, which is how they start, or with `false` as in use: no dropout, and batch
    /// normalization by running statistics.
    public func train(_ isTraining: Bool = true) {
        var search = PropertySearch()
        search.visit(self, "")
        for mode in search.modes { mode.isTraining = isTraining }
    }

    /// Has all layers behave as in use: `train(false)`.
    public func eval() { train(false) }

    /// Runs `body` with all layers as in use, and gives each the mode back that it had.
    ///
    /// ```swift
    /// let outputs = model.evaluating { withoutGradients { model(inputs) } }
    /// ```
    public func evaluating<Result>(_ body: () throws -> Result) rethrows -> Result {
        var search = PropertySearch()
        search.visit(self, "")
        let before = search.modes.map(\.isTraining)
        for mode in search.modes { mode.isTraining = false }
        defer { for (mode, wasTraining) in zip(search.modes, before) { mode.isTraining = wasTraining } }
        return try body()
    }
}
