#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file being written, every call checked. Bytes gather in memory and go out in large pieces.
package struct OutputFile: ~Copyable {
    package let path: String
    private let descriptor: Int32
    private var pending: [UInt8] = []
    private static let pieceSize = 1 << 16

    /// Creates `path`, which must not exist; or opens it for writing where `existing` is true.
    package init(_ path: String, existing: Bool = false) throws(SystemFailure) {
        let flags = existing ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let descriptor = open(path, flags, 0o666)
        guard descriptor >= 0 else { throw .last(existing ? "open it for writing" : "create it", path) }
        self.path = path
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    package mutating func write(_ bytes: some Sequence<UInt8>) throws(SystemFailure) {
        pending.append(contentsOf: bytes)
        if pending.count >= Self.pieceSize { try flush() }
    }

    /// Writes a large block without copying it.
    package mutating func write(block: UnsafeRawBufferPointer) throws(SystemFailure) {
        if block.count < Self.pieceSize { return try write(block) }
        try flush()
        try send(block)
    }

    /// Hands everything to the operating system.
    package mutating func flush() throws(SystemFailure) {
        guard !pending.isEmpty else { return }
        try pending.withUnsafeBytes { bytes in
            Result { () throws(SystemFailure) in try send(bytes) }
        }.get()
        pending.removeAll(keepingCapacity: true)
    }

    /// Hands everything to the disk.
    package mutating func save() throws(SystemFailure) {
        try flush()
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP || errno == EROFS else {
            throw .last("write it", path)
        }
    }

    private func send(_ bytes: UnsafeRawBufferPointer) throws(SystemFailure) {
        guard Descriptor.send(bytes, to: descriptor) else { throw .last("write it", path) }
    }
}

extension FileSystem {
    /// Writes a file beside `path`, saves it and gives it the name, where that is free still.
    ///
    /// - Throws: what `body` throws; `SystemFailure` with the code `EEXIST` where something has the name.
    package static func createAtomically(
        _ path: String, _ body: (inout OutputFile) throws -> Void
    ) throws {
        guard !path.isEmpty else { throw SystemFailure("create it", path, code: ENOENT) }
        let temporary = try writeBeside(path, mode: nil, body)
        defer { removeFile(temporary) }
        if link(temporary, path) != 0 {
            // Some file systems have no links.
            guard errno != EEXIST, try look(at: path) == nil else {
                throw SystemFailure("create it", path, code: EEXIST)
            }
            try move(temporary, to: path)
        }
        try syncFolder(parent(of: path))
    }

    /// Writes a file beside `path`, saves it and renames it to `path`, so that a reader sees the old content
    /// or the whole new one. Nothing stays behind on failure, whether the body's or the system's.
    ///
    /// - Parameter mode: the permissions of the file; nil for those of a new one.
    package static func writeAtomically(
        _ path: String, mode: UInt32? = nil, _ body: (inout OutputFile) throws -> Void
    ) throws {
        guard !path.isEmpty else { throw SystemFailure("create it", path, code: ENOENT) }
        if let found = try look(at: path), found.kind != .file {
            throw SystemFailure("replace it", path, code: found.kind == .folder ? EISDIR : EINVAL)
        }
        let temporary = try writeBeside(path, mode: mode, body)
        do {
            try move(temporary, to: path)
        } catch {
            removeFile(temporary)
            throw error
        }
        try syncFolder(parent(of: path))
    }

    /// Writes a hidden file beside `path` and saves it; gives its path. Nothing stays behind on failure.
    private static func writeBeside(
        _ path: String, mode: UInt32?, _ body: (inout OutputFile) throws -> Void
    ) throws -> String {
        let temporary = join(parent(of: path), temporaryName(for: name(of: path)))
        do {
            var file = try OutputFile(temporary)
            try body(&file)
            try file.save()
            if let mode, chmod(temporary, mode_t(mode)) != 0 {
                throw SystemFailure.last("keep its permissions", temporary)
            }
            return temporary
        } catch {
            removeFile(temporary)
            if let failure = error as? SystemFailure, failure.path == temporary {
                throw SystemFailure(failure.operation, path, code: failure.code)
            }
            throw error
        }
    }

    /// A hidden name that no other process and no other call of this one uses.
    package static func temporaryName(for name: String) -> String {
        var generator = SystemRandomNumberGenerator()
        let tag = String(generator.next() & 0xFFFF_FFFF, radix: 36)
        return ".\(name.prefix(180)).partial-\(getpid())-\(tag)"
    }
}
