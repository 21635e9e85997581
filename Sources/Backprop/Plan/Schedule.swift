/// The order of kernels: waves whose kernels do not depend on one another, so that threads can share them.
struct Schedule {
    /// What runs in each wave.
    private(set) var waves: [[ScheduleUnit]] = []
    /// The wave of each group.
    private(set) var waveOf: [Int]
    /// For each output of the graph, the leaf whose memory it may be written to, or -1.
    private(set) var donors: [Int]

    init(_ graph: SimplifiedGraph, _ fusion: Fusion) {
        let groups = fusion.groups
        var before: [Set<Int>] = Array(repeating: [], count: groups.count)
        var overwrites = before
        var readers: [Int: Set<Int>] = [:]
        for group in groups {
            for member in group.values {
                for input in graph.values[member].inputs {
                    let base = graph.layouts[input].base
                    if graph.values[base].primitive == .constant {
                        readers[base, default: []].insert(group.id)
                    } else if graph.isComputed(base), fusion.groupOf[base] != group.id {
                        before[group.id].insert(fusion.groupOf[base])
                    }
                }
            }
        }
        for (value, others) in graph.precedents.sorted(by: { $0.key < $1.key }) {
            let group = fusion.groupOf[value]
            for other in others.map({ fusion.groupOf[$0] }) where other != group && !before[group].contains(other) {
                // What became one kernel may stand in each other's way.
                if !Schedule.waits(other, for: group, before) { before[group].insert(other) }
            }
        }
        donors = Array(repeating: -1, count: graph.outputs.count)
        // A leaf that is also a result stays as it is.
        var taken = Set(graph.outputs.filter { graph.values[$0].primitive == .constant })
        let sharedOutputs = graph.sharedOutputs
        for (position, output) in graph.outputs.enumerated()
        where graph.isComputed(output) && sharedOutputs[position] < 0 {
            let group = fusion.group(of: output)
            guard let leaf = Schedule.donor(for: output, group, graph, taken) else { continue }
            let others = (readers[leaf] ?? []).subtracting([group.id])
            // Whoever reads the old value has to be done; so nobody of them may wait for the new one.
            if others.contains(where: { Schedule.waits($0, for: group.id, before) }) { continue }
            before[group.id].formUnion(others)
            overwrites[group.id].formUnion(others)
            taken.insert(leaf)
            donors[position] = graph.values[leaf].source
        }

        let level = Schedule.earliest(before).wave
        let runs = RowRuns(
            graph, groups, before: before, after: Schedule.reversed(before), overwrites: overwrites, level: level)
        let units = runs.units()
        var unitOf = [Int](repeating: 0, count: groups.count)
        for (unit, groups) in units.map(\.groups).enumerated() { for group in groups { unitOf[group.id] = unit } }
        let beforeUnit = units.enumerated().map { unit, content in
            content.groups.reduce(into: Set<Int>()) { all, group in
                for earlier in before[group.id] where unitOf[earlier] != unit { all.insert(unitOf[earlier]) }
            }
        }

        // As early as possible, so that an update runs as soon as its gradient is there; then whatever has readers as
        // late as possible, so that nothing lies in memory before it is needed, unless more would lie there until then.
        let after = Schedule.reversed(beforeUnit)
        var (wave, order) = Schedule.earliest(beforeUnit)
        let traffic = Schedule.traffic(graph, fusion, unitOf, count: units.count)
        for unit in order.reversed() {
            guard let latest = after[unit].map({ wave[$0] - 1 }).min(), latest > wave[unit] else { continue }
            let held = traffic.reads[unit].reduce(0) { sum, value in
                let isHeldAnyway = traffic.readers[value]!.contains { $0 != unit && wave[$0] >= latest }
                return isHeldAnyway ? sum : sum + graph.bytes(of: value)
            }
            if held <= traffic.written[unit] { wave[unit] = latest }
        }
        waves = Array(repeating: [], count: (wave.max() ?? -1) + 1)
        for unit in units.indices { waves[wave[unit]].append(units[unit]) }
        waves.removeAll(where: \.isEmpty)
        waveOf = Array(repeating: 0, count: groups.count)
        for (position, wave) in waves.enumerated() {
            for unit in wave { for group in unit.groups { waveOf[group.id] = position } }
        }
    }

