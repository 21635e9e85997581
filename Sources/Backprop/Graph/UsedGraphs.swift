import CKernels

/// Values in memory whose graph a backward pass has used, with their history: until parameters get new values, as in a step,
/// another backward pass may lead through it.
///
/// A graph that has not been computed keeps its history anyway. So what is legal does not depend on whether somebody has
/// read a value in between. The activations are not kept for it: another pass computes them anew.
struct UsedGraphs {
    /// Held by hand, so that the count of references tells whether anybody else holds it.
    private var recorders: [UnsafeMutableRawPointer: Recorder] = [:]

    /// Drops the history of a result that no backward pass needs, unless one may ask for it before parameters move.
    mutating func forgetHistory(of node: Node, movesParameters: Bool) {
        if movesParameters { node.dropInputs() } else { letGo(of: node) }
    }

    /// Drops the history of a value that is in memory, unless another backward pass may ask for it.
    mutating func letGo(of node: Node) {
        guard node.isConsumed, node.variables & 1 != 0, !node.isParameter, node.edge0 != nil else {
            return node.dropInputs()
        }
        let unmanaged = Unmanaged.passUnretained(node)
        if recorders.updateValue(.current, forKey: unmanaged.toOpaque()) == nil { _ = unmanaged.retain() }
    }

    /// Drops the history of everything that was kept for a recorder; false where there is nothing.
    mutating func drop(of recorder: Recorder) -> Bool {
        if !recorders.values.contains(recorder) { return false }
        for (address, owner) in recorders where owner == recorder {
            Unmanaged<Node>.fromOpaque(address)._withUnsafeGuaranteedRef { $0.dropInputs() }
        }
        remove { $1 == recorder }
        return true
    }

    /// Lets go of what nobody can ask for any more.
    mutating func forgetUnreachable() {
        if recorders.isEmpty { return }
        remove { address, _ in bk_reference_count(address) == 1 }
    }

    private mutating func remove(where isOver: (UnsafeMutableRawPointer, Recorder) -> Bool) {
        for (address, recorder) in recorders where isOver(address, recorder) {
            recorders[address] = nil
            Unmanaged<Node>.fromOpaque(address).release()
        }
    }
}
