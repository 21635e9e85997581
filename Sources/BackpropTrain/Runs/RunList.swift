import BackpropData

/// The runs of a folder, or some that a person names, side by side.
package struct RunList {
    /// One run, finished or not.
    struct Entry {
        var path: String
        var outcome: TrainingOutcome?
        var configuration: RunConfiguration?
        /// "complete", "stopped, may go on", or what is wrong with it.
        var state: String
    }

    let entries: [Entry]

    /// - Parameter paths: runs, or folders of runs.
    /// - Throws: `TrainError` for a path that is neither.
    package init(_ paths: [String]) throws(TrainError) {
        var entries: [Entry] = []
        for path in paths {
            guard try RunFolder.look(at: path)?.kind == .folder else {
                throw TrainError(
                    .missing, at: path, "there is no such folder",
                    remedy: "give runs, or a folder of runs; backprop train makes one")
            }
            if let entry = Self.entry(path) {
                entries.append(entry)
                continue
            }
            let names: [String]
            do { names = try FileSystem.names(in: path) } catch { throw TrainError(error) }
            let found = names.filter { !$0.hasPrefix(".") }.compactMap { Self.entry(FileSystem.join(path, $0)) }
            guard !found.isEmpty else {
                throw TrainError(
                    .missing, at: path, "there are no runs in it", remedy: "give another folder, or train first")
            }
            entries += found.sorted { Self.number($0.path) < Self.number($1.path) }
        }
        self.entries = entries
    }

    private static func number(_ path: String) -> (Int, String) {
        let name = FileSystem.name(of: path)
        return (name.split(separator: "-").last.flatMap { Int($0) } ?? .max, name)
    }

    private static func entry(_ path: String) -> Entry? {
        let configuration = try? RunConfiguration.read(at: FileSystem.join(path, RunFolder.configurationName))
        do {
            let run = try RunFolder(opening: path)
            let outcome = try run.readJSON(TrainingOutcome.self, from: TrainingOutcome.partName)
            return Entry(
                path: path, outcome: outcome, configuration: configuration,
                state: outcome.wasInterrupted ? "stopped, may go on" : "complete")
        } catch {
            if error.reason != .notARun, error.reason != .missing {
                return Entry(path: path, outcome: nil, configuration: configuration, state: "damaged")
            }
            guard configuration != nil else { return nil }
            let state = UnfinishedRun.isBeingWritten(path) ? "training now" : "unfinished, may go on"
            return Entry(path: path, outcome: nil, configuration: configuration, state: state)
        }
    }

    /// A table of all runs, a line each, and below it what their settings differ in.
    package func text() -> String {
        let table = TextTable(columns: [
            .left("run"), .left("data"), .left("label"), .left("model"), .right("result"), .right("epochs"),
            .right("time"),
            .left("state"),
        ])
        let rows = entries.map { entry -> [String] in
            let outcome = entry.outcome
            return [
                entry.path, outcome?.data ?? entry.configuration?.options.data ?? "digits", outcome?.label ?? "",
                PlainText.shown(outcome?.model ?? "", limit: 40), outcome.map(Self.result) ?? "",
                outcome.map { "\($0.bestEpoch) of \($0.epochs)" } ?? "",
                outcome.map { NumberFormat.duration($0.seconds) } ?? "", entry.state,
            ].map { PlainText.shown($0, limit: 40) }
        }
        return table.text(rows) + differences
    }

    private static func result(_ outcome: TrainingOutcome) -> String {
        if let accuracy = outcome.testAccuracy { return NumberFormat.fixed(accuracy * 100, digits: 2) + " %" }
        if let error = outcome.testRMSE { return "± " + NumberFormat.grouped(NumberFormat.significant(error)) }
        if let loss = outcome.testLoss { return "loss " + NumberFormat.fixed(loss, digits: 4) }
        return ""
    }

    /// The options in which the runs differ; empty where there are none, or only one run.
    private var differences: String {
        let options = entries.compactMap { $0.configuration?.options.described }
        let names = Set(options.flatMap(\.keys)).filter { name in Set(options.map { $0[name] ?? "" }).count > 1 }
            .sorted()
        guard entries.count > 1, !names.isEmpty else { return "" }
        let table = TextTable(columns: [.left("run")] + names.map { .left($0) })
        let rows = entries.map { entry in
            [entry.path] + names.map { PlainText.shown(entry.configuration?.options.described[$0] ?? "", limit: 24) }
        }
        return "\nWhat was asked for\n" + table.text(rows)
    }
}
