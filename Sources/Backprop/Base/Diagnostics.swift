import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What the environment asks the engine to show.
enum Diagnostics {
    /// `BACKPROP_DEBUG=plan` prints every plan that is made.
    static let printsPlans = asks(for: "plan")

    /// Debug builds, and `BACKPROP_DEBUG=graphs`, work out the graph anew where a plan is found, and compare it with the
    /// one that the plan was made from.
    static let checksPlans: Bool = {
        #if DEBUG
            return true
        #else
            return asks(for: "graphs")
        #endif
    }()

    private static func asks(for word: String) -> Bool {
        guard let value = getenv("BACKPROP_DEBUG") else { return false }
        return String(cString: value).split(separator: ",").contains { $0 == word }
    }

    static func print(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { bytes in _ = write(STDERR_FILENO, bytes.baseAddress, bytes.count) }
    }
}

/// What the engine has done since the process started, for tests and benchmarks.
package enum EngineCounters {
    private static let compilations = Atomic<Int>(0)
    private static let compilationNanoseconds = Atomic<Int>(0)
    private static let runs = Atomic<Int>(0)
    private static let products = Atomic<Int>(0)
    private static let lastNodes = Atomic<Int>(0)
    private static let passes = Atomic<Int>(0)
    private static let held = Atomic<Int>(0)
    private static let measures = Atomic<Bool>(false)

    /// Plans made.
    package static var plansCompiled: Int { compilations.load(ordering: .relaxed) }
    /// Time spent in making them.
    package static var planningNanoseconds: Int { compilationNanoseconds.load(ordering: .relaxed) }
    /// Plans run.
    package static var plansRun: Int { runs.load(ordering: .relaxed) }
    /// Matrix products among their kernels.
    package static var productsRun: Int { products.load(ordering: .relaxed) }

    /// Whether runs add up the memory that they hold. Setting it begins anew.
    package static var measuresMemory: Bool {
        get { measures.load(ordering: .relaxed) }
        set {
            measures.store(newValue, ordering: .relaxed)
            held.store(0, ordering: .relaxed)
        }
    }

    /// The most that a run has held while memory was measured: blocks of leaves and outputs, each once, and workspace.
    package static var mostBytesHeld: Int { held.load(ordering: .relaxed) }

    static func countHeld(_ bytes: Int) { _ = held.max(bytes, ordering: .relaxed) }

    /// Calls of `backward()`.
    package static var backwardPasses: Int { passes.load(ordering: .relaxed) }

    /// Nodes of the graph that was traversed last.
    package static var nodesOfLastPlan: Int { lastNodes.load(ordering: .relaxed) }

    static func countBackwardPass() { passes.add(1, ordering: .relaxed) }

    static func countNodes(_ count: Int) { lastNodes.store(count, ordering: .relaxed) }

    static func countCompilation(_ duration: Duration) {
        compilations.add(1, ordering: .relaxed)
        let (seconds, attoseconds) = duration.components
        compilationNanoseconds.add(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000), ordering: .relaxed)
    }

    static func countRun(products productCount: Int) {
        runs.add(1, ordering: .relaxed)
        products.add(productCount, ordering: .relaxed)
    }
}
