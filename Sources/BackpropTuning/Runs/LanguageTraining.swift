import BackpropTrain

/// A training of a language model in a run folder.
package protocol LanguageTraining {
    associatedtype Options: LanguageRunOptions

    /// Its folder, with what it was told.
    var run: LanguageRun<Options> { get }

    init(_ run: LanguageRun<Options>)

    /// Trains to the end or an interruption, and leaves its model in the draft of the run.
    func train(
        _ draft: RunDraft, _ surroundings: TrainingSurroundings, _ lines: RunLines
    ) throws -> TrainingOutcome
}

extension LanguageTraining {
    var options: Options { run.options }

    /// - Throws: `TrainError` for options that make no sense.
    package init(_ options: Options, output: String? = nil) throws(TrainError) {
        self.init(try LanguageRun(options, output: output))
    }

    /// The rest of a training that was stopped.
    package init(resuming path: String) throws(TrainError) { self.init(try LanguageRun(resuming: path)) }

    /// Trains to the end or an interruption.
    ///
    /// - Throws: `TrainError` and `DataError`.
    package func perform(_ reporter: TrainingRun.Reporter) throws -> TrainingOutcome {
        try run.perform(reporter) { draft, surroundings in
            try train(draft, surroundings, RunLines(reporter.terminal))
        }
    }
}
