import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The wish of the person or of the system that the program ends soon (Ctrl-C, a closed terminal, `kill`).
package enum Interruption {
    private static let signalNumber = Atomic<Int32>(0)

    /// From now on such a wish is only noted, so that the program can clean up. A second one ends it at once.
    ///
    /// A reader that goes away (`backprop ... | head`) is reported by the failing write instead of a signal.
    package static func watch() {
        signalNumber.store(0, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] {
            signal(number) { number in
                Interruption.signalNumber.store(number, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
        signal(SIGPIPE, SIG_IGN)
    }

    /// The signal that was noted; 0 for none.
    package static var requested: Int32 { signalNumber.load(ordering: .relaxed) }

    /// Notes a wish as a signal would.
    package static func request(_ number: Int32) { signalNumber.store(number, ordering: .relaxed) }

    /// - Throws: `TrainError` where the program shall end.
    package static func check(_ place: String) throws(TrainError) {
        guard requested != 0 else { return }
        throw TrainError(
            .interrupted, at: place, "stopped before it was complete, nothing was kept",
            remedy: "start it again; fewer --epochs end sooner")
    }
}
