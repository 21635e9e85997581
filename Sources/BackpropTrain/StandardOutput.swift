import BackpropData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where programs say what they found, and where they say what went wrong.
package enum StandardOutput {
    /// Writes all of it.
    ///
    /// - Throws: `TrainError` where the system refuses: a full disk, or a reader that went away.
    package static func write(_ text: String) throws(TrainError) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let sent = bytes.withUnsafeBytes { buffer in
                #if canImport(Darwin)
                    Darwin.write(STDOUT_FILENO, buffer.baseAddress, buffer.count)
                #elseif canImport(Musl)
                    Musl.write(STDOUT_FILENO, buffer.baseAddress, buffer.count)
                #else
                    Glibc.write(STDOUT_FILENO, buffer.baseAddress, buffer.count)
                #endif
            }
            if sent < 0, errno == EINTR { continue }
            guard sent > 0 else {
                throw TrainError(SystemFailure("write it", "standard output", code: errno))
            }
            bytes = bytes.dropFirst(sent)
        }
    }

    /// Writes to standard error, where a failure has nobody left to hear of it.
    package static func complain(_ text: String) { Terminal.write(text) }
}
