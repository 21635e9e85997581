#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The bytes of a file: mapped into memory, so that they come from the disk when they are touched, or held in memory.
///
/// Nobody writes to them, which is what `@unchecked` stands for. A mapped file must not be cut short meanwhile: the system
/// stops a program that touches what is not there any more. Files that are replaced by renaming leave it alone.
package final class FileContent: @unchecked Sendable {
    package let bytes: UnsafeRawBufferPointer
    private let isMapped: Bool

    /// Maps a regular file.
    package init(mapping path: String) throws(SystemFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open it", path) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw .last("look at it", path) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw SystemFailure("read it", path, code: EINVAL) }
        guard info.st_size > 0 else {
            (bytes, isMapped) = (UnsafeRawBufferPointer(start: nil, count: 0), false)
            return
        }
        let address = mmap(nil, Int(info.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw .last("map it into memory", path) }
        bytes = UnsafeRawBufferPointer(start: address, count: Int(info.st_size))
        isMapped = true
    }

    /// A copy of bytes.
    package init(_ content: some Collection<UInt8>) {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: content.count, alignment: 64)
        memory.copyBytes(from: content)
        bytes = UnsafeRawBufferPointer(memory)
        isMapped = false
    }

    deinit {
        if isMapped {
            munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
        } else {
            UnsafeMutableRawBufferPointer(mutating: bytes).deallocate()
        }
    }
}
