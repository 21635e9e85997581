#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The few file operations that readers and writers share; each failure says what was tried, where, and why.
package enum FileSystem {
    package enum Kind: Sendable { case file, folder, other }

    /// What is at `path` after following links, with its size in bytes; nil where there is nothing.
    package static func look(at path: String) throws(SystemFailure) -> (kind: Kind, bytes: Int)? {
        var info = stat()
        guard stat(path, &info) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .last("look at it", path)
        }
        let kind: Kind =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            default: .other
            }
        return (kind, Int(info.st_size))
    }

    /// The size of the regular file at `path`; `format` is what belongs there.
    package static func size(ofFile path: String, expecting format: String) throws(DataError) -> Int {
        let found: (kind: Kind, bytes: Int)?
        do { found = try look(at: path) } catch { throw DataError(error) }
        guard let found else {
            throw DataError(
                .missingFile, at: path, "there is no such file", remedy: "check the spelling of the path")
        }
        guard found.kind == .file else {
            let what = found.kind == .folder ? "that is a folder" : "that is a device or a pipe"
            throw DataError(.notAFile, at: path, what, remedy: "give the path of a \(format) file")
        }
        return found.bytes
    }

    /// The whole content of a regular file.
    package static func read(_ path: String) throws(SystemFailure) -> [UInt8] {
        let descriptor = try openForReading(path)
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw .last("look at it", path) }
        var content = [UInt8](repeating: 0, count: max(0, Int(info.st_size)))
        guard let filled = content.withUnsafeMutableBytes({ Descriptor.receive($0, from: descriptor) }) else {
            throw .last("read it", path)
        }
        content.removeLast(content.count - filled)
        return content
    }

    /// All bytes of standard input, up to its end.
    package static func standardInput() throws(SystemFailure) -> FileBytes {
        var content = GrowingBytes(capacity: 1 << 16)
        while true {
            let room = UnsafeMutableRawBufferPointer(
                start: content.base + content.count, count: content.capacity - content.count)
            guard let filled = Descriptor.receive(room, from: STDIN_FILENO) else {
                throw .last("read it", "standard input")
            }
            content.count += filled
            if filled < room.count { return content.finished() }
            content.grow(to: 2 * content.capacity)
        }
    }

    /// The SHA-256 digest of a file, which is read piece by piece.
    package static func digest(of path: String) throws(SystemFailure) -> String {
        let descriptor = try openForReading(path)
        defer { close(descriptor) }
        var digest = SHA256()
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            guard let filled = piece.withUnsafeMutableBytes({ Descriptor.receive($0, from: descriptor) }) else {
                throw .last("read it", path)
            }
            piece.withUnsafeBytes { digest.add(UnsafeRawBufferPointer(rebasing: $0[..<filled])) }
            if filled < piece.count { return digest.hexadecimal() }
        }
    }

    private static func openForReading(_ path: String) throws(SystemFailure) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open it", path) }
        return descriptor
    }

    package static func createFolder(_ path: String) throws(SystemFailure) {
        guard mkdir(path, 0o777) == 0 else { throw .last("create the folder", path) }
    }

    /// Creates `path` and every folder above it that is missing.
    package static func createFolders(_ path: String) throws(SystemFailure) {
        var missing: [String] = []
        var next = path
        while !next.isEmpty, next != "/" {
            if let found = try look(at: next) {
                guard found.kind == .folder else {
                    throw SystemFailure("create a folder", next, code: ENOTDIR)
                }
                break
            }
            missing.append(next)
            next = parent(of: next)
        }
        for folder in missing.reversed() {
            do {
                try createFolder(folder)
            } catch {
                guard error.code == EEXIST, try look(at: folder)?.kind == .folder else { throw error }
            }
        }
    }

    /// Moves a file over another file, or a folder to a free name. A folder that holds anything is never replaced.
    package static func move(_ source: String, to target: String) throws(SystemFailure) {
        guard rename(source, target) == 0 else { throw .last("rename to it", target) }
    }

    package static func removeFile(_ path: String) { unlink(path) }

    /// The names in a folder, sorted, without "." and "..".
    package static func names(in folder: String) throws(SystemFailure) -> [String] {
        guard let stream = opendir(folder) else { throw .last("list the folder", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a folder and everything in it; links are removed and not followed.
    package static func removeTree(_ path: String) {
        var info = stat()
        guard lstat(path, &info) == 0 else { return }
        guard info.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        for name in (try? names(in: path)) ?? [] { removeTree(join(path, name)) }
        rmdir(path)
    }

    /// Asks the disk to keep the names in a folder; file systems that cannot are left alone.
    package static func syncFolder(_ path: String) throws(SystemFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open the folder", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw .last("save the folder", path)
        }
    }

    /// Whether two paths name one file.
    package static func isSame(_ first: String, _ second: String) -> Bool {
        var (one, other) = (stat(), stat())
        guard stat(first, &one) == 0, stat(second, &other) == 0 else { return false }
        return one.st_dev == other.st_dev && one.st_ino == other.st_ino
    }

    /// The permissions of a file, without its kind; nil where there is nothing.
    package static func mode(of path: String) -> UInt32? {
        var info = stat()
        return stat(path, &info) == 0 ? UInt32(info.st_mode & 0o7777) : nil
    }

    /// The path without links; as it is where there is nothing.
    package static func resolved(_ path: String) -> String {
        guard let found = realpath(path, nil) else { return path }
        defer { free(found) }
        return String(cString: found)
    }

    /// Bytes that this user may still write on the disk of `path`; nil where the system does not say.
    package static func freeBytes(at path: String) -> Int? {
        var info = statvfs()
        guard statvfs(path, &info) == 0 else { return nil }
        return Int(clamping: UInt64(info.f_bavail).multipliedReportingOverflow(by: UInt64(info.f_frsize)).partialValue)
    }

    package static func join(_ folder: String, _ name: String) -> String {
        folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// The folder that holds `path`; "." for a bare name.
    package static func parent(of path: String) -> String {
        let trimmed = trimmingSlashes(path)
        guard let slash = trimmed.lastIndex(of: "/") else { return trimmed == "/" ? "/" : "." }
        return slash == trimmed.startIndex ? "/" : trimmingSlashes(String(trimmed[..<slash]))
    }

    /// The last part of `path`.
    package static func name(of path: String) -> String {
        let trimmed = trimmingSlashes(path)
        return trimmed.split(separator: "/").last.map(String.init) ?? trimmed
    }

    private static func trimmingSlashes(_ path: String) -> String {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
