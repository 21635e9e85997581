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
        guard Array(text.utf8).withUnsafeBytes({ Descriptor.send($0, to: STDOUT_FILENO) }) else {
            throw TrainError(SystemFailure("write it", "standard output", code: errno))
        }
    }

    /// Writes what `body` gives, in large pieces.
    package static func write<Value>(_ body: (_ write: (String) throws -> Void) throws -> Value) throws -> Value {
        var pending = ""
        let value = try body { text in
            pending += text
            if pending.utf8.count < 1 << 16 { return }
            try write(pending)
            pending = ""
        }
        try write(pending)
        return value
    }

    /// Writes to standard error, where a failure has nobody left to hear of it.
    package static func complain(_ text: String) { Terminal.write(text) }
}
