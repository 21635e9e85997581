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
    private static let wishes = [SIGINT, SIGTERM, SIGHUP]

    /// From now on such a wish is only noted, so that the program can clean up. A second one ends it at once.
    ///
    /// A program that was started to outlive its terminal (`nohup`) still does.
    package static func watch() {
        signalNumber.store(0, ordering: .relaxed)
        var wanted = sigset_t()
        sigemptyset(&wanted)
        for number in wishes {
            var present = sigaction()
            if number == SIGHUP, sigaction(number, nil, &present) == 0, present.isIgnored { continue }
            sigaddset(&wanted, number)
            signal(number) { number in
                Interruption.signalNumber.store(number, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
        // Whoever started the program may have held them back.
        pthread_sigmask(SIG_UNBLOCK, &wanted, nil)
    }

    /// Trainings that are running in this process, and what signals did before the first of them began.
    private static let notes = Mutex<(count: Int, before: [sigaction])>((0, []))

    /// Runs `body` while such a wish is only noted. When the last body that runs at a time has ended, signals have the effect
    /// again that they had before.
    package static func noted<Result>(_ body: () throws -> Result) rethrows -> Result {
        notes.withLock { notes in
            notes.count += 1
            if notes.count > 1 { return }
            notes.before = wishes.map { number in
                var action = sigaction()
                sigaction(number, nil, &action)
                return action
            }
            watch()
        }
        defer {
            notes.withLock { notes in
                notes.count -= 1
                if notes.count > 0 { return }
                for (number, action) in zip(wishes, notes.before) {
                    withUnsafePointer(to: action) { _ = sigaction(number, $0, nil) }
                }
            }
        }
        return try body()
    }

    /// From now on a reader that goes away (`backprop ... | head`), and a file that grows beyond the limit of the process
    /// (`ulimit -f`), are reported by the failing write and not by a signal.
    package static func reportFailedWrites() {
        for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
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

extension sigaction {
    fileprivate var isIgnored: Bool {
        #if canImport(Darwin)
            unsafeBitCast(__sigaction_u.__sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        #elseif canImport(Musl)
            unsafeBitCast(__sa_handler.sa_handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
        #else
            unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
                == unsafeBitCast(SIG_IGN, to: Int.self)
        #endif
    }
}
