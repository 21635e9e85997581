import Backprop
import BackpropFiles
import BackpropNN
import Synchronization

/// A folder in which a training keeps its latest checkpoints, and the best one.
///
/// ```swift
/// let folder = CheckpointFolder("run/checkpoints", keepingLast: 3, keepingBest: .lower)
/// if let found = try folder.latest() { try found.checkpoint.restore(to: training) }
/// ...
/// try folder.save(Checkpoint(of: training, step: step, measure: loss))
/// ```
///
/// A checkpoint is one file, `checkpoint-000042-step-12000.safetensors`, numbered in the order of writing. What was saved is
/// not lost: files appear complete and are never written over; older ones go only when the new one is on disk. Several
/// processes may save in one folder: none removes what another one has saved that is still there to do it.
public final class CheckpointFolder: Sendable {
    /// The path as it was given.
    public let path: String
    /// How many of the latest checkpoints stay.
    public let keepsLast: Int
    /// Which measures are better; nil where the best checkpoint has no place of its own.
    public let goal: PlateauScheduler.Goal?

    /// A checkpoint of the folder, read and found sound.
    public struct Found: Sendable {
        public let checkpoint: Checkpoint
        public let path: String
        /// Why others were passed over that would have come first.
        public let passedOver: [DataError]
    }

    private struct State: ~Copyable {
        /// What tells others which files are ours; there with the first checkpoint.
        var mark: WriterMark?
        /// Files that turned out to be damaged.
        var damaged: Set<String> = []
        /// What the headers of files say.
        var measures: [String: Double?] = [:]
    }

    private let state = Mutex(State())

    /// The folder is created with the first checkpoint.
    ///
    /// - Parameter keepingBest: which measures are better, for the best checkpoint to stay as well.
    public init(
        _ path: String, keepingLast: Int = 3, keepingBest: PlateauScheduler.Goal? = nil, file: StaticString = #fileID,
        line: UInt = #line
    ) {
        require(
            keepingLast > 0, "CheckpointFolder: keeping the last \(keepingLast), expected 1 or more", file: file,
            line: line)
        self.path = path
        keepsLast = keepingLast
        goal = keepingBest
    }

    // MARK: Saving

    /// Writes a checkpoint, and then removes those that have had their time.
    ///
    /// - Returns: the path of the file.
    /// - Throws: `DataError` where the system refuses; everything that was saved before is still there then.
    @discardableResult
    public func save(_ checkpoint: Checkpoint) throws(DataError) -> String {
        do {
            try FileSystem.createFolders(path)
            // Nobody else writes meanwhile, so what is half written was left by one that was killed.
            let turn = try FileLock(FileSystem.join(path, ".lock"))
            defer { withExtendedLifetime(turn) {} }
            if turn.isHeld { removeLeftovers() }
            let file = CheckpointFile(number: (try files().last?.number ?? 0) + 1, step: checkpoint.step)
            try state.withLock { (state) throws(SystemFailure) in
                if state.mark == nil { state.mark = try WriterMark(in: path) }
                try state.mark!.note(file.name)
            }
            let target = FileSystem.join(path, file.name)
            try checkpoint.write(to: target)
            state.withLock { $0.measures[file.name] = .some(checkpoint.measure) }
            removeOutdated()
            return target
        } catch let failure as SystemFailure {
            throw DataError(failure, at: path)
        } catch let error as DataError {
            throw error
        } catch {
            throw DataError(.system, at: path, "cannot write in it: \(error)", remedy: "choose another folder")
        }
    }

    private func removeLeftovers() {
        for name in (try? FileSystem.names(in: path)) ?? [] where CheckpointFile.isLeftover(name) {
            FileSystem.removeFile(FileSystem.join(path, name))
        }
    }

    private func removeOutdated() {
        guard let files = try? files() else { return }
        let others = WriterMark.filesOfOthers(in: path, except: state.withLock { $0.mark?.path })
        let damaged = state.withLock { $0.damaged }
        let candidates = files.filter { !others.contains($0.name) }
        let sound = candidates.filter { !damaged.contains($0.name) && header(of: $0) != nil }
        let best = ranked(sound).first
        guard let oldest = sound.suffix(keepsLast).first else { return }
        for file in candidates where file.number < oldest.number && file.name != best?.name {
            FileSystem.removeFile(FileSystem.join(path, file.name))
            state.withLock { $0.measures[file.name] = nil }
        }
    }

    // MARK: Finding

    /// The checkpoint that was saved last, or the one before where that is damaged, and so on; nil where none was saved.
    /// Each that is passed over is reported on standard error.
    ///
    /// - Throws: `DataError` where there are checkpoints, but none can be read.
    public func latest() throws(DataError) -> Found? { try first(of: try files().reversed()) }

    /// The checkpoint with the best measure, or the next best where that is damaged; of equal ones the earlier. Nil where
    /// none has a measure.
    ///
    /// - Throws: `DataError` where there are checkpoints with measures, but none can be read.
    public func best() throws(DataError) -> Found? { try first(of: ranked(try files())) }

    /// The paths of all checkpoints, in the order in which they were saved.
    public func paths() throws(DataError) -> [String] { try files().map { FileSystem.join(path, $0.name) } }

    private func first(of files: [CheckpointFile]) throws(DataError) -> Found? {
        var errors: [DataError] = []
        for file in files {
            let place = FileSystem.join(path, file.name)
            do {
                let checkpoint = try Checkpoint(reading: place)
                for error in errors { Warnings.print("\(error); going back to \(place)") }
                return Found(checkpoint: checkpoint, path: place, passedOver: errors)
            } catch {
                // One that has been removed meanwhile had its time.
                if error.reason == .missingFile { continue }
                errors.append(error)
                if error.reason == .badFormat { _ = state.withLock { $0.damaged.insert(file.name) } }
            }
        }
        guard let error = errors.first else { return nil }
        if errors.count == 1 { throw error }
        throw DataError(
            error.reason, at: path,
            "none of \(errors.count) checkpoints can be read: \(errors.map(\.description).joined(separator: "; "))",
            remedy: "use a copy of one of them, or start anew in another folder")
    }

    /// Files with a measure, the best first.
    private func ranked(_ files: [CheckpointFile]) -> [CheckpointFile] {
        guard let goal else { return [] }
        let measured = files.compactMap { file -> (file: CheckpointFile, measure: Double)? in
            guard case .some(.some(let measure)) = header(of: file), !measure.isNaN else { return nil }
            return (file, measure)
        }
        return measured.sorted { a, b in
            if a.measure == b.measure { return a.file.number < b.file.number }
            return goal == .lower ? a.measure < b.measure : a.measure > b.measure
        }.map(\.file)
    }

    /// The measure of a checkpoint, by the header of its file; nil where that cannot be read.
    private func header(of file: CheckpointFile) -> Double?? {
        if let known = state.withLock({ $0.measures[file.name] }) { return .some(known) }
        let place = FileSystem.join(path, file.name)
        guard let opened = try? SafeTensorsFile(path: place), let notes = try? Checkpoint.Notes(of: opened) else {
            return nil
        }
        state.withLock { $0.measures[file.name] = .some(notes.measure) }
        return .some(notes.measure)
    }

    /// The checkpoints, in the order in which they were saved.
    private func files() throws(DataError) -> [CheckpointFile] {
        do {
            guard try FileSystem.look(at: path) != nil else { return [] }
            return try FileSystem.names(in: path).compactMap(CheckpointFile.init).sorted { $0.number < $1.number }
        } catch {
            throw DataError(error, at: path)
        }
    }
}
