/// Where the stages are put together. It stands above them all, and is the only thing above that the graph names.
enum Assembly {
    /// What runs the graphs of this process.
    static let backend: any Backend = CPUBackend()
}
