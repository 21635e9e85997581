import BackpropData

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A training run that is being written. It becomes a `RunFolder` when it is complete, and not before.
///
/// Its folder is there from the start, so that nobody else takes the name, and locked as long as the writer is there.
/// What makes it a run is the list of its parts, which `commit()` writes at the end. A draft that is released without
/// `commit()` and without `leave()` is removed.
///
/// ```swift
/// let draft = try RunDraft(.numbered(in: "runs"))
/// try draft.writeConfiguration(options)
/// try draft.write(train(), to: "weights.safetensors")
/// let run = try draft.commit()
/// print(run.path)   // runs/run-1
/// ```
public final class RunDraft {
    /// Where the run shall be.
    public enum Destination: Sendable, Equatable {
        /// Exactly there; nothing may be there yet.
        case path(String)
        /// In that folder under the next free name of run-1, run-2 and so on.
        case numbered(in: String)
    }

    /// Where the run is.
    public let path: String

    private var parts: Set<String> = []
    private let lock: FileLock
    private var isOpen = true
    /// Whether the folder was there before this draft, with a training in it that goes on.
    private let isOlder: Bool

    /// Reserves the folder, and creates the folders above it where they are missing. What was left there, or for `.numbered`
    /// beside it, by a run that ended before it had anything to keep is removed.
    ///
    /// - Throws: `TrainError` where the destination is taken, or the system refuses to create the folder.
    public init(_ destination: Destination) throws(TrainError) {
        isOlder = false
        switch destination {
        case .path(let path):
            guard !path.isEmpty else {
                throw TrainError(.badName, at: "run", "its folder has no name", remedy: "give the path of a new folder")
            }
            UnfinishedRun.removeIfEmpty(path)
            try Self.createFolders(FileSystem.parent(of: path))
            do { try FileSystem.createFolder(path) } catch {
                throw error.isTaken ? Self.taken(path) : TrainError(error)
            }
            self.path = path
        case .numbered(let parent):
            self.path = try Self.reserveNumber(in: parent)
        }
        lock = try Self.lock(path)
    }

    /// Goes on with a run that was left, or that an interruption had end early: its folder, and the checkpoints in it, stay.
    /// From here on it is an unfinished run until `commit()`.
    ///
    /// - Throws: `TrainError` where there is no such folder, or another program is writing it.
    public init(resuming path: String) throws(TrainError) {
        isOlder = true
        self.path = path
        guard try RunFolder.look(at: path)?.kind == .folder else {
            throw TrainError(.missing, at: path, "there is no such run", remedy: "check the spelling of the path")
        }
        lock = try Self.lock(path)
        do {
            let manifest = FileSystem.join(path, RunFolder.manifestName)
            FileSystem.removeFile(manifest)
            try FileSystem.syncFolder(path)
        } catch { throw TrainError(error) }
    }

    deinit { discard() }

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
        return FileSystem.join(path, name)
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
        try write(bytes, to: name)
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
        try writer.write(to: partPath, provide: provide)
    }

    /// Saves everything to disk and writes the list of its parts, which makes the folder a run.
    ///
    /// - Throws: `TrainError` where a part cannot be saved; the draft is removed then, unless it is an older one.
    public func commit() throws(TrainError) -> RunFolder {
        precondition(isOpen, "RunDraft: the run \(path) was committed or discarded before")
        do { try writeManifest() } catch {
            discard()
            throw error
        }
        isOpen = false
        FileSystem.removeFile(UnfinishedRun.lockPath(in: path))
        return try RunFolder(opening: path)
    }

    /// Removes everything that was written; of an older run nothing. Does nothing after `commit()` and `leave()`.
    public func discard() {
        guard isOpen else { return }
        isOpen = false
        if isOlder { FileSystem.removeFile(UnfinishedRun.lockPath(in: path)) } else { FileSystem.removeTree(path) }
    }

    /// Leaves the folder as it is, an unfinished run that another draft goes on with.
    public func leave() {
        isOpen = false
        FileSystem.removeFile(UnfinishedRun.lockPath(in: path))
    }

    private func writeManifest() throws(TrainError) {
        var listed: [RunFolder.Manifest.Part] = []
        for name in parts.sorted() {
            let partPath = FileSystem.join(path, name)
            guard let found = try RunFolder.look(at: partPath), found.kind == .file else {
                throw TrainError(
                    .missing, at: partPath, "this part was announced and not written",
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
            try FileSystem.writeAtomically(FileSystem.join(path, name)) { try $0.write(bytes) }
        } catch let error as SystemFailure {
            throw failure(error, name)
        } catch {
            throw TrainError(
                .system, at: FileSystem.join(path, name), "cannot write it: \(error)", remedy: "choose another folder")
        }
    }

    private func encode(
        _ value: some Encodable, _ name: String, _ formatting: JSONEncoder.OutputFormatting
    ) throws(TrainError) -> [UInt8] {
        try JSONFile.bytes(of: value, formatting, at: FileSystem.join(path, name))
    }

    private func failure(_ failure: SystemFailure, _ name: String) -> TrainError {
        TrainError(failure, at: FileSystem.join(path, name))
    }

    private static func taken(_ path: String) -> TrainError {
        TrainError(
            .targetExists, at: path, "there is something with that name already",
            remedy: "choose another name for the run, or move or remove what is there")
    }

    private static func createFolders(_ path: String) throws(TrainError) {
        do { try FileSystem.createFolders(path) } catch { throw TrainError(error) }
    }

    private static func lock(_ path: String) throws(TrainError) -> FileLock {
        do { return try FileLock(UnfinishedRun.lockPath(in: path), patience: 0) } catch {
            guard error.code == UnfinishedRun.isLocked else { throw TrainError(error) }
            throw TrainError(
                .targetExists, at: path, "another program is writing this run just now",
                remedy: "wait until it has ended, or stop it")
        }
    }

    private static func reserveNumber(in parent: String) throws(TrainError) -> String {
        if let found = try RunFolder.look(at: parent), found.kind != .folder {
            throw TrainError(
                .targetExists, at: parent, "that is a file, runs need a folder", remedy: "choose another folder")
        }
        try createFolders(parent)
        UnfinishedRun.removeEmptyOnes(in: parent)
        let prefix = "run-"
        while true {
            let names: [String]
            do { names = try FileSystem.names(in: parent) } catch { throw TrainError(error) }
            let taken = names.filter { $0.hasPrefix(prefix) }.compactMap { Int($0.dropFirst(prefix.count)) }
            let last = taken.filter { $0 < 1_000_000_000 }.max() ?? 0
            let path = FileSystem.join(parent, prefix + String(max(0, last) + 1))
            do {
                try FileSystem.createFolder(path)
                return path
            } catch {
                // Another program was faster.
                guard error.isTaken else { throw TrainError(error) }
            }
        }
    }
}
