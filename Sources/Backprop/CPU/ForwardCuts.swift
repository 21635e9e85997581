/// Values through which the whole forward pass goes, as it does through the stream of a residual network between two
/// blocks. Where such a value stays, what comes before it need not be computed anew for what comes behind.
struct ForwardCuts {
    /// A value that alone leads on from what has been computed before.
    private struct Cut {
        var value: Int
        var bytes: Int
        /// The price of everything before.
        var price: Int
    }

    private var cuts: [Cut] = []
    private let forwardPrice: Int

    /// What else may lead on: masks and the like, by their share of the cut.
    private static let besides = 0.25
    /// How many parts the forward pass is cut into.
    private static let parts = [32, 16, 12, 8, 6, 4, 3, 2]

    init(_ costs: RecomputationCosts) {
        let graph = costs.graph
        let forward = graph.values.indices.filter { costs.wave[$0] >= 0 && costs.wave[$0] <= costs.turn }
        var ends: [Int: [Int]] = [:]
        var open: [Int: Int] = [:]
        var crossing = 0, price = 0
        for value in forward {
            price += costs.price[value]
            if let last = costs.readers[value].filter({ costs.wave[$0] <= costs.turn }).max() {
                open[value] = graph.bytes(of: value)
                crossing += graph.bytes(of: value)
                ends[last, default: []].append(value)
            }
            for ended in ends[value] ?? [] { crossing -= open.removeValue(forKey: ended) ?? 0 }
            guard let largest = open.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }),
                Double(crossing - largest.value) <= ForwardCuts.besides * Double(largest.value)
            else { continue }
            if cuts.last?.value == largest.key { cuts.removeLast() }
            cuts.append(Cut(value: largest.key, bytes: crossing, price: price))
        }
        forwardPrice = price
    }

    /// Sets of values to keep, from all cuts to none.
    func keptSets() -> [Set<Int>] {
        var sets = [Set(cuts.map(\.value))]
        for parts in ForwardCuts.parts where parts <= cuts.count {
            let length = Double(forwardPrice) / Double(parts)
            let kept = Set(
                (1..<parts).compactMap { part in
                    let wanted = Double(part) * length
                    // The smallest one near by, or else the nearest.
                    let near = cuts.filter { abs(Double($0.price) - wanted) <= length / 3 }
                    return near.min { ($0.bytes, $0.price) < ($1.bytes, $1.price) }
                        ?? cuts.min { abs(Double($0.price) - wanted) < abs(Double($1.price) - wanted) }
                }.map(\.value))
            if !sets.contains(kept) { sets.append(kept) }
        }
        return sets.contains([]) ? sets : sets + [[]]
    }
}
