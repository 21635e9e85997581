import Backprop

extension ParameterContainer {
    /// The layers as a tree, with the shapes of what they hold and the numbers of their parameters. Computes nothing.
    ///
    ///     Sequential
    ///       layers.0: Linear(3, 4)  weight [4, 3], bias [4]  16
    ///       layers.1: relu
    ///       layers.2: Linear(4, 2)  weight [2, 4], bias [2]  10
    ///     26 parameters
    ///
    /// Labels are those of `namedParameters()`. What is frozen, and what is a buffer, says so.
    public var description: String {
        var tree = ModelTree()
        return tree.text(of: ErasedLayer(self))
    }

    /// The type, and the stored properties that are no parts of the model: numbers, truth values, names, and lists of them.
    public var layerDescription: String { ErasedLayer(self).reflectedDescription }
}

/// A layer whose type the optimizer does not follow. It would make a copy of everything that prints and summarizes for each
/// type of layer, which took four times as long to compile as all the rest.
struct ErasedLayer {
    let layer: any ParameterContainer

    init(_ layer: any ParameterContainer) { self.layer = layer }

    /// The type with the stored properties that are options.
    var reflectedDescription: String {
        let name = typeName(of: layer)
        let options = Mirror(reflecting: layer).children.compactMap { child -> String? in
            guard let label = child.label, let text = optionText(child.value) else { return nil }
            return "\(label): \(text)"
        }
        return options.isEmpty ? name : "\(name)(\(options.joined(separator: ", ")))"
    }
}

/// The lines of a printed model.
private struct ModelTree {
    /// A line: a layer, what it holds itself, and the numbers in that.
    private struct Line {
        var title: String
        var cells = ""
        var count = ""
    }

    private var lines: [Line] = []
    /// Under which path each cell was met first.
    private var paths: [ObjectIdentifier: String] = [:]
    /// Objects that are layers, for those that hold each other.
    private var objects: Set<ObjectIdentifier> = []
    private var parameters = 0
    private var frozen = 0
    private var buffered = 0

    /// What a layer holds: cells of its own, and layers in it.
    private struct Content {
        var cells: [NamedCell] = []
        var layers: [(label: String, layer: any ParameterContainer)] = []
        private var seen: Set<ObjectIdentifier> = []

        init(_ layer: any ParameterContainer) { visitProperties(Mirror(reflecting: layer), "") }

        private mutating func visitProperties(_ mirror: Mirror, _ path: String) {
            if let parent = mirror.superclassMirror { visitProperties(parent, path) }
            for child in mirror.children {
                guard let label = child.label else { continue }
                visit(child.value, path.isEmpty ? label : path + "." + label)
            }
        }

        private mutating func visit(_ value: Any, _ path: String) {
            if let cell = value as? any ValueCell { return cells.append(NamedCell(name: path, cell: cell)) }
            if value is Tensor || value is TrainingMode { return }
            if let layer = value as? any ParameterContainer { return layers.append((path, layer)) }
            let mirror = Mirror(reflecting: value)
            switch mirror.displayStyle {
            case .optional:
                if let child = mirror.children.first { visit(child.value, path) }
            case .collection:
                for (position, child) in mirror.children.enumerated() { visit(child.value, "\(path).\(position)") }
            case .dictionary:
                let entries = mirror.children.map { Array(Mirror(reflecting: $0.value).children) }
                for entry in entries.sorted(by: { "\($0[0].value)" < "\($1[0].value)" }) {
                    visit(entry[1].value, "\(path).\(entry[0].value)")
                }
            case .class:
                if seen.insert(ObjectIdentifier(value as AnyObject)).inserted { visitProperties(mirror, path) }
            case .struct, .tuple, .enum: visitProperties(mirror, path)
            default: return
            }
        }
    }

    mutating func text(of model: ErasedLayer) -> String {
        add(model.layer, label: "", path: "", depth: 0)
        if lines.count == 1 {
            let line = lines[0]
            if line.cells.isEmpty { return line.title }
            let count = line.count.isEmpty ? "" : "  \(line.count) parameters"
            return "\(line.title)  \(line.cells)\(count)"
        }
        let titles = lines.filter { !$0.cells.isEmpty }.map(\.title.count).max() ?? 0
        let cells = lines.map(\.cells.count).max() ?? 0
        let counts = lines.map(\.count.count).max() ?? 0
        func padding(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(0, width - text.count))
        }
        var texts = lines.map { line -> String in
            if line.cells.isEmpty { return line.title }
            let start = line.title + padding(line.title, titles) + "  " + line.cells
            if line.count.isEmpty { return start }
            return start + padding(line.cells, cells) + "  " + padding(line.count, counts) + line.count
        }
        var total = "\(grouped(parameters)) parameters"
        if frozen > 0 { total += ", \(grouped(frozen)) of them frozen" }
        if buffered > 0 { total += ", \(grouped(buffered)) numbers in buffers" }
        texts.append(total)
        return texts.joined(separator: "\n")
    }

    private mutating func add(_ layer: any ParameterContainer, label: String, path: String, depth: Int) {
        var line = Line(title: String(repeating: "  ", count: depth))
        line.title += label.isEmpty ? layer.layerDescription : "\(label): \(layer.layerDescription)"
        if type(of: layer) is AnyObject.Type, !objects.insert(ObjectIdentifier(layer as AnyObject)).inserted {
            return lines.append(Line(title: line.title + " (again)"))
        }
        let content = Content(layer)
        var count = 0, hasParameters = false
        line.cells = content.cells.map { named in
            let value = named.cell.value
            let start =
                value.dtype == .float32 ? "\(named.name) \(value.shape)" : "\(named.name) \(value.dtype)\(value.shape)"
            let id = ObjectIdentifier(named.cell)
            if let known = paths[id] { return "\(start) shared with \(known)" }
            paths[id] = joined(path, named.name)
            guard let parameter = named.cell as? Parameter else {
                buffered += value.size
                return start + " buffer"
            }
            hasParameters = true
            count += value.size
            if !parameter.isTrainable { frozen += value.size }
            return parameter.isTrainable ? start : start + " frozen"
        }.joined(separator: ", ")
        parameters += count
        if hasParameters { line.count = grouped(count) }
        lines.append(line)
        for (label, part) in content.layers { add(part, label: label, path: joined(path, label), depth: depth + 1) }
    }

    private func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "." + name }
}
