import CKernels

/// One run of a plan with its memory, made under the lock and run outside of it.
///
/// References are counted by hand here: a step binds some hundred values, and each costs as many counted references as
/// it has owners.
struct Launch: ~Copyable {
    private let executable: any Executable
    private let onDevice: (any DeviceExecutable)?
    private let workspace: MemoryBlock
    /// Elements of leaves and outputs, in the order of the plan; of a device none.
    private var leaves: Scratch<MemoryBlock>
    private var outputs: Scratch<MemoryBlock>
    /// A reference each to the leaves, but to those whose memory an output has taken over.
    private var heldLeaves: Scratch<Unmanaged<Storage>?>
    /// A reference each to the nodes that will have the outputs.
    private var heldOutputs: Scratch<Unmanaged<Node>>
    /// Of a run on a device, for each leaf whether an output may have its memory there.
    private var givenLeaves: [Bool] = []
    /// Whether other runs may still be computing some of the leaves.
    private var waits = false
    /// Whether the run may fail without the program stopping, and everything has to be as before then: no result
    /// overwrites a leaf, and outputs keep their history until they are there.
    private var losesNothing = false
    /// Of such a run, which outputs need their history afterwards, and whether it gives parameters new values.
    private var needsHistory: [Bool] = []
    private let movesParameters: Bool

    /// Binds what the traversal has found. The nodes have their memory from now on, the elements when `run` returns.
    init(
        _ traversal: borrowing Traversal, _ executable: any Executable, _ usedGraphs: inout UsedGraphs,
        losingNothing: Bool
    ) {
        self.executable = executable
        movesParameters = traversal.movesParameters
        workspace = executable.begin(traversal.scalars)
        onDevice = executable.onDevice
        leaves = Scratch(capacity: traversal.leaves.count)
        heldLeaves = Scratch(capacity: traversal.leaves.count)
        outputs = Scratch(capacity: traversal.outputs.count)
        heldOutputs = Scratch(capacity: traversal.outputs.count)
        bindLeaves(traversal)
        losesNothing = losingNothing && executable.canFail || waits
        if losesNothing { holdHistory(traversal) } else { dropHistory(traversal, &usedGraphs) }
        bindOutputs(traversal)
        if EngineCounters.measuresMemory { EngineCounters.countHeld(heldBytes) }
    }

    /// What this run holds: the memory of leaves and outputs, each once, and the workspace.
    private var heldBytes: Int {
        var blocks: [UnsafeMutableRawPointer: Int] = [:]
        for index in leaves.indices { blocks[leaves[index].pointer] = leaves[index].bytes }
        for index in outputs.indices { blocks[outputs[index].pointer] = outputs[index].bytes }
        return blocks.values.reduce(executable.workspaceBytes, +)
    }

    private mutating func bindLeaves(_ traversal: borrowing Traversal) {
        for index in traversal.leaves.indices {
            let storage = traversal.leaves[index]._withUnsafeGuaranteedRef { Unmanaged.passRetained($0.storage!) }
            storage._withUnsafeGuaranteedRef {
                if !$0.isReady { waits = true }
                if onDevice == nil { leaves.append($0.block) }
            }
            heldLeaves.append(storage)
        }
        if onDevice != nil { givenLeaves = [Bool](repeating: false, count: traversal.leaves.count) }
    }

    /// The history goes before outputs get their memory: it holds the old parameters, and whether somebody else still
    /// does decides whether their memory can be taken over. Outputs are held meanwhile, since one may hang on the history
    /// of another.
    private mutating func dropHistory(_ traversal: borrowing Traversal, _ usedGraphs: inout UsedGraphs) {
        for output in traversal.outputs.indices {
            let node = traversal.output(output).retain()
            let needsHistory = traversal.needsHistory(of: output)
            node._withUnsafeGuaranteedRef {
                $0.pendingDepth = 0
                if !needsHistory { usedGraphs.forgetHistory(of: $0, movesParameters: movesParameters) }
            }
            heldOutputs.append(node)
        }
    }

