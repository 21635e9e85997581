import CKernels

/// One backward pass whose gradients are names so far: nodes without a definition.
///
/// What a backward pass records is determined by the graph that it starts from. So `backward()` leaves one `gradient` node
/// for each parameter, the graph with these names is what plans are known by, and the pass is worked out when a plan has
/// to be made: a step whose plan is known records no derivative at all.
///
/// Nodes carry it, so it is Sendable; what changes in it does so under the lock of `Graph.state` only, which is what
/// `@unchecked` stands for.
final class BackwardPass: @unchecked Sendable {
    /// Records the gradients of a loss for the values of all parameters that it depends on. Called with the lock of the
    /// graph held.
    typealias Sweep =
        @Sendable (_ loss: Node, _ epochs: inout Epochs) -> [(parameter: Node, gradient: Node)]

    let recorder: Recorder
    private let sweep: Sweep
    /// Valid as long as one of the gradients waits, because these hold the loss, and it everything before it.
    private let loss: Unmanaged<Node>
    private let parameters: [Unmanaged<Node>]
    /// Gradients that the traversal with this mark has met.
    private var mark: UInt32 = 0
    private var gradientsMet = 0
    /// By parameter, what was worked out without a plan having been made from it.
    private var definitions: [ObjectIdentifier: Node] = [:]

    init(loss: Node, parameters: [Unmanaged<Node>], recorder: Recorder, sweep: @escaping Sweep) {
        self.recorder = recorder
        self.loss = Unmanaged.passUnretained(loss)
        self.parameters = parameters
        self.sweep = sweep
    }

    /// The gradients that wait, as nodes of their own.
    static func gradient(of loss: Node, for parameter: Node, _ pass: BackwardPass) -> Node {
        let node = Node(.gradient, parameter.dtype, parameter.shape, loss, parameter)
        node.variables = 0
        node.attachment = pass
        return node
    }

    /// Notes that a traversal has met one of the gradients.
    func meet(_ epoch: UInt32) {
        if mark != epoch {
            mark = epoch
            gradientsMet = 0
        }
        gradientsMet += 1
    }

    /// How many of the gradients the traversal with this mark has met.
    func gradientsMet(_ epoch: UInt32) -> Int { mark == epoch ? gradientsMet : 0 }

    /// Calls the body with the gradients that wait in the cells of their parameters.
    func forEachGradientInCells(_ body: (Node) -> Void) {
        for parameter in parameters {
            parameter._withUnsafeGuaranteedRef {
                $0.cell?._withUnsafeGuaranteedRef { cell in
                    if let gradient = cell.gradient, gradient.storage == nil { body(gradient) }
                }
            }
        }
    }

    /// The gradients by parameter, recorded now.
    func recordedGradients(_ epochs: inout Epochs) -> [ObjectIdentifier: Node] {
        let found = loss._withUnsafeGuaranteedRef { sweep($0, &epochs) }
        return Dictionary(uniqueKeysWithValues: found.map { (ObjectIdentifier($0.parameter), $0.gradient) })
    }

    /// Gives the gradients definitions for good, which each takes over when it is met.
    func define(_ epochs: inout Epochs) { definitions = recordedGradients(&epochs) }

    /// The definition of a gradient, handed over to it; nil as long as there is none.
    func takeDefinition(for parameter: ObjectIdentifier) -> Node? {
        definitions.isEmpty ? nil : definitions.removeValue(forKey: parameter)
    }
}

/// The passes whose gradients wait. Lives inside the lock of the graph.
struct BackwardPasses {
    /// Held by hand, so that the references to a pass tell how many gradients wait: each holds it, and the list once.
    private var passes = Scratch<Unmanaged<BackwardPass>>(capacity: 4)

    mutating func append(_ pass: BackwardPass) {
        forgetFinished()
        passes.append(Unmanaged.passRetained(pass))
    }

    /// Drops the passes of which no gradient waits any more.
    private mutating func forgetFinished() {
        var kept = 0
        for index in passes.indices {
            if waiting(index) == 0 {
                passes[index].release()
            } else {
                passes[kept] = passes[index]
                kept += 1
            }
        }
        while passes.count > kept { passes.removeLast() }
    }

    private func waiting(_ index: Int) -> Int { Int(bk_reference_count(passes[index].toOpaque())) - 1 }

    /// Whether gradients of these recorders wait that the traversal with this mark has not met.
    func wait(beside epoch: UInt32, of recorders: Recorders) -> Bool {
        for index in passes.indices {
            // Counted before the pass is named, which may hold it.
            let waiting = waiting(index)
            let isMissed = passes[index]._withUnsafeGuaranteedRef {
                recorders.contains($0.recorder) && waiting > $0.gradientsMet(epoch)
            }
            if isMissed { return true }
        }
        return false
    }

    /// Calls the body with the gradients of these recorders that wait in the cells of their parameters.
    func forEachGradientInCells(of recorders: Recorders, _ body: (Node) -> Void) {
        for index in passes.indices where waiting(index) > 0 {
            passes[index]._withUnsafeGuaranteedRef {
                if recorders.contains($0.recorder) { $0.forEachGradientInCells(body) }
            }
        }
    }

    /// Gives the gradients of these recorders that wait definitions, and forgets their passes.
    mutating func define(of recorders: Recorders, _ epochs: inout Epochs) {
        forgetFinished()
        var kept = 0
        for index in passes.indices {
            if passes[index]._withUnsafeGuaranteedRef({ recorders.contains($0.recorder) }) {
                passes[index]._withUnsafeGuaranteedRef { $0.define(&epochs) }
                passes[index].release()
            } else {
                passes[kept] = passes[index]
                kept += 1
            }
        }
        while passes.count > kept { passes.removeLast() }
    }

    func deallocate() { passes.deallocate() }
}
