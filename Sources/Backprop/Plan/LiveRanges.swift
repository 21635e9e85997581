/// How long values have to lie in memory.
enum LiveRanges {
    /// The last wave in which each value is read from memory, of those that are.
    static func lastReads(_ graph: SimplifiedGraph, _ fusion: Fusion, _ schedule: Schedule) -> [Int: Int] {
        var lastRead: [Int: Int] = [:]
        for group in fusion.groups {
            let wave = schedule.waveOf[group.id]
            for member in group.values {
                for input in graph.values[member].inputs {
                    let base = graph.layouts[input].base
                    guard graph.isComputed(base), fusion.groupOf[base] != group.id else { continue }
                    lastRead[base] = Swift.max(lastRead[base] ?? 0, wave)
                }
            }
        }
        // A product that its own group reads from memory is read in the wave that computes it, if not later.
        for group in fusion.groups where group.followsProduct {
            let product = group.product!
            lastRead[product] = Swift.max(lastRead[product] ?? 0, schedule.waveOf[group.id])
        }
        return lastRead
    }
}
