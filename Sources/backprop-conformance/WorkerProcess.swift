import Foundation
import Synchronization

/// Runs the cases of a suite in processes of this same program, so that a trap costs one case: the process is started
/// again behind it.
struct WorkerProcesses {
    let folder: String
    let suite: SuiteName
    let cases: [Int]
    /// How many run at the same time.
    let count: Int
    /// The name of the device that computes; the processors where there is none.
    var device: String?

    /// The verdicts in the order of the cases.
    func run() -> [Verdict] {
        let verdicts = Mutex([Int: Verdict]())
        // Neighbours cost about the same, so every process takes each `count`-th case.
        let shares = (0..<count).map { first in stride(from: first, to: cases.count, by: count).map { cases[$0] } }
        DispatchQueue.concurrentPerform(iterations: count) { number in
            var rest = shares[number][...]
            while !rest.isEmpty {
                let found = runOnce(Array(rest))
                verdicts.withLock { $0.merge(found) { first, _ in first } }
                rest = rest.drop { found[$0] != nil }
            }
        }
        return verdicts.withLock { verdicts in cases.map { verdicts[$0] ?? .wrong("it was not run") } }
    }

    /// One process, until it is done or stopped by a case.
    private func runOnce(_ cases: [Int]) -> [Int: Verdict] {
        let process = Process()
        process.executableURL = Self.program
        process.arguments = [folder, "--suite", suite.rawValue, "--worker"]
        if let device { process.arguments! += ["--device", device] }
        var environment = ProcessInfo.processInfo.environment
        // The message of a trap is all that is wanted of it; a backtrace takes seconds.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        if environment["BACKPROP_THREADS"] == nil { environment["BACKPROP_THREADS"] = "1" }
        process.environment = environment
        let input = Pipe(), output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        do { try process.run() } catch {
            return Dictionary(uniqueKeysWithValues: cases.map { ($0, .wrong("cannot start a process: \(error)")) })
        }
        try? input.fileHandleForWriting.write(contentsOf: Data(cases.map(String.init).joined(separator: " ").utf8))
        try? input.fileHandleForWriting.close()
        let transcript = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Self.verdicts(
            String(decoding: transcript, as: UTF8.self), cases, process, onDevice: device != nil)
    }

    private static func verdicts(
        _ transcript: String, _ cases: [Int], _ process: Process, onDevice: Bool
    ) -> [Int: Verdict] {
        var verdicts: [Int: Verdict] = [:]
        var running: Int?
        var said: [Substring] = []
        for line in transcript.split(whereSeparator: \.isNewline) {
            let parts = line.split(separator: Worker.mark, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let report = Worker.Report(parts[1]) else {
                said.append(line)
                continue
            }
            switch report {
            case .started(let index):
                running = index
                said = []
            case .finished(let index, let verdict):
                verdicts[index] = verdict
                running = nil
            }
        }
        let finished = verdicts.count == cases.count
        if !finished, let culprit = running ?? cases.first(where: { verdicts[$0] == nil }) {
            let reason = reason(of: process, said, onDevice: onDevice)
            verdicts[culprit] = reason.contains(Self.isUnsupported) ? .unsupported(reason) : .wrong(reason)
        }
        return verdicts
    }

    /// What a device says about operators that it has no form for.
    private static let isUnsupported = "cannot be computed on this device"

    private static func reason(of process: Process, _ said: [Substring], onDevice: Bool) -> String {
        if process.terminationReason == .uncaughtSignal, process.terminationStatus == SIGALRM {
            return "it took more than \(Worker.secondsPerCase(onDevice: onDevice)) seconds"
        }
        let message = said.first { $0.contains("Fatal error") } ?? said.first
        return "trap: " + (message.map(String.init) ?? "signal \(process.terminationStatus)")
    }

    private static var program: URL {
        Bundle.main.executableURL ?? URL(filePath: CommandLine.arguments[0])
    }
}
