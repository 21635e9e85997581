import ArgumentParser
import Backprop
import BackpropData
import BackpropXLA
import Foundation

/// Compares Backprop with recorded results of PyTorch.
@main
struct Conformance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backprop-conformance",
        abstract: "Compares operators, optimizers and models with recorded results of PyTorch.",
        discussion: """
            A case is passed, wrong, or unsupported where Backprop has no operator or no option for it. The exit code \
            is 1 if any case is wrong, 2 if the folder cannot be read, 0 otherwise.
            """)

    @Argument(help: "The folder with opinfo.jsonl, optim.json and the like.")
    var folder: String

    @Option(
        help: "One of \(SuiteName.allCases.map(\.rawValue).joined(separator: ", ")); all that are there if left out.")
    var suite: SuiteName?

    @Option(
        name: .customLong("op"),
        help: "Only cases of this operator (optimizer, architecture), or of all that begin so with a '*' behind it.")
    var operatorName: String?

    @Flag(help: "List every case that is wrong or unsupported, with the reason.")
    var failures = false

    @Flag(help: "Print one JSON object for each suite and nothing else.")
    var json = false

    @Option(help: "Cases that run at the same time; as many as there are processors if left out.")
    var jobs: Int?

    @Option(
        help: ArgumentHelp(
            "Compute on a device of a PJRT plugin, xla or xla:N, beside the processors; xla+cpu leaves to these what it cannot.",
            valueName: "device"))
    var device: String?

    @Flag(help: .hidden)
    var worker = false

    func validate() throws {
        if let jobs, !(1...256).contains(jobs) {
            throw ValidationError("--jobs is \(jobs); give a number from 1 to 256")
        }
    }

    func run() throws {
        // A worker that stops early must not take this process with it.
        signal(SIGPIPE, SIG_IGN)
        do {
            if worker { return try work() }
            if let device { _ = try Device.named(device, of: "--device") }
            let reports = try openSuites().map(report)
            if reports.contains(where: { $0.counts.wrong > 0 }) { throw ExitCode(1) }
        } catch let error as DataError {
            FileHandle.standardError.write(Data("backprop-conformance: \(error)\n".utf8))
            throw ExitCode(2)
        } catch let error as BadInput {
            FileHandle.standardError.write(Data("backprop-conformance: \(error)\n".utf8))
            throw ExitCode(2)
        }
    }

    private func openSuites() throws(BadInput) -> [any Suite] {
        guard InputFile.isFolder(folder) else {
            throw BadInput(folder, "there is no such folder", remedy: "give the path of a conformance folder")
        }
        var suites: [any Suite] = []
        for name in suite.map({ [$0] }) ?? SuiteName.allCases {
            if let found = try name.open(folder) { suites.append(found) }
        }
        guard !suites.isEmpty else {
            throw BadInput(
                folder, suite.map { "it has no suite \($0.rawValue)" } ?? "it has no suite",
                remedy: "give the path of a conformance folder")
        }
        return suites
    }

    private func report(_ suite: any Suite) -> SuiteReport {
        let labels = suite.labels
        let cases = labels.indices.filter { isChosen(labels[$0]) }
        let count = min(jobs ?? ProcessInfo.processInfo.activeProcessorCount, max(1, cases.count))
        let name = type(of: suite).name
        func report(on device: String?) -> SuiteReport {
            let processes = WorkerProcesses(folder: folder, suite: name, cases: cases, count: count, device: device)
            let results = zip(cases.map { labels[$0] }, processes.run()).map { ($0, $1) }
            let report = SuiteReport(suite: name, device: self.device == nil ? nil : device ?? "cpu", results: results)
            print(report.json)
            if !json, !report.results.isEmpty { print(report.summary) }
            if failures, !json, !report.failures.isEmpty { print(report.failures) }
            return report
        }
        let found = report(on: device)
        guard device != nil else { return found }
        let differences = found.differences(from: report(on: nil))
        if !json, !differences.isEmpty { print(differences) }
        return found
    }

    private func isChosen(_ label: CaseLabel) -> Bool {
        guard let operatorName else { return true }
        if operatorName.hasSuffix("*") { return label.name.hasPrefix(operatorName.dropLast()) }
        return label.name == operatorName
    }

    /// Runs the cases whose numbers come on standard input.
    private func work() throws {
        let text = String(decoding: FileHandle.standardInput.readDataToEndOfFile(), as: UTF8.self)
        guard let suite, let opened = try suite.open(folder) else { return }
        let count = opened.labels.count
        let cases = text.split(separator: " ").compactMap { Int($0) }.filter { (0..<count).contains($0) }
        withDevice(try device.map { try Device.named($0, of: "--device") } ?? .cpu) {
            Worker.run(opened, cases: cases, onDevice: device != nil)
        }
    }
}

extension SuiteName: ExpressibleByArgument {}
