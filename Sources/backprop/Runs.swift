import ArgumentParser
import BackpropData
import BackpropTrain

/// Lists runs.
struct Runs: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists runs side by side, and what they were asked that differs.")

    @Argument(help: ArgumentHelp("Runs, or folders of runs; the folder runs where left out.", valueName: "run"))
    var paths: [String] = ["runs"]

    func run() throws { try StandardOutput.write(RunList(paths).text()) }
}

/// Draws the curves of runs.
struct Plot: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws loss and accuracy over the epochs, of one run or several.")

    @Argument(help: ArgumentHelp("Runs, finished or not.", valueName: "run"))
    var paths: [String]

    @Option(
        help: ArgumentHelp("Write a picture there, as SVG, instead of drawing on the terminal.", valueName: "file.svg"))
    var output: String?

    @Flag(help: "Replace the file that --output names.")
    var force = false

    func run() throws {
        let plot = CurvePlot(try paths.map { try RunCurves.run(at: $0) })
        guard let output else {
            let terminal = Terminal.standardOutput
            return try StandardOutput.write(plot.terminal(width: terminal.width, colour: terminal.hasColour))
        }
        try TextFile.write(to: output, replacing: force) { write in try write(plot.svg(width: 900)) }
    }
}

/// Judges a finished run.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Judges a finished run on a file whose labels are known.")

    @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
    var runFolder: String

    @Argument(help: ArgumentHelp("Examples with labels; - for standard input.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Write the report there, as a page for a browser.", valueName: "file.html"))
    var output: String?

    @Flag(help: "Replace the file that --output names.")
    var force = false

    @Flag(help: "Print the report as one JSON object.")
    var json = false

    @OptionGroup(title: "How a table is read") var reading: ReadingFlags

    func run() throws {
        let predictor = try RunPredictor(opening: runFolder)
        if let output { try TextFile.check(output, replacing: force, protecting: [file]) }
        let report = try predictor.report(on: file, try reading.options(over: nil))
        if let output { try TextFile.write(to: output, replacing: force) { write in try write(report.html) } }
        if json {
            try StandardOutput.write(try report.jsonLine())
        } else {
            try StandardOutput.write(report.text(for: .standardOutput))
        }
    }
}

/// Gives a model away.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes the model of a finished run for other programs.",
        discussion: """
            The folder gets model.safetensors, with one tensor for each parameter and buffer, and model.json: the kind of the \
            model and its sizes, the names of classes, and how a table or an image becomes numbers.
            """)

    @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
    var runFolder: String

    @Option(help: ArgumentHelp("The folder to make; the run's name with -model where left out.", valueName: "folder"))
    var output: String?

    func run() throws {
        let path = try RunExport(runFolder).write(to: output)
        try StandardOutput.write("Wrote \(path)\n")
    }
}
