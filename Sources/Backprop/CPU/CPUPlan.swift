import CKernels
import Synchronization

/// A planned graph: kernels in waves, and a place for everything.
///
/// Nothing in it changes after planning, the C structures of the kernels included; that is what `@unchecked` stands for.
final class CPUPlan: Executable, @unchecked Sendable {
    let donors: [Int]
    let sharedLeaves: [Int]
    let sharedOutputs: [Int]
    let workspaceBytes: Int
    let addedBytes: Int
    let workspaceItems: [WorkspaceItem]
    /// Set by whoever plans.
    var recomputation: RecomputationReport?
    let waves: [[Kernel]]
    let kernelContents: [KernelContent]
    private let walk: Walk
    private let pointers: [PointerTable.Entry]
    private let requestOffsets: [Int]
    private let addedScalars: [ScalarCell]
    private let graphScalars: Int
    private let scalarBytes: Int
    private let kernelCount: Int
    private let productCount: Int
    let canFail: Bool

    init(
        waves: [[Kernel]], kernelContents: [KernelContent], pointers: [PointerTable.Entry], requestOffsets: [Int],
        workspaceBytes: Int,
        outputBytes: Int, workspaceItems: [WorkspaceItem], addedScalars: [ScalarCell], graphScalars: Int, donors: [Int],
        sharedLeaves: [Int], sharedOutputs: [Int]
    ) {
        self.waves = waves
        self.kernelContents = kernelContents
        walk = Walk(waves)
        self.pointers = pointers
        self.requestOffsets = requestOffsets
        self.addedScalars = addedScalars
        self.graphScalars = graphScalars
        self.donors = donors
        self.sharedLeaves = sharedLeaves
        self.sharedOutputs = sharedOutputs
        self.workspaceItems = workspaceItems
        scalarBytes = ((graphScalars + addedScalars.count) * 8 + 63) & ~63
        self.workspaceBytes = workspaceBytes + scalarBytes
        addedBytes = self.workspaceBytes + outputBytes
        let parts = waves.joined().flatMap(\.members)
        canFail = parts.contains(where: \.canFail)
        kernelCount = parts.count
        productCount = parts.count { $0 is ProductKernel || $0 is ChainKernel }
    }

    func begin(_ scalars: [ScalarCell]) -> MemoryBlock {
        let workspace = Workspace.borrow(workspaceBytes)
        for (index, cell) in scalars.enumerated() { cell.write(to: workspace.pointer + index * 8) }
        return workspace
    }

    func run(
        _ workspace: MemoryBlock, leaves: UnsafePointer<MemoryBlock>, outputs: UnsafePointer<MemoryBlock>
    ) -> EvaluationError? {
        let failure = canFail ? RunFailure() : nil
        let base = workspace.pointer
        for (index, cell) in addedScalars.enumerated() { cell.write(to: base + (graphScalars + index) * 8) }
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: pointers.count + 1) { places in
            places[0] = failure.map { Unmanaged.passUnretained($0).toOpaque() }
            let table = places.baseAddress! + 1
            for (slot, entry) in pointers.enumerated() {
                let start: UnsafeMutableRawPointer
                switch entry.base {
                case .leaf(let index): start = leaves[index].pointer
                case .output(let index): start = outputs[index].pointer
                case .scalar(let index): start = base + index * 8
                case .workspace(let request): start = base + scalarBytes + requestOffsets[request]
                }
                table[slot] = start + entry.byteOffset
            }
            if bk_stopwatch() == nil {
                walk.run(UnsafePointer(table), failure)
            } else {
                runTimed(UnsafePointer(table), failure)
            }
        }
        Workspace.giveBack(workspace)
        EngineCounters.countRun(products: productCount)
        return failure?.message.map(EvaluationError.init)
    }

    @inline(never)
    private func runTimed(_ pointers: Pointers, _ failure: RunFailure?) {
        let times = RunTimes(walk)
        let start = Nanoseconds.now
        walk.run(pointers, failure, times: times)
        Stopwatch.current?.add(TimedRun(plan: self, start: start, end: Nanoseconds.now, kernels: times.taken))
    }

    func abandon(_ workspace: MemoryBlock) { Workspace.giveBack(workspace) }

    func kernelNames(at moment: Int) -> [String] {
        waves.indices.contains(moment) ? waves[moment].flatMap(\.members).map(\.name) : []
    }

    var description: String {
        var lines = [
            "plan: \(kernelCount) kernels in \(waves.count) waves, workspace \(MemoryBill.formatted(workspaceBytes))"
        ]
        for (position, wave) in waves.enumerated() {
            for kernel in wave {
                let tasks = kernel.tasks > 1 ? " in \(kernel.tasks) tasks" : ""
                for part in kernel.members {
                    let run = kernel.members.count > 1 ? " of a run" : ""
                    lines.append("  wave \(position): \(part.name)\(run)\(tasks)")
                }
            }
        }
        for item in workspaceItems { lines.append("  workspace: \(item.name) \(item.shape) \(item.bytes) B") }
        return lines.joined(separator: "\n")
    }
}

/// Memory that plans borrow while they run. One block is kept, as large as the largest plan so far needed: plans run one
/// after the other in a training loop, and share it.
enum Workspace {
    private static let kept = Mutex<MemoryBlock?>(nil)

    /// What plans borrow that need none. Nothing is written there.
    private static let nothing = MemoryBlock(pointer: UnsafeMutableRawPointer(bitPattern: 64)!, bytes: 0)

    static func borrow(_ bytes: Int) -> MemoryBlock {
        if bytes == 0 { return nothing }
        let block = kept.withLock { kept -> MemoryBlock? in
            guard let block = kept, block.bytes >= bytes else { return nil }
            kept = nil
            return block
        }
        if let block { return block }
        return MemoryBlock(pointer: MemoryPool.shared.take(bytes), bytes: bytes)
    }

    static func giveBack(_ block: MemoryBlock) {
        if block.bytes == 0 { return }
        let surplus = kept.withLock { kept -> MemoryBlock? in
            if let other = kept, other.bytes >= block.bytes { return block }
            defer { kept = block }
            return kept
        }
        if let surplus { MemoryPool.shared.giveBack(surplus.pointer, surplus.bytes) }
    }
}
