import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A training run that is being written. It becomes a `RunFolder` when it is complete, and not before.
///
/// Everything goes to a hidden folder beside the final place. `commit()` saves it to disk and renames it;
/// until then no folder has the final name. A draft that is released without `commit()` is removed.
///
/// ```swift
/// let draft = try RunDraft(.numbered(in: "runs"))
/// try draft.writeConfiguration(options)
/// for epoch in 1...10 { try draft.appendMetrics(train(epoch)) }
/// let run = try draft.commit()
/// print(run.path)   // runs/run-1
/// ```
public final class RunDraft {
    /// Where the finished run shall be.
    public enum Destination: Sendable, Equatable {
        /// Exactly there; nothing may be there yet.
        case path(String)
        /// In that folder under the next free name of run-1, run-2 and so on.
        case numbered(in: String)
    }

    /// Where the finished run will be. For `.numbered` a later number where another run takes the name first.
    public private(set) var path: String

    private let destination: Destination
    private let folder: String
    private var parts: Set<String> = []
    private var metrics: OutputFile?
    private var isOpen = true

    /// Creates the hidden folder, and the folders above it where they are missing.
    ///
    /// - Throws: `TrainError` where the destination is taken, or the system refuses to create the folder.
    public init(_ destination: Destination) throws(TrainError) {
        self.destination = destination
        let target: String
        switch destination {
        case .path(let path):
            target = path
            guard !path.isEmpty else {
                throw TrainError(
                    .badName, at: "run", "its folder has no name", remedy: "give the path of a new folder")
            }
            if try RunFolder.look(at: path) != nil { throw Self.taken(path) }
        case .numbered(let parent): target = try Self.nextNumbered(in: parent)
        }
        path = target
        let parent = FileSystem.parent(of: target)
        folder = FileSystem.join(parent, FileSystem.temporaryName(for: FileSystem.name(of: target)))
        do {
            try FileSystem.createFolders(parent)
            try FileSystem.createFolder(folder)
        } catch { throw TrainError(error, at: error.path == folder ? target : error.path) }
    }

    deinit {
        if isOpen { FileSystem.removeTree(folder) }
    }

    /// Writes one run; where `body` throws, nothing stays behind.
    public static func write(
        _ destination: Destination, _ body: (RunDraft) throws -> Void
    ) throws -> RunFolder {
        let draft = try RunDraft(destination)
        defer { draft.discard() }
        try body(draft)
        return try draft.commit()
    }

    /// The path at which to write a part with a writer of its own, before `commit()`.
    ///
    /// - Throws: `TrainError` for a name that is no plain file name.
    public func path(forPart name: String) throws(TrainError) -> String {
        precondition(isOpen, "RunDraft: the run \(path) was committed or discarded before")
        try RunFolder.checkName(name, in: path)
        parts.insert(name)
        return FileSystem.join(folder, name)
    }

    /// Writes a part; one with the same name is replaced.
    public func write(_ bytes: some Sequence<UInt8>, to name: String) throws(TrainError) {
        let partPath = try path(forPart: name)
        do {
            FileSystem.removeFile(partPath)
            var file = try OutputFile(partPath)
            try file.write(bytes)
            try file.save()
        } catch { throw failure(error, name) }
    }

    /// Writes a part of text.
    public func write(_ text: String, to name: String) throws(TrainError) { try write(text.utf8, to: name) }

    /// Writes a part that is one JSON value, on several lines and with sorted keys.
    public func writeJSON(_ value: some Encodable, to name: String) throws(TrainError) {
        let bytes = try encode(value, name, [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes])
        try write(bytes + [UInt8(ascii: "\n")], to: name)
    }

    /// Writes what the run was told to do.
    public func writeConfiguration(_ value: some Encodable) throws(TrainError) {
        try writeJSON(value, to: RunFolder.configurationName)
    }

    /// Writes a part of tensors in the safetensors format; see `SafeTensorsWriter`.
    ///
    /// - Throws: `TrainError` for a bad name, `DataError` where the system refuses or the bytes do not fit the
    ///   declarations, and what `provide` throws.
    public func writeTensors(
        _ writer: SafeTensorsWriter, to name: String,
        provide: (SafeTensorsWriter.Declaration, SafeTensorsWriter.Emit) throws -> Void
    ) throws {
        let partPath = try path(forPart: name)
        try writer.write(to: partPath, known: FileSystem.join(path, name), provide: provide)
    }

