import ArgumentParser
import BackpropTrain

/// Flags of all trainings of language models: where the run is kept, and what is said.
struct RunFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of the run, which must not be there yet. Left out: the next free runs/run-N.",
            valueName: "folder"))
    var output: String?

    @Option(help: ArgumentHelp("Go on with a run that was stopped.", valueName: "run"))
    var resume: String?

    @Option(help: ArgumentHelp("Time from one checkpoint to the next, such as 30s (60s).", valueName: "time"))
    var checkpointEvery: String?

    @Flag(help: "Say nothing, unless something goes wrong.")
    var quiet = false

    @Flag(help: "Print the result as one JSON object on standard output, and everything else on standard error.")
    var json = false

    func reporter() throws -> TrainingRun.Reporter {
        let (quiet, json) = (quiet, json)
        var reporter = TrainingRun.Reporter(progress: quiet ? .quiet : .automatic) { text in
            guard !quiet else { return }
            if json { StandardOutput.complain(text) } else { try StandardOutput.write(text) }
        }
        if json { reporter.terminal = .standardError }
        reporter.checkpointSeconds = 60
        if let checkpointEvery {
            reporter.checkpointSeconds = try TrainingOptions.seconds(checkpointEvery, of: "--checkpoint-every")
        }
        return reporter
    }

    /// - Throws: the exit code of a signal where the training was interrupted.
    func finish(_ outcome: TrainingOutcome) throws {
        if json { try StandardOutput.write(try outcome.jsonLine()) }
        if outcome.wasInterrupted { throw ExitCode(128 + Interruption.requested) }
    }

    static let furtherFlags = TrainError(
        .badOption, at: "--resume", "the run goes on as it was started, and further flags are given",
        remedy: "leave out all but --quiet, --json and --checkpoint-every, or start another run")
}
