import CKernels

typealias Pointers = UnsafePointer<UnsafeMutableRawPointer?>

/// One unit of a plan: tasks that any threads may run in any order, then an end that one thread runs.
///
/// Kernels own C structures, which nothing changes after planning.
class Kernel {
    let name: String
    let tasks: Int
    /// A rough count of element operations, of all tasks together.
    var cost = 0
    /// Whether `finish` has anything to do.
    let needsFinish: Bool
    /// Whether a task may find that its data is wrong.
    let canFail: Bool

    init(name: String, tasks: Int, needsFinish: Bool = false, canFail: Bool = false) {
        self.name = name
        self.tasks = tasks
        self.needsFinish = needsFinish
        self.canFail = canFail
    }

    /// The kernels that this one stands for, which count by themselves.
    var members: [Kernel] { [self] }
    /// The block programs that its tasks run.
    var programs: [Program] { [] }

    func run(task: Int, _ pointers: Pointers) {}
    /// What a task does of the member with the given number.
    func run(member: Int, task: Int, _ pointers: Pointers) { run(task: task, pointers) }
    func finish(_ pointers: Pointers) {}

    /// Asks for what every task reads that has been in memory before the wave.
    func fetch(_ pointers: Pointers) {}
}

/// A kernel that is one function of the task and the pointers.
final class CallKernel: Kernel {
    private let body: (Int, Pointers) -> Void

    init(name: String, tasks: Int, canFail: Bool = false, _ body: @escaping (Int, Pointers) -> Void) {
        self.body = body
        super.init(name: name, tasks: tasks, canFail: canFail)
    }

    override func run(task: Int, _ pointers: Pointers) { body(task, pointers) }
}