    /// Adds one line to the metrics. Numbers that are not finite are written as "nan", "inf" and "-inf".
    public func appendMetrics(_ value: some Encodable) throws(TrainError) {
        let name = RunFolder.metricsName
        let bytes = try encode(value, name, [.sortedKeys, .withoutEscapingSlashes])
        let partPath = try path(forPart: name)
        do {
            if metrics == nil { metrics = try OutputFile(partPath) }
            try metrics!.write(bytes + [UInt8(ascii: "\n")])
            try metrics!.flush()
        } catch { throw failure(error, name) }
    }

    /// Saves everything to disk and gives the folder its final name.
    ///
    /// - Throws: `TrainError` where a part cannot be saved or the name was taken meanwhile; the draft is
    ///   removed then.
    public func commit() throws(TrainError) -> RunFolder {
        precondition(isOpen, "RunDraft: the run \(path) was committed or discarded before")
        do {
            try saveMetrics()
            try writeManifest()
            try moveToPlace()
        } catch {
            discard()
            throw error
        }
        isOpen = false
        return try RunFolder(opening: path)
    }

    /// Removes everything that was written. Does nothing after `commit()`.
    public func discard() {
        guard isOpen else { return }
        isOpen = false
        metrics = nil
        FileSystem.removeTree(folder)
    }

    private func saveMetrics() throws(TrainError) {
        guard metrics != nil else { return }
        do { try metrics!.save() } catch { throw failure(error, RunFolder.metricsName) }
        metrics = nil
    }

    private func writeManifest() throws(TrainError) {
        var listed: [RunFolder.Manifest.Part] = []
        for name in parts.sorted() {
            let partPath = FileSystem.join(folder, name)
            guard let found = try RunFolder.look(at: partPath), found.kind == .file else {
                throw TrainError(
                    .missing, at: FileSystem.join(path, name), "this part was announced and not written",
                    remedy: "write it before the run is finished")
            }
            do {
                let digest = try FileSystem.digest(of: partPath)
                listed.append(RunFolder.Manifest.Part(name: name, bytes: found.bytes, sha256: digest))
            } catch { throw failure(error, name) }
        }
        let name = RunFolder.manifestName
        let manifest = RunFolder.Manifest(
            format: RunFolder.Manifest.format, version: RunFolder.Manifest.version, parts: listed)
        let bytes = try encode(manifest, name, [.prettyPrinted, .sortedKeys])
        do {
            var file = try OutputFile(FileSystem.join(folder, name))
            try file.write(bytes + [UInt8(ascii: "\n")])
            try file.save()
            try FileSystem.syncFolder(folder)
        } catch { throw failure(error, name) }
    }

    private func moveToPlace() throws(TrainError) {
        while true {
            if try RunFolder.look(at: path) == nil {
                do {
                    try FileSystem.move(folder, to: path)
                    try FileSystem.syncFolder(FileSystem.parent(of: path))
                    return
                } catch {
                    guard error.isTaken else { throw TrainError(error, at: path) }
                }
            }
            guard case .numbered(let parent) = destination else { throw Self.taken(path) }
            path = try Self.nextNumbered(in: parent)
        }
    }

    private func encode(
        _ value: some Encodable, _ name: String, _ formatting: JSONEncoder.OutputFormatting
    ) throws(TrainError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = formatting
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        do {
            return Array(try encoder.encode(value))
        } catch {
            throw TrainError(
                .notEncodable, at: FileSystem.join(path, name),
                "the value of type \(type(of: value)) is not JSON",
                remedy: "give a value whose parts can be encoded")
        }
    }

    private func failure(_ failure: SystemFailure, _ name: String) -> TrainError {
        TrainError(failure, at: FileSystem.join(path, name))
    }

    private static func taken(_ path: String) -> TrainError {
        TrainError(
            .targetExists, at: path, "there is something with that name already",
            remedy: "choose another name for the run, or move or remove what is there")
    }

    private static func nextNumbered(in parent: String) throws(TrainError) -> String {
        let prefix = "run-"
        var names: [String] = []
        if let found = try RunFolder.look(at: parent) {
            guard found.kind == .folder else {
                throw TrainError(
                    .targetExists, at: parent, "that is a file, runs need a folder",
                    remedy: "choose another folder")
            }
            do { names = try FileSystem.names(in: parent) } catch { throw TrainError(error) }
        }
        let taken = names.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.dropFirst(prefix.count)) }
        let last = taken.filter { $0 < 1_000_000_000 }.max() ?? 0
        return FileSystem.join(parent, prefix + String(max(0, last) + 1))
    }
}
