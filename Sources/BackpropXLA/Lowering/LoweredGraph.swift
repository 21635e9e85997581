import Backprop

/// A graph as the text of a program, and how its arguments and results belong to the graph.
struct LoweredGraph: Sendable {
    /// The module, whose function `main` takes the leaves and then the vectors of numbers, and gives the outputs and then, if
    /// there are checks, what they found.
    var text: String
    /// The leaves that it reads, in order, and their types.
    var leaves: [Int]
    var leafTypes: [ModuleValue]
    var numbers: NumberVectors
    var outputs: OutputPlan
    /// For leaves whose memory a result may take over, the number of that result.
    var donors: [Int: Int]
    var checks: [IndexCheck]
    /// Bytes of the results that are outputs.
    var resultBytes: Int
}

/// The values that outputs depend on, in the order of the graph.
struct LiveValues {
    private(set) var values: [Int] = []

    init(_ graph: CanonicalGraph) {
        var isLive = [Bool](repeating: false, count: graph.values.count)
        for output in graph.outputs { isLive[output] = true }
        for index in graph.values.indices.reversed() where isLive[index] {
            let value = graph.values[index]
            if value.shape.count == 0 && value.primitive != .constant { continue }
            for input in value.isSame ? Array(value.inputs.prefix(1)) : value.inputs { isLive[input] = true }
        }
        values = graph.values.indices.filter { isLive[$0] }
    }
}

extension Value {
    /// Whether the value is its first operand by another name.
    var isSame: Bool {
        if case .same = primitive.stableHLO { return true }
        return false
    }
}

/// Which outputs are computed, and where the others come from.
struct OutputPlan: Sendable {
    /// For each output, the leaf that has the very same elements, or -1.
    private(set) var sharedLeaves: [Int] = []
    /// For each output, the one before it that has the very same elements, or -1.
    private(set) var sharedOutputs: [Int] = []
    /// The outputs that are results of the program, in its order.
    private(set) var computed: [Int] = []
    /// For each result, a leaf of the same type from which the value has come by elementwise steps, or -1: an update in place.
    private var ancestors: [Int] = []

    init(_ graph: CanonicalGraph) {
        var first: [Int: Int] = [:]
        for (position, output) in graph.outputs.enumerated() {
            let root = OutputPlan.root(of: output, in: graph)
            let isLeaf = graph.values[root].primitive == .constant
            sharedLeaves.append(isLeaf ? graph.values[root].source : -1)
            sharedOutputs.append(isLeaf ? -1 : first[root] ?? -1)
            if isLeaf || first[root] != nil { continue }
            first[root] = position
            computed.append(position)
            ancestors.append(OutputPlan.ancestor(of: output, in: graph))
        }
    }

    /// The value whose elements a value has, in the same order.
    private static func root(of value: Int, in graph: CanonicalGraph) -> Int {
        var index = value
        while graph.values[index].isSame || graph.values[index].primitive == .reshape {
            index = graph.values[index].inputs[0]
        }
        return index
    }

    private static func ancestor(of output: Int, in graph: CanonicalGraph) -> Int {
        let result = graph.values[output]
        var index = output
        while graph.values[index].shape == result.shape, graph.values[index].dtype == result.dtype {
            let value = graph.values[index]
            if value.primitive == .constant { return value.source }
            guard value.primitive.kind == .elementwise || value.isSame, let next = value.inputs.first else { return -1 }
            index = next
        }
        return -1
    }

    /// For each of the leaves the number of the result that may have its memory, where there is one.
    func donors(_ leaves: [Int]) -> [Int: Int] {
        var found: [Int: Int] = [:]
        for (result, leaf) in ancestors.enumerated() where leaf >= 0 && leaves.contains(leaf) && found[leaf] == nil {
            found[leaf] = result
        }
        return found
    }
}

/// The numbers of a graph as a program takes them: one vector for each type in which they are computed with, so that few
/// arrays have to be sent.
struct NumberVectors: Sendable {
    /// The vectors in the order of the arguments, and their lengths.
    private(set) var counts: [(type: ElementType, count: Int)] = []
    /// For each number of the graph that is read, its vector and its place there.
    private(set) var places: [Int: (vector: ElementType, place: Int)] = [:]

    init(_ graph: CanonicalGraph) {
        var lengths: [ElementType: Int] = [:]
        for value in graph.values
        where value.primitive == .scalar && value.source < graph.scalarCount && places[value.source] == nil
            && NumberVectors.knownNumber(value) == nil
        {
            let vector = NumberVectors.vector(of: value.dtype)
            places[value.source] = (vector, lengths[vector, default: 0])
            lengths[vector, default: 0] += 1
        }
        counts = [ElementType.float32, .float64, .int64].compactMap { type in lengths[type].map { (type, $0) } }
    }

    /// The number that is part of the graph's key, where it is one of those.
    static func knownNumber(_ value: Value) -> Double? {
        switch value.bits {
        case 1: 0
        case 2: 1
        case 3: 2
        default: nil
        }
    }

    private static func vector(of dtype: DType) -> ElementType {
        switch dtype {
        case .float32, .bfloat16: .float32
        case .float64: .float64
        case .bool, .uint8, .int32, .int64: .int64
        }
    }

    /// Bytes of all vectors, each of which begins at a multiple of eight.
    var byteCount: Int { counts.reduce(0) { $0 + $1.count * 8 } }

    /// Where the vector of a type begins.
    func offset(of type: ElementType) -> Int {
        counts.prefix { $0.type != type }.reduce(0) { $0 + $1.count * 8 }
    }

    /// Writes the numbers of a run as the vectors.
    func write(_ scalars: [ScalarCell], to memory: UnsafeMutableRawPointer) {
        for (number, place) in places {
            let size = place.vector == .float32 ? 4 : 8
            scalars[number].write(to: memory + offset(of: place.vector) + place.place * size)
        }
    }
}
