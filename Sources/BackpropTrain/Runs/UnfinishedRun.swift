import BackpropData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The folder of a run that is being written, or whose writer has ended before it was complete.
package enum UnfinishedRun {
    /// The folder in a run in which its training keeps checkpoints.
    static let checkpointsName = "checkpoints"
    /// The error number of a lock that another program has.
    static let isLocked = EWOULDBLOCK

    /// The file that is locked as long as the writer is there.
    static func lockPath(in path: String) -> String { FileSystem.join(path, ".run.lock") }

    package static func checkpointsPath(in path: String) -> String { FileSystem.join(path, checkpointsName) }

    /// Whether there is a training in `path` that can go on.
    package static func hasCheckpoints(_ path: String) -> Bool { isTraining(checkpointsPath(in: path), depth: 3) }

    /// Whether a folder of checkpoints holds any, or one of the folders in it: a run may have several trainings.
    private static func isTraining(_ folder: String, depth: Int) -> Bool {
        guard (try? FileSystem.look(at: folder))?.kind == .folder else { return false }
        if let paths = try? CheckpointFolder(folder).paths(), !paths.isEmpty { return true }
        let names = depth > 1 ? ((try? FileSystem.names(in: folder)) ?? []) : []
        return names.contains { !$0.hasPrefix(".") && isTraining(FileSystem.join(folder, $0), depth: depth - 1) }
    }

    /// Whether its writer is there.
    static func isBeingWritten(_ path: String) -> Bool {
        let lockPath = lockPath(in: path)
        guard isFile(lockPath) else { return false }
        do {
            let lock = try FileLock(lockPath, patience: 0)
            return !lock.isHeld
        } catch { return error.code == isLocked }
    }

    /// Removes a folder whose writer has ended before the first checkpoint. Anything else stays.
    static func removeIfEmpty(_ path: String) {
        let lockPath = lockPath(in: path)
        guard isFile(lockPath), !isFile(FileSystem.join(path, RunFolder.manifestName)), !hasCheckpoints(path),
            let lock = try? FileLock(lockPath, patience: 0), lock.isHeld
        else { return }
        FileSystem.removeTree(path)
    }

    /// Removes what runs left in `parent` that ended before their first checkpoint.
    static func removeEmptyOnes(in parent: String) {
        for name in (try? FileSystem.names(in: parent)) ?? [] where name.hasPrefix("run-") {
            removeIfEmpty(FileSystem.join(parent, name))
        }
    }

    private static func isFile(_ path: String) -> Bool { (try? FileSystem.look(at: path))?.kind == .file }
}

extension RunDraft {
    /// Runs a training that ends in this draft. Where it fails, what can go on stays, and what cannot is removed.
    ///
    /// - Parameter say: gets all lines about the first bad value of a training that has diverged.
    package func training<Outcome>(_ say: (String) throws -> Void, _ body: () throws -> Outcome) throws -> Outcome {
        do {
            return try body()
        } catch {
            if let error = error as? TrainError, error.reason == .diverged {
                discard()
                if let badValue = error.badValue { try say("\(badValue)\n") }
                let place = error.badValue.map { ": " + $0.headline } ?? ""
                throw TrainError(
                    .diverged, at: "the training",
                    "its loss was no finite number any more\(place); nothing was kept",
                    remedy: "choose a lower --learning-rate, such as a tenth of what it was", badValue: error.badValue)
            }
            if UnfinishedRun.hasCheckpoints(path) { leave() } else { discard() }
            throw error
        }
    }
}
