/// Plans a graph for this machine's processors.
struct CPUBackend: Backend {
    func compile(_ graph: CanonicalGraph) -> any Executable {
        let simplified = Recomputation.ofCheckpoints(in: Simplifier.run(graph))
        let fusion = Fusion.run(simplified)
        let schedule = Schedule(simplified, fusion)
        var builder = KernelBuilder(simplified, fusion, schedule)
        return builder.build()
    }
}
