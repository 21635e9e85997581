import Backprop

/// The steps of a profile in the format that `chrome://tracing` and Perfetto read ("Trace Event Format", complete events and
/// counters).
enum ChromeTrace {
    /// A kernel on a thread, or the memory of the plan at a moment.
    struct Event: Sendable, Encodable {
        struct Arguments: Sendable, Encodable {
            var kernel: String?
            var layer: String?
            var bytes: Int?
            var arithmetic: Int?
            var tasks: Int?
            var workspace: Int?
        }

        var name: String
        var cat: String
        var ph: String
        /// Microseconds.
        var ts: Double
        var dur: Double?
        var pid = 1
        var tid: Int
        var args: Arguments
    }

    private struct File: Encodable {
        var traceEvents: [Event]
        var displayTimeUnit = "ms"
    }

    static func events(_ runs: [TimedRun], _ anatomy: StepAnatomy, _ labels: [KernelLabel]) -> [Event] {
        guard let start = runs.first?.start else { return [] }
        func microseconds(_ time: UInt64) -> Double { Double(time - start) / 1e3 }
        let held = bytesByWave(anatomy)
        var threads: [UInt: Int] = [:]
        var events: [Event] = []
        for run in runs {
            var wave = -1
            for time in run.kernels {
                let kernel = anatomy.kernels[time.kernel], label = labels[time.kernel]
                let thread = threads[time.thread] ?? threads.count
                threads[time.thread] = thread
                if kernel.wave > wave {
                    wave = kernel.wave
                    events.append(
                        Event(
                            name: "workspace", cat: "memory", ph: "C", ts: microseconds(time.start), tid: 0,
                            args: Event.Arguments(workspace: held[wave])))
                }
                events.append(
                    Event(
                        name: label.module.isEmpty ? label.operation : "\(label.operation) \(label.module)",
                        cat: label.phase.rawValue, ph: "X", ts: microseconds(time.start),
                        dur: Double(time.end - time.start) / 1e3, tid: thread,
                        args: Event.Arguments(
                            kernel: kernel.name, layer: label.module, bytes: kernel.bytesRead + kernel.bytesWritten,
                            arithmetic: kernel.arithmetic, tasks: kernel.tasks)))
            }
        }
        return events
    }

    /// What lies in the workspace in each wave.
    private static func bytesByWave(_ anatomy: StepAnatomy) -> [Int] {
        let waves = (anatomy.kernels.map(\.wave) + anatomy.workspace.map(\.last)).max().map { $0 + 1 } ?? 0
        var bytes = [Int](repeating: 0, count: waves)
        for item in anatomy.workspace { for wave in item.first...item.last { bytes[wave] += item.bytes } }
        return bytes
    }

    static func text(_ events: [Event]) throws(TrainError) -> String {
        try JSONFile.line(of: File(traceEvents: events))
    }
}
