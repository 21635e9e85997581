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
    private let waves: [Wave]
    private let pointers: [PointerTable.Entry]
    private let requestOffsets: [Int]
    private let addedScalars: [ScalarCell]
    private let graphScalars: Int
    private let scalarBytes: Int
    private let kernelCount: Int
    private let productCount: Int

    /// Kernels that do not depend on one another.
    private struct Wave {
        var kernels: [Kernel]
        /// The number of the first task of each kernel among all of the wave, and their sum at the end.
        var starts: [Int]
        var isShared: Bool
    }

    /// Element operations below which waking another thread costs more than it saves.
    private static let worthSharing = 20_000

    init(
        waves: [[Kernel]], costs: [Int], pointers: [PointerTable.Entry], requestOffsets: [Int], workspaceBytes: Int,
        workspaceItems: [BillItem], addedScalars: [ScalarCell], graphScalars: Int, donors: [Int], sharedLeaves: [Int]
    ) {
        self.waves = zip(waves, costs).map { kernels, cost in
            var starts = [0]
            for kernel in kernels { starts.append(starts.last! + kernel.tasks) }
            return Wave(kernels: kernels, starts: starts, isShared: starts.last! > 1 && cost >= CPUPlan.worthSharing)
        }
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

    private func run(_ pointers: Pointers) {
        for wave in waves {
            if wave.isShared {
                share(wave, pointers)
            } else {
                for kernel in wave.kernels { for task in 0..<kernel.tasks { kernel.run(task: task, pointers) } }
            }
            for kernel in wave.kernels where kernel.needsFinish { kernel.finish(pointers) }
        }
    }

    private struct SharedWave {
        var wave: Wave
        var pointers: Pointers
    }

    private func share(_ wave: Wave, _ pointers: Pointers) {
        var shared = SharedWave(wave: wave, pointers: pointers)
        withUnsafeMutablePointer(to: &shared) { context in
            bk_pool_run(
                { context, task in
                    let shared = context!.assumingMemoryBound(to: SharedWave.self)
                    let task = Int(task)
                    var low = 0, high = shared.pointee.wave.kernels.count
                    while high - low > 1 {
                        let middle = (low + high) / 2
                        if shared.pointee.wave.starts[middle] <= task { low = middle } else { high = middle }
                    }
                    shared.pointee.wave.kernels[low].run(
                        task: task - shared.pointee.wave.starts[low], shared.pointee.pointers)
                }, context, Int64(wave.starts.last!))
        }
    }

    var description: String {
        var lines = [
            "plan: \(kernelCount) kernels in \(waves.count) waves, workspace \(MemoryBill.formatted(workspaceBytes))"
        ]
        for (position, wave) in waves.enumerated() {
            for kernel in wave.kernels {
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
