#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reading and writing through descriptors of the system, which may do a part of it or be interrupted.
package enum Descriptor {
    /// Writes all of `bytes`; false where the system refuses, and `errno` says why.
    package static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = write(descriptor, bytes.baseAddress! + sent, min(bytes.count - sent, 1 << 30))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    /// Writes text to standard error, where a failure has nobody left to hear of it.
    package static func complain(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { send($0, to: STDERR_FILENO) }
    }

    /// Fills `buffer` as far as the file goes; nil where the system refuses, and `errno` says why.
    static func receive(_ buffer: UnsafeMutableRawBufferPointer, from descriptor: Int32) -> Int? {
        var filled = 0
        while filled < buffer.count {
            let count = read(descriptor, buffer.baseAddress! + filled, min(buffer.count - filled, 1 << 30))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { break }
            filled += count
        }
        return filled
    }
}
