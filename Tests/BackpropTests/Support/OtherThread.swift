import Foundation

/// Runs the body on a thread of its own, and returns when it is done.
func onAnotherThread(_ body: @escaping () -> Void) {
    let work = Unshared(body: body), finished = DispatchSemaphore(value: 0)
    Thread {
        work.body()
        finished.signal()
    }.start()
    finished.wait()
}

/// Used by one thread at a time.
private struct Unshared: @unchecked Sendable { let body: () -> Void }
