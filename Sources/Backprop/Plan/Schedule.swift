/// The order of kernels: waves whose kernels do not depend on one another, so that threads can share them.
struct Schedule {
    /// Groups by wave.
    private(set) var waves: [[Group]] = []
    /// The wave of each group.
    private(set) var waveOf: [Int]
    /// For each output of the graph, the leaf whose memory it may be written to, or -1.
    private(set) var donors: [Int]

    init(_ graph: SimplifiedGraph, _ fusion: Fusion) {
        let groups = fusion.groups
        var before: [Set<Int>] = Array(repeating: [], count: groups.count)
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
        donors = Array(repeating: -1, count: graph.outputs.count)
        // A leaf that is also a result stays as it is.
        var taken = Set(graph.outputs.filter { graph.values[$0].primitive == .constant })
        for (position, output) in graph.outputs.enumerated() where graph.isComputed(output) {
            let group = fusion.group(of: output)
            guard let leaf = Schedule.donor(for: output, group, graph, taken) else { continue }
            let others = (readers[leaf] ?? []).subtracting([group.id])
            // Whoever reads the old value has to be done; so nobody of them may wait for the new one.
            if others.contains(where: { Schedule.waits($0, for: group.id, before) }) { continue }
            before[group.id].formUnion(others)
            taken.insert(leaf)
            donors[position] = graph.values[leaf].source
        }

        // As early as possible, so that an update runs as soon as its gradient is there; then whatever has readers as
        // late as possible, so that nothing lies in memory before it is needed.
        var order: [Int] = []
        var waiting = before.map(\.count)
        var after: [[Int]] = Array(repeating: [], count: groups.count)
        for group in groups.indices { for earlier in before[group] { after[earlier].append(group) } }
        var wave = [Int](repeating: 0, count: groups.count)
        var ready = groups.indices.filter { waiting[$0] == 0 }
        while let group = ready.popLast() {
            order.append(group)
            for later in after[group] {
                wave[later] = Swift.max(wave[later], wave[group] + 1)
                waiting[later] -= 1
                if waiting[later] == 0 { ready.append(later) }
            }
        }
        for group in order.reversed() {
            if let earliest = after[group].map({ wave[$0] }).min() { wave[group] = earliest - 1 }
        }
        waveOf = wave
        waves = Array(repeating: [], count: (wave.max() ?? -1) + 1)
        for group in groups { waves[wave[group.id]].append(group) }
        waves.removeAll(where: \.isEmpty)
        for (position, wave) in waves.enumerated() { for group in wave { waveOf[group.id] = position } }
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
