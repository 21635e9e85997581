#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What one process, or one caller in it, has at a time. The system gives it back when the process ends, however that is.
package struct FileLock: ~Copyable, Sendable {
    private let descriptor: Int32
    /// Whether the file system knows locks at all.
    package let isHeld: Bool

    /// Waits until nobody else has the lock; creates the file where it is missing.
    ///
    /// - Throws: `SystemFailure` where the file cannot be opened, or after `patience` seconds.
    package init(_ path: String, patience: Double = 60) throws(SystemFailure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw .last("write in it", path) }
        var waited = 0.0
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            guard errno == EWOULDBLOCK else {
                isHeld = false
                return
            }
            guard waited < patience else {
                close(descriptor)
                throw SystemFailure("write in it", path, code: EWOULDBLOCK)
            }
            usleep(5_000)
            waited += 0.005
        }
        isHeld = true
    }

    deinit { close(descriptor) }
}
