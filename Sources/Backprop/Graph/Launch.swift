import CKernels

/// One run of a plan with its memory, made under the lock and run outside of it.
///
/// References are counted by hand here: a step binds some hundred values, and each costs as many counted references as
/// it has owners.
struct Launch: ~Copyable {
    private let executable: any Executable
    private let workspace: MemoryBlock
    /// Elements of leaves and outputs, in the order of the plan.
    private var leaves: Scratch<MemoryBlock>
    private var outputs: Scratch<MemoryBlock>
    /// A reference each to the leaves, but to those whose memory an output has taken over.
    private var heldLeaves: Scratch<Unmanaged<Storage>?>
    /// A reference each to the nodes that will have the outputs.
    private var heldOutputs: Scratch<Unmanaged<Node>>
    /// Whether other runs may still be computing some of the leaves.
    private var waits = false
    /// Whether results may overwrite leaves that nobody else holds, which are lost if the run fails.
    private let reusesLeaves: Bool

    /// Binds what the traversal has found. The nodes have their memory from now on, the elements when `run` returns.
    init(
        _ traversal: borrowing Traversal, _ executable: any Executable, _ usedGraphs: inout UsedGraphs,
        losingNothing: Bool
    ) {
        self.executable = executable
        reusesLeaves = !(losingNothing && executable.canFail)
        workspace = executable.begin(traversal.scalars)
        leaves = Scratch(capacity: traversal.leaves.count)
        heldLeaves = Scratch(capacity: traversal.leaves.count)
        outputs = Scratch(capacity: traversal.outputs.count)
        heldOutputs = Scratch(capacity: traversal.outputs.count)
        bindLeaves(traversal)
        dropHistory(traversal, &usedGraphs)
        bindOutputs(traversal)
    }

    private mutating func bindLeaves(_ traversal: borrowing Traversal) {
        for index in traversal.leaves.indices {
            let storage = traversal.leaves[index]._withUnsafeGuaranteedRef { Unmanaged.passRetained($0.storage!) }
            storage._withUnsafeGuaranteedRef {
                if !$0.isReady { waits = true }
                leaves.append($0.block)
            }
            heldLeaves.append(storage)
        }
    }

    /// The history goes before outputs get their memory: it holds the old parameters, and whether somebody else still
    /// does decides whether their memory can be taken over. Outputs are held meanwhile, since one may hang on the history
    /// of another.
    private mutating func dropHistory(_ traversal: borrowing Traversal, _ usedGraphs: inout UsedGraphs) {
        let movesParameters = traversal.movesParameters
        for output in traversal.outputs.indices {
            let node = traversal.output(output).retain()
            let needsHistory = traversal.needsHistory(of: output)
            node._withUnsafeGuaranteedRef {
                $0.pendingDepth = 0
                if needsHistory { return }
                if movesParameters { $0.dropInputs() } else { usedGraphs.letGo(of: $0) }
            }
            heldOutputs.append(node)
        }
    }

    private mutating func bindOutputs(_ traversal: borrowing Traversal) {
        let donors = executable.donors
        let sharedLeaves = executable.sharedLeaves, sharedOutputs = executable.sharedOutputs
        for output in heldOutputs.indices {
            heldOutputs[output]._withUnsafeGuaranteedRef {
                let storage =
                    sharedOutputs[output] >= 0
                    ? heldOutputs[sharedOutputs[output]]._withUnsafeGuaranteedRef { $0.storage! }
                    : storage(for: $0, donor: donors[output], sharedLeaf: sharedLeaves[output])
                outputs.append(storage.block)
                $0.storage = storage
            }
        }
    }

    /// Memory for an output: that of a leaf which has the same elements or is not needed any more, or new memory.
    private mutating func storage(for node: Node, donor: Int, sharedLeaf: Int) -> Storage {
        if sharedLeaf >= 0 { return heldLeaves[sharedLeaf]!.takeUnretainedValue() }
        if reusesLeaves, donor >= 0, let leaf = heldLeaves[donor], bk_reference_count(leaf.toOpaque()) == 1 {
            let isReady = leaf._withUnsafeGuaranteedRef { storage in
                let isReady = storage.isReady && storage.isOurs
                if isReady { storage.beginOverwriting() }
                return isReady
            }
            if isReady {
                heldLeaves[donor] = nil
                return leaf.takeRetainedValue()
            }
        }
        return Storage(byteCount: node.shape.count * node.dtype.byteCount, isReady: false)
    }

    /// Runs the plan, and lets go of everything. What fails has no outputs, and neither has what depends on them.
    consuming func run() -> EvaluationError? {
        var error: EvaluationError?
        for index in heldLeaves.indices {
            heldLeaves[index]?._withUnsafeGuaranteedRef { leaf in
                if waits { leaf.waitUntilReady() }
                if let known = leaf.error { error = known }
            }
        }
        if let error {
            executable.abandon(workspace)
            return fail(error)
        }
        if let error = executable.run(workspace, leaves: leaves.elements, outputs: outputs.elements) {
            return fail(error)
        }
        for index in heldOutputs.indices { heldOutputs[index]._withUnsafeGuaranteedRef { $0.storage!.finish() } }
        return nil
    }

    private func fail(_ error: EvaluationError) -> EvaluationError {
        for index in heldOutputs.indices { heldOutputs[index]._withUnsafeGuaranteedRef { $0.storage!.fail(error) } }
        return error
    }

    deinit {
        for index in heldOutputs.indices { heldOutputs[index].release() }
        for index in heldLeaves.indices { heldLeaves[index]?.release() }
        leaves.deallocate()
        outputs.deallocate()
        heldLeaves.deallocate()
        heldOutputs.deallocate()
    }
}
