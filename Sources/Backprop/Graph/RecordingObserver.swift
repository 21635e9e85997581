import CKernels

/// Sees every operation that is recorded on a thread.
package final class RecordingObserver {
    /// Gets the node, and where a backward pass records it, the node whose gradient rule does.
    private let see: (_ node: Node, _ source: Node?) -> Void
    private var source: Node?

    package init(_ see: @escaping (_ node: Node, _ source: Node?) -> Void) { self.see = see }

    /// The one of this thread.
    private static var current: RecordingObserver? {
        bk_observer().map { Unmanaged<RecordingObserver>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Runs `body` with this observer in place.
    package func observe<Result>(_ body: () throws -> Result) rethrows -> Result {
        let outer = bk_observer()
        bk_observer_set(Unmanaged.passUnretained(self).toOpaque())
        defer { bk_observer_set(outer) }
        return try withExtendedLifetime(self) { try body() }
    }

    /// Runs `body`, which is the gradient rule of a node.
    static func during<Result>(ruleOf node: Node, _ body: () throws -> Result) rethrows -> Result {
        guard let observer = current else { return try body() }
        observer.source = node
        defer { observer.source = nil }
        return try body()
    }

    @inline(never)
    static func see(_ node: Node) {
        guard let observer = current else { return }
        observer.see(node, observer.source)
    }
}
