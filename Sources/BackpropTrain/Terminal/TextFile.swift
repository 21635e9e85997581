import BackpropData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Text that a person asked to have in a file.
package enum TextFile {
    /// Writes all of it or nothing. A file that is there is replaced.
    package static func write(_ text: String, to path: String) throws {
        try replace(path) { try $0(text) }
    }

    /// Writes what `body` gives, all of it or nothing. A file that is there is replaced only where `replacing` is true; it
    /// keeps its mode, and its place where the path is a link.
    ///
    /// - Throws: what `body` throws; `TrainError` where something is there that must stay, or the system refuses.
    package static func write<Value>(
        to path: String, replacing: Bool, _ body: (_ write: (String) throws -> Void) throws -> Value
    ) throws -> Value {
        try check(path, replacing: replacing, protecting: [])
        return try RunFolder.look(at: path) == nil ? create(path, body) : replace(path, body)
    }

    /// Whether `write(to:replacing:)` may be called later: for before the work.
    ///
    /// - Parameter protected: files that must stay, under whichever name.
    package static func check(_ path: String, replacing: Bool, protecting protected: [String]) throws(TrainError) {
        let parent = FileSystem.parent(of: path)
        guard try RunFolder.look(at: parent)?.kind == .folder else {
            throw TrainError(
                .missing, at: path, "there is no folder \(Wording.quoted(parent))",
                remedy: "make it, or choose another place"
            )
        }
        if RunFolder.isRun(parent) {
            throw TrainError(
                .targetExists, at: path, "\(Wording.quoted(parent)) is a run, whose files stay as they are",
                remedy: "write to another folder")
        }
        guard let found = try RunFolder.look(at: path) else { return }
        guard found.kind == .file else {
            // Such as /dev/stdout.
            if found.kind == .other { return }
            throw TrainError(.targetExists, at: path, "that is a folder", remedy: "give the path of a file")
        }
        if let own = protected.first(where: { FileSystem.isSame(path, $0) }) {
            throw TrainError(
                .targetExists, at: path,
                own == path ? "that is the file that is read" : "that is the file that is read, \(Wording.quoted(own))",
                remedy: "write to another file")
        }
        if !replacing {
            throw TrainError(
                .targetExists, at: path, "there is a file already",
                remedy: "choose another name, or replace it with --force")
        }
    }

    private static func replace<Value>(
        _ path: String, _ body: (_ write: (String) throws -> Void) throws -> Value
    ) throws -> Value {
        try naming(path) {
            if try FileSystem.look(at: path)?.kind == .other {
                var device = try OutputFile(path, existing: true)
                let value = try body { try device.write($0.utf8) }
                try device.flush()
                return value
            }
            let target = FileSystem.resolved(path)
            var value: Value?
            try FileSystem.writeAtomically(target, mode: FileSystem.mode(of: target)) { file in
                value = try body { try file.write($0.utf8) }
            }
            return value!
        }
    }

    /// Writes beside the path, and gives the name only where it is still free.
    private static func create<Value>(
        _ path: String, _ body: (_ write: (String) throws -> Void) throws -> Value
    ) throws -> Value {
        try naming(path) {
            var value: Value?
            try FileSystem.createAtomically(path) { file in value = try body { try file.write($0.utf8) } }
            return value!
        }
    }

    /// Has failures of the system name the path that the person knows.
    private static func naming<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch let failure as SystemFailure {
            if failure.code == EEXIST { try check(path, replacing: false, protecting: []) }
            throw TrainError(failure, at: path)
        }
    }
}
