import Backprop
import BackpropFiles
import BackpropTrain

/// The folder of a training, from the first checkpoint to the finished run.
///
/// It is a folder of Hugging Face's form at the same time: what a training writes is what `backprop lm generate` and others
/// read.
package struct LanguageRun<Options: LanguageRunOptions> {
    /// What is kept as `configuration.json`.
    private struct Configuration: Codable {
        static var currentFormat: Int { 2 }
        var format = currentFormat
        var kind = Options.kind
        var options: Options
    }

    package let options: Options
    private let place: RunDraft.Destination
    private let isResuming: Bool

    /// A new run, in the folder `output` or else in the next one of `runs`.
    ///
    /// - Throws: `TrainError` for options that make no sense.
    package init(_ options: Options, output: String? = nil) throws(TrainError) {
        try options.validate()
        self.options = options
        place = output.map { .path($0) } ?? .numbered(in: "runs")
        isResuming = false
    }

    /// The rest of a run that was stopped.
    ///
    /// - Throws: `TrainError` where there is no such run, it is complete, or it is one of another kind.
    package init(resuming path: String) throws(TrainError) {
        if let run = try? RunFolder(opening: path),
            let outcome = try? run.readJSON(TrainingOutcome.self, from: TrainingOutcome.partName),
            !outcome.wasInterrupted
        {
            throw TrainError(
                .targetExists, at: path, "that run is complete", remedy: "start another one without --resume")
        }
        guard UnfinishedRun.hasCheckpoints(path) else {
            throw TrainError(
                .notARun, at: path, "there is no training in it that could go on",
                remedy: "give the folder of a run that was stopped")
        }
        let file = FileSystem.join(path, RunFolder.configurationName)
        let configuration: Configuration
        do { configuration = try RunFolder.readJSON(Configuration.self, at: file) } catch {
            guard error.reason == .corrupt else { throw error }
            throw Self.otherKind(file)
        }
        guard configuration.format == Configuration.currentFormat, configuration.kind == Options.kind else {
            throw Self.otherKind(file)
        }
        options = configuration.options
        try options.validate()
        place = .path(path)
        isResuming = true
    }

    private static func otherKind(_ file: String) -> TrainError {
        TrainError(
            .notARun, at: file, "it is not what backprop \(Options.command) writes",
            remedy: "resume the run by the command that began it")
    }

    /// Has `body` train and write its parts, and finishes the run. After Ctrl-C it is kept, and can go on.
    ///
    /// - Throws: `TrainError` and `DataError`. A new run that has no checkpoint yet is removed then.
    package func perform(
        _ reporter: TrainingRun.Reporter, _ body: (RunDraft, TrainingSurroundings) throws -> TrainingOutcome
    ) throws -> TrainingOutcome {
        try Interruption.noted {
            let draft: RunDraft
            if isResuming, case .path(let path) = place {
                draft = try RunDraft(resuming: path)
            } else {
                draft = try RunDraft(place)
            }
            return try draft.training(reporter.say) { try perform(draft, reporter, body) }
        }
    }

    private func perform(
        _ draft: RunDraft, _ reporter: TrainingRun.Reporter,
        _ body: (RunDraft, TrainingSurroundings) throws -> TrainingOutcome
    ) throws -> TrainingOutcome {
        let lines = RunLines(reporter.terminal), start = ContinuousClock.now
        let metrics = FileSystem.join(draft.path, RunFolder.metricsName)
        let checkpoints = UnfinishedRun.checkpointsPath(in: draft.path)
        var memory = MemoryEstimate()
        var surroundings = TrainingSurroundings()
        surroundings.say = reporter.say
        surroundings.progress = reporter.progress
        surroundings.checkpointSeconds = reporter.checkpointSeconds
        surroundings.replays = reporter.replays
        surroundings.resuming = isResuming
        surroundings.resumeHint = "backprop \(Options.command) --resume \(draft.path)"
        surroundings.checkpoints = CheckpointFolder(checkpoints, keepingLast: 1)
        surroundings.openLogs = { step in [try JSONLinesLog(metrics, resumingAt: step)] }
        surroundings.memoryBudget = options.learning.memoryBudget.map { MemoryBudget(bytes: $0) }
        surroundings.announceMemory = { bill in
            memory.note(bill)
            try memory.checkDisk(at: draft.path)
            try reporter.say(lines.line("Memory", memory.line))
            if let recomputation = bill.step.recomputation { try reporter.say(lines.line("", recomputation.line)) }
        }
        try Interruption.check(draft.path)
        try draft.writeConfiguration(Configuration(options: options))
        var outcome = try body(draft, surroundings)
        outcome.peakBytes = memory.stepBytes
        outcome.processBytes = MemoryEstimate.processPeak
        outcome.seconds = (ContinuousClock.now - start) / .seconds(1)
        try draft.writeJSON(outcome, to: TrainingOutcome.partName)
        if try RunFolder.look(at: metrics) != nil { _ = try draft.path(forPart: RunFolder.metricsName) }
        if !outcome.wasInterrupted { FileSystem.removeTree(checkpoints) }
        outcome.run = try draft.commit().path
        try reporter.say(lines.line("Time", "\(NumberFormat.fixed(outcome.seconds, digits: 1)) s"))
        try reporter.say(lines.line("Run", outcome.run ?? draft.path))
        if outcome.wasInterrupted {
            try reporter.say(lines.line("Stopped", "\(surroundings.resumeHint ?? "") goes on"))
        }
        return outcome
    }
}
