import ArgumentParser
import BackpropRules
import BackpropTrain

/// Shows how training works.
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Works a tiny network step by step, and shows what goes wrong in larger ones and how it is cured.",
        subcommands: [
            ExplainTiny.self, ExplainXor.self, ExplainMemory.self, ExplainBreaks.self, ExplainVanishing.self,
            ExplainExploding.self, ExplainCost.self, ExplainSeparation.self,
        ],
        defaultSubcommand: ExplainTiny.self)
}

/// The tiny network, with every number.
struct ExplainTiny: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tiny",
        abstract: "Forward pass, backward pass and update of the tiny network, with every number.")

    func run() throws {
        try StandardOutput.write(TinyNetwork().text(colour: Terminal.standardOutput.hasColour))
    }
}

/// Exclusive or.
struct ExplainXor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xor",
        abstract:
            "Says why one layer cannot learn exclusive or, and learns it with two; shows the border that they draw.")

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What the first weights follow from.", valueName: "number"))
    var seed: UInt64 = 0

    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the four examples.", valueName: "count"))
    var epochs = 3_000

    @Option(help: ArgumentHelp("Also write the picture there, as SVG.", valueName: "file.svg"))
    var output: String?

    func run() throws {
        Interruption.watch()
        let learnt = try ExclusiveOr(seed: seed, epochs: epochs)
        if let output { try learnt.writePicture(to: output) }
        try StandardOutput.write(learnt.text(colour: Terminal.standardOutput.hasColour))
        try learnt.check()
    }
}

/// Where gradients stop.
struct ExplainBreaks: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "breaks",
        abstract: "Shows a gradient that stops at argmax, and the three ways around it.")

    @Option(parsing: .unconditional, help: ArgumentHelp("What the draws follow from.", valueName: "number"))
    var seed: UInt64 = 1

    func run() throws {
        try StandardOutput.write(BrokenGradient(seed: seed).text(colour: Terminal.standardOutput.hasColour))
    }
}
