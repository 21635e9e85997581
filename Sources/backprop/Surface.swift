import ArgumentParser
import BackpropTrain

/// Draws the loss around the weights of a run.
struct Surface: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Draws the loss surface around the weights of a finished run.",
        discussion: """
            Weights move along two random directions that are scaled filter by filter to the norms of the weights (Li et al., \
            2018), and the loss on training examples is computed at each place. On the terminal it is a map; --output writes a \
            page with the map and the surface in three dimensions, or the map as a picture.
            """)

    @Argument(help: ArgumentHelp("The folder of the run.", valueName: "run"))
    var runFolder: String

    @Option(help: ArgumentHelp("Write a page there, or a picture where it ends in .svg.", valueName: "file.html"))
    var output: String?

    @Flag(help: "Replace the file that --output names.")
    var force = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Where the examples are; where the run found them, where left out.", valueName: "data"))
    var data: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("How many examples count.", valueName: "count"))
    var examples = 512

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Places along each direction, an odd number.", valueName: "count"))
    var side = 31

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How far to go, in norms of the weights.", valueName: "number"))
    var reach = 1.0

    @Option(parsing: .unconditional, help: ArgumentHelp("What the directions follow from.", valueName: "number"))
    var seed: UInt64 = 0

    @Flag(help: "Print the surface as one JSON object.")
    var json = false

    func run() throws {
        Interruption.watch()
        if let output { try TextFile.check(output, replacing: force, protecting: []) }
        let surface = try LossSurface(
            run: runFolder, data: data, examples: examples, side: side, reach: reach, seed: seed)
        if let output {
            let content = output.lowercased().hasSuffix(".svg") ? surface.map.svg(width: 720) : surface.html
            try TextFile.write(to: output, replacing: force) { write in try write(content) }
        }
        if json { return try StandardOutput.write(try surface.jsonLine()) }
        let terminal = Terminal.standardOutput
        try StandardOutput.write(surface.text(width: terminal.width, colour: terminal.hasColour))
        if let output { try StandardOutput.write("Wrote \(output)\n") }
    }
}
