import Backprop

/// Something that holds parameters: a layer with any number of operands, or a whole model.
///
/// Parameters, buffers and training modes are found by type in the stored properties, through nested containers, arrays,
/// optionals and dictionaries; nothing has to be registered or wrapped, and a tensor that is merely kept is never taken
/// for a weight.
///
/// A container crosses tasks as a tensor does: it is a struct of constants and cells, or a final class of them, and several
/// tasks may compute with it at once.
public protocol ParameterContainer: Sendable {}

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
}

/// Walks stored properties by reflection. Done when an optimizer is made or a file is written, never in a step.
private struct PropertySearch {
    private(set) var cells: [NamedCell] = []
    private(set) var modes: [TrainingMode] = []
    private var seen: Set<ObjectIdentifier> = []

    mutating func visit(_ value: Any, _ path: String) {
        if let cell = value as? any ValueCell {
            if seen.insert(ObjectIdentifier(cell)).inserted { cells.append(NamedCell(name: path, cell: cell)) }
            return
        }
        if let mode = value as? TrainingMode { return modes.append(mode) }
        let mirror = Mirror(reflecting: value)
        if mirror.displayStyle == .class, !seen.insert(ObjectIdentifier(value as AnyObject)).inserted { return }
        switch mirror.displayStyle {
        case .optional:
            if let child = mirror.children.first { visit(child.value, path) }
        case .collection:
            for (position, child) in mirror.children.enumerated() { visit(child.value, joined(path, "\(position)")) }
        case .dictionary:
            let entries = mirror.children.map { Array(Mirror(reflecting: $0.value).children) }
            for entry in entries.sorted(by: { "\($0[0].value)" < "\($1[0].value)" }) {
                visit(entry[1].value, joined(path, "\(entry[0].value)"))
            }
        case .struct, .class, .tuple, .enum:
            if let parent = mirror.superclassMirror { visitProperties(parent, path) }
            visitProperties(mirror, path)
        default:
            return
        }
    }

    private mutating func visitProperties(_ mirror: Mirror, _ path: String) {
        if let parent = mirror.superclassMirror, mirror.displayStyle != .class { visitProperties(parent, path) }
        for child in mirror.children where !(child.value is Tensor) {
            guard let label = child.label else { continue }
            visit(child.value, joined(path, label))
        }
    }

    private func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "." + name }
}
