/// Gives late readers of some values copies of their own, which are computed anew when the first of them needs one.
///
/// The values themselves then live no longer than until their last early reader, as if the late ones were not there. A copy
/// is computed by the same operations from the same operands, so its elements are the same to the bit.
struct Recomputation {
    private let graph: SimplifiedGraph
    /// Of each value with elements of its own, whether late readers get a copy.
    private let isDropped: [Bool]
    /// Of each value, whether it reads late.
    private let isLate: [Bool]
    /// Of each value with elements of its own, whether copies read it as it is.
    private let isKept: [Bool]

    private var result: SimplifiedGraph
    private var renamed: [Int] = []
    private var copies: [Int: Int] = [:]
    /// Copies that were made for the reader at hand and read no other copy.
    private var firstCopies: [Int] = []

    /// The graph with copies in the place of dropped values.
    static func run(
        _ graph: SimplifiedGraph, dropping isDropped: [Bool], late isLate: [Bool], keeping isKept: [Bool]
    ) -> SimplifiedGraph {
        var recomputation = Recomputation(graph, isDropped, isLate, isKept)
        for index in graph.values.indices { recomputation.append(index) }
        recomputation.result.outputs = graph.outputs.map { recomputation.renamed[$0] }
        return recomputation.result.withoutDeadValues()
    }

    /// The graph in which what was recorded inside of `checkpoint` is there for what was recorded there, and what was
    /// recorded elsewhere reads copies.
    static func ofCheckpoints(in graph: SimplifiedGraph) -> SimplifiedGraph {
        guard graph.values.contains(where: { $0.checkpointPart == .inside }) else { return graph }
        // What stays in memory as an output may as well be read.
        let outputs = Set(graph.outputs)
        let isDropped = graph.values.indices.map {
            graph.values[$0].checkpointPart == .inside && !outputs.contains($0)
        }
        return run(
            graph, dropping: isDropped, late: graph.values.map { $0.checkpointPart == .none },
            keeping: isDropped.map { !$0 })
    }

    private init(_ graph: SimplifiedGraph, _ isDropped: [Bool], _ isLate: [Bool], _ isKept: [Bool]) {
        self.graph = graph
        (self.isDropped, self.isLate, self.isKept) = (isDropped, isLate, isKept)
        result = graph
        result.values = []
        result.layouts = []
        result.precedents = [:]
        renamed.reserveCapacity(graph.values.count)
    }

    private mutating func append(_ index: Int) {
        var value = graph.values[index]
        firstCopies = []
        // A view reads for others, of which each gets the view of the copy or of the value.
        if isLate[index], graph.isComputed(index) {
            value.inputs = value.inputs.map { isDropped[graph.layouts[$0].base] ? copy(of: $0) : renamed[$0] }
        } else {
            value.inputs = value.inputs.map { renamed[$0] }
        }
        for first in firstCopies { delay(first, for: index) }
        renamed.append(result.append(value))
        if let others = graph.precedents[index] { result.precedents[renamed[index]] = others.map { renamed[$0] } }
    }

    /// The copy of a value or of a view.
    private mutating func copy(of index: Int) -> Int {
        if let known = copies[index] { return known }
        var value = graph.values[index]
        var readsCopies = false
        value.inputs = value.inputs.map { input in
            let base = graph.layouts[input].base
            if isKept[base] || graph.values[base].source >= 0 { return renamed[input] }
            readsCopies = true
            return copy(of: input)
        }
        value.checkpointPart = .none
        value.isCopy = true
        let number = result.append(value)
        copies[index] = number
        if !readsCopies && result.isComputed(number) { firstCopies.append(number) }
        return number
    }

    /// Has a copy wait for what else its first reader reads: a gradient on its way back, as a rule. Nothing would keep the
    /// copy from being computed at once otherwise.
    private mutating func delay(_ copy: Int, for reader: Int) {
        let others = graph.values[reader].inputs.map { graph.layouts[$0].base }.filter {
            !isDropped[$0] && graph.isComputed($0)
        }
        if !others.isEmpty { result.precedents[copy] = others.map { renamed[$0] } }
    }
}
