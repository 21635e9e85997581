import ArgumentParser
import BackpropTrain

/// What a step keeps, and what it costs to keep less.
struct ExplainMemory: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "Bills a step of a deep network as it is, with checkpoints, and under budgets; times each.")

    @Option(parsing: .unconditional, help: ArgumentHelp("Blocks of the network.", valueName: "count"))
    var depth = 24

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What all random choices follow from.", valueName: "number"))
    var seed: UInt64 = 0

    @Flag(help: "Print what was measured as one JSON object instead of the lesson.")
    var json = false

    func run() throws {
        Interruption.watch()
        let lesson = try MemoryLesson(seed: seed, depth: depth)
        try StandardOutput.write(json ? try lesson.jsonLine() : lesson.text(colour: Terminal.standardOutput.hasColour))
    }
}
