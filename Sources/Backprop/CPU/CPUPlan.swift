import CKernels
import Synchronization

/// A planned graph: kernels in waves, and a place for everything.
///
/// Nothing in it changes after planning, the C structures of the kernels included; that is what `@unchecked` stands for.
final class CPUPlan: Executable, @unchecked Sendable {
    let donors: [Int]
    let sharedLeaves: [Int]
    let workspaceBytes: Int
    let workspaceItems: [BillItem]
    private let waves: [[Kernel]]
    private let steps: UnsafeMutablePointer<Step>
    private let walk: bk_walk
    private let pointers: [PointerTable.Entry]
    private let requestOffsets: [Int]
    private let addedScalars: [ScalarCell]
    private let graphScalars: Int
    private let scalarBytes: Int
    private let kernelCount: Int
    private let productCount: Int

    /// One task of a kernel. Threads go through them without touching the references to kernels, which the plan holds.
    private struct Step {
        var kernel: Unmanaged<Kernel>
        var task: Int
    }

    /// Element operations below which waking another thread costs more than it saves.
    private static let worthSharing = 20_000

    init(
        waves: [[Kernel]], costs: [Int], pointers: [PointerTable.Entry], requestOffsets: [Int], workspaceBytes: Int,
        workspaceItems: [BillItem], addedScalars: [ScalarCell], graphScalars: Int, donors: [Int], sharedLeaves: [Int]
    ) {
        self.waves = waves
        (steps, walk) = CPUPlan.walk(waves, costs)
        self.pointers = pointers
        self.requestOffsets = requestOffsets
        self.addedScalars = addedScalars
        self.graphScalars = graphScalars
        self.donors = donors
        self.sharedLeaves = sharedLeaves
        self.workspaceItems = workspaceItems
        scalarBytes = ((graphScalars + addedScalars.count) * 8 + 63) & ~63
        self.workspaceBytes = workspaceBytes + scalarBytes
        kernelCount = waves.reduce(0) { $0 + $1.count }
        productCount = waves.reduce(0) { $0 + $1.count { $0 is ProductKernel || $0 is ChainKernel } }
    }

    deinit {
        steps.deallocate()
        walk.waves.deallocate()
    }

    /// The tasks of all waves in order. Within a wave, tasks of different kernels that work on the same part of their
    /// results lie side by side, so that threads that start at different places keep to their parts.
    private static func walk(_ waves: [[Kernel]], _ costs: [Int]) -> (UnsafeMutablePointer<Step>, bk_walk) {
        let count = waves.reduce(0) { $0 + $1.reduce(0) { $0 + $1.tasks } }
        let steps = UnsafeMutablePointer<Step>.allocate(capacity: Swift.max(1, count))
        let target = UnsafeMutablePointer<bk_wave>.allocate(capacity: Swift.max(1, waves.count))
        var walk = bk_walk()
        var position = 0, done = 0
        for (number, (kernels, cost)) in zip(waves, costs).enumerated() {
            var tasks: [(place: Double, step: Step)] = []
            for kernel in kernels {
                for task in 0..<kernel.tasks {
                    let place = (Double(task) + 0.5) / Double(kernel.tasks)
                    tasks.append((place, Step(kernel: .passUnretained(kernel), task: task)))
                }
            }
            tasks.sort { $0.place < $1.place }
            (steps + position).initialize(from: tasks.map(\.step), count: tasks.count)
            let finishes = kernels.contains(where: \.needsFinish)
            let shares = tasks.count > 1 && cost >= CPUPlan.worthSharing
            done += tasks.count + (finishes ? 1 : 0)
            (target + number).initialize(
                to: bk_wave(
                    first: Int64(position), end: Int64(position + tasks.count), done: Int64(done), shares: shares,
                    finishes: finishes))
            position += tasks.count
            if shares { walk.most_tasks = Swift.max(walk.most_tasks, Int64(tasks.count)) }
        }
        walk.waves = UnsafePointer(target)
        walk.count = Int64(waves.count)
        walk.run = { context, task in
            let run = context!.assumingMemoryBound(to: Run.self)
            let step = run.pointee.steps + Int(task)
            let number = step.pointee.task, pointers = run.pointee.pointers
            step.pointee.kernel._withUnsafeGuaranteedRef { $0.run(task: number, pointers) }
        }
        walk.finish = { context, wave in
            let run = context!.assumingMemoryBound(to: Run.self)
            let pointers = run.pointee.pointers
            run.pointee.plan._withUnsafeGuaranteedRef { plan in
                for kernel in plan.waves[Int(wave)] where kernel.needsFinish { kernel.finish(pointers) }
            }
        }
        return (steps, walk)
    }

    func begin(_ scalars: [ScalarCell]) -> MemoryBlock {
        let workspace = Workspace.borrow(workspaceBytes)
        for (index, cell) in scalars.enumerated() { cell.write(to: workspace.pointer + index * 8) }
        return workspace
    }

    func run(_ workspace: MemoryBlock, leaves: [Storage], outputs: [Storage]) {
        let base = workspace.pointer
        for (index, cell) in addedScalars.enumerated() { cell.write(to: base + (graphScalars + index) * 8) }
        withUnsafeTemporaryAllocation(of: UnsafeMutableRawPointer?.self, capacity: pointers.count + 1) { table in
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
            run(UnsafePointer(table.baseAddress!))
        }
        withExtendedLifetime((leaves, outputs)) {}
        Workspace.giveBack(workspace)
        EngineCounters.countRun(kernels: kernelCount, products: productCount)
    }

    private struct Run {
        let steps: UnsafePointer<Step>
        let plan: Unmanaged<CPUPlan>
        let pointers: Pointers
    }

    private func run(_ pointers: Pointers) {
        var context = Run(steps: UnsafePointer(steps), plan: .passUnretained(self), pointers: pointers)
        withUnsafeMutablePointer(to: &context) { context in
            var walk = self.walk
            walk.context = UnsafeMutableRawPointer(context)
            bk_pool_walk(&walk)
        }
    }

    var description: String {
        var lines = [
            "plan: \(kernelCount) kernels in \(waves.count) waves, workspace \(MemoryBill.formatted(workspaceBytes))"
        ]
        for (position, wave) in waves.enumerated() {
            for kernel in wave {
                lines.append(
                    "  wave \(position): \(kernel.name)" + (kernel.tasks > 1 ? " in \(kernel.tasks) tasks" : ""))
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

    static func borrow(_ bytes: Int) -> MemoryBlock {
        let block = kept.withLock { kept -> MemoryBlock? in
            guard let block = kept, block.bytes >= bytes else { return nil }
            kept = nil
            return block
        }
        if let block { return block }
        return MemoryBlock(pointer: MemoryPool.shared.take(bytes), bytes: bytes)
    }

    static func giveBack(_ block: MemoryBlock) {
        let surplus = kept.withLock { kept -> MemoryBlock? in
            if let other = kept, other.bytes >= block.bytes { return block }
            defer { kept = block }
            return kept
        }
        if let surplus { MemoryPool.shared.giveBack(surplus.pointer, surplus.bytes) }
    }
}
