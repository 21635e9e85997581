import Backprop

/// Where the time of a training step goes: by operator, by layer, and by kernel.
///
/// ```swift
/// let profile = model.stepProfile(optimizer: optimizer) { crossEntropy($0(images), labels) }
/// print(profile.table())
/// ```
public struct StepProfile: Sendable {
    /// One kernel of the step's plan, or several that are counted together.
    public struct Row: Sendable {
        /// The operator, the layer or the kernel.
        public var name: String
        /// Seconds of a step: the time of all threads that work on it, divided by the number of threads.
        public var seconds = 0.0
        /// How many kernels are counted.
        public var kernels = 0
        /// Additions, multiplications and calls of functions.
        public var arithmetic = 0
        /// Bytes that have to be read from memory and written there.
        public var bytes = 0
        /// Seconds that this machine's measured limits of arithmetic and of memory traffic ask for.
        public var limitSeconds = 0.0
        /// Seconds by part of the step: `forward`, `backward` and `update`.
        public var secondsByPart: [String: Double] = [:]

        /// The share of the machine's limit that is reached; above 1 where operands are still in cache from the kernel before.
        public var shareOfLimit: Double { seconds > 0 ? limitSeconds / seconds : 0 }
    }

    /// The median of the steps, from the recording to the values of the loss and the weights.
    public let stepSeconds: Double
    /// How many steps were timed.
    public let steps: Int
    public let threads: Int
    /// Seconds of a step in its plan, of which the kernels take `kernels` and threads wait for each other in the rest.
    public let planSeconds: Double
    /// Seconds of a step in other plans.
    public let otherPlanSeconds: Double
    /// In the order of the plan.
    public let kernels: [Row]
    /// Forward, backward and update.
    public let parts: [Row]
    /// The one that takes longest first.
    public let operators: [Row]
    /// The one that takes longest first; what belongs to no layer has an empty name.
    public let layers: [Row]
    package let limit: MachineLimit
    let trace: [ChromeTrace.Event]

    /// - Parameters:
    ///   - anatomy: of the plan of the step.
    ///   - stepSeconds: of each step from the first to the last of `runs`.
    package init(_ anatomy: StepAnatomy, _ runs: [TimedRun], stepSeconds: [Double], _ limit: MachineLimit) {
        let own = runs.filter { $0.plan === anatomy.plan }
        let threads = Processor.threads
        steps = stepSeconds.count
        self.stepSeconds = Self.median(stepSeconds)
        self.threads = threads
        self.limit = limit
        planSeconds = Self.median(own.map { Double($0.end - $0.start) / 1e9 })
        let others = runs.reduce(0) { $1.plan === anatomy.plan ? $0 : $0 + Double($1.end - $1.start) / 1e9 }
        otherPlanSeconds = others / Double(max(steps, 1))
        let labels = anatomy.kernels.map { KernelLabel($0, anatomy) }
        let busy = Self.medianSeconds(own, count: anatomy.kernels.count)
        var rows: [Row] = []
        for (kernel, (seconds, label)) in zip(anatomy.kernels, zip(busy, labels)) {
            let seconds = seconds / Double(threads)
            let bytes = kernel.bytesRead + kernel.bytesWritten
            rows.append(
                Row(
                    name: kernel.name, seconds: seconds, kernels: 1, arithmetic: kernel.arithmetic, bytes: bytes,
                    limitSeconds: limit.seconds(arithmetic: kernel.arithmetic, bytes: bytes),
                    secondsByPart: [label.phase.rawValue: seconds]))
        }
        kernels = rows
        let byTime = { (a: Row, b: Row) in (a.seconds, b.name) > (b.seconds, a.name) }
        operators = Self.summed(rows, labels.map(\.operation)).sorted(by: byTime)
        layers = Self.summed(rows, labels.map(\.module)).sorted(by: byTime)
        let phases = Self.summed(rows, labels.map(\.phase.rawValue))
        parts = StepAnatomy.Phase.allCases.compactMap { phase in phases.first { $0.name == phase.rawValue } }
        trace = ChromeTrace.events(own, anatomy, labels)
    }

    /// Threads that wait for one another within the plan.
    public var waitingSeconds: Double { max(0, planSeconds - kernels.reduce(0) { $0 + $1.seconds }) }
    /// What the step takes beside plans: recording it, reading the loss, and in a training the data.
    public var recordingSeconds: Double { max(0, stepSeconds - planSeconds - otherPlanSeconds) }

    /// The median over the runs of the time that threads were busy with each kernel.
    private static func medianSeconds(_ runs: [TimedRun], count: Int) -> [Double] {
        var seconds = [[Double]](repeating: [], count: count)
        for run in runs {
            var busy = [UInt64](repeating: 0, count: count)
            for time in run.kernels { busy[time.kernel] += time.end - time.start }
            for kernel in seconds.indices { seconds[kernel].append(Double(busy[kernel]) / 1e9) }
        }
        return seconds.map(median)
    }

    private static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }

    private static func summed(_ rows: [Row], _ names: [String]) -> [Row] {
        var sums: [String: Row] = [:]
        for (row, name) in zip(rows, names) {
            var sum = sums[name] ?? Row(name: name)
            sum.seconds += row.seconds
            sum.kernels += 1
            sum.arithmetic += row.arithmetic
            sum.bytes += row.bytes
            sum.limitSeconds += row.limitSeconds
            sum.secondsByPart.merge(row.secondsByPart, uniquingKeysWith: +)
            sums[name] = sum
        }
        return Array(sums.values)
    }
}

/// To what a kernel is counted.
struct KernelLabel {
    /// The operator that decides what the kernel costs.
    let operation: String
    let module: String
    let phase: StepAnatomy.Phase

    init(_ kernel: KernelContent, _ anatomy: StepAnatomy) {
        let values = (kernel.values.isEmpty ? kernel.copies : kernel.values).map { anatomy.values[$0] }
        operation = kernel.head.kind == .elementwise ? "elementwise" : kernel.head.name
        // What the kernel is there for comes last.
        module = values.last { !$0.module.isEmpty }?.module ?? ""
        phase = kernel.values.isEmpty && !values.isEmpty ? .backward : values.last?.phase ?? .forward
    }
}
