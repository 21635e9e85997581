import CKernels
import Synchronization

/// `grad` and its relatives that are under way, on all threads.
enum OpenTransforms {
    static let count = Atomic<Int>(0)

    /// Whether there are any that this thread does not know of.
    static var areElsewhere: Bool { count.load(ordering: .relaxed) > Int(bk_transform_depth()) }
}

/// Stops the program where what is to stay behind after a function under `vmap` depends on one of its mapped arguments.
package func requireNoExample(
    _ node: Node, _ action: @autoclosure () -> String, file: StaticString = #fileID, line: UInt = #line
) {
    require(
        !node.isExample,
        "vmap: \(action()) depends on a mapped argument, and would outlive the function that is mapped; return it from the function instead",
        file: file, line: line)
}
