import Backprop

/// The parameters and buffers of a model with what PyTorch makes of them in a model of the same layers.
struct PyTorchCells {
    struct Entry {
        /// From the root of the model.
        var path: String
        let cell: any ValueCell
        var forms: [PyTorchForm]
    }

    /// A layer that is no container of others.
    struct Leaf {
        let path: String
        let layer: any ParameterContainer
        /// Whether it is known how its features are counted there.
        var isArranged = false
    }

    /// In the order of the stored properties; a cell that is reachable by several ways appears for each.
    private(set) var entries: [Entry] = []
    private(set) var leaves: [Leaf] = []
    /// Objects on the way from the root, for those that hold each other.
    private var ancestors: Set<ObjectIdentifier> = []

    init(_ model: any ParameterContainer) { visit(layer: model, "") }

    private mutating func visit(layer: any ParameterContainer, _ path: String) {
        let first = (entries: entries.count, leaves: leaves.count)
        visitProperties(Mirror(reflecting: layer), path)
        if let known = layer as? any PyTorchCounterpart {
            let forms = known.pyTorchForms
            for index in first.entries..<entries.count { rename(index, from: path, forms) }
            if let sequence = layer as? Sequential { arrangeFlattened(sequence, path, from: first.entries) }
        }
        // What library layers hold is their own; those that only call others, and what is not known, are looked into.
        let isOpaque = layer is any PyTorchCounterpart && !(layer is Sequential || layer is any AdaptedLayer)
        if isOpaque || leaves.count == first.leaves {
            leaves.removeSubrange(first.leaves...)
            leaves.append(Leaf(path: path, layer: layer))
        }
    }

    private mutating func visitProperties(_ mirror: Mirror, _ path: String) {
        if let parent = mirror.superclassMirror { visitProperties(parent, path) }
        for child in mirror.children {
            guard let label = child.label else { continue }
            visit(child.value, joined(path, label))
        }
    }

    private mutating func visit(_ value: Any, _ path: String) {
        if let cell = value as? any ValueCell {
            return entries.append(Entry(path: path, cell: cell, forms: [PyTorchForm(name: path)]))
        }
        if value is Tensor || value is TrainingMode { return }
        let mirror = Mirror(reflecting: value)
        let object = mirror.displayStyle == .class ? ObjectIdentifier(value as AnyObject) : nil
        if let object, !ancestors.insert(object).inserted { return }
        defer { if let object { ancestors.remove(object) } }
        if let layer = value as? any ParameterContainer { return visit(layer: layer, path) }
        switch mirror.displayStyle {
        case .optional:
            if let child = mirror.children.first { visit(child.value, path) }
        case .collection:
            for (position, child) in mirror.children.enumerated() { visit(child.value, joined(path, "\(position)")) }
        case .dictionary:
            let pairs = mirror.children.map { Array(Mirror(reflecting: $0.value).children) }
            for pair in pairs.sorted(by: { "\($0[0].value)" < "\($1[0].value)" }) {
                visit(pair[1].value, joined(path, "\(pair[0].value)"))
            }
        case .struct, .class, .tuple, .enum: visitProperties(mirror, path)
        default: return
        }
    }

    /// Gives a tensor of the layer at `path` the names that the layer has for it.
    private mutating func rename(_ index: Int, from path: String, _ forms: [String: [PyTorchForm]]) {
        let start = path.isEmpty ? "" : path + "."
        let inside = String(entries[index].path.dropFirst(start.count))
        if let own = forms[inside] {
            entries[index].forms = own.map { PyTorchForm(name: start + $0.name, arrangement: $0.arrangement) }
            return
        }
        for (ours, theirs) in forms where inside.hasPrefix(ours + ".") {
            let old = start + ours + ".", new = theirs[0].name.isEmpty ? start : start + theirs[0].name + "."
            for place in entries[index].forms.indices where entries[index].forms[place].name.hasPrefix(old) {
                let rest = entries[index].forms[place].name.dropFirst(old.count)
                entries[index].forms[place].name = new + rest
            }
        }
    }

    /// What follows a `Flatten` behind convolutions counts channels first in PyTorch.
    private mutating func arrangeFlattened(_ sequence: Sequential, _ path: String, from first: Int) {
        var channels = FlattenedChannels()
        channels.visit(sequence, path)
        for (layer, count) in channels.found { arrange(layer, channels: count, from: first) }
    }

    /// Has the inputs of a linear layer, or the features of another one, counted channels first there; false where there is no
    /// such layer, or its extents do not divide.
    @discardableResult
    mutating func arrange(_ path: String, channels: Int, from first: Int = 0) -> Bool {
        guard let place = leaves.firstIndex(where: { $0.path == path }) else { return false }
        var isFound = false
        for index in entries.indices.dropFirst(first) where entries[index].path.hasPrefix(path + ".") {
            if leaves[place].layer is Linear && !entries[index].path.hasSuffix(".weight") { continue }
            guard let extent = entries[index].cell.value.shape.last, channels > 0, extent % channels == 0,
                entries[index].forms.count == 1
            else { return false }
            isFound = true
            leaves[place].isArranged = true
            let arrangement = channels == 1 || channels == extent ? .same : Arrangement.flattened(channels: channels)
            entries[index].forms[0].arrangement = arrangement
        }
        return isFound
    }

    private func joined(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "." + name }
}

/// A layer that only calls another one.
private protocol AdaptedLayer {}
extension Adapted: AdaptedLayer {}

/// Goes through a sequence of layers for those whose features are channels that were flattened.
private struct FlattenedChannels {
    private(set) var found: [(path: String, channels: Int)] = []
    /// Of images; nil where they are not known.
    private var channels: Int?
    /// Of images that are flattened now.
    private var flattened: Int?

    mutating func visit(_ sequence: Sequential, _ path: String) {
        for (index, layer) in sequence.layers.enumerated() {
            let place = path.isEmpty ? "layers.\(index)" : "\(path).layers.\(index)"
            if let inner = layer as? Sequential { visit(inner, place) } else { visit(layer, place) }
        }
    }

    private mutating func visit(_ layer: any Module, _ path: String) {
        switch layer {
        case let convolution as any ConvolutionOfPyTorch: (channels, flattened) = (convolution.outputs, nil)
        case let flatten as Flatten:
            if flattened == nil {
                (channels, flattened) = (nil, flatten.start == 1 && flatten.end == -1 ? channels : nil)
            }
        case is Linear:
            if let flattened { found.append((path, flattened)) }
            (channels, flattened) = (nil, nil)
        case is BatchNorm, is LayerNorm, is PReLU:
            if let flattened, layer.parameters().first?.value.size ?? 0 > 1 { found.append((path, flattened)) }
        case is Activation, is LeakyReLU, is RReLU, is ELU, is CELU, is Softplus, is Hardtanh, is Hardshrink,
            is Softshrink,
            is Threshold, is Dropout, is ChannelDropout, is Identity, is InstanceNorm, is GroupNorm,
            is LocalResponseNorm,
            is Upsample, is Pad, is MaxPool1d, is MaxPool2d, is MaxPool3d, is AveragePool1d, is AveragePool2d,
            is AveragePool3d, is AdaptiveAveragePool1d, is AdaptiveAveragePool2d, is AdaptiveAveragePool3d,
            is AdaptiveMaxPool1d, is AdaptiveMaxPool2d, is AdaptiveMaxPool3d:
            break
        default: (channels, flattened) = (nil, nil)
        }
    }
}
