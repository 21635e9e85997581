/// The addresses that the kernels of a plan read and write, by number. A run fills in a table of them once; kernels keep
/// numbers only, so a plan can be run by several threads at once.
struct PointerTable {
    /// What an address is relative to.
    enum Base: Hashable {
        case leaf(Int)
        case output(Int)
        case scalar(Int)
        /// A place in the workspace, by the number of its request.
        case workspace(Int)
    }

    struct Entry: Hashable {
        var base: Base
        var byteOffset: Int
    }

    private(set) var entries: [Entry] = []
    private var known: [Entry: Int] = [:]

    mutating func slot(_ base: Base, byteOffset: Int = 0) -> Int {
        let entry = Entry(base: base, byteOffset: byteOffset)
        if let slot = known[entry] { return slot }
        entries.append(entry)
        known[entry] = entries.count - 1
        return entries.count - 1
    }
}

/// Where the values of a plan live, as far as kernels have to know.
struct MemoryMap {
    var pointers = PointerTable()
    /// What lives in the workspace, and how long.
    private(set) var requests: [Placement.Request] = []
    private(set) var items: [WorkspaceItem] = []
    /// The place of every value that is in memory.
    private var places: [Int: PointerTable.Base] = [:]
    /// Numbers that kernels need beside those of the graph.
    private(set) var addedScalars: [ScalarCell]
    private let graphScalars: Int

    init(_ graph: SimplifiedGraph, _ fusion: Fusion, _ schedule: Schedule) {
        graphScalars = graph.scalarCount
        addedScalars = graph.addedScalars
        for (index, value) in graph.values.enumerated() where value.source >= 0 {
            places[index] = value.primitive == .constant ? .leaf(value.source) : .scalar(value.source)
        }
        for (position, output) in graph.outputs.enumerated() where graph.isComputed(output) {
            places[output] = .output(position)
        }
        for (index, last) in LiveRanges.lastReads(graph, fusion, schedule).sorted(by: { $0.key < $1.key })
        where places[index] == nil {
            let value = graph.values[index]
            places[index] = .workspace(
                request(
                    graph.bytes(of: index), schedule.waveOf[fusion.groupOf[index]], last,
                    name: value.primitive.name, shape: value.shape, of: value))
        }
    }

    /// Asks for workspace from one wave to another.
    mutating func request(
        _ bytes: Int, _ first: Int, _ last: Int, name: String, shape: Shape, of value: Value? = nil
    ) -> Int {
        requests.append(Placement.Request(bytes: bytes, first: first, last: last))
        items.append(
            WorkspaceItem(
                name: name, shape: shape.array, bytes: bytes, origin: value?.origin ?? -1,
                isRecomputed: value?.isCopy ?? false, first: first, last: last))
        return requests.count - 1
    }

    /// Whether the value has memory, rather than living in registers only.
    func isStored(_ value: Int) -> Bool { places[value] != nil }

    /// The slot for a value's memory, `elements` behind its start.
    mutating func slot(of value: Int, elements: Int, _ dtype: DType) -> Int {
        pointers.slot(places[value]!, byteOffset: elements * dtype.byteCount)
    }

    /// The slot of a number that the graph does not have.
    mutating func slot(number: Double, _ lane: Lane) -> Int {
        let bits = lane == .int64 ? UInt64(bitPattern: Int64(number)) : number.bitPattern
        let cell = ScalarCell(bits: bits, dtype: lane.dtype)
        let index = addedScalars.firstIndex(of: cell) ?? addedScalars.count
        if index == addedScalars.count { addedScalars.append(cell) }
        return pointers.slot(.scalar(graphScalars + index))
    }
}
