import ArgumentParser
import BackpropTrain

/// Options that lessons have in common.
struct LessonFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What all random choices follow from.", valueName: "number"))
    var seed: UInt64 = 0

    @Flag(help: "Print what was measured as one JSON object instead of the lesson.")
    var json = false

    /// Prints the lesson, or what it was made of.
    func show(_ text: (_ colour: Bool) -> String, json line: () throws -> String) throws {
        try StandardOutput.write(json ? try line() : text(Terminal.standardOutput.hasColour))
    }
}

/// Vanishing gradients and their cures.
struct ExplainVanishing: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vanishing",
        abstract:
            "Trains a deep network with sigmoid, relu, residual connections and normalization; shows the gradients.")

    @Option(parsing: .unconditional, help: ArgumentHelp("Layers in front of the last.", valueName: "count"))
    var depth = 12

    @Option(parsing: .unconditional, help: ArgumentHelp("Updates of each network.", valueName: "count"))
    var steps = 300

    @OptionGroup var flags: LessonFlags

    func run() throws {
        Interruption.watch()
        let lesson = try VanishingGradients(seed: flags.seed, depth: depth, steps: steps)
        try flags.show(lesson.text, json: lesson.jsonLine)
    }
}

/// Exploding gradients and clipping.
struct ExplainExploding: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exploding",
        abstract: "Trains a network whose weights start too large, with gradients as they are and clipped.")

    @Option(parsing: .unconditional, help: ArgumentHelp("Updates of each network.", valueName: "count"))
    var steps = 300

    @Option(
        parsing: .unconditional, help: ArgumentHelp("What the norm of the gradient is limited to.", valueName: "norm"))
    var limit = 1.0

    @Option(parsing: .unconditional, help: ArgumentHelp("The size of a step.", valueName: "rate"))
    var learningRate = 0.1

    @OptionGroup var flags: LessonFlags

    func run() throws {
        Interruption.watch()
        let lesson = try ExplodingGradients(
            seed: flags.seed, steps: steps, learningRate: learningRate, limit: limit)
        try flags.show(lesson.text, json: lesson.jsonLine)
    }
}

/// The backward pass beside the forward pass and beside the naive way.
struct ExplainCost: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cost",
        abstract: "Measures what gradients cost beside the forward pass, and beside one pass for each parameter.")

    @Option(parsing: .unconditional, help: ArgumentHelp("Time for each figure.", valueName: "number"))
    var seconds = 0.3

    @Flag(help: "Print what was measured as one JSON object instead of the lesson.")
    var json = false

    func run() throws {
        Interruption.watch()
        let lesson = try CostOfGradients(seconds: seconds)
        try StandardOutput.write(json ? try lesson.jsonLine() : lesson.text(colour: Terminal.standardOutput.hasColour))
    }
}

/// Gradients and optimizers.
struct ExplainSeparation: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "separation",
        abstract: "Gives the same gradients to several optimizers, and none to one of them.")

    @Option(parsing: .unconditional, help: ArgumentHelp("Further updates by each optimizer.", valueName: "count"))
    var steps = 100

    @OptionGroup var flags: LessonFlags

    func run() throws {
        Interruption.watch()
        let lesson = try SeparateSteps(seed: flags.seed, steps: steps)
        try flags.show(lesson.text, json: lesson.jsonLine)
    }
}

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
