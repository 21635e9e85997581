import ArgumentParser
import BackpropRules
import BackpropTrain

/// Compares estimators of gradients through discrete choices with the exact gradient.
struct RulesEstimators: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "estimators",
        abstract: "Shows bias and variance of straight-through, Gumbel-softmax and REINFORCE beside the exact gradient."
    )

    @Option(
        parsing: .unconditional, help: ArgumentHelp("What problems and draws follow from (1).", valueName: "number"))
    var seed: UInt64 = 1

    @Option(parsing: .unconditional, help: ArgumentHelp("Random problems of each kind (10).", valueName: "count"))
    var problems = 10

    @Flag(help: "Print JSON on standard output, an object a line.")
    var json = false

    func run() throws {
        let table = EstimatorTable(problems: try RuleFlags.positive(problems, "--problems"), seed: seed)
        try StandardOutput.write(json ? table.json : table.text)
    }
}

/// Learns to balance a pole by policy gradients.
struct RulesPolicy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Learns to balance a pole by REINFORCE, actor-critic and PPO, and counts the steps that each needs.")

    @Option(parsing: .unconditional, help: ArgumentHelp("Trainings by each method (5).", valueName: "count"))
    var seeds = 5

    @Option(parsing: .unconditional, help: ArgumentHelp("The first seed (0).", valueName: "number"))
    var seed: UInt64 = 0

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Steps after which a training ends unsolved (1000000).", valueName: "count"))
    var limit = 1_000_000

    @Flag(help: "Print JSON on standard output, an object a line.")
    var json = false

    func run() throws {
        let seeds = try RuleFlags.positive(seeds, "--seeds"), limit = try RuleFlags.positive(limit, "--limit")
        Interruption.watch()
        var outcomes: [PolicyOutcome] = []
        for method in PolicyMethod.allCases {
            let trainings = try (0..<UInt64(seeds)).map { number in
                let training = try PolicyTraining(method, seed: seed &+ number, limit: limit) {
                    try Interruption.check("rules policy")
                }
                StandardOutput.complain(PolicyOutcome.progress(training))
                return training
            }
            outcomes.append(PolicyOutcome(trainings))
            if json { try StandardOutput.write(outcomes[outcomes.count - 1].json) }
        }
        guard !json else { return }
        let terminal = Terminal.standardOutput
        let chart = PolicyOutcome.chart(outcomes).terminal(width: terminal.width, colour: terminal.hasColour)
        try StandardOutput.write(PolicyOutcome.text(outcomes) + "\n" + chart.joined(separator: "\n") + "\n")
    }
}

/// Trains a discrete autoencoder by each way around a choice.
struct RulesCodes: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "codes",
        abstract: "Learns discrete codes of the embedded digits by Gumbel-softmax and by straight-through.")

    @Option(parsing: .unconditional, help: ArgumentHelp("Trainings by each way (5).", valueName: "count"))
    var seeds = 5

    @Option(parsing: .unconditional, help: ArgumentHelp("The first seed (0).", valueName: "number"))
    var seed: UInt64 = 0

    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the digits (100).", valueName: "count"))
    var epochs = 100

    @Option(help: ArgumentHelp("Write figures and reconstructions there, as SVG.", valueName: "file.svg"))
    var output: String?

    @Flag(help: "Replace files that are there.")
    var force = false

    @Flag(help: "Print JSON on standard output, an object a line.")
    var json = false

    func run() throws {
        let seeds = try RuleFlags.positive(seeds, "--seeds"), epochs = try RuleFlags.positive(epochs, "--epochs")
        if let output { try TextFile.check(output, replacing: force, protecting: []) }
        Interruption.watch()
        var outcomes: [CodeOutcome] = []
        for way in DiscreteAutoencoder.Way.allCases {
            let trainings = try (0..<UInt64(seeds)).map { number in
                try CodeTraining(way, seed: seed &+ number, epochs: epochs) { try Interruption.check("rules codes") }
            }
            outcomes.append(CodeOutcome(trainings))
            StandardOutput.complain("\(way.rawValue) done\n")
            if json { try StandardOutput.write(outcomes[outcomes.count - 1].json) }
        }
        let figures = CodeOutcome.figures(outcomes)
        if let output {
            try TextFile.write(to: output, replacing: force) { write in
                try write(figures.svg(title: "Digits from codes"))
            }
        }
        guard !json else { return }
        let terminal = Terminal.standardOutput
        let picture = figures.terminal(width: terminal.width, colour: terminal.hasColour)
        try StandardOutput.write(CodeOutcome.text(outcomes) + "\n" + picture)
    }
}
