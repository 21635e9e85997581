import Backprop

/// Has graphs compiled and run by a plugin, on one of its devices.
struct XLABackend: Backend {
    let plugin: Plugin
    let device: PluginDevice
    /// Whether graphs with primitives that have no form there run on the processors.
    let fallsBack: Bool

    func compile(_ graph: CanonicalGraph, within bytes: Int?) -> any Executable {
        switch GraphLowering.lower(graph) {
        case .success(let lowered):
            do throws(PluginFailure) {
                return XLAExecutable(lowered, try plugin.compile(lowered.text, for: device), self)
            } catch {
                return FailedExecutable(graph, "xla: the plugin cannot compile the graph: \(error.text)")
            }
        case .failure(let unsupported):
            if fallsBack { return Assembly.backend.compile(graph, within: bytes) }
            let names = Set(unsupported.names).sorted().joined(separator: ", ")
            return FailedExecutable(
                graph,
                "xla: \(names) cannot be computed on this device; use withDevice(.cpu) around it, or a device with fallback: true (xla+cpu on the command line)"
            )
        }
    }
}

/// Stands for a graph that could not be compiled: each run says why.
final class FailedExecutable: Executable {
    private let message: String
    let donors: [Int]
    private let count: Int

    init(_ graph: CanonicalGraph, _ message: String) {
        self.message = message
        count = graph.outputs.count
        donors = [Int](repeating: -1, count: count)
    }

    var sharedLeaves: [Int] { donors }
    var sharedOutputs: [Int] { donors }
    var canFail: Bool { true }
    var workspaceBytes: Int { 0 }
    var addedBytes: Int { 0 }
    var recomputation: RecomputationReport? { nil }
    var workspaceItems: [WorkspaceItem] { [] }
    func kernelNames(at moment: Int) -> [String] { [] }
    var kernelContents: [KernelContent] { [] }
    func begin(_ scalars: [ScalarCell]) -> MemoryBlock { .none }
    func abandon(_ workspace: MemoryBlock) {}
    var description: String { message }

    func run(
        _ workspace: MemoryBlock, leaves: UnsafePointer<MemoryBlock>, outputs: UnsafePointer<MemoryBlock>
    ) -> EvaluationError? { EvaluationError(message) }
}

extension MemoryBlock {
    /// What a run borrows that needs nothing.
    static let none = MemoryBlock(pointer: UnsafeMutableRawPointer(bitPattern: 64)!, bytes: 0)
}
