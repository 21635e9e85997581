import CKernels

/// What the kernels run on.
public enum Processor {
    /// Threads that share the work of a plan, the one that asks for it included: `BACKPROP_THREADS`, or the processors that
    /// the process may use, until a program sets it. It may be set at any time and by any thread, also while plans run:
    /// what a plan has begun to share is finished first. Results have the same bits for any number; one that is not between
    /// 1 and `mostThreads` stops the program.
    public static var threads: Int {
        get { Int(bk_pool_threads()) }
        set {
            require(
                newValue >= 1 && newValue <= mostThreads, "threads: \(newValue) is not between 1 and \(mostThreads)")
            bk_pool_set_threads(Int32(newValue))
        }
    }

    /// As many as `threads` can be set to.
    public static let mostThreads = 1024

    /// The instruction set in use: `plain`, `neon`, `avx2` or `avx512`.
    public static var instructionSet: String { String(cString: bk_isa_name(bk_isa_current())) }

    /// Reads `BACKPROP_THREADS` and `BACKPROP_ISA` now; a value that makes no sense ends the program with a message before
    /// it has begun anything.
    package static func settle() { _ = (bk_pool_threads(), bk_isa_current()) }

    /// The instruction sets that this machine has.
    package static var instructionSets: [String] {
        (0..<4).map { bk_isa(rawValue: $0) }.filter(bk_isa_available).map { String(cString: bk_isa_name($0)) }
    }

    /// Switches the instruction set; false where the machine lacks it. No plan may be running, and plans that were made
    /// under another set must not be run again.
    @discardableResult
    package static func selectInstructionSet(_ name: String) -> Bool {
        let set = (0..<4).map { bk_isa(rawValue: $0) }.first { String(cString: bk_isa_name($0)) == name }
        guard let set else { return false }
        Graph.forgetPlans()
        return bk_isa_select(set)
    }
}
