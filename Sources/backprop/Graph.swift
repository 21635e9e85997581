import ArgumentParser
import BackpropTrain

/// Draws the graph of a training step.
struct Graph: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws the graph of a training step: values, gradients, kernels and memory.",
        discussion: """
            It takes the flags of train, prepares the same training and looks at its first step: backprop graph --model cnn. \
            The page needs nothing but a browser: layers open and close by a click, and over a value stands what its elements \
            were in the step, whether it is kept for the backward pass or computed again, and by which kernel. Below is what \
            memory holds over the step. A file that ends in .dot is for Graphviz.
            """)

    @Argument(
        help: ArgumentHelp("A finished run, whose network and weights are looked at on its data.", valueName: "run"))
    var runFolder: String?

    @OptionGroup(title: "Data") var data: DataFlags
    @OptionGroup(title: "Training") var training: TrainingFlags

    @Option(help: ArgumentHelp("Where the page is written, or the graph for Graphviz (.dot).", valueName: "file.html"))
    var output = "step.html"

    @Flag(help: "Replace the file that --output names.")
    var force = false

    @Flag(help: "Print the graph as one JSON object.")
    var json = false

    func run() throws {
        if !json { try TextFile.check(output, replacing: force, protecting: []) }
        var options = TrainingOptions()
        try data.write(to: &options)
        try training.write(to: &options)
        let graph = try runFolder.map { try ofRun($0, options) } ?? StepGraph(options)
        if json { return try StandardOutput.write(try graph.jsonLine()) }
        let content = output.lowercased().hasSuffix(".dot") ? graph.dot() : graph.html
        try TextFile.write(to: output, replacing: force) { write in try write(content) }
        try StandardOutput.write(graph.text + "Wrote \(output)\n")
    }

    private func ofRun(_ path: String, _ options: TrainingOptions) throws -> StepGraph {
        var known = TrainingOptions()
        known.data = options.data
        guard options == known else {
            throw TrainError(
                .badOption, at: path, "a run has its own options, and further ones are given",
                remedy: "leave out all but --data, --output, --force and --json, or leave out the run")
        }
        return try StepGraph(run: path, data: options.data)
    }
}
