/// What dropping values frees, and what it costs to compute them anew: estimates, from the plan in which all are kept.
struct RecomputationCosts {
    let graph: SimplifiedGraph
    /// The wave of each value that is computed, and the one in which it is last read from memory; -1 for others.
    let wave: [Int]
    private let lastRead: [Int]
    private let isOutput: [Bool]
    /// The price of computing each value once more.
    let price: [Int]
    /// Of all values together.
    let totalPrice: Int
    /// The wave after which readers are late: the one at which memory is at its worst.
    let turn: Int
    /// What lies in memory then.
    let plainPeak: Int
    /// Computed values that read each value's memory.
    let readers: [[Int]]

    /// A set of values that are computed anew.
    struct Choice {
        var isDropped: [Bool]
        /// Values that stay as long as copies read them.
        var stays: [Bool]
        /// The most bytes of the workspace.
        var peak: Int
        /// What the copies cost.
        var price: Int
    }

    /// What a kernel costs beside its arithmetic, in additions.
    private static let kernelPrice = 2_000
    /// Values this many times smaller than the peak are not worth a copy.
    private static let smallestShare = 512

    init(_ draft: PlanDraft) {
        graph = draft.graph
        let (graph, fusion, schedule) = (draft.graph, draft.fusion, draft.schedule)
        let builder = KernelBuilder(graph, fusion, schedule)
        let count = graph.values.count
        wave = graph.values.indices.map { graph.isComputed($0) ? schedule.waveOf[fusion.groupOf[$0]] : -1 }
        var lastRead = [Int](repeating: -1, count: count)
        for (value, last) in LiveRanges.lastReads(graph, fusion, schedule) { lastRead[value] = last }
        self.lastRead = lastRead
        var isOutput = [Bool](repeating: false, count: count)
        for output in graph.outputs { isOutput[output] = true }
        self.isOutput = isOutput
        price = graph.values.indices.map { builder.work(ofValue: $0) + RecomputationCosts.kernelPrice }
        totalPrice = graph.values.indices.reduce(1) { graph.isComputed($1) ? $0 + builder.work(ofValue: $1) : $0 }
        var readers = [[Int]](repeating: [], count: count)
        for (index, value) in graph.values.enumerated() where graph.isComputed(index) {
            for input in value.inputs { readers[graph.layouts[input].base].append(index) }
        }
        self.readers = readers
        var change = [Int](repeating: 0, count: schedule.waves.count + 1)
        for value in graph.values.indices where lastRead[value] >= 0 && !isOutput[value] {
            change[wave[value]] += graph.bytes(of: value)
            change[lastRead[value] + 1] -= graph.bytes(of: value)
        }
        let profile = RecomputationCosts.sums(change)
        plainPeak = profile.max() ?? 0
        turn = profile.lastIndex(of: plainPeak) ?? 0
    }

    /// Of each value whether it reads late.
    var isLate: [Bool] { wave.map { $0 > turn } }

    /// Whether the value may be computed anew: it lies in memory for a late reader.
    private func canBeDropped(_ value: Int) -> Bool {
        lastRead[value] > turn && wave[value] <= turn && !isOutput[value] && graph.bytes(of: value) > smallestBytes
    }

    private var smallestBytes: Int { plainPeak / RecomputationCosts.smallestShare }

    /// Whether copies read the value as it is: it is there anyway, or small enough to stay.
    func isKept(_ value: Int, _ choice: borrowing Choice) -> Bool {
        if choice.isDropped[value] { return false }
        if choice.stays[value] || graph.values[value].source >= 0 || isOutput[value] || lastRead[value] > turn {
            return true
        }
        return graph.values[value].primitive.kind == .reduction && graph.bytes(of: value) <= smallestBytes
    }

    /// Drops one value after the other, of those that lie in memory at the worst moment always the one that frees most
    /// there for its price.
    ///
    /// - Parameter kept: values that are not dropped, and that copies read rather than to copy them as well.
    func search(keeping kept: Set<Int>) -> [Choice] {
        var candidates = graph.values.indices.filter { canBeDropped($0) && !kept.contains($0) }
        let none = [Bool](repeating: false, count: graph.values.count)
        var choice = Choice(
            isDropped: none, stays: graph.values.indices.map(kept.contains), peak: plainPeak, price: 0)
        var profile = estimate(&choice)
        var found: [Choice] = []
        while let worst = profile.lastIndex(of: choice.peak) {
            var best: (choice: Choice, profile: [Int], value: Int, worth: Double)?
            for value in candidates {
                var next = choice
                next.isDropped[value] = true
                let changed = estimate(&next)
                let freed = profile[worst] - changed[worst]
                guard freed > 0, next.peak <= choice.peak else { continue }
                let worth = Double(freed) / Double(Swift.max(1, next.price - choice.price))
                if worth > best?.worth ?? 0 { best = (next, changed, value, worth) }
            }
            guard let best else { break }
            (choice, profile) = (best.choice, best.profile)
            candidates.removeAll { $0 == best.value }
            found.append(choice)
        }
        return found
    }

    /// Works out the peak and the price of a choice; returns the memory by wave.
    private func estimate(_ choice: inout Choice) -> [Int] {
        let count = graph.values.count
        // Where the copy of a value is first and last needed, and the value itself last.
        var first = [Int](repeating: .max, count: count), last = [Int](repeating: -1, count: count)
        var kept = lastRead
        for value in graph.values.indices where choice.isDropped[value] {
            kept[value] = -1
            for reader in readers[value] {
                if wave[reader] > turn {
                    first[value] = Swift.min(first[value], wave[reader])
                    last[value] = Swift.max(last[value], wave[reader])
                } else {
                    kept[value] = Swift.max(kept[value], wave[reader])
                }
            }
        }
        choice.price = 0
        // Operands have lower numbers.
        for value in graph.values.indices.reversed() where last[value] >= 0 {
            choice.price += price[value]
            for input in graph.values[value].inputs {
                let base = graph.layouts[input].base
                if graph.values[base].source >= 0 { continue }
                if isKept(base, choice) {
                    kept[base] = Swift.max(kept[base], first[value])
                } else {
                    first[base] = Swift.min(first[base], first[value])
                    last[base] = Swift.max(last[base], first[value])
                }
            }
        }
        var change = [Int](repeating: 0, count: wave.max()! + 2)
        for value in graph.values.indices where !isOutput[value] && graph.isComputed(value) {
            let bytes = graph.bytes(of: value)
            if kept[value] >= 0 {
                change[wave[value]] += bytes
                change[kept[value] + 1] -= bytes
            }
            if last[value] >= 0 && lastRead[value] >= 0 {
                change[first[value]] += bytes
                change[last[value] + 1] -= bytes
            }
        }
        let profile = RecomputationCosts.sums(change)
        choice.peak = profile.max() ?? 0
        return profile
    }

    /// From rises and falls by wave to what is there in each.
    private static func sums(_ change: [Int]) -> [Int] {
        var sum = 0
        return change.dropLast().map {
            sum += $0
            return sum
        }
    }
}
