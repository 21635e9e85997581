import CKernels

/// Who records: a task, or outside of tasks a thread.
///
/// A backward pass and the new value of a buffer wait for the next evaluation of the one who recorded them. Evaluations of
/// others leave them alone: there a transform may be open around them that only their own thread knows of, more may be
/// recorded from them, and the plan of a step would depend on what else happens to be running.
struct Recorder: Equatable, BitwiseCopyable {
    /// Never zero, and odd where it is a real one. Two may share a number, which joins their evaluations.
    let number: UInt32

    static var current: Recorder {
        let identity = bk_recorder_identity()
        return Recorder(number: UInt32(truncatingIfNeeded: identity >> 4 ^ identity >> 36) << 1 | 1)
    }

    /// Stands for more than one, and is nobody in particular.
    static let several = Recorder(number: 2)
}

/// A set of those who record: none, one, or everybody as soon as there are more.
struct Recorders: BitwiseCopyable {
    private var member: Recorder?

    var isEmpty: Bool { member == nil }
    /// The only one.
    var one: Recorder? { member == .several ? nil : member }

    mutating func insert(_ recorder: Recorder) {
        if member == nil { member = recorder } else if member != recorder { member = .several }
    }

    func contains(_ recorder: Recorder) -> Bool { member == recorder || member == .several || recorder == .several }
}

/// Values that are to be computed together with whatever their recorders compute next, as long as anybody can still ask
/// for them: a recorder may be gone without having computed anything more. Lives inside the lock of the graph.
struct AwaitedValues {
    private struct Entry {
        /// Held by hand, so that the count of references tells whether anybody else holds it.
        var node: Unmanaged<Node>
        var recorder: Recorder

        var isWanted: Bool {
            bk_reference_count(node.toOpaque()) > 1 && node._withUnsafeGuaranteedRef { $0.storage == nil }
        }
    }

    private var entries: [Entry] = []
    /// More than a network has buffers. What is forgotten here is computed when somebody asks for it.
    private static let capacity = 4096

    mutating func append(_ node: Node) {
        if node.storage != nil { return }
        if entries.count >= AwaitedValues.capacity { removeAll { !$0.isWanted } }
        if entries.count >= AwaitedValues.capacity {
            for entry in entries.prefix(AwaitedValues.capacity / 2) { entry.node.release() }
            entries.removeFirst(AwaitedValues.capacity / 2)
        }
        entries.append(Entry(node: Unmanaged.passRetained(node), recorder: .current))
    }

    func forEach(of recorder: Recorder, _ body: (Node) -> Void) {
        for entry in entries where entry.recorder == recorder && entry.isWanted {
            entry.node._withUnsafeGuaranteedRef { body($0) }
        }
    }

    /// Forgets what nobody wants any more, so that it keeps no memory from being written over.
    mutating func forgetUnwanted() {
        if entries.contains(where: { !$0.isWanted }) { removeAll { !$0.isWanted } }
    }

    /// Forgets those of a recorder, and of others what nobody wants any more.
    mutating func removeAll(of recorder: Recorder) { removeAll { $0.recorder == recorder || !$0.isWanted } }

    private mutating func removeAll(where isOver: (Entry) -> Bool) {
        entries.removeAll { entry in
            if !isOver(entry) { return false }
            entry.node.release()
            return true
        }
    }
}
