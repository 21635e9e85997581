import CKernels

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Times the kernels of every plan that a thread runs, on whatever threads they run. It costs two readings of the clock for
/// each task, so a run takes longer where kernels are short.
package final class Stopwatch {
    /// The runs so far, in their order.
    package private(set) var runs: [TimedRun] = []

    package init() {}

    /// The one of this thread.
    static var current: Stopwatch? {
        bk_stopwatch().map { Unmanaged<Stopwatch>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Runs `body` under this stopwatch.
    package func observe<Result>(_ body: () throws -> Result) rethrows -> Result {
        let outer = bk_stopwatch()
        bk_stopwatch_set(Unmanaged.passUnretained(self).toOpaque())
        defer { bk_stopwatch_set(outer) }
        return try withExtendedLifetime(self) { try body() }
    }

    /// Forgets the runs so far.
    package func reset() { runs = [] }

    func add(_ run: TimedRun) { runs.append(run) }
}

/// One run of a plan.
package struct TimedRun {
    /// What has run.
    package let plan: any Executable
    /// Nanoseconds of a clock that only goes forward.
    package let start: UInt64
    package let end: UInt64
    /// By their beginning.
    package let kernels: [KernelTime]
}

/// When a thread was busy with a kernel.
package struct KernelTime: Sendable {
    /// Its number among the contents of the plan.
    package var kernel: Int
    /// A number that no other thread has.
    package var thread: UInt
    /// Nanoseconds.
    package var start: UInt64
    package var end: UInt64
}

/// A clock that only goes forward.
enum Nanoseconds {
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
