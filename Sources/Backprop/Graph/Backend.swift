/// What can run a canonical graph. The seam for accelerators is here, at whole graphs: a backend does its own
/// planning, or hands the graph to a compiler of its own.
package protocol Backend: Sendable {
    /// A plan that adds at most so many bytes to what its leaves hold, or where there is none, the one that adds least.
    /// What a plan computes does not depend on the bound.
    func compile(_ graph: CanonicalGraph, within bytes: Int?) -> any Executable
}

/// A compiled graph: reusable, and usable by several threads at once.
package protocol Executable: AnyObject, Sendable {
    /// For each output, the leaf whose memory it may take over when nobody else holds that leaf, or -1.
    var donors: [Int] { get }
    /// For each output, the leaf that has the very same elements, or -1: the output then shares its memory.
    var sharedLeaves: [Int] { get }
    /// For each output, the one before it that has the very same elements, or -1: both then share their memory.
    var sharedOutputs: [Int] { get }
    /// Whether a run may find that the data is wrong.
    var canFail: Bool { get }
    /// Memory beside leaves and outputs while running.
    var workspaceBytes: Int { get }
    /// Memory beside leaves: workspace, and outputs that take over nobody's memory.
    var addedBytes: Int { get }
    /// What is computed anew to hold less, and what that costs; nil where nothing is.
    var recomputation: RecomputationReport? { get }
    /// Workspace by value, for the bill.
    var workspaceItems: [WorkspaceItem] { get }
    /// How a device runs the graph; nil where elements are read and written in memory of the host.
    var onDevice: (any DeviceExecutable)? { get }
    /// What runs at a moment of the plan, in words.
    func kernelNames(at moment: Int) -> [String]
    /// The kernels of the plan, in the order of the waves.
    var kernelContents: [KernelContent] { get }
    /// Memory for one run, with the numbers of the graph written to it.
    func begin(_ scalars: [ScalarCell]) -> MemoryBlock
    /// Computes the outputs, and gives the workspace back. The elements of leaves and outputs are in the order of the
    /// canonical graph, and somebody holds them meanwhile. Where the data turns out to be wrong, the outputs are worth
    /// nothing.
    func run(
        _ workspace: MemoryBlock, leaves: UnsafePointer<MemoryBlock>, outputs: UnsafePointer<MemoryBlock>
    ) -> EvaluationError?
    /// Gives the workspace of a run back that does not take place.
    func abandon(_ workspace: MemoryBlock)
    /// The plan as a person reads it.
    var description: String { get }
}

extension Executable {
    package var onDevice: (any DeviceExecutable)? { nil }
}

/// A compiled graph whose leaves and outputs lie in memory of a device.
package protocol DeviceExecutable: AnyObject, Sendable {
    /// Has the outputs computed, and gives them their elements on the device, which need not be there when it returns; the
    /// workspace is given back.
    ///
    /// - Parameter isGiven: for each leaf, whether nobody else holds it, so that its memory may become that of an output.
    func run(
        _ workspace: MemoryBlock, leaves: [Storage], isGiven: [Bool], outputs: [Storage]
    ) -> EvaluationError?
}

/// Elements in memory of a device, dense and row-major.
package protocol DeviceElements: AnyObject, Sendable {
    /// Copies the elements to memory of the host, as soon as they are there; says why where they never will be.
    func copy(to memory: UnsafeMutableRawPointer, byteCount: Int) -> EvaluationError?
}

/// A value in the workspace of a plan.
package struct WorkspaceItem: Sendable {
    package var name: String
    package var shape: [Int]
    package var bytes: Int
    /// The number of its value in the canonical graph, or -1.
    package var origin: Int
    /// Whether it is computed anew.
    package var isRecomputed: Bool
    /// The moments of the plan between which it is there, both included.
    package var first: Int
    package var last: Int
}

/// What a kernel of a plan does, in terms of the canonical graph.
package struct KernelContent: Sendable {
    /// What it computes, in words.
    package var name: String
    /// The primitive that decides what it costs: a product or a kernel of its own, else a reduction, else the last value.
    package var head: Primitive
    package var wave: Int
    /// How many tasks threads may share.
    package var tasks = 1
    /// The numbers of the canonical values that it computes for the first time; values that only the plan has are missing.
    package var values: [Int]
    /// The same for those that it computes anew.
    package var copies: [Int]
    /// What it has to read from memory, each value once, and what it writes there.
    package var bytesRead = 0
    package var bytesWritten = 0
    /// Additions, multiplications and calls of functions.
    package var arithmetic = 0
}
