import Backprop

/// The tensors of a file that `torch.save` has written (PyTorch 1.6 or later): a zip archive of a pickle and raw storages.
///
/// Nothing in the file is executed: the pickle is read by a machine that knows what tensors need, and refuses every other name
/// and operation.
package struct TorchFile: NamedTensors {
    package let path: String
    package let tensors: [StoredTensor]
    private let archive: ZipFile
    private let found: [String: TorchTensor]
    /// The folder of all members, with its slash.
    private let root: String

    /// A tensor takes some 200 bytes of a pickle.
    private static let maximumPickleBytes = 1 << 24

    /// The most tensors and containers that are looked at, so that containers that hold each other come to an end.
    private static let maximumVisits = 1_000_000

    /// The most bytes of all their names, since a long key may stand before many values.
    private static let maximumNameBytes = 1 << 27

    /// Whether a file is an archive, by its first bytes.
    package static func isArchive(_ path: String) -> Bool {
        guard let bytes = try? FileBytes(mapping: path, expecting: "PyTorch") else { return false }
        return bytes.starts(with: [0x50, 0x4B, 3, 4])
    }

    /// - Throws: `DataError` where the file is no undamaged archive, or its pickle holds what no tensors need. Tensors in
    ///   dictionaries and lists of a dictionary are called by their way, such as `state_dict.0.weight`; other values are
    ///   passed over.
    package init(path: String) throws(DataError) {
        try self.init(FileBytes(mapping: path, expecting: "PyTorch"), path: path)
    }

    /// Reads a file that is in memory; `path` is what messages call it.
    package init(_ content: FileBytes, path: String) throws(DataError) {
        let archive = try ZipFile(content, path: path)
        guard let pickle = archive.entries.first(where: { $0.name.hasSuffix("/data.pkl") }) else {
            throw DataError(
                .badFormat, at: path, "the archive has no 'data.pkl' as those of PyTorch have",
                remedy: "check that torch.save has written it")
        }
        let root = String(pickle.name.dropLast("data.pkl".count))
        if archive[root + "byteorder"] != nil,
            try archive.bytes(of: root + "byteorder", limit: 64) != Array("little".utf8)
        {
            throw DataError(
                .mismatch, at: path, "its numbers are big-endian", remedy: "save it on a little-endian machine")
        }
        guard pickle.byteCount <= Self.maximumPickleBytes else {
            throw DataError(
                .tooLarge, at: path,
                "its pickle has \(pickle.byteCount) bytes, the limit is \(Self.maximumPickleBytes)",
                remedy: "save a state dictionary: torch.save(model.state_dict(), path)")
        }
        let bytes = try archive.content(of: pickle)
        do throws(FormatProblem) { found = try Self.tensors(in: bytes) } catch { throw error.at(path) }
        (self.path, self.archive, self.root) = (path, archive, root)
        tensors = found.map { StoredTensor(name: $0.key, shape: $0.value.shape, type: $0.value.type) }
            .sorted { $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars) }
    }

    package func read(_ tensor: StoredTensor) throws(DataError) -> Tensor {
        let place = "\(path), tensor \(Wording.quoted(tensor.name))", torch = found[tensor.name]!
        let name = root + "data/" + torch.storage.key
        guard let member = archive[name] else { throw archive.missing(name) }
        let bytes = try archive.content(of: member)
        guard bytes.count >= torch.storageBytes else {
            throw DataError(
                .badFormat, at: place, "its storage has \(bytes.count) bytes, \(torch.storageBytes) are said",
                remedy: "fetch or write the file again")
        }
        let elements = torch.elements(bytes)
        return try withExtendedLifetime(elements) { () throws(DataError) in
            try StoredArrays.tensor(elements.buffer, shape: torch.shape, type: torch.type, place: place)
        }
    }

    /// The tensors that a pickle holds, by their names.
    static func tensors(in pickle: FileBytes) throws(FormatProblem) -> [String: TorchTensor] {
        var machine = PickleMachine()
        let top = try withExtendedLifetime(pickle) { () throws(FormatProblem) in try machine.run(pickle.buffer) }
        guard case .dictionary = top else {
            throw FormatProblem(
                "the pickle is no dictionary of tensors",
                remedy: "save a state dictionary: torch.save(model.state_dict(), path)")
        }
        var found: [String: TorchTensor] = [:], spent = (visits: 0, nameBytes: 0)
        try collect(top, "", depth: 0, machine, &found, &spent)
        return found
    }

    /// Adds what a value holds, directly or in dictionaries and lists.
    private static func collect(
        _ value: PickleMachine.Value, _ name: String, depth: Int, _ machine: PickleMachine,
        _ found: inout [String: TorchTensor], _ spent: inout (visits: Int, nameBytes: Int)
    ) throws(FormatProblem) {
        spent.visits += 1
        guard spent.visits <= maximumVisits, depth <= 64 else {
            throw FormatProblem("the pickle holds more than \(maximumVisits) values, or values too deep in each other")
        }
        spent.nameBytes += name.utf8.count
        guard spent.nameBytes <= maximumNameBytes else {
            throw FormatProblem("the names in the pickle have more than \(maximumNameBytes) bytes")
        }
        func joined(_ part: String) -> String { name.isEmpty ? part : name + "." + part }
        switch value {
        case .tensor(let tensor):
            guard found.updateValue(tensor, forKey: name) == nil else {
                throw FormatProblem("the pickle has two tensors \(Wording.quoted(name))")
            }
        case .dictionary(let place):
            for (key, value) in machine.dictionaries[place] {
                let part: String
                switch key {
                case .text(let text): part = text
                case .integer(let number): part = String(number)
                default: continue
                }
                try collect(value, joined(part), depth: depth + 1, machine, &found, &spent)
            }
        case .list(let place):
            for (index, value) in machine.lists[place].enumerated() {
                try collect(value, joined(String(index)), depth: depth + 1, machine, &found, &spent)
            }
        case .tuple(let place):
            for (index, value) in machine.tuples[place].enumerated() {
                try collect(value, joined(String(index)), depth: depth + 1, machine, &found, &spent)
            }
        case .none, .bool, .integer, .number, .text, .name, .storage: break
        }
    }
}
