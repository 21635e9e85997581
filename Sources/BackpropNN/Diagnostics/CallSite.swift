#if canImport(Runtime)
    import Runtime
#endif

/// Where a program has called the library: the way of calls that leads there, looked up only when somebody asks.
struct CallSite {
    #if canImport(Runtime)
        /// The innermost calls, and more of them: looking one up takes seconds for each library that it leads through.
        private let calls: [Backtrace?]

        /// The place that is called from now.
        init() { calls = [20, 64].map { try? Backtrace.capture(limit: $0) } }

        /// File and line of the innermost call outside of the library; nil where the program has no debug information, and in
        /// the command line, whose user has written no line of it.
        var location: String? {
            for calls in calls {
                guard let frames = calls?.symbolicated()?.frames else { return nil }
                if let place = Self.place(in: frames) { return place.hasPrefix(Self.tool) ? nil : place }
            }
            return nil
        }

        private static func place(in frames: [SymbolicatedBacktrace.Frame]) -> String? {
            for frame in frames {
                guard let place = frame.symbol?.sourceLocation, place.line > 0, !place.path.isEmpty,
                    !place.path.hasPrefix(CallSite.library), !place.path.contains("<compiler"),
                    !place.path.contains("swiftmacro")
                else { continue }
                return "\(place.path):\(place.line)"
            }
            return nil
        }
    #else
        init() {}

        var location: String? { nil }
    #endif

    /// How paths of the library begin: `…/Sources/Backprop`.
    private static let library = sources + "/Backprop"
    /// How those of the command line begin.
    private static let tool = sources + "/backprop/"
    private static let sources: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/")
    }()
}
