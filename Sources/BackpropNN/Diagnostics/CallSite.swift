#if canImport(Runtime)
    import Runtime
#endif

/// Where a program has called the library: the way of calls that leads there, looked up only when somebody asks.
struct CallSite {
    #if canImport(Runtime)
        private let calls: Backtrace?

        /// The place that is called from now.
        init() { calls = try? Backtrace.capture(limit: 64) }

        /// File and line of the innermost call outside of the library; nil where the program has no debug information.
        var location: String? {
            guard let frames = calls?.symbolicated()?.frames else { return nil }
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
    private static let library: String = {
        let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return parts.dropLast(3).joined(separator: "/") + "/Backprop"
    }()
}
