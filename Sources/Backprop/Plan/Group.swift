/// What runs as one kernel: a cluster of elementwise operations and reductions, a matrix product with or without such
/// a cluster behind it, or one operation that has a kernel of its own.
final class Group {
    let id: Int
    /// The fused values, inputs first once fusion is done.
    var members: [Int] = []
    /// The matrix product whose tiles the members work on, or that runs alone.
    var product: Int?
    /// Whether the members run after the whole product, rather than on its tiles: for products so small that all of it
    /// stays in cache. The members may then be of any form.
    var followsProduct = false
    /// The operation with a kernel of its own.
    var standalone: Int?

    /// The axes of the iteration space, without the ones of extent one.
    var domain: [Int] = []
    var constraint = LoopNest.Constraint()
    var lane: Lane?
    var roles: [Int: Role] = [:]

    /// What a member computes in the iteration space.
    enum Role: Equatable {
        /// One element for every point.
        case full
        /// One element for every row.
        case row
        /// Something that is complete only after the last tile: a reduction over rows, or over everything.
        case total
    }

    init(id: Int) { self.id = id }

    var isCluster: Bool { standalone == nil && !members.isEmpty }
    /// Whether the members see only one tile of a product at a time.
    var worksOnTiles: Bool { product != nil && !followsProduct }
    var hasTotals: Bool { roles.values.contains(.total) }

    /// The strides of the axes of a result of the given role, as the program writes it.
    func resultStrides(_ role: Role) -> [Int] {
        switch role {
        case .full: Group.denseStrides(domain, domain.indices)
        case .row: Group.denseStrides(domain, 0..<(constraint.columnsStart ?? domain.count))
        case .total: [Int](repeating: 0, count: domain.count)
        }
    }

    static func denseStrides(_ domain: [Int], _ axes: Range<Int>) -> [Int] {
        var strides = [Int](repeating: 0, count: domain.count)
        var step = 1
        for axis in axes.reversed() {
            strides[axis] = step
            step *= domain[axis]
        }
        return strides
    }
}

/// A set of group numbers.
struct GroupSet {
    private var words: [UInt64] = []

    func contains(_ id: Int) -> Bool {
        let word = id >> 6
        return word < words.count && words[word] & (1 << UInt64(id & 63)) != 0
    }

    mutating func insert(_ id: Int) {
        let word = id >> 6
        while words.count <= word { words.append(0) }
        words[word] |= 1 << UInt64(id & 63)
    }

    mutating func formUnion(_ other: GroupSet) {
        while words.count < other.words.count { words.append(0) }
        for index in other.words.indices { words[index] |= other.words[index] }
    }
}
