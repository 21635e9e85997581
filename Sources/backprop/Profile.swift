import ArgumentParser
import BackpropTrain

/// Says where the time of a training step goes.
struct Profile: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Times the kernels of a training step, by operator and by layer.",
        discussion: """
            It takes the flags of train, prepares the same training and does its first steps: backprop profile --model cnn. \
            Beside the times stand arithmetic, memory traffic and the share of what this machine can do at most, which is \
            measured before. --trace writes the steps for chrome://tracing or Perfetto.
            """)

    @OptionGroup(title: "Data") var data: DataFlags
    @OptionGroup(title: "Training") var training: TrainingFlags

    @Option(parsing: .unconditional, help: ArgumentHelp("How many steps are timed.", valueName: "count"))
    var steps = 20

    @Option(parsing: .unconditional, help: ArgumentHelp("How many layers and kernels are shown.", valueName: "count"))
    var rows = 15

    @Option(help: ArgumentHelp("Write the steps there as a Chrome trace.", valueName: "file.json"))
    var trace: String?

    @Flag(help: "Replace the file that --trace names.")
    var force = false

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        if let trace { try TextFile.check(trace, replacing: force, protecting: []) }
        var options = TrainingOptions()
        try data.write(to: &options)
        try training.write(to: &options)
        let profiled = try ProfiledTraining(options, steps: steps)
        if let trace {
            let text = try profiled.profile.chromeTrace()
            try TextFile.write(to: trace, replacing: force) { write in try write(text) }
        }
        try StandardOutput.write(json ? try profiled.jsonLine() : profiled.text(rows: max(rows, 0)))
        if let trace, !json { try StandardOutput.write("Wrote \(trace)\n") }
    }
}
