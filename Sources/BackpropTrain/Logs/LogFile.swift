import BackpropData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that whole records are appended to. A write that fails ends it, with one line on standard error.
final class LogFile {
    let path: String
    private var descriptor: Int32
    private var pending: [UInt8] = []
    /// Bytes of whole records that the system has taken.
    private var size: Int
    private var lastFlush = WallClock.now
    private(set) var failure: DataError?

    private static let pieceSize = 1 << 16
    /// Seconds after which a record takes the ones before along.
    private static let patience = 1.0

    /// Opens a file at its end. `isNew` asks for one that does not exist.
    init(_ path: String, isNew: Bool) throws(SystemFailure) {
        let flags = O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | (isNew ? O_EXCL : 0)
        descriptor = open(path, flags, 0o666)
        guard descriptor >= 0 else { throw SystemFailure("open it for writing", path, code: errno) }
        self.path = path
        size = Int(lseek(descriptor, 0, SEEK_END))
    }

    deinit { close() }

    var isOpen: Bool { descriptor >= 0 }

    /// Adds a whole record.
    func append(_ record: some Sequence<UInt8>) {
        guard isOpen else { return }
        pending.append(contentsOf: record)
        if pending.count >= Self.pieceSize || abs(WallClock.now - lastFlush) >= Self.patience { flush() }
    }

    /// Hands everything to the operating system.
    func flush() {
        lastFlush = WallClock.now
        guard isOpen, !pending.isEmpty else { return }
        if pending.withUnsafeBytes({ Descriptor.send($0, to: descriptor) }) {
            size += pending.count
            pending.removeAll(keepingCapacity: true)
        } else {
            fail(SystemFailure("write it", path, code: errno))
        }
    }

    func close() {
        flush()
        guard isOpen else { return }
        _ = systemClose(descriptor)
        descriptor = -1
    }

    /// Ends the log; a reader finds whole records only.
    func fail(_ reason: SystemFailure) {
        let found = DataError(reason)
        failure = found
        pending = []
        if isOpen {
            _ = ftruncate(descriptor, off_t(size))
            _ = systemClose(descriptor)
            descriptor = -1
        }
        StandardOutput.complain("warning: \(found.description); this log ends here, the training goes on\n")
    }
}

/// `close` of the system, which a method of the same name would hide.
private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }

enum WallClock {
    /// Seconds since 1970.
    static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
