import BackpropFiles

/// A file in a folder of checkpoints that names those which a writer has saved, locked as long as the writer is there. The
/// system unlocks it when the process ends, however that is.
struct WriterMark: ~Copyable, Sendable {
    let path: String
    private let lock: FileLock
    private var names: OutputFile

    private static let start = ".writer-"

    init(in folder: String) throws(SystemFailure) {
        var generator = SystemRandomNumberGenerator()
        let path = FileSystem.join(folder, Self.start + String(generator.next(), radix: 36))
        let names = try OutputFile(path), lock = try FileLock(path)
        self.path = path
        self.names = names
        self.lock = lock
    }

    deinit { FileSystem.removeFile(path) }

    /// Names a file before it is written.
    mutating func note(_ name: String) throws(SystemFailure) {
        try names.write(Array((name + "\n").utf8))
        try names.flush()
    }

    /// What other writers have saved that are still there. Removes the marks of those that are not.
    static func filesOfOthers(in folder: String, except own: String?) -> Set<String> {
        var result: Set<String> = []
        for name in (try? FileSystem.names(in: folder)) ?? [] where name.hasPrefix(start) {
            let place = FileSystem.join(folder, name)
            if place == own { continue }
            if isAbandoned(place) {
                FileSystem.removeFile(place)
            } else if let content = try? FileSystem.read(place) {
                let text = String(decoding: content, as: UTF8.self)
                result.formUnion(text.split(separator: "\n").map(String.init))
            }
        }
        return result
    }

    private static func isAbandoned(_ place: String) -> Bool {
        guard let lock = try? FileLock(place, patience: 0) else { return false }
        return lock.isHeld
    }
}
