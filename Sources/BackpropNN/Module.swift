import Backprop

/// A layer or a network: something that holds parameters and maps a tensor to a tensor.
///
/// Parameters are found by type in the stored properties, through nested modules, arrays, optionals and dictionaries;
/// nothing has to be registered or wrapped, and a tensor that a module merely keeps is never taken for a weight.
public protocol Module {
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

extension Module {
    /// All parameters with their names, in the order of the stored properties. One that is reachable by several ways
    /// appears once, under the first.
    public func namedParameters() -> [NamedParameter] {
        var search = ParameterSearch()
        search.visit(self, "")
        return search.found
    }

    /// All parameters, in the order of the stored properties.
    public func parameters() -> [Parameter] { namedParameters().map(\.parameter) }

    /// The number of trainable numbers.
    public var parameterCount: Int { parameters().reduce(0) { $0 + $1.value.size } }

    /// Stops backward passes from reaching the parameters of this module.
    public func freeze() { for parameter in parameters() { parameter.isTrainable = false } }

    /// Undoes `freeze()`.
    public func unfreeze() { for parameter in parameters() { parameter.isTrainable = true } }
}

/// Walks stored properties by reflection. Done when an optimizer is made or a file is written, never in a step.
private struct ParameterSearch {
    var found: [NamedParameter] = []
    private var seen: Set<ObjectIdentifier> = []

    mutating func visit(_ value: Any, _ path: String) {
        if let parameter = value as? Parameter {
            if seen.insert(ObjectIdentifier(parameter)).inserted {
                found.append(NamedParameter(name: path, parameter: parameter))
            }
            return
        }
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
