import CKernels
import Synchronization

/// `grad` and its relatives that are under way, on all threads.
enum OpenTransforms {
    static let count = Atomic<Int>(0)

    /// Whether there are any that this thread does not know of.
    static var areElsewhere: Bool { count.load(ordering: .relaxed) > Int(bk_transform_depth()) }
}
