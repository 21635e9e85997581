import CKernels
import Synchronization

/// The state of the graph behind its lock.
///
/// Nodes go away wherever their last reference does, with the lock held or without, and two kinds of them have to know
/// which. A gradient that is a name must not vanish while its pass is looked at. And what a rule of a custom function
/// holds is not ours: when it goes it may take this lock, or compute something.
struct GraphLock: ~Copyable, Sendable {
    private let mutex = Mutex(Graph.State())

    @inline(__always)
    func withLock<Result: ~Copyable>(_ body: (inout sending Graph.State) -> sending Result) -> Result {
        var leftovers: [AnyObject] = []
        var result: Result?
        withUnsafeMutablePointer(to: &leftovers) { place in
            mutex.withLock { state in
                bk_graph_lock_set(place)
                result = body(&state)
                bk_graph_lock_set(nil)
            }
        }
        return result.take()!
    }

    /// Whether this thread holds the lock.
    static var isHeld: Bool { bk_graph_lock() != nil }

    /// Lets go of an object now, or where this thread holds the lock as soon as it has given it back.
    static func release(_ object: AnyObject) {
        bk_graph_lock()?.assumingMemoryBound(to: [AnyObject].self).pointee.append(object)
    }
}
