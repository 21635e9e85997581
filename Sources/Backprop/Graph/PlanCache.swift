#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Plans by the canonical form of their graphs, the one used last in front; the last one goes when there are too many.
///
/// Graphs are compared word by word (`Traversal.words`), so a plan never runs for another graph than its own. The one in
/// front is mostly the one asked for; others differ in their number of words, or soon.
struct PlanCache {
    private var entries: [Entry] = []
    private static let capacity = 128
    private let backend: any Backend

    init(_ backend: any Backend) { self.backend = backend }

    private struct Entry {
        var words: [UInt64]
        var executable: any Executable
        /// Operations of the graph that the plan was made from.
        var nodes: Int
        /// The graph, where hits are checked.
        var graph: CanonicalGraph?
    }

    mutating func executable(
        for traversal: borrowing Traversal, of roots: [Unmanaged<Node>], within bytes: Int?, _ epochs: inout Epochs
    ) -> any Executable {
        if let index = entries.indices.first(where: { entries[$0].words.hasSameElements(as: traversal.words) }) {
            if index > 0 { entries.insert(entries.remove(at: index), at: 0) }
            if let known = entries[0].graph {
                requireEqual(known, traversal.canonicalGraph(of: roots, &epochs))
            }
        } else {
            if entries.count >= PlanCache.capacity { entries.removeLast() }
            entries.insert(made(for: traversal, of: roots, within: bytes, &epochs), at: 0)
        }
        EngineCounters.countNodes(entries[0].nodes)
        return entries[0].executable
    }

    private func made(
        for traversal: borrowing Traversal, of roots: [Unmanaged<Node>], within bytes: Int?, _ epochs: inout Epochs
    ) -> Entry {
        let started = ContinuousClock.now
        let graph = traversal.canonicalGraph(of: roots, &epochs)
        let executable = (Device.current.backend ?? backend).compile(graph, within: bytes)
        EngineCounters.countCompilation(ContinuousClock.now - started)
        if Diagnostics.printsPlans { Diagnostics.print(executable.description) }
        return Entry(
            words: Array(UnsafeBufferPointer(start: traversal.words.elements, count: traversal.words.count)),
            executable: executable, nodes: graph.values.count, graph: Diagnostics.checksPlans ? graph : nil)
    }
}

/// Stops where two graphs with the same words have different canonical forms: something that plans depend on is missing
/// among the words.
package func requireEqual(_ known: CanonicalGraph, _ graph: CanonicalGraph) {
    if known == graph { return }
    let pair = zip(known.values, graph.values).first { $0 != $1 }
    let difference = pair.map { "\($1) in place of \($0)" } ?? "\(graph) in place of \(known)"
    trap("plan cache: a plan was found that was made for another graph, which has \(difference)")
}

extension [UInt64] {
    fileprivate func hasSameElements(as words: borrowing Scratch<UInt64>) -> Bool {
        if count != words.count { return false }
        return memcmp(self, words.elements, count * MemoryLayout<UInt64>.stride) == 0
    }
}
