/// Finds small products that follow each other row by row, as the layers of a network do: each reads of the ones before
/// only the rows that it computes itself. Such a run is one unit of the schedule. A task takes a few rows through all of
/// it, so that threads need not wait for each other after every layer, and rows stay in the cache of one of them.
struct RowRuns {
    private let graph: SimplifiedGraph
    private let groups: [Group]
    /// What each group waits for and what waits for it, and what it waits for only to overwrite its memory.
    private let before: [Set<Int>], after: [[Int]], overwrites: [Set<Int>]
    /// The wave of each group if all run as early as possible.
    private let level: [Int]

    /// Multiply-adds of a product that are worth a task.
    private static let taskWork = 1 << 16
    /// Multiply-adds beyond which a product is cut for itself.
    private static let largest = 300_000
    /// Rows are cut at multiples of this.
    private static let rowUnit = 8
    /// Members of a run while others, which could go beside it, wait for its end.
    private static let mostBesideOthers = 4
    /// Bytes of values that live inside of a run only.
    private static let mostBytes = 1 << 16

    init(
        _ graph: SimplifiedGraph, _ groups: [Group], before: [Set<Int>], after: [[Int]], overwrites: [Set<Int>],
        level: [Int]
    ) {
        (self.graph, self.groups) = (graph, groups)
        (self.before, self.after, self.overwrites, self.level) = (before, after, overwrites, level)
    }

    /// All groups as units, in no particular order.
    func units() -> [ScheduleUnit] {
        var isTaken = [Bool](repeating: false, count: groups.count)
        var units: [ScheduleUnit] = []
        for first in groups.indices.sorted(by: { level[$0] < level[$1] }) where !isTaken[first] {
            var run = [first]
            if let size = size(of: first), size.rows > rowsOfTask(size), readsRowByRow(first, []) {
                while let next = next(after: run, rows: size.rows, isTaken) { run.append(next) }
                for member in run { isTaken[member] = true }
                let rows = run.count > 1 ? rowsOfTask(size) : nil
                units.append(ScheduleUnit(groups: run.map { groups[$0] }, rowsOfTask: rows))
            } else {
                isTaken[first] = true
                units.append(ScheduleUnit(groups: [groups[first]], rowsOfTask: nil))
            }
        }
        return units
    }

    /// The extents of a product that may be part of a run.
    private func size(of group: Int) -> (rows: Int, columns: Int, depth: Int)? {
        guard let product = groups[group].product, graph.values[product].shape.rank == 2 else { return nil }
        let value = graph.values[product]
        let b = graph.values[value.inputs[1]].shape
        let size = (value.shape[0], value.shape[1], b[value.bits & 2 != 0 ? 1 : 0])
        let work = size.0 * size.1 * size.2
        return work >= RowRuns.taskWork && work <= RowRuns.largest ? size : nil
    }

    private func rowsOfTask(_ size: (rows: Int, columns: Int, depth: Int)) -> Int {
        let tasks = Swift.max(1, size.rows * size.columns * size.depth / RowRuns.taskWork)
        return (size.rows / tasks + RowRuns.rowUnit - 1) / RowRuns.rowUnit * RowRuns.rowUnit
    }

    /// Whatever else a member waits for is earlier than the whole run, so that units never wait for each other.
    private func next(after run: [Int], rows: Int, _ isTaken: [Bool]) -> Int? {
        after[run.last!].first { next in
            guard !isTaken[next], let size = size(of: next), size.rows == rows,
                before[next].allSatisfy({ run.contains($0) || level[$0] < level[run[0]] }),
                overwrites[next].isDisjoint(with: run), readsRowByRow(next, run)
            else { return false }
            let keepsOthersWaiting = run.contains { member in
                after[member].contains { $0 != next && !run.contains($0) && level[$0] <= level[next] }
            }
            if keepsOthersWaiting && run.count >= RowRuns.mostBesideOthers { return false }
            return bytesInside(run + [next]) <= RowRuns.mostBytes
        }
    }

    /// What no kernel outside of the run reads.
    private func bytesInside(_ run: [Int]) -> Int {
        run.reduce(0) { bytes, member in
            let group = groups[member], product = graph.values[group.product!]
            let isInside = after[member].allSatisfy(run.contains)
            let values = (isInside ? 1 : 0) + (group.followsProduct ? 1 : 0)
            return bytes + values * product.shape.count * product.dtype.byteCount
        }
    }

    /// Whether the group reads of what the run computes, its own product included, only the rows that it computes itself.
    private func readsRowByRow(_ next: Int, _ run: [Int]) -> Bool {
        let group = groups[next], rows = graph.values[group.product!].shape[0]
        let computed = Set(run.flatMap { groups[$0].values } + [group.product!])
        for member in group.values {
            for (position, input) in graph.values[member].inputs.enumerated() {
                let base = graph.layouts[input].base
                guard computed.contains(base) else { continue }
                let shape = graph.values[base].shape
                guard shape.rank == 2, shape[0] == rows, graph.values[input].shape == shape,
                    graph.layouts[input].isDense(shape), !run.contains(where: { groups[$0].roles[base] == .total })
                else { return false }
                if member == group.product {
                    guard position == 0, graph.values[member].bits & 1 == 0 else { return false }
                } else if graph.values[member].shape != shape && graph.values[member].primitive.kind != .reduction {
                    return false
                }
            }
        }
        return true
    }
}

/// What the schedule puts into a wave: one kernel, or a run of kernels that are cut by the same rows.
struct ScheduleUnit {
    var groups: [Group]
    /// The rows of one task of a run.
    var rowsOfTask: Int?
}
