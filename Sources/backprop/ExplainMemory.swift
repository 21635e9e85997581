import ArgumentParser
import BackpropTrain

/// What a step keeps, and what it costs to keep less.
struct ExplainMemory: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "Bills a step of a deep network as it is, with checkpoints, and under budgets; times each.")

    @Option(parsing: .unconditional, help: ArgumentHelp("Blocks of the network.", valueName: "count"))
    var depth = 24

    @OptionGroup var flags: LessonFlags

    func run() throws {
        Interruption.watch()
        let lesson = try MemoryLesson(seed: flags.seed, depth: depth)
        try flags.show(lesson.text, json: lesson.jsonLine)
    }
}
