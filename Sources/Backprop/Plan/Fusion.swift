/// Decides which operations run together.
///
/// Values are visited from the last to the first, and each tries to join the kernel that reads it. So an operation that
/// only the backward pass needs is computed there, from what is in memory anyway, instead of being stored by the
/// forward pass.
struct Fusion {
    private let graph: SimplifiedGraph
    private(set) var groups: [Group] = []
    /// The group of each value, or -1.
    private(set) var groupOf: [Int]
    private var consumers: [[Int]]
    /// All groups that each group has to wait for.
    private var dependencies: [GroupSet] = []

    private static let largestCluster = 64
    /// Rows longer than this do not stay in cache between a reduction and what follows it.
    private static let longestRow = 16384
    /// A sum over everything runs as one row up to this length.
    private static let longestWholeRow = 4096
    /// Multiplications of a product that runs as one task anyway, so that what follows it can be of the same task.
    private static let smallProduct = 300_000
    /// Operations between an array and a value that is made from it, in a search for arrays that values share.
    private static let farthestArray = 8
    /// Elements of an array that is worth reading once instead of twice.
    private static let worthSharing = 1 << 14

    static func run(_ graph: SimplifiedGraph) -> Fusion {
        var fusion = Fusion(graph)
        for index in graph.values.indices.reversed() where graph.isComputed(index) { fusion.place(index) }
        for group in fusion.groups { group.members.reverse() }
        return fusion
    }

    private init(_ graph: SimplifiedGraph) {
        self.graph = graph
        groupOf = Array(repeating: -1, count: graph.values.count)
        consumers = Array(repeating: [], count: graph.values.count)
        for (index, value) in graph.values.enumerated() where graph.isComputed(index) {
            for input in value.inputs {
                let base = graph.layouts[input].base
                if consumers[base].last != index { consumers[base].append(index) }
            }
        }
    }

    /// The group that runs a computed value.
    func group(of value: Int) -> Group { groups[groupOf[value]] }

    private mutating func place(_ index: Int) {
        var candidates: [Int] = []
        for consumer in consumers[index] where !candidates.contains(groupOf[consumer]) {
            candidates.append(groupOf[consumer])
        }
        switch graph.values[index].primitive.kind {
        case .source, .view, .transparent: return
        case .elementwise, .reduction:
            for candidate in candidates where join(index, groups[candidate], candidates) { return }
            if settle(index, candidates) { return }
            start(index)
        case .product:
            for candidate in candidates where attach(product: index, to: groups[candidate], candidates) { return }
            for candidate in candidates where prepend(product: index, to: groups[candidate], candidates) { return }
            let group = newGroup()
            group.product = index
            assign(index, to: group)
        case .assembly, .kernel:
            let group = newGroup()
            group.standalone = index
            assign(index, to: group)
        }
    }

    private mutating func newGroup() -> Group {
        let group = Group(id: groups.count)
        groups.append(group)
        dependencies.append(GroupSet())
        return group
    }

    /// Puts the value in the group: all other groups that read it now wait for this one.
    private mutating func assign(_ index: Int, to group: Group) {
        groupOf[index] = group.id
        var closure = dependencies[group.id]
        closure.insert(group.id)
        for consumer in consumers[index] {
            let reader = groupOf[consumer]
            if reader == group.id || dependencies[reader].contains(group.id) { continue }
            dependencies[reader].formUnion(closure)
            for other in groups where dependencies[other.id].contains(reader) {
                dependencies[other.id].formUnion(closure)
            }
        }
    }

    /// Whether adding a value that the groups `readers` read to `group` keeps the order of groups possible: none of
    /// the readers may run before the group.
    private func isAcyclic(_ group: Group, _ readers: [Int]) -> Bool {
        readers.allSatisfy { $0 == group.id || !dependencies[group.id].contains($0) }
    }

    /// A cluster with one member.
    private mutating func start(_ index: Int) {
        let group = newGroup()
        let placement = placement(of: index)
        group.domain = placement.domain
        group.constraint = placement.constraint
        group.roles[index] = placement.role
        group.lane = graph.lane(of: index)
        group.members.append(index)
        assign(index, to: group)
    }

    // MARK: Sharing a pass over memory

    /// Puts a value beside a cluster that walks over the same array, though neither reads the other: the gradients of a
    /// normalization, of its weight and of its bias all read the cotangent. One of them has to be a total, which is
    /// wanted only at the end, so that nothing waits for the company.
    private mutating func settle(_ index: Int, _ readers: [Int]) -> Bool {
        let placement = placement(of: index)
        guard placement.role != .row else { return false }
        let lane = graph.lane(of: index)
        var arrays: Set<Int>?
        for group in groups.reversed() {
            guard group.isCluster, group.product == nil, group.domain == placement.domain, group.lane == lane,
                placement.role == .total || group.hasTotals, group.members.count < Fusion.largestCluster / 2,
                // What a member reads has to be there while the pass goes on, which only `join` can promise.
                !readers.contains(group.id), isAcyclic(group, readers)
            else { continue }
            var constraint = group.constraint
            guard constraint.merge(placement.constraint) else { continue }
            let mine = arrays ?? arraysRead(by: [index])
            arrays = mine
            guard !mine.isDisjoint(with: arraysRead(by: group.members)) else { continue }
            let roles = group.roles.merging([index: placement.role]) { $1 }
            guard isFeasible(group.members + [index], roles, group, constraint) else { continue }
            group.members.append(index)
            group.roles = roles
            group.constraint = constraint
            assign(index, to: group)
            return true
        }
        return false
    }

