import BackpropData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the terminal on standard error can show.
package struct Terminal: Sendable, Equatable {
    /// Whether a person watches, so that a line can be written over.
    package var isLive: Bool
    /// Whether colours are wanted: on a terminal, unless NO_COLOR is set or TERM is "dumb".
    package var hasColour: Bool
    /// Characters on a line, at least 20.
    package var width: Int

    package init(isLive: Bool, hasColour: Bool, width: Int) {
        self.isLive = isLive
        self.hasColour = hasColour
        self.width = max(width, 20)
    }

    /// The terminal of this process; the width is that of its window, at most that of COLUMNS. Where there is no window it is
    /// that of COLUMNS, else 80.
    package static var standardError: Terminal { describe(STDERR_FILENO) }

    /// The same for standard output.
    package static var standardOutput: Terminal { describe(STDOUT_FILENO) }

    private static func describe(_ descriptor: Int32) -> Terminal {
        let dumb = variable("TERM") == "dumb"
        let isLive = isatty(descriptor) == 1 && !dumb
        let refused = variable("NO_COLOR").map { !$0.isEmpty } ?? false
        return Terminal(isLive: isLive, hasColour: isLive && !refused, width: width(descriptor))
    }

    private static func width(_ descriptor: Int32) -> Int {
        let wanted = variable("COLUMNS").flatMap { Int($0) }.flatMap { $0 > 0 ? min($0, 1_000) : nil }
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return wanted ?? 80 }
        // A shell that has passed its COLUMNS on knows nothing of a window that was made narrower since.
        return min(Int(size.ws_col), wanted ?? 1_000)
    }

    private static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// Writes to standard error; a closed one is no reason to stop training.
    static func write(_ text: String) {
        Descriptor.complain(text)
    }
}
