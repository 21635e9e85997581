import Foundation

/// A folder of its own for one test; removed when it is released.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/backprop-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
    }

    var names: [String] { names(in: "") }

    /// Hidden ones too.
    func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path + "/" + folder)) ?? []).sorted()
    }
}

/// The program beside the tests, as a process.
struct Tool {
    struct Answer {
        let status: Int32
        let output: String
        let errors: String
    }

    let process = Process()
    private let files = try! TemporaryFolder()
    private var outputPath: String
    private var errorsPath: String { files.path + "/errors" }

    private static let program = Bundle.main.executableURL!.deletingLastPathComponent().appending(
        path: "backprop")

    /// Output goes to files, so that no pipe can fill. `fileBlocks` is how many blocks the program may write to a file.
    init(
        _ arguments: [String], in folder: String, _ environment: [String: String] = [:],
        outputPath: String? = nil, fileBlocks: Int? = nil, inputPath: String? = nil
    ) throws {
        self.outputPath = outputPath ?? files.path + "/output"
        if outputPath == nil { try files.write("", to: "output") }
        try files.write("", to: "errors")
        if let fileBlocks {
            process.executableURL = URL(filePath: "/bin/sh")
            process.arguments =
                ["-c", "ulimit -f \(fileBlocks) && exec \"$0\" \"$@\"", Self.program.path] + arguments
        } else {
            process.executableURL = Self.program
            process.arguments = arguments
        }
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = inputPath.flatMap { FileHandle(forReadingAtPath: $0) } ?? FileHandle.nullDevice
        process.standardOutput = FileHandle(forWritingAtPath: self.outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorsPath)
        try process.run()
    }

    static func run(
        _ arguments: [String], in folder: String, _ environment: [String: String] = [:],
        outputPath: String? = nil, fileBlocks: Int? = nil, inputPath: String? = nil
    ) throws -> Answer {
        try Tool(
            arguments, in: folder, environment, outputPath: outputPath, fileBlocks: fileBlocks, inputPath: inputPath
        ).answer()
    }

    func answer() throws -> Answer {
        process.waitUntilExit()
        // A crash counts as such, whatever number the signal has.
        let status =
            process.terminationReason == .exit ? process.terminationStatus : 128 + process.terminationStatus
        let output = outputPath.hasPrefix("/dev/") ? "" : try text(outputPath)
        return Answer(status: status, output: output, errors: try text(errorsPath))
    }

    /// Returns when the program has got that far, or has ended.
    func waitForErrors(containing part: String) throws {
        while process.isRunning, try !text(errorsPath).contains(part) { usleep(20_000) }
    }

    /// Returns when the condition holds, or the program has ended.
    func wait(until condition: () -> Bool) {
        while process.isRunning, !condition() { usleep(2_000) }
    }

    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    }
}