    /// Keeps the history where it is, whatever other threads find meanwhile, until it is known whether the run fails.
    private mutating func holdHistory(_ traversal: borrowing Traversal) {
        for output in traversal.outputs.indices {
            let node = traversal.output(output).retain()
            needsHistory.append(traversal.needsHistory(of: output))
            node._withUnsafeGuaranteedRef { $0.addReader() }
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
                if onDevice == nil { outputs.append(storage.block) }
                $0.storage = storage
            }
        }
    }

    /// Memory for an output: that of a leaf which has the same elements or is not needed any more, or new memory.
    private mutating func storage(for node: Node, donor: Int, sharedLeaf: Int) -> Storage {
        if sharedLeaf >= 0 { return heldLeaves[sharedLeaf]!.takeUnretainedValue() }
        if onDevice != nil { return storageOnDevice(for: node, donor: donor) }
        if !losesNothing, donor >= 0, let leaf = heldLeaves[donor], bk_reference_count(leaf.toOpaque()) == 1 {
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

    /// The output has a storage of its own, since the memory on the device has a holder there.
    private mutating func storageOnDevice(for node: Node, donor: Int) -> Storage {
        if !losesNothing, donor >= 0, let leaf = heldLeaves[donor], bk_reference_count(leaf.toOpaque()) == 1 {
            givenLeaves[donor] = leaf._withUnsafeGuaranteedRef { $0.isReady }
        }
        return Storage(bytesOnDevice: node.shape.count * node.dtype.byteCount)
    }

    enum Outcome {
        case succeeded
        case failed(EvaluationError)
        /// A leaf that another thread was computing has failed there: it has to be computed here.
        case lacksLeaf
    }

    /// Runs the plan, and lets go of everything. If it fails, no output has a value; where nothing is to be lost, they
    /// can be asked for again, and those that do not depend on what was wrong are there then.
    consuming func run() -> Outcome {
        let outcome = runPlan()
        var hasFailed = true
        if case .succeeded = outcome {
            hasFailed = false
            for index in heldOutputs.indices { heldOutputs[index]._withUnsafeGuaranteedRef { $0.storage!.finish() } }
        }
        if losesNothing {
            settle(hasFailed: hasFailed)
        }
        return outcome
    }

    private func runPlan() -> Outcome {
        if waits {
            var lacksLeaf = false
            for index in heldLeaves.indices {
                heldLeaves[index]!._withUnsafeGuaranteedRef { leaf in
                    leaf.waitUntilReady()
                    if leaf.hasFailed { lacksLeaf = true }
                }
            }
            if lacksLeaf {
                executable.abandon(workspace)
                return .lacksLeaf
            }
        }
        if let onDevice {
            let error = onDevice.run(
                workspace, leaves: heldLeaves.indices.map { heldLeaves[$0]!.takeUnretainedValue() },
                isGiven: givenLeaves,
                outputs: heldOutputs.indices.map { heldOutputs[$0]._withUnsafeGuaranteedRef { $0.storage! } })
            return error.map { .failed($0) } ?? .succeeded
        }
        if let error = executable.run(workspace, leaves: leaves.elements, outputs: outputs.elements) {
            return .failed(error)
        }
        return .succeeded
    }

    /// What was put off until it is known how the run ends. After one that has failed the outputs wait as before, and other
    /// threads that wait for their memory hear of it; that of a leaf which an output shares has its elements anyway.
    private func settle(hasFailed: Bool) {
        let nodes = heldOutputs.indices.map { heldOutputs[$0].takeUnretainedValue() }
        let needsHistory = needsHistory
        let movesParameters = movesParameters
        let memory = hasFailed ? nodes.compactMap(\.storage) : []
        Graph.state.withLock { state in
            for (node, needsHistory) in zip(nodes, needsHistory) {
                node.removeReader()
                if hasFailed {
                    node.storage = nil
                    continue
                }
                node.pendingDepth = 0
                if !needsHistory { state.usedGraphs.forgetHistory(of: node, movesParameters: movesParameters) }
            }
        }
        // Outputs may share one.
        for storage in memory where !storage.isReady { storage.fail() }
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
