/// Where the stages are put together. It stands above them all, and is the only thing above that the graph names.
package enum Assembly {
    /// What runs the graphs of this process, unless they are for another device.
    package static let backend: any Backend = CPUBackend()
}
