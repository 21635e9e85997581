import ArgumentParser
import BackpropTrain

/// Trains a network on whatever `--data` is.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a network on your own table or images, or on handwritten digits.",
        discussion: """
            Give it a file: backprop train --data flats.csv. What each column is, which one to predict and which network suits \
            is recognized and said; flags overrule it. Without --data it learns the handwritten digits that come with the \
            program.

            A run is kept in a folder: weights, configuration, measures of each epoch, and a report to read in a browser. \
            Ctrl-C keeps the best weights so far; --resume goes on.
            """)

    @OptionGroup(title: "Data") var data: DataFlags
    @OptionGroup(title: "Training") var training: TrainingFlags

    @Option(
        help: ArgumentHelp(
            "The folder of the run, which must not be there yet. Left out: the next free runs/run-N.",
            valueName: "folder"))
    var output: String?

    @Option(help: ArgumentHelp("Go on with a run that was stopped.", valueName: "run"))
    var resume: String?

    @Option(
        help: ArgumentHelp(
            "Begin with what another run was told: a run, or its configuration.json. Flags overrule it.",
            valueName: "file"))
    var config: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Time from one checkpoint to the next, such as 30s (5s).", valueName: "time"))
    var checkpointEvery: String?

    @Flag(
        inversion: .prefixedNo,
        help:
            "Where the loss becomes NaN or infinite, do the steps before again to find the operator that it came from.")
    var replay = true

    @OptionGroup var device: DeviceFlag

    @Flag(help: "Say nothing, unless something goes wrong.")
    var quiet = false

    @Flag(
        help: "Print the result as one JSON object on standard output, and everything else on standard error."
    )
    var json = false

    func run() throws {
        let run: TrainingRun
        if let resume {
            var given = TrainingOptions()
            try write(to: &given)
            guard given == TrainingOptions(), output == nil, config == nil else {
                throw TrainError(
                    .badOption, at: "--resume", "the run goes on as it was started, and further flags are given",
                    remedy:
                        "leave out all but --quiet, --json and --no-replay, or start another run with --config \(resume)"
                )
            }
            run = try TrainingRun(resuming: resume)
        } else {
            var options = TrainingOptions()
            if let config { options = try RunConfiguration.options(at: config) }
            try write(to: &options)
            run = try TrainingRun(options, output: output)
        }
        let (quiet, json) = (quiet, json)
        var reporter = TrainingRun.Reporter(progress: quiet ? .quiet : .automatic) { text in
            guard !quiet else { return }
            if json { StandardOutput.complain(text) } else { try StandardOutput.write(text) }
        }
        if json { reporter.terminal = .standardError }
        reporter.replays = replay
        if let checkpointEvery {
            reporter.checkpointSeconds = try TrainingOptions.seconds(checkpointEvery, of: "--checkpoint-every")
        }
        let outcome = try device.run { try run.perform(reporter) }
        if json { try StandardOutput.write(try outcome.jsonLine()) }
        if outcome.wasInterrupted { throw ExitCode(128 + Interruption.requested) }
    }

    private func write(to options: inout TrainingOptions) throws {
        try data.write(to: &options)
        try training.write(to: &options)
    }
}
