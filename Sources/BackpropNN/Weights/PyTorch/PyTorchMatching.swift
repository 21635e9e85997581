import Backprop
import BackpropFiles

/// Finds the tensors of a state dictionary of PyTorch for the parameters and buffers of a model.
///
/// A model of the same layers has the same names there, but for what `PyTorchCounterpart` says: `Sequential` has no `layers`,
/// and layers call their tensors otherwise. What is different nevertheless:
///
/// - Case and underscores do not matter where a name is found in no other way: `conv_block1` is `convBlock1`.
/// - Names that all begin with the same containers, `module.` or `model.`, are compared without them where they do not fit
///   with them, on either side.
///
/// Two names that could be meant are a mistake, never a choice.
struct PyTorchMatching {
    private let cells: PyTorchCells
    private let sources: [String: StoredTensor]
    private(set) var loading: WeightLoading
    /// Tensors of one cell that PyTorch keeps under several names, so that they have to be the same.
    private(set) var repeated: [(StoredTensor, StoredTensor)] = []

    init(
        _ model: any ParameterContainer, _ tensors: [StoredTensor], renaming: Renaming, flattened: [String: Int]
    ) {
        var cells = PyTorchCells(model)
        var loading = WeightLoading()
        for (path, channels) in flattened.sorted(by: { $0.key < $1.key }) where !cells.arrange(path, channels: channels)
        {
            loading.mistakes.append("\(Wording.quoted(path)) is no layer whose inputs are \(channels) channels")
        }
        for leaf in Self.uncertain(cells.leaves, flattened) { loading.mistakes.append(leaf) }
        var sources: [String: StoredTensor] = [:], counters: [String] = []
        loading.renamed(tensors, renaming) { tensor, name in
            // How many batches a running statistic has seen, which only an average without momentum needs.
            if name == "num_batches_tracked" || name.hasSuffix(".num_batches_tracked") {
                counters.append(tensor.name)
            } else {
                sources[name] = tensor
            }
        }
        loading.ignored += counters
        (self.cells, self.sources, self.loading) = (cells, sources, loading)
        choose()
    }

    /// Which names are compared without their beginnings.
    private struct Attempt {
        /// The tensor of each entry, with the form in which it is there.
        var found: [(source: StoredTensor, form: PyTorchForm)?] = []
        var mistakes: [String] = []
        var unused: Set<String> = []

        var count: Int { found.count { $0 != nil } }
        var isComplete: Bool { mistakes.isEmpty && unused.isEmpty && count == found.count }
    }

    private mutating func choose() {
        let theirs = Self.commonStart(Array(sources.keys))
        let ours = Self.commonStart(cells.entries.flatMap { $0.forms.map(\.name) })
        var best = attempt("", "")
        for (a, b) in [(theirs, ""), ("", ours), (theirs, ours)] where !best.isComplete && !(a.isEmpty && b.isEmpty) {
            let other = attempt(a, b)
            if other.isComplete || other.count > best.count { best = other }
        }
        use(best)
    }

    private func attempt(_ theirStart: String, _ ourStart: String) -> Attempt {
        var exact: [String: String] = [:], relaxed: [String: [String]] = [:]
        for name in sources.keys.sorted() {
            let short = String(name.dropFirst(theirStart.count))
            exact[short] = name
            relaxed[Self.relaxed(short), default: []].append(name)
        }
        var attempt = Attempt()
        attempt.unused = Set(sources.keys)
        var users: [String: (path: String, form: PyTorchForm, cell: ObjectIdentifier)] = [:]
        for entry in cells.entries {
            var candidates: [(source: String, form: PyTorchForm)] = []
            for form in entry.forms {
                let name = String(form.name.dropFirst(ourStart.count))
                let names = exact[name].map { [$0] } ?? relaxed[Self.relaxed(name)] ?? []
                candidates += names.map { ($0, form) }
            }
            guard let first = candidates.first else {
                attempt.found.append(nil)
                continue
            }
            attempt.unused.subtract(candidates.map(\.source))
            if candidates.count > 1 {
                attempt.mistakes.append(
                    "\(Wording.quoted(entry.path)) could be each of \(Wording.list(candidates.map(\.source)))")
            }
            let id = ObjectIdentifier(entry.cell)
            let user = (entry.path, first.form, id)
            let key = first.source + "/\(first.form.arrangement)"
            if let other = users.updateValue(user, forKey: key), other.cell != id {
                attempt.mistakes.append(
                    "\(Wording.quoted(first.source)) could be each of \(Wording.list([other.path, entry.path]))")
            }
            attempt.found.append((sources[first.source]!, first.form))
        }
        return attempt
    }

    private mutating func use(_ attempt: Attempt) {
        loading.mistakes += attempt.mistakes
        var known: [ObjectIdentifier: StoredTensor] = [:], absent: [(id: ObjectIdentifier, name: String)] = []
        for (entry, found) in zip(cells.entries, attempt.found) {
            let id = ObjectIdentifier(entry.cell)
            guard let found else {
                absent.append((id, "\(entry.path)\(Self.other(entry))"))
                continue
            }
            if let first = known[id] {
                if first.name != found.source.name {
                    repeated.append((first, found.source))
                    loading.ignored.append(found.source.name)
                }
                continue
            }
            known[id] = found.source
            loading.add(
                .init(
                    cell: NamedCell(name: entry.path, cell: entry.cell), source: found.source,
                    arrangement: found.form.arrangement))
        }
        var told: Set<ObjectIdentifier> = []
        loading.missing = absent.filter { known[$0.id] == nil && told.insert($0.id).inserted }.map(\.name)
        loading.unexpected = attempt.unused.map { sources[$0]!.name }
    }

    /// The name that is looked for, where it is another one than ours.
    private static func other(_ entry: PyTorchCells.Entry) -> String {
        let names = entry.forms.map(\.name).filter { $0 != entry.path }
        return names.isEmpty ? "" : " (\(names.joined(separator: " or ")))"
    }

    /// The containers with which all names begin, with the dot behind the last.
    private static func commonStart(_ names: [String]) -> String {
        guard var start = names.first.map({ $0.split(separator: ".", omittingEmptySubsequences: false).dropLast() })
        else {
            return ""
        }
        for name in names {
            let parts = name.split(separator: ".", omittingEmptySubsequences: false).dropLast()
            let common = zip(start, parts).prefix { $0 == $1 }.count
            start = start.prefix(common)
        }
        return start.map { $0 + "." }.joined()
    }

    private static func relaxed(_ name: String) -> String { name.lowercased().filter { $0 != "_" } }

    /// Linear layers behind convolutions, which may or may not read channels that were flattened.
    private static func uncertain(_ leaves: [PyTorchCells.Leaf], _ told: [String: Int]) -> [String] {
        var channels: Int?
        var sequences: [String] = []
        for leaf in leaves {
            switch leaf.layer {
            case let convolution as any ConvolutionOfPyTorch: channels = convolution.outputs
            case let linear as Linear:
                if let count = channels, count > 1, linear.inputs > count, linear.inputs % count == 0,
                    told[leaf.path] == nil, !leaf.isArranged
                {
                    sequences.append(
                        "\(Wording.quoted(leaf.path)) may read \(count) channels that were flattened, which PyTorch counts first: say flattened: [\"\(leaf.path)\": \(count)], or 1 where it does not"
                    )
                }
                channels = nil
            case is BatchNorm, is InstanceNorm, is GroupNorm, is LayerNorm, is RMSNorm, is PReLU: break
            default: if !leaf.layer.parameters().isEmpty { channels = nil }
            }
        }
        return sequences
    }
}