    /// The wave of each node if it runs as early as possible, and the nodes in an order that is possible.
    private static func earliest(_ before: [Set<Int>]) -> (wave: [Int], order: [Int]) {
        var order: [Int] = []
        var waiting = before.map(\.count)
        let after = reversed(before)
        var wave = [Int](repeating: 0, count: before.count)
        var ready = before.indices.filter { waiting[$0] == 0 }
        while let node = ready.popLast() {
            order.append(node)
            for later in after[node] {
                wave[later] = Swift.max(wave[later], wave[node] + 1)
                waiting[later] -= 1
                if waiting[later] == 0 { ready.append(later) }
            }
        }
        return (wave, order)
    }

    /// What goes from unit to unit through the workspace: the values that each unit reads, the units that read each value,
    /// and the bytes that each unit writes for others.
    private static func traffic(
        _ graph: SimplifiedGraph, _ fusion: Fusion, _ unitOf: [Int], count: Int
    ) -> (reads: [[Int]], readers: [Int: [Int]], written: [Int]) {
        let outputs = Set(graph.outputs)
        var reads = [[Int]](repeating: [], count: count), written = [Int](repeating: 0, count: count)
        var readers: [Int: [Int]] = [:]
        for group in fusion.groups {
            let unit = unitOf[group.id]
            for member in group.values {
                for input in graph.values[member].inputs {
                    let base = graph.layouts[input].base
                    guard graph.isComputed(base), !outputs.contains(base), unitOf[fusion.groupOf[base]] != unit else {
                        continue
                    }
                    if readers[base] == nil { written[unitOf[fusion.groupOf[base]]] += graph.bytes(of: base) }
                    if readers[base]?.contains(unit) != true {
                        readers[base, default: []].append(unit)
                        reads[unit].append(base)
                    }
                }
            }
        }
        return (reads, readers, written)
    }

    private static func reversed(_ before: [Set<Int>]) -> [[Int]] {
        var after: [[Int]] = Array(repeating: [], count: before.count)
        for node in before.indices { for earlier in before[node].sorted() { after[earlier].append(node) } }
        return after
    }

    /// A leaf that the group reads element for element where it writes the output. What the output itself reads comes
    /// first: an update of three arrays then takes the place of each, and touches no fourth.
    private static func donor(
        for output: Int, _ group: Group, _ graph: SimplifiedGraph, _ taken: Set<Int>
    ) -> Int? {
        guard group.roles[output] == .full else { return nil }
        let value = graph.values[output]
        for member in [output] + group.members {
            for input in graph.values[member].inputs {
                let base = graph.layouts[input].base
                let leaf = graph.values[base]
                guard leaf.primitive == .constant, leaf.dtype == value.dtype, leaf.shape.count == value.shape.count,
                    !taken.contains(base)
                else { continue }
                // Every read of it in the group comes no later than the write.
                if reads(of: base, in: group, areAlignedAndNotAfter: output, graph) { return base }
            }
        }
        return nil
    }

    private static func reads(
        of leaf: Int, in group: Group, areAlignedAndNotAfter output: Int, _ graph: SimplifiedGraph
    ) -> Bool {
        for member in group.members {
            for input in graph.values[member].inputs where graph.layouts[input].base == leaf {
                let count = graph.values[output].shape.count
                guard member <= output, graph.values[member].shape.count == count,
                    graph.values[input].shape.count == count, graph.layouts[input].isDense(graph.values[input].shape)
                else { return false }
            }
        }
        if let product = group.product {
            for input in graph.values[product].inputs where graph.layouts[input].base == leaf { return false }
        }
        return true
    }

    /// Whether `group` has to run after `other`.
    private static func waits(_ group: Int, for other: Int, _ before: [Set<Int>]) -> Bool {
        var stack = [group]
        var seen: Set<Int> = [group]
        while let next = stack.popLast() {
            if next == other { return true }
            for earlier in before[next] where seen.insert(earlier).inserted { stack.append(earlier) }
        }
        return false
    }
}

extension Group {
    /// Everything that the kernel computes.
    var values: [Int] { (product.map { [$0] } ?? []) + (standalone.map { [$0] } ?? []) + members }
}
