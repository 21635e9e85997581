import BackpropFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The lines of standard input, each as soon as it is there.
struct StandardLines: ~Copyable {
    private let stream: UnsafeMutablePointer<FILE>?
    private var line: UnsafeMutablePointer<CChar>?
    private var capacity = 0
    /// How many have been read.
    private(set) var count = 0

    init() { stream = fdopen(dup(STDIN_FILENO), "r") }

    deinit {
        free(line)
        if let stream { fclose(stream) }
    }

    /// What messages call the line that was read last.
    var place: String { "standard input, line \(count)" }

    /// The bytes of the next line without its end; nil where there is none.
    mutating func next() throws(DataError) -> [UInt8]? {
        guard let stream else { throw DataError(SystemFailure("read it", "standard input", code: errno)) }
        let read = getline(&line, &capacity, stream)
        guard read >= 0, let line else {
            guard ferror(stream) == 0 else { throw DataError(SystemFailure("read it", "standard input", code: errno)) }
            return nil
        }
        count += 1
        var bytes = Array(UnsafeRawBufferPointer(start: line, count: read))
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return bytes
    }
}
