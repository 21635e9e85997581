import Backprop
import BackpropFiles

/// Which tensors of a file become which parameters and buffers, everything that does not fit, and the values.
struct WeightLoading {
    /// One parameter or buffer and where its value comes from.
    struct Match {
        let cell: NamedCell
        let source: StoredTensor
        var arrangement = Arrangement.same
    }

    var matches: [Match] = []
    var missing: [String] = []
    var unexpected: [String] = []
    var ignored: [String] = []
    /// What is wrong whether or not everything has to be there.
    var mistakes: [String] = []

    /// Matches names as they are after renaming.
    init(_ cells: [NamedCell], _ tensors: [StoredTensor], renaming: Renaming) {
        var sources: [String: StoredTensor] = [:]
        renamed(tensors, renaming) { sources[$1] = $0 }
        for cell in cells {
            guard let source = sources.removeValue(forKey: cell.name) else {
                missing.append(cell.name)
                continue
            }
            add(Match(cell: cell, source: source))
        }
        unexpected = sources.values.map(\.name)
    }

    /// Matches each cell with the tensor that another library keeps it in.
    ///
    /// - Parameters:
    ///   - foreign: how a cell is called and arranged there; nil where it has no tensor there and keeps its value.
    ///   - isLeftOut: which tensors of the file no cell needs.
    init(
        _ cells: [NamedCell], _ tensors: [StoredTensor], foreign: (String) -> ForeignTensor?,
        isLeftOut: (String) -> Bool
    ) {
        var sources = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
        for cell in cells {
            guard let theirs = foreign(cell.name) else { continue }
            guard let source = sources.removeValue(forKey: theirs.name) else {
                missing.append(theirs.name)
                continue
            }
            add(Match(cell: cell, source: source, arrangement: theirs.arrangement))
        }
        for name in sources.keys {
            if isLeftOut(name) { ignored.append(name) } else { unexpected.append(name) }
        }
    }

    init() {}

    /// Hands out the tensors that are not left out, with their new names, no two of which are the same.
    mutating func renamed(_ tensors: [StoredTensor], _ renaming: Renaming, _ body: (StoredTensor, String) -> Void) {
        let unused = renaming.unused(by: tensors.map(\.name))
        if !unused.isEmpty { mistakes.append("no name begins with \(Wording.list(unused)), which are to be renamed") }
        var origins: [String: String] = [:]
        for tensor in tensors {
            guard let name = renaming(tensor.name) else {
                ignored.append(tensor.name)
                continue
            }
            if let other = origins.updateValue(tensor.name, forKey: name) {
                mistakes.append(
                    "\(Wording.quoted(other)) and \(Wording.quoted(tensor.name)) both become \(Wording.quoted(name))")
            } else {
                body(tensor, name)
            }
        }
    }

    /// Adds a match if shape and type fit, and a mistake otherwise.
    mutating func add(_ match: Match) {
        let value = match.cell.cell.value, source = match.source, name = Wording.quoted(match.cell.name)
        let needed = match.arrangement.sourceShape(for: value.shape)
        if needed != source.shape {
            let order = match.arrangement.name.map { ", in the order \($0.from)" } ?? ""
            let other = source.name == match.cell.name ? "" : " (\(Wording.quoted(source.name)))"
            mistakes.append("\(name)\(other) is \(source.shape.prefix(9)), the model has \(needed)\(order)")
        } else if source.type.dtype.map(value.dtype.takes) ?? false {
            matches.append(match)
        } else {
            mistakes.append("\(name) is \(source.type.rawValue), the model has \(value.dtype)")
        }
    }

    /// Throws one line with everything that does not fit; with `isStrict: false` names may be left on either side.
    func check(_ place: String, isStrict: Bool) throws(DataError) {
        var problems: [String] = []
        if isStrict {
            if !missing.isEmpty { problems.append("missing \(Self.list(missing))") }
            if !unexpected.isEmpty { problems.append("unexpected \(Self.list(unexpected))") }
        }
        if !mistakes.isEmpty { problems.append(Wording.sentences(mistakes, limit: 50)) }
        guard problems.isEmpty else {
            throw DataError(
                .mismatch, at: place, "the weights do not fit the model: \(problems.joined(separator: "; "))",
                remedy: "use the weights of a model with the same layers, or rename them")
        }
        guard isStrict || !matches.isEmpty || unexpected.isEmpty else {
            throw DataError(
                .mismatch, at: place,
                "no name is one of the model, which has \(Wording.list(missing)) where the file has \(Wording.list(unexpected))",
                remedy: "rename them")
        }
    }

    /// The values, in the dtypes of the model: each in memory of its own, or with `inPlace` in the file where it can be.
    func values(
        from source: some NamedTensors, inPlace: Bool = false
    ) throws(DataError) -> [(cell: NamedCell, value: Tensor)] {
        var values: [(cell: NamedCell, value: Tensor)] = []
        // A matrix of several parts is read once for those that follow each other.
        var last: (name: String, value: Tensor)?
        for match in matches {
            let dtype = match.cell.cell.value.dtype
            let value: Tensor
            if let last, last.name == match.source.name, last.value.dtype == dtype {
                value = last.value
            } else {
                value = try source.read(match.source, as: dtype, inPlace: inPlace)
            }
            if case .part = match.arrangement { last = (match.source.name, value) }
            values.append((match.cell, match.arrangement.apply(value, shape: match.cell.cell.value.shape)))
        }
        return values
    }

    var report: LoadReport {
        LoadReport(
            loaded: matches.map { .init(name: $0.cell.name, source: $0.source.name, change: $0.arrangement.change) },
            missing: Self.sorted(missing), unexpected: Self.sorted(unexpected), ignored: Self.sorted(ignored))
    }

    private static func sorted(_ names: [String]) -> [String] {
        names.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }
    }

    private static func list(_ names: [String]) -> String { Wording.list(sorted(names), limit: 100) }
}

/// Gives cells values, all of which exist.
func assign(_ values: [(cell: NamedCell, value: Tensor)]) {
    evaluateOrStop(values.map(\.value))
    for (named, value) in values { named.cell.value = value }
    evaluateOrStop(values.map(\.cell.cell.value))
}
