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

/// Values that are to be computed together with whatever their recorders compute next. Lives inside the lock of the graph.
struct AwaitedValues {
    private var entries: [(node: Node, recorder: Recorder)] = []
    /// More than a network has buffers. A recorder that is gone takes nothing away any more; what is forgotten here is
    /// computed when somebody asks for it.
    private static let capacity = 4096

    mutating func append(_ node: Node) {
        if node.storage != nil { return }
        if entries.count >= AwaitedValues.capacity { entries.removeFirst(AwaitedValues.capacity / 2) }
        entries.append((node, .current))
    }

    func forEach(of recorder: Recorder, _ body: (Node) -> Void) {
        for entry in entries where entry.recorder == recorder { body(entry.node) }
    }

    mutating func removeAll(of recorder: Recorder) {
        if entries.allSatisfy({ $0.recorder == recorder }) {
            entries.removeAll(keepingCapacity: true)
        } else {
            entries.removeAll { $0.recorder == recorder }
        }
    }
}