    /// The arrays of full size that the values are made from by a few elementwise operations.
    private func arraysRead(by values: [Int]) -> Set<Int> {
        var found: Set<Int> = []
        func walk(_ index: Int, _ depth: Int) {
            for input in graph.values[index].inputs {
                let base = graph.layouts[input].base
                if graph.values[base].shape.count < Fusion.worthSharing { continue }
                let isNew = found.insert(base).inserted
                if isNew, depth > 0, graph.values[base].primitive.kind == .elementwise { walk(base, depth - 1) }
            }
        }
        for value in values { walk(value, Fusion.farthestArray) }
        return found
    }

    private struct Placement {
        var domain: [Int]
        var role: Group.Role
        var constraint: LoopNest.Constraint
    }

    /// The iteration space that a value asks for by itself.
    private func placement(of index: Int) -> Placement {
        let value = graph.values[index]
        guard value.primitive.kind == .reduction else {
            let axes = iterationAxes(value.shape)
            return Placement(domain: axes.map { value.shape[$0] }, role: .full, constraint: .init())
        }
        let source = graph.values[value.inputs[0]].shape
        let axes = iterationAxes(source)
        let domain = axes.map { source[$0] }
        let positions = axes.indices.filter { value.axes.contains(axes[$0]) }
        let start = positions.first!, end = positions.last! + 1
        let length = domain[start..<end].reduce(1, *)
        if end == domain.count {
            let isRow = length <= (start == 0 ? Fusion.longestWholeRow : Fusion.longestRow)
            if isRow { return Placement(domain: domain, role: .row, constraint: .init(columnsStart: start)) }
            return Placement(domain: domain, role: .total, constraint: .init(rowsStart: start == 0 ? nil : start))
        }
        return Placement(
            domain: domain, role: .total, constraint: .init(columnsStart: end, rowsStart: start == 0 ? nil : start))
    }

    // MARK: Joining a cluster

    private mutating func join(_ index: Int, _ group: Group, _ readers: [Int]) -> Bool {
        guard group.isCluster, group.members.count < Fusion.largestCluster, isAcyclic(group, readers) else {
            return false
        }
        // What the product of the group itself reads has to be complete before.
        if let product = group.product, consumers[index].contains(product) { return false }
        let lane = graph.lane(of: index)
        if let lane, let other = group.lane, lane != other { return false }
        let wanted = lane ?? group.lane ?? .float32
        guard graph.isReadable(index, in: wanted) else { return false }

        let value = graph.values[index]
        var placement = placement(of: index)
        if value.primitive.kind == .reduction {
            // Its result is read inside the cluster, so it has to be there when the row is.
            guard placement.role == .row, placement.domain == group.domain else { return false }
            let start = placement.constraint.columnsStart!
            if let existing = group.constraint.columnsStart, existing != start { return false }
        } else if placement.domain != group.domain {
            // Random numbers follow from the place of an element in the iteration space.
            if value.primitive == .random { return false }
            // One value for every row of the cluster.
            let start = group.constraint.columnsStart ?? placement.domain.count
            guard start < group.domain.count, start > 0 || group.constraint.columnsStart != nil,
                placement.domain == Array(group.domain[..<start]), !group.worksOnTiles
            else { return false }
            placement.role = .row
            placement.constraint.columnsStart = start
        }
        if group.worksOnTiles && value.primitive.kind == .reduction { return false }
        var constraint = group.constraint
        if let start = placement.constraint.columnsStart { constraint.columnsStart = start }

        // Every reader inside has to read it as what it is: a full block, or one value a row.
        for consumer in consumers[index] where groupOf[consumer] == group.id {
            guard reads(consumer, index, as: placement.role, in: group, constraint) else { return false }
        }
        let candidate = group.members + [index]
        var roles = group.roles
        roles[index] = placement.role
        guard isFeasible(candidate, roles, group, constraint) else { return false }
        group.members = candidate
        group.roles = roles
        group.constraint = constraint
        group.lane = group.lane ?? lane
        assign(index, to: group)
        return true
    }

