import Backprop

/// A graph that a plugin has compiled.
final class XLAExecutable: Executable, DeviceExecutable {
    let donors: [Int]
    let sharedLeaves: [Int]
    let sharedOutputs: [Int]
    let workspaceBytes: Int
    let addedBytes: Int
    private let lowered: LoweredGraph
    private let program: PluginProgram
    private let backend: XLABackend

    init(_ lowered: LoweredGraph, _ program: PluginProgram, _ backend: XLABackend) {
        (self.lowered, self.program, self.backend) = (lowered, program, backend)
        (sharedLeaves, sharedOutputs) = (lowered.outputs.sharedLeaves, lowered.outputs.sharedOutputs)
        var donors = [Int](repeating: -1, count: sharedLeaves.count)
        for (leaf, result) in lowered.donors { donors[lowered.outputs.computed[result]] = leaf }
        self.donors = donors
        workspaceBytes = program.temporaryBytes ?? 0
        addedBytes = workspaceBytes + lowered.resultBytes
    }

    /// Memory of a device may run out at any time.
    var canFail: Bool { true }
    var recomputation: RecomputationReport? { nil }
    var workspaceItems: [WorkspaceItem] { [] }
    var onDevice: (any DeviceExecutable)? { self }
    var description: String { lowered.text }

    func kernelNames(at moment: Int) -> [String] { [] }
    var kernelContents: [KernelContent] { [] }

    func begin(_ scalars: [ScalarCell]) -> MemoryBlock {
        let bytes = lowered.numbers.byteCount
        if bytes == 0 { return .none }
        let memory = MemoryPool.shared.take(bytes)
        lowered.numbers.write(scalars, to: memory)
        return MemoryBlock(pointer: memory, bytes: bytes)
    }

    func abandon(_ workspace: MemoryBlock) {
        if workspace.bytes > 0 { MemoryPool.shared.giveBack(workspace.pointer, workspace.bytes) }
    }

    func run(
        _ workspace: MemoryBlock, leaves: UnsafePointer<MemoryBlock>, outputs: UnsafePointer<MemoryBlock>
    ) -> EvaluationError? { preconditionFailure("runs on a device") }

    func run(
        _ workspace: MemoryBlock, leaves: [Storage], isGiven: [Bool], outputs: [Storage]
    ) -> EvaluationError? {
        defer { abandon(workspace) }
        if lowered.outputs.computed.isEmpty { return nil }
        do throws(PluginFailure) {
            return try start(workspace, leaves, isGiven, outputs)
        } catch {
            return EvaluationError("xla: the plugin \(backend.plugin.path) could not run a graph: \(error.text)")
        }
    }

    private func start(
        _ workspace: MemoryBlock, _ leaves: [Storage], _ isGiven: [Bool], _ outputs: [Storage]
    ) throws(PluginFailure) -> EvaluationError? {
        var arguments: [PluginBuffer] = [], kept: [Int] = []
        for (place, leaf) in lowered.leaves.enumerated() {
            arguments.append(try buffer(of: leaves[leaf], lowered.leafTypes[place]))
            if lowered.donors[leaf] != nil && !isGiven[leaf] { kept.append(place) }
        }
        for (type, count) in lowered.numbers.counts {
            let numbers = workspace.pointer + lowered.numbers.offset(of: type)
            arguments.append(try backend.plugin.buffer(numbers, type, [count], on: backend.device))
        }
        let computed = lowered.outputs.computed
        let results = try program.run(
            arguments, keeping: kept, results: computed.count + (lowered.checks.isEmpty ? 0 : 1))
        if let findings = results.dropFirst(computed.count).first, let error = try failure(findings) { return error }
        for (result, output) in zip(results, computed) { outputs[output].onDevice = result }
        return nil
    }

    /// The elements of a leaf on this device; those that are not there yet are sent, and stay for the next run.
    private func buffer(of leaf: Storage, _ type: ModuleValue) throws(PluginFailure) -> PluginBuffer {
        if let known = leaf.onDevice as? PluginBuffer, known.isOn(backend.device, of: backend.plugin) { return known }
        let sent = try backend.plugin.buffer(leaf.pointer, type.type, type.extents, on: backend.device)
        leaf.onDevice = sent
        return sent
    }

    /// What the program has found wrong with indices.
    private func failure(_ findings: PluginBuffer) throws(PluginFailure) -> EvaluationError? {
        var pairs = [Int64](repeating: -1, count: 2 * lowered.checks.count)
        var failure: PluginFailure?
        pairs.withUnsafeMutableBytes { memory in
            do throws(PluginFailure) {
                try findings.read(to: memory.baseAddress!, byteCount: memory.count)
            } catch { failure = error }
        }
        if let failure { throw failure }
        for (number, check) in lowered.checks.enumerated() where pairs[2 * number] >= 0 {
            return EvaluationError(check.message(index: pairs[2 * number + 1], position: pairs[2 * number]))
        }
        return nil
    }
}
