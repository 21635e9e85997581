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
        let graph = try StepGraph(options)
        if json { return try StandardOutput.write(try graph.jsonLine()) }
        let content = output.lowercased().hasSuffix(".dot") ? graph.dot() : graph.html
        try TextFile.write(to: output, replacing: force) { write in try write(content) }
        try StandardOutput.write(graph.text + "Wrote \(output)\n")
    }
}
