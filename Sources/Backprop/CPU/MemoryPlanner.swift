/// Finds a plan that fits, by computing values anew rather than keeping them.
///
/// Searches from several sets of values that stay (`ForwardCuts`) give choices, each with an estimate of its memory and of
/// its price. Those that are worth something, the cheap ones first, are planned in full until one fits. A budget only says
/// where to stop, so a smaller one never leads to a larger plan.
struct MemoryPlanner {
    private let costs: RecomputationCosts
    private let plain: CPUPlan
    private var curve: [RecomputationReport.Point]

    /// A choice is planned in full where its estimate is smaller by one part in so many than that of all cheaper ones.
    private static let step = 24

    init(_ draft: PlanDraft, _ plain: CPUPlan) {
        self.plain = plain
        costs = RecomputationCosts(draft)
        curve = [RecomputationReport.Point(addedBytes: plain.addedBytes, addedWork: 0)]
    }

    /// The cheapest plan that adds at most so many bytes, or else the smallest one.
    mutating func plan(within bytes: Int) -> CPUPlan {
        var best = plain
        for choice in choices() {
            let plan = plan(choice)
            if plan.addedBytes < best.addedBytes { best = plan }
            if best.addedBytes <= bytes { break }
        }
        return best
    }

    /// What is worth planning, by price.
    private func choices() -> [RecomputationCosts.Choice] {
        var all: [RecomputationCosts.Choice] = []
        for kept in ForwardCuts(costs).keptSets() { all += costs.search(keeping: kept) }
        var smallest = costs.plainPeak
        return all.sorted { ($0.price, $0.peak) < ($1.price, $1.peak) }.filter { choice in
            guard choice.peak < smallest - smallest / MemoryPlanner.step else { return false }
            smallest = choice.peak
            return true
        }
    }

    private mutating func plan(_ choice: RecomputationCosts.Choice) -> CPUPlan {
        let graph = costs.graph
        let plan = PlanDraft(
            Recomputation.run(
                graph, dropping: choice.isDropped, late: costs.isLate,
                keeping: graph.values.indices.map { costs.isKept($0, choice) })
        ).plan()
        let addedWork = Double(choice.price) / Double(costs.totalPrice)
        curve.append(RecomputationReport.Point(addedBytes: plan.addedBytes, addedWork: addedWork))
        let items = graph.values.indices.filter { choice.isDropped[$0] }.map {
            RecomputationReport.Item(
                name: graph.values[$0].primitive.name, shape: graph.values[$0].shape.array, bytes: graph.bytes(of: $0))
        }
        plan.recomputation = RecomputationReport(
            items: items.sorted { ($0.bytes, $1.name) > ($1.bytes, $0.name) }, addedWork: addedWork, curve: curve)
        return plan
    }
}
