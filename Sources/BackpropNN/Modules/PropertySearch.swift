import Backprop

/// Walks stored properties by reflection. Done when an optimizer is made or a file is written, never in a step.
struct PropertySearch {
    private(set) var cells: [NamedCell] = []
    private(set) var modes: [TrainingMode] = []
    /// The path of each cell and mode, as it was met first.
    private(set) var paths: [ObjectIdentifier: String] = [:]
    private var seen: Set<ObjectIdentifier> = []

    mutating func visit(_ value: Any, _ path: String) {
        if let cell = value as? any ValueCell {
            if seen.insert(ObjectIdentifier(cell)).inserted {
                cells.append(NamedCell(name: path, cell: cell))
                paths[ObjectIdentifier(cell)] = path
            }
            return
        }
        if value is Tensor { return }
        if let mode = value as? TrainingMode {
            if seen.insert(ObjectIdentifier(mode)).inserted {
                modes.append(mode)
                paths[ObjectIdentifier(mode)] = path
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
        for child in mirror.children {
            guard let label = child.label else { continue }
            visit(child.value, joined(path, label))
        }
    }

    private func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "." + name }

    /// Tells the parameters under which names they were found, and with which layers. A name that leads further back than the
    /// one that a parameter has takes its place: a layer is often asked before the model that it becomes part of.
    func nameParameters() {
        for case (let name, let parameter as Parameter) in cells.map({ ($0.name, $0.cell) }) {
            if let known = parameter.name, known == name || !name.hasSuffix("." + known) { continue }
            parameter.knownOrigin = ParameterOrigin(name: name, modes: modes)
        }
    }
}
