import ArgumentParser
import BackpropData
import BackpropTrain

/// Uses a finished run.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Predicts the rows of a CSV file with a finished run.",
        discussion: """
            The file has the columns that the run was trained on, in any order; a run on digits takes 64 columns of pixels \
            from 0 to 16. The result is CSV: class and probability, or value.
            """)

    @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
    var runFolder: String

    @Argument(help: ArgumentHelp("The rows to predict, as CSV.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("Where to write; standard output where left out.", valueName: "file"))
    var output: String?

    @Flag(
        inversion: .prefixedNo,
        help: "Whether the first row names the columns; as in training where left out.")
    var header: Bool?

    @Flag(help: "One JSON object a line instead of CSV.")
    var json = false

    func run() throws {
        let predictor = try RunPredictor(opening: runFolder)
        let predictions = try predictor.predict(csv: file, hasHeader: header)
        let text = json ? predictions.jsonLines : predictions.csv
        if let output { try TextFile.write(text, to: output) } else { try StandardOutput.write(text) }
    }
}
