import ArgumentParser
import BackpropData
import BackpropTrain

/// Trains a network on digits or on a table.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Trains a network on handwritten digits, or on your own table.",
        discussion: """
            Without --data it learns the handwritten digits that come with the program. With --data it learns to predict \
            one column of a CSV file from the others; columns of numbers are standardized, others become one number for \
            each value.

            A run is kept in a folder: weights, configuration, metrics of each epoch, loss curve and result. It is there \
            when training is complete, and not before.
            """)

    @Option(help: ArgumentHelp("A CSV file to learn from.", valueName: "file"))
    var data: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The column to predict.", valueName: "column"))
    var label: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("classification or regression; recognized where left out.", valueName: "task"))
    var task: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A column of names that look like numbers. May be repeated.", valueName: "column"))
    var categorical: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A column to leave out. May be repeated.", valueName: "column"))
    var drop: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Text that stands for a missing cell, such as NA. May be repeated.", valueName: "text"))
    var missing: [String] = []

    @Flag(
        inversion: .prefixedNo,
        help:
            "Whether the first row of the file names the columns. Without a header they are column1, column2 and so on."
    )
    var header: Bool?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The share of the rows that only judges the result (0.2).", valueName: "share"))
    var holdOut: Double?

    @Option(parsing: .unconditional, help: ArgumentHelp("The most passes over the data.", valueName: "count"))
    var epochs: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Examples in each step.", valueName: "count"))
    var batchSize: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The size of the first steps; it falls along half a cosine.", valueName: "rate"))
    var learningRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How strongly weights are pulled to zero.", valueName: "share"))
    var weightDecay: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Units of the hidden layers, such as 128,64.", valueName: "sizes"))
    var hidden: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "relu, leakyRelu, elu, gelu, geluTanh, silu, softplus, tanh or sigmoid.", valueName: "name"))
    var activation: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What all random choices follow from.", valueName: "number"))
    var seed: UInt64 = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Epochs without a better loss before training stops; 0 to do them all, with nothing set aside.",
            valueName: "count"))
    var patience: Int?

    @Option(
        help: ArgumentHelp(
            "The folder of the run, which must not be there yet. Left out: the next free runs/run-N.",
            valueName: "folder"))
    var output: String?

    @Flag(help: "Say nothing, unless something goes wrong.")
    var quiet = false

    @Flag(
        help: "Print the result as one JSON object on standard output, and everything else on standard error."
    )
    var json = false

    func run() throws {
        let training = try TrainingRun(try options())
        let (quiet, json) = (quiet, json)
        let reporter = TrainingRun.Reporter(progress: quiet ? .quiet : .automatic) { text in
            guard !quiet else { return }
            if json { StandardOutput.complain(text) } else { try StandardOutput.write(text) }
        }
        Interruption.watch()
        let outcome = try training.perform(reporter)
        if json { try StandardOutput.write(try outcome.jsonLine()) }
    }

    private func options() throws(TrainError) -> TrainingOptions {
        var options = TrainingOptions()
        options.data = data
        options.label = label
        if let task { options.task = try TrainingOptions.task(task) }
        options.categorical = categorical
        options.dropped = drop
        options.missingMarkers = missing
        options.hasHeader = header
        options.holdOut = holdOut
        options.epochs = epochs
        options.batchSize = batchSize
        options.learningRate = learningRate
        options.weightDecay = weightDecay
        if let hidden { options.hidden = try TrainingOptions.sizes(hidden) }
        if let activation { options.activation = try TrainingOptions.activation(activation) }
        options.seed = seed
        options.patience = patience
        options.output = output
        return options
    }
}
