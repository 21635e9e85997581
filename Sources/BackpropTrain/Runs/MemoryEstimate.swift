import Backprop
import BackpropData

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What a training takes of memory and disk, said before its first step.
package struct MemoryEstimate {
    /// What a step holds at most, its weights and its batch included.
    package private(set) var stepBytes = 0
    /// What a step, or a batch of examples that are judged, adds to what is there.
    private var addedBytes = 0
    private var weightBytes = 0
    private var processBytes = 0

    package init() {}

    /// Takes a bill into account, with what the process holds by then: the program, the data, weights and moments.
    package mutating func note(_ bill: TrainingBill) {
        stepBytes = bill.step.peakBytes
        addedBytes = max(bill.step.addedBytes, bill.validation?.addedBytes ?? 0)
        weightBytes = bill.weightBytes
        processBytes = Self.resident ?? 0
    }

    /// What is kept beside: the best weights, and those of a step that does not write over them.
    private var keptBytes: Int { 2 * weightBytes }

    /// Plans, and what the system's allocator cannot give back: found by measuring runs of all kinds.
    private static let smallThings = 4_000_000

    /// What the process takes at its peak.
    var peakBytes: Int { processBytes + addedBytes + keptBytes + Self.smallThings }

    package var line: String {
        "about \(MemoryBill.formatted(peakBytes)) at the peak: \(MemoryBill.formatted(processBytes)) program, data and weights, "
            + "\(MemoryBill.formatted(addedBytes)) a step, \(MemoryBill.formatted(keptBytes)) weights kept beside"
    }

    /// - Throws: `TrainError` where the disk has no room for checkpoints and the run.
    package func checkDisk(at path: String) throws(TrainError) {
        // Weights, two moments and the best weights in a checkpoint; the old one goes when the new one is there.
        let needed = 9 * weightBytes + (1 << 20)
        guard let free = FileSystem.freeBytes(at: path), free < needed else { return }
        throw TrainError(
            .outOfSpace, at: path,
            "the run and its checkpoints need about \(MemoryBill.formatted(needed)), the disk has \(MemoryBill.formatted(free))",
            remedy: "free some space, or choose a folder on another disk with --output")
    }

    /// What the process holds in memory; nil where the system does not say.
    static var resident: Int? {
        guard let file = fopen("/proc/self/statm", "r") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 128)
        guard fgets(&line, Int32(line.count), file) != nil else { return nil }
        let text = line.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return pages.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
    }

    /// What the process has held at most; nil where the system does not say.
    package static var processPeak: Int? {
        var usage = rusage()
        #if canImport(Darwin)
            let unit = 1
            let known = getrusage(RUSAGE_SELF, &usage) == 0
        #else
            let unit = 1_024
            let known = getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0
        #endif
        return known ? Int(usage.ru_maxrss) * unit : nil
    }
}
