import BackpropFiles
import BackpropTrain
import Foundation
import Testing

/// A training that is killed at any moment goes on from its checkpoints, and ends with the bits of one that was not.
/// `BACKPROP_KILLS` says how often the first test kills it.
@Suite(.serialized) struct KillTests {
    /// The training in Tests/TrainingTrial, as a process.
    private struct Trial {
        let process = Process()
        private let output = Pipe(), errors = Pipe()

        static let program = Bundle.main.executableURL!.deletingLastPathComponent().appending(
            path: "TrainingTrial"
        ).path

        /// - Parameter fileBlocks: of what size a file may be, in the unit of `ulimit -f`.
        init(_ folder: String, _ options: String..., epochs: Int = 6, fileBlocks: Int? = nil) throws {
            let arguments = [folder, String(epochs)] + options
            process.executableURL = URL(filePath: fileBlocks == nil ? Self.program : "/bin/sh")
            process.arguments =
                fileBlocks.map {
                    ["-c", "ulimit -c 0; ulimit -f \($0) && exec \"$0\" \"$@\"", Self.program] + arguments
                } ?? arguments
            process.standardOutput = output
            process.standardError = errors
            try process.run()
        }

        /// Returns when the training is about to do its first step.
        func waitUntilReady() { _ = output.fileHandleForReading.availableData }

        /// What it printed last, its message, and how it ended: negative for a signal.
        func end() -> (last: String, errors: String, status: Int32) {
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            let message = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            let status = process.terminationStatus
            return (
                String(text.split(separator: "\n").last ?? ""), message,
                process.terminationReason == .exit ? status : -status
            )
        }
    }

    private static func undisturbed() throws -> String {
        let folder = try TemporaryFolder()
        let end = try Trial(folder.path + "/checkpoints").end()
        #expect(end.status == 0 && end.last.count == 64, "\(end)")
        return end.last
    }

    @Test func killedAtAnyMoment() throws {
        let kills = ProcessInfo.processInfo.environment["BACKPROP_KILLS"].flatMap(Int.init) ?? 8
        let folder = try TemporaryFolder()
        // Long enough for all kills to meet a training that goes on.
        let epochs = 6 * max(1, kills / 8)
        let whole = try TemporaryFolder()
        let trial = try Trial(whole.path, epochs: epochs)
        trial.waitUntilReady()
        let start = ContinuousClock.now
        let expected = trial.end()
        let time = (ContinuousClock.now - start) / .microseconds(1)
        #expect(expected.status == 0 && expected.last.count == 64, "\(expected)")

        var generator = SeededGenerator(seed: 50)
        var (hits, writes) = (0, 0)
        for _ in 0..<kills {
            let trial = try Trial(folder.path, epochs: epochs)
            trial.waitUntilReady()
            usleep(UInt32(generator.unit() * time / Double(kills)))
            kill(trial.process.processIdentifier, SIGKILL)
            if trial.end().status == -SIGKILL { hits += 1 }
            if folder.names().contains(where: { $0.hasPrefix(".checkpoint-") }) { writes += 1 }
        }
        print("killed \(hits) times, \(writes) times while a checkpoint was being written")
        let end = try Trial(folder.path, epochs: epochs).end()
        #expect(end.status == 0 && end.last == expected.last, "\(end)")
        // On a busy machine some come when the training has ended; without any hit nothing was tried.
        #expect(hits > 0)
        #expect(!folder.names().contains { $0.hasPrefix(".checkpoint-") })
        #expect(folder.names().filter { $0.hasPrefix("checkpoint-") }.count <= 3, "\(folder.names())")
    }

    /// The system ends the process in the middle of a write.
    @Test(arguments: [1, 8, 40]) func killedInTheMiddleOfAWrite(_ blocks: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/checkpoints"
        #expect(try Trial(path, "--stop-after", "5").end().status == 0)
        let before = folder.names("checkpoints").filter { $0.hasPrefix("checkpoint") }
        #expect(before.count >= 2)
        let end = try Trial(path, fileBlocks: blocks).end()
        try #require(end.status == -SIGXFSZ, "\(end)")
        let names = folder.names("checkpoints")
        #expect(names.filter { $0.hasPrefix("checkpoint") } == before)
        #expect(names.contains { $0.contains(".partial-") })
        let other = try Trial(path).end()
        #expect(try other.last == Self.undisturbed() && other.status == 0, "\(other)")
        #expect(!folder.names("checkpoints").contains { $0.contains(".partial-") })
    }

    /// What the system calls a file that is too large, and says in the same way of a full disk.
    @Test func aFailedWriteLosesNothing() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/checkpoints"
        #expect(try Trial(path, "--stop-after", "5").end().status == 0)
        let before = folder.names("checkpoints").filter { !$0.hasPrefix(".writer-") }
        let end = try Trial(path, "--report-failed-writes", fileBlocks: 8).end()
        #expect(
            end.status == 1
                && end.errors.hasPrefix("error: \(path)/checkpoint-000003-step-6.safetensors: cannot write it"))
        #expect(isOneLine(String(end.errors.dropLast())))
        #expect(folder.names("checkpoints").filter { !$0.hasPrefix(".writer-") } == before)
        #expect(try Trial(path).end().last == Self.undisturbed())
    }

    /// On a disk of its own that becomes full, and then read-only. Nothing is tested where the system makes no such disk.
    @Test func fullAndReadOnlyDisksLoseNothing() throws {
        let folder = try TemporaryFolder()
        let script = """
            mount -t tmpfs -o size=512k none "$1" || exit 77
            names() { ls "$1/c" | tr '\\n' ' '; echo; }
            "$0" "$1/c" 6 --stop-after 5 > "$2"
            names "$1"
            dd if=/dev/zero of="$1/filler" bs=1k 2> "$2"
            "$0" "$1/c" 6 2>&1 | tail -n 1
            names "$1"
            rm "$1/filler"
            mount -o remount,ro "$1"
            "$0" "$1/c" 6 2>&1 | tail -n 1
            names "$1"
            mount -o remount,rw "$1"
            "$0" "$1/c" 6 | tail -n 1
            """
        try FileManager.default.createDirectory(atPath: folder.path + "/disk", withIntermediateDirectories: true)
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [
            "-c",
            "command -v unshare > /dev/null && exec unshare --user --map-root-user --mount sh -c \"$0\" \"$@\" || exit 77",
            script, Trial.program, folder.path + "/disk", folder.path + "/log",
        ]
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let lines = text.split(separator: "\n").map(String.init)
        if lines.isEmpty && process.terminationStatus != 0 { return }
        try #require(lines.count == 6, "\(text)")
        let place = folder.path + "/disk/c"
        #expect(lines[0].contains("checkpoint-000002-step-4.safetensors"))
        #expect(
            lines[1]
                == "error: \(place): cannot write it: No space left on device; free some space on that disk or choose a folder on another one"
        )
        #expect(lines[3].hasPrefix("error: \(place): cannot write in it: Read-only file system; "))
        #expect(lines[2] == lines[0] && lines[4] == lines[0])
        #expect(try lines[5] == Self.undisturbed())
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
private struct SeededGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A number from 0 to 1.
    mutating func unit() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
}