    /// Whether the consumer's operands that lie in the value address it exactly as the cluster produces it.
    private func reads(
        _ consumer: Int, _ index: Int, as role: Group.Role, in group: Group, _ constraint: LoopNest.Constraint
    ) -> Bool {
        let expected: [Int]
        switch role {
        case .full: expected = Group.denseStrides(group.domain, group.domain.indices)
        case .row: expected = Group.denseStrides(group.domain, 0..<constraint.columnsStart!)
        case .total: return false
        }
        if role == .full && group.roles[consumer] == .row && graph.values[consumer].primitive.kind != .reduction {
            return false
        }
        // A total takes full blocks; a sum of one value a row is a cluster of its own.
        if role == .row && graph.values[consumer].primitive.kind == .reduction { return false }
        for input in graph.values[consumer].inputs where graph.layouts[input].base == index {
            guard graph.layouts[input].offset == 0 else { return false }
            let strides = operandStrides(consumer, input, group.domain.count)
            guard strides == expected else { return false }
        }
        return true
    }

    /// The strides of an operand along the axes of the iteration space; zeros follow where the consumer computes one value
    /// a row.
    func operandStrides(_ consumer: Int, _ input: Int, _ count: Int) -> [Int] {
        let value = graph.values[consumer], source = graph.values[input].shape
        let space = value.primitive.kind == .reduction ? source : value.shape
        let all = graph.layouts[input].broadcast(from: source, to: space)
        var strides = iterationAxes(space).map { all[$0] }
        while strides.count < count { strides.append(0) }
        return strides
    }

    /// The steps of an iota along the axes of the iteration space.
    func iotaStrides(_ index: Int, _ count: Int) -> [Int] {
        let value = graph.values[index]
        let strides = iterationAxes(value.shape).map { $0 == value.axis ? 1 : 0 }
        return strides + [Int](repeating: 0, count: count - strides.count)
    }

    /// Whether one loop nest serves all members.
    private func isFeasible(
        _ members: [Int], _ roles: [Int: Group.Role], _ group: Group, _ constraint: LoopNest.Constraint
    ) -> Bool {
        guard constraint.columnsStart != nil || constraint.rowsStart != nil else { return true }
        let domain = group.domain
        let columns = (constraint.columnsStart ?? domain.count)..<domain.count
        let rows = constraint.rowsStart.map { $0..<(constraint.columnsStart ?? domain.count) }
        var all: [[Int]] = []
        for member in members {
            let outside = graph.values[member].inputs.filter { roles[graph.layouts[$0].base] == nil }
            var walked = outside.map { operandStrides(member, $0, domain.count) }
            if graph.values[member].primitive == .iota { walked.append(iotaStrides(member, domain.count)) }
            for strides in walked {
                guard LoopNest.isMergeable(strides, domain, columns) else { return false }
                if let rows, !LoopNest.isMergeable(strides, domain, rows) { return false }
                if group.worksOnTiles, !LoopNest.isMergeable(strides, domain, 0..<columns.lowerBound) { return false }
            }
            all += walked
        }
        // With few axes a nest is always found.
        return domain.count < Shape.maximumRank
            || LoopNest(domain: domain, operands: all, constraint: constraint) != nil
    }

    // MARK: Epilogues

    /// Lets a cluster run on the tiles of the product that it reads.
    private mutating func attach(product index: Int, to group: Group, _ readers: [Int]) -> Bool {
        let value = graph.values[index]
        guard group.isCluster, group.product == nil, !group.hasTotals, group.lane == Lane(value.dtype),
            !group.roles.values.contains(.row), isAcyclic(group, readers), value.shape.count > 0
        else { return false }
        let columns = value.shape[value.shape.rank - 1]
        let expected = Group.denseStrides(group.domain, group.domain.indices)
        for consumer in consumers[index] where groupOf[consumer] == group.id {
            for input in graph.values[consumer].inputs where graph.layouts[input].base == index {
                guard graph.layouts[input].offset == 0,
                    operandStrides(consumer, input, group.domain.count) == expected
                else { return false }
            }
        }
        guard group.domain.reduce(1, *) == value.shape.count, value.shape.rank == 2 else { return false }
        // The boundary between rows and columns of the product has to be one of the iteration space.
        var start = group.domain.count, extent = 1
        while extent < columns, start > 0 {
            start -= 1
            extent *= group.domain[start]
        }
        guard extent == columns else { return false }
        let constraint = LoopNest.Constraint(columnsStart: start, rowsStart: nil)
        if let existing = group.constraint.columnsStart, existing != start { return false }
        group.product = index
        guard isFeasible(group.members, group.roles.merging([index: .full]) { $1 }, group, constraint) else {
            group.product = nil
            return false
        }
        group.constraint = constraint
        assign(index, to: group)
        return true
    }

    /// Lets a cluster run right after a small product that it reads.
    private mutating func prepend(product index: Int, to group: Group, _ readers: [Int]) -> Bool {
        let value = graph.values[index], left = graph.values[value.inputs[0]].shape
        let depth = left[left.rank - (value.bits & 1 != 0 ? 2 : 1)]
        guard group.isCluster, group.product == nil, isAcyclic(group, readers), value.shape.count > 0,
            value.shape.count * depth <= Fusion.smallProduct, group.domain.reduce(1, *) <= 4 * value.shape.count
        else { return false }
        group.product = index
        group.followsProduct = true
        assign(index, to: group)
        return true
    }
}
