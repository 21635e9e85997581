import Backprop
import BackpropData
import BackpropNN

/// A training run from options to a finished run folder.
package struct TrainingRun {
    /// What is said on the way, and how progress is shown.
    package struct Reporter: Sendable {
        package var say: @Sendable (String) throws -> Void
        package var progress: ProgressBar.Style
        /// What is said goes there.
        package var terminal = Terminal.standardOutput
        /// Seconds from one checkpoint to the next.
        package var checkpointSeconds = 5.0
        /// Whether the first bad value is looked for where the training diverges.
        package var replays = true

        package init(progress: ProgressBar.Style, say: @escaping @Sendable (String) throws -> Void) {
            self.progress = progress
            self.say = say
        }

        /// Says nothing.
        package static let quiet = Reporter(progress: .quiet) { _ in }
    }

    private enum Place {
        case new(RunDraft.Destination)
        case older(String, RunConfiguration.Subject)
    }

    package let options: TrainingOptions
    private let place: Place
    private let source: DataSource

    /// A new run, in the folder `output` or else in the next one of `runs`.
    ///
    /// - Throws: `TrainError` and `DataError` for options that make no sense, and for data that is not there.
    package init(_ options: TrainingOptions, output: String? = nil) throws {
        try options.validate()
        source = try DataSource(recognizing: options.data ?? "digits")
        self.options = options
        place = .new(output.map { .path($0) } ?? .numbered(in: "runs"))
    }

    /// The rest of a run that was stopped.
    ///
    /// - Throws: `TrainError` where there is no such run, or it is complete.
    package init(resuming path: String) throws {
        if let run = try? RunFolder(opening: path),
            let outcome = try? run.readJSON(TrainingOutcome.self, from: TrainingOutcome.partName),
            !outcome.wasInterrupted
        {
            throw TrainError(
                .targetExists, at: path, "that run is complete",
                remedy: "start another one with --config \(path), with more --epochs for example")
        }
        guard UnfinishedRun.hasCheckpoints(path) else {
            throw TrainError(
                .notARun, at: path, "there is no training in it that could go on",
                remedy: "give the folder of a run that was stopped")
        }
        let configuration = try RunConfiguration.read(at: FileSystem.join(path, RunFolder.configurationName))
        options = configuration.options
        source = try DataSource(recognizing: options.data ?? "digits")
        place = .older(path, configuration.subject)
    }

    /// Trains, judges and keeps the run. After Ctrl-C it is kept with the best weights so far, and can go on.
    ///
    /// - Throws: `TrainError` and `DataError`. A new run that has no checkpoint yet is removed then.
    package func perform(_ reporter: Reporter) throws -> TrainingOutcome {
        try Interruption.noted {
            let draft: RunDraft
            switch place {
            case .new(let destination): draft = try RunDraft(destination)
            case .older(let path, _): draft = try RunDraft(resuming: path)
            }
            return try draft.training(reporter.say) { try perform(draft, reporter) }
        }
    }

    private func perform(_ draft: RunDraft, _ reporter: Reporter) throws -> TrainingOutcome {
        var subject = try source.subject(options)
        var memory = MemoryEstimate()
        var surroundings = TrainingSurroundings()
        surroundings.say = reporter.say
        surroundings.progress = reporter.progress
        surroundings.checkpointSeconds = reporter.checkpointSeconds
        surroundings.replays = reporter.replays
        surroundings.watchesGradients = options.watch == .gradients
        surroundings.resumeHint = "--resume \(draft.path)"
        let lines = RunLines(reporter.terminal)
        try reporter.say(lines.text(subject.introduction))
        switch place {
        case .older(_, let record):
            try subject.adopt(record)
            surroundings.resuming = true
        case .new: break
        }
        try Interruption.check(draft.path)
        try draft.writeConfiguration(RunConfiguration(options: options, subject: subject.record))
        let seed = options.seed ?? 0
        try reporter.say(lines.line("Model", "\(subject.introduction.model), seed \(seed)"))
        surroundings.checkpoints = CheckpointFolder(
            UnfinishedRun.checkpointsPath(in: draft.path), keepingLast: 1)
        let metrics = FileSystem.join(draft.path, RunFolder.metricsName)
        surroundings.openLogs = { step in [try JSONLinesLog(metrics, resumingAt: step)] }
        surroundings.memoryBudget = options.memoryBudget.map { MemoryBudget(bytes: $0) }
        surroundings.announceMemory = { bill in
            memory.note(bill)
            try memory.checkDisk(at: draft.path)
            try reporter.say(lines.line("Memory", memory.line))
            if let recomputation = bill.step.recomputation {
                try reporter.say(lines.line("", recomputation.line))
            }
        }
        let clock = ContinuousClock()
        let start = clock.now
        let trained = try subject.train(surroundings)
        // With what a search has found.
        try draft.writeConfiguration(RunConfiguration(options: options, subject: subject.record))
        let introduction = subject.introduction
        var report = report(introduction, trained)
        var outcome = TrainingOutcome(introduction, trained, report, seed: seed)
        outcome.peakBytes = memory.stepBytes
        outcome.seconds = (clock.now - start) / .seconds(1)
        outcome.processBytes = MemoryEstimate.processPeak
        report.facts.seed = seed
        report.facts.seconds = outcome.seconds
        report.facts.peakBytes = outcome.processBytes ?? outcome.peakBytes
        report.flow = trained.report.flow
        outcome.gradients = trained.report.flow?.withoutHistory
        try trained.weights.write(to: draft)
        try draft.writeJSON(report, to: RunReport.partName)
        try draft.write(report.html, to: RunReport.pageName)
        try draft.writeJSON(outcome, to: TrainingOutcome.partName)
        // The trainings of a search make no one curve, and leave none.
        if try RunFolder.look(at: metrics) != nil { _ = try draft.path(forPart: RunFolder.metricsName) }
        if !outcome.wasInterrupted { FileSystem.removeTree(UnfinishedRun.checkpointsPath(in: draft.path)) }
        outcome.run = try draft.commit().path
        try conclude(report, introduction, outcome, reporter)
        return outcome
    }

    // MARK: What is said

    private func report(_ introduction: RunIntroduction, _ trained: TrainedSubject) -> RunReport {
        var facts = RunReport.Facts(
            title: introduction.name, data: introduction.data, model: introduction.model, label: introduction.label)
        facts.unit = introduction.unit
        facts.settings = introduction.settings.map { .init($0.name, $0.value) }
        if let columns = introduction.columns { facts.columns = .init(header: columns.titles, rows: columns.rows) }
        facts.notes = introduction.notes + (trained.note.map { [$0] } ?? [])
        return RunReport(
            facts, judgement: trained.judgement, baseline: trained.baseline, epochs: trained.report.epochs,
            bestEpoch: trained.report.bestEpoch, importances: trained.importances)
    }

    private func conclude(
        _ report: RunReport, _ introduction: RunIntroduction, _ outcome: TrainingOutcome, _ reporter: Reporter
    ) throws {
        var shown = report
        // They were said before the training.
        shown.facts.notes.removeFirst(introduction.notes.count)
        try reporter.say("\n" + shown.text(for: reporter.terminal) + "\n")
        if let flow = report.flow {
            try reporter.say(flow.text(width: reporter.terminal.width, colour: reporter.terminal.hasColour) + "\n")
        }
        try reporter.say("Time     \(NumberFormat.fixed(outcome.seconds, digits: 2)) s\n")
        try reporter.say("Weights  \(outcome.weightsDigest)\n")
        guard let run = outcome.run else { return }
        try reporter.say("Run      \(run), with a page to read: \(FileSystem.join(run, RunReport.pageName))\n")
        if outcome.wasInterrupted {
            try reporter.say("Stopped  the best weights so far are kept; backprop train --resume \(run) goes on\n")
        }
    }
}

extension TrainingOutcome {
    fileprivate init(
        _ introduction: RunIntroduction, _ trained: TrainedSubject, _ report: RunReport, seed: UInt64
    ) {
        self.init(
            data: introduction.name, label: introduction.label, model: introduction.model, seed: seed,
            testCount: trained.judgement?.count ?? 0, epochs: trained.report.epochs.count,
            bestEpoch: trained.report.bestEpoch ?? 0, end: trained.report.end, seconds: 0, peakBytes: 0,
            weightsDigest: trained.weights.digest)
        if let classes = report.classes {
            testAccuracy = classes.accuracy
            testLoss = classes.logLoss
        }
        if let numbers = report.numbers {
            let scaled = numbers.rmse / trained.labelScale
            testLoss = scaled * scaled
            testRMSE = numbers.rmse
            testR2 = numbers.r2
        }
    }
}
