import Backprop

/// Tensors in one safetensors file, or in several that an index holds together: read as one.
///
/// ```swift
/// let weights = try SafeTensors(path: "model")    // a folder, an index, or a file
/// let first = try weights.tensor(weights.names[0])
/// ```
public struct SafeTensors: Sendable {
    /// The path as it was given.
    public let path: String
    /// The files, by their names.
    public let files: [SafeTensorsFile]
    /// The tensors of all files, sorted by name.
    public let entries: [SafeTensorsFile.Entry]

    /// Which of the files each tensor is in.
    private let places: [String: Int]

    /// Opens a safetensors file, an index (`model.safetensors.index.json`) with all its files, or what a folder has of
    /// these.
    ///
    /// - Throws: `DataError` where a file is missing or breaks a rule of the format, a tensor is in another file than the
    ///   index says, in two, or not named by it, and for a folder with several files that could be meant.
    public init(path: String) throws(DataError) {
        let chosen = try Self.choose(path)
        guard chosen.hasSuffix(SafeTensorsIndex.ending) else {
            let file = try SafeTensorsFile(path: chosen)
            (self.path, files, entries) = (path, [file], file.entries)
            places = Dictionary(file.entries.map { ($0.name, 0) }, uniquingKeysWith: { first, _ in first })
            return
        }
        let index = try SafeTensorsIndex(path: chosen)
        let folder = FileSystem.parent(of: chosen)
        let names = Set(index.files.values).sorted()
        try Self.checkPresence(of: names, in: folder, for: chosen)
        var files: [SafeTensorsFile] = [], places: [String: Int] = [:]
        var misplaced: [String] = []
        for (place, name) in names.enumerated() {
            let file = try SafeTensorsFile(path: FileSystem.join(folder, name))
            for entry in file.entries {
                if let other = places.updateValue(place, forKey: entry.name) {
                    misplaced.append("\(Wording.quoted(entry.name)) is in '\(names[other])' and '\(name)'")
                } else if index.files[entry.name] != name {
                    let said = index.files[entry.name].map { "said to be in '\($0)'" } ?? "not in the index"
                    misplaced.append("\(Wording.quoted(entry.name)) of '\(name)' is \(said)")
                }
            }
            files.append(file)
        }
        let absent = index.files.keys.filter { places[$0] == nil }.sorted()
        if !absent.isEmpty { misplaced.append("no file has \(Wording.list(absent))") }
        guard misplaced.isEmpty else {
            throw DataError(
                .mismatch, at: chosen, Wording.sentences(misplaced),
                remedy: "fetch or write the files again, all of them")
        }
        (self.path, self.files, self.places) = (path, files, places)
        entries = files.flatMap(\.entries).sorted {
            $0.name.unicodeScalars.lexicographicallyPrecedes($1.name.unicodeScalars)
        }
    }

    /// The names of the tensors, sorted.
    public var names: [String] { entries.map(\.name) }

    /// What the writer noted, about all files: each note as in the first file that has it.
    public var metadata: [String: String] {
        files.reduce(into: [:]) { $0.merge($1.metadata) { first, _ in first } }
    }

    /// The tensor with that name; nil where there is none.
    public subscript(name: String) -> SafeTensorsFile.Entry? { places[name].flatMap { files[$0][name] } }

    /// The tensor with that name, as `SafeTensorsFile.tensor(_:)` reads it.
    public func tensor(_ name: String) throws(DataError) -> Tensor {
        guard let place = places[name] else {
            throw DataError(
                .mismatch, at: "\(path), tensor \(Wording.quoted(name))", "there is no such tensor",
                remedy: "choose one of its \(entries.count)")
        }
        return try files[place].tensor(name)
    }

    /// The file or index that a path stands for.
    private static func choose(_ path: String) throws(DataError) -> String {
        let kind: FileSystem.Kind?
        do { kind = try FileSystem.look(at: path)?.kind } catch { throw DataError(error) }
        guard kind == .folder else { return path }
        let names: [String]
        do { names = try FileSystem.names(in: path) } catch { throw DataError(error) }
        let indices = names.filter { $0.hasSuffix(SafeTensorsIndex.ending) }
        let single = names.filter { $0.hasSuffix(".safetensors") && !$0.hasPrefix(".") }
        let found = indices.isEmpty ? single : indices + single.filter { indices.contains($0 + ".index.json") }
        guard let first = found.first else {
            throw DataError(
                .missingFile, at: path, "the folder has no safetensors file and no index of some",
                remedy: "give the path of the file")
        }
        guard found.count == 1 else {
            throw DataError(
                .mismatch, at: path, "the folder has \(Wording.list(found)), and each could be meant",
                remedy: "give the path of one of them")
        }
        return FileSystem.join(path, first)
    }

    private static func checkPresence(
        of names: [String], in folder: String, for index: String
    ) throws(DataError) {
        var missing: [String] = []
        for name in names {
            do {
                if try FileSystem.look(at: FileSystem.join(folder, name)) == nil { missing.append(name) }
            } catch { throw DataError(error) }
        }
        guard missing.isEmpty else {
            throw DataError(
                .missingFile, at: index,
                "\(Wording.count(missing.count, "file")) of \(names.count) not there: \(Wording.list(missing))",
                remedy: "put \(missing.count == 1 ? "it" : "them") beside the index")
        }
    }
}

extension SafeTensors: NamedTensors {
    package var tensors: [StoredTensor] {
        entries.map { StoredTensor(name: $0.name, shape: $0.shape, type: $0.type) }
    }

    package func read(_ tensor: StoredTensor) throws(DataError) -> Tensor {
        try files[places[tensor.name]!].read(tensor)
    }

    package func view(_ tensor: StoredTensor) throws(DataError) -> Tensor { try self.tensor(tensor.name) }
}

/// The tensors of a safetensors file, an index of several, a folder with either, or a file of `torch.save`, by their names.
/// They are in memory of their own; `SafeTensors` reads one by one, and in place where it can.
///
/// ```swift
/// try saveTensors(["weight": .ones([2, 3])], to: "some.safetensors")
/// let weight = try loadTensors(from: "some.safetensors")["weight"]!
/// ```
///
/// Of a file of PyTorch nothing is executed: what is in its pickle but no tensors, numbers or texts in dictionaries and lists
/// is refused by its name. A tensor is called by its way through them.
///
/// - Throws: `DataError` where something cannot be read, or has a type that no dtype holds.
public func loadTensors(from path: String) throws(DataError) -> [String: Tensor] {
    let source = try namedTensors(path)
    return try read(source)
}

/// The file, or the files, at a path, whatever format they have.
package func namedTensors(_ path: String) throws(DataError) -> any NamedTensors {
    try TorchFile.isArchive(path) ? TorchFile(path: path) : SafeTensors(path: path)
}

private func read(_ source: some NamedTensors) throws(DataError) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for stored in source.tensors { result[stored.name] = try source.read(stored) }
    return result
}
