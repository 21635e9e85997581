import ArgumentParser
import BackpropData
import BackpropTrain

/// Uses a finished run.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predicts the rows of a table, or images, with a finished run.",
        discussion: """
            A table has the columns that the run was trained on, in any order, and may have others; a run on digits takes 64 \
            columns of pixels from 0 to 16. The result is CSV: class and probability, or value. Where the label is there as \
            well, the score is said on standard error.
            """)

    @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
    var runFolder: String

    @Argument(help: ArgumentHelp("What to predict; - for standard input.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Where to write; standard output where left out.", valueName: "file"))
    var output: String?

    @Flag(help: "Replace the file that --output names.")
    var force = false

    @Flag(help: "Also the probability of each class.")
    var probabilities = false

    @Flag(help: "Write the columns of the table in front.")
    var keepColumns = false

    @Flag(help: "One JSON object a line instead of CSV.")
    var json = false

    @OptionGroup(title: "How a table is read") var reading: ReadingFlags

    func run() throws {
        let predictor = try RunPredictor(opening: runFolder)
        if let output { try TextFile.check(output, replacing: force, protecting: [file]) }
        var style = Predictions.Style()
        style.showsAllClasses = probabilities
        style.keepsColumns = keepColumns
        style.isJSON = json
        let predictions = Predictions(predictor, style), options = try reading.options(over: nil)
        var notes: [String] = []
        if let output {
            notes = try TextFile.write(to: output, replacing: force) { write in
                try predictions.write(file, options, to: write)
            }
        } else {
            notes = try StandardOutput.write { write in try predictions.write(file, options, to: write) }
        }
        for note in notes { StandardOutput.complain(note + "\n") }
    }
}
