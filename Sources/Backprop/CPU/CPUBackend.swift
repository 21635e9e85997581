/// Plans a graph for this machine's processors.
struct CPUBackend: Backend {
    func compile(_ graph: CanonicalGraph, within bytes: Int?) -> any Executable {
        let draft = PlanDraft(Recomputation.ofCheckpoints(in: Simplifier.run(graph)))
        let plan = draft.plan()
        guard let bytes, plan.addedBytes > bytes else { return plan }
        var planner = MemoryPlanner(draft, plan)
        return planner.plan(within: bytes)
    }
}

/// A graph with the order in which its values are computed.
struct PlanDraft {
    let graph: SimplifiedGraph
    let fusion: Fusion
    let schedule: Schedule

    init(_ graph: SimplifiedGraph) {
        self.graph = graph
        fusion = Fusion.run(graph)
        schedule = Schedule(graph, fusion)
    }

    func plan() -> CPUPlan {
        var builder = KernelBuilder(graph, fusion, schedule)
        return builder.build()
    }
}
