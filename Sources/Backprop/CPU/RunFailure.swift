import Synchronization

/// What went wrong in one run of a plan. The first to report is heard; tasks that have not begun by then do not run, since
/// they may depend on what is missing.
final class RunFailure: Sendable {
    private let isSet = Atomic(false)
    private let firstMessage = Mutex<String?>(nil)

    var hasHappened: Bool { isSet.load(ordering: .relaxed) }

    var message: String? { firstMessage.withLock { $0 } }

    func report(_ message: String) {
        firstMessage.withLock { if $0 == nil { $0 = message } }
        isSet.store(true, ordering: .relaxed)
    }
}

extension Pointers {
    /// Where kernels that can fail report: it lies before the first of the pointers.
    var failure: RunFailure { Unmanaged<RunFailure>.fromOpaque(self[-1]!).takeUnretainedValue() }
}
