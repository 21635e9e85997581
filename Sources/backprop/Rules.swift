import ArgumentParser
import BackpropData
import BackpropRules
import BackpropTrain

/// The laboratory of learning rules.
struct Rules: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Learns by other rules than backpropagation, and compares them with it.",
        subcommands: [
            RulesList.self, RulesRun.self, RulesCompare.self, RulesScale.self, RulesNudging.self,
            RulesEstimators.self, RulesPolicy.self, RulesCodes.self,
        ], defaultSubcommand: RulesList.self)
}

/// Says which rules there are.
struct RulesList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Says which rules there are, what each does, and where it comes from.")

    func run() throws { try StandardOutput.write(RuleText.list()) }
}

/// Flags that say what is learnt, and in which network.
struct RuleDataFlags: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What to learn from: digits, mnist, a table with classes, a folder of IDX files and so on (digits).",
            valueName: "data"))
    var data: String = "digits"

    @Option(parsing: .unconditional, help: ArgumentHelp("The column of a table to predict.", valueName: "column"))
    var label: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Units of the hidden layers, such as 128,128; what suits the rule where left out.", valueName: "sizes"))
    var hidden: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("The first seed (0).", valueName: "number"))
    var seed: UInt64 = 0

    @Flag(help: "Print JSON on standard output, an object a line.")
    var json = false

    func read() throws -> RuleData { try RuleData(DataSource(recognizing: data), label: label, seed: seed) }

    func settings(of kind: RuleKind) throws(TrainError) -> RuleSettings {
        var settings = kind.settings
        // A rule without hidden layers stays so beside others.
        guard let hidden, !settings.hidden.isEmpty else { return settings }
        settings.hidden = try TrainingOptions.sizes(hidden)
        return settings
    }
}

/// Flags that all rules understand.
struct RuleFlags: ParsableArguments {
    @OptionGroup var place: RuleDataFlags

    @Option(parsing: .unconditional, help: ArgumentHelp("Passes over the data.", valueName: "count"))
    var epochs: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("Examples in each step.", valueName: "count"))
    var batchSize: Int?

    @Option(parsing: .unconditional, help: ArgumentHelp("The size of the largest steps.", valueName: "rate"))
    var learningRate: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The deviation of what is added to inputs in training.", valueName: "number"))
    var noise: Double?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How much of itself a weight loses, times the rate, in each step.", valueName: "number"))
    var weightDecay: Double?

    @Flag(
        help:
            "Judge by the last fifth of the training part, which is then not learnt from: settings are chosen so, and the test part stays unseen."
    )
    var validation = false

    func read() throws -> RuleData {
        let data = try place.read()
        return validation ? try data.validation : data
    }

    func settings(of kind: RuleKind) throws(TrainError) -> RuleSettings {
        var settings = try place.settings(of: kind)
        if let epochs { settings.epochs = try Self.positive(epochs, "--epochs") }
        if let batchSize { settings.batchSize = try Self.positive(batchSize, "--batch-size") }
        if let learningRate {
            guard learningRate > 0, learningRate.isFinite else {
                throw TrainError(
                    .badOption, at: "--learning-rate", "\(learningRate) is no rate", remedy: "give a number above 0")
            }
            settings.learningRate = learningRate
        }
        if let noise { settings.noise = try Self.notNegative(noise, "--noise") }
        if let weightDecay { settings.weightDecay = try Self.notNegative(weightDecay, "--weight-decay") }
        return settings
    }

    static func notNegative(_ number: Double, _ flag: String) throws(TrainError) -> Double {
        guard number >= 0, number <= 1_000 else {
            throw TrainError(.badOption, at: flag, "\(number) makes no sense", remedy: "give a number from 0 to 1000")
        }
        return number
    }

    static func positive(_ number: Int, _ flag: String) throws(TrainError) -> Int {
        guard number >= 1, number <= 1_000_000 else {
            throw TrainError(
                .badOption, at: flag, "\(number) makes no sense", remedy: "give a number from 1 to 1000000")
        }
        return number
    }

    static func kind(_ name: String) throws(TrainError) -> RuleKind {
        if let kind = RuleKind(rawValue: name.lowercased()) { return kind }
        throw TrainError(
            .badOption, at: PlainText.name(name, limit: 60), "there is no such rule",
            remedy: "give one of \(RuleKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }

    /// Trains one rule from several seeds.
    func outcome(_ kind: RuleKind, _ data: RuleData, seeds: Int, _ say: (String) -> Void) throws -> RuleOutcome {
        let settings = try settings(of: kind)
        try kind.checkMemory(data, settings)
        let results = try (0..<UInt64(seeds)).map { number in
            try RuleRun(kind, data, settings: settings, seed: place.seed &+ number)() { result in
                try Interruption.check("rules")
                say(RuleText.progress(kind, place.seed &+ number, result, epochs: settings.epochs))
            }
        }
        return RuleOutcome(kind, settings, results)
    }
}

/// Trains by one rule.
struct RulesRun: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Trains a network by one rule, and says how it went, epoch by epoch.")

    @Argument(help: ArgumentHelp("The rule; backprop rules list names them.", valueName: "name"))
    var name: String

    @OptionGroup var flags: RuleFlags

    func run() throws {
        let kind = try RuleFlags.kind(name)
        guard flags.place.hidden == nil || !kind.settings.hidden.isEmpty else {
            throw TrainError(
                .badOption, at: "--hidden", "\(kind.rawValue) has no hidden layers",
                remedy: "leave it out for this rule")
        }
        let data = try flags.read()
        Interruption.watch()
        let outcome = try flags.outcome(kind, data, seeds: 1) { line in
            if flags.place.json { StandardOutput.complain(line) } else { try? StandardOutput.write(line) }
        }
        try StandardOutput.write(flags.place.json ? RuleText.json(outcome) : RuleText.table([outcome], data))
    }
}

/// Trains by several rules.
struct RulesCompare: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Trains by several rules from several seeds, and prints them side by side.")

    @Argument(help: ArgumentHelp("The rules; all where left out.", valueName: "names"))
    var names: [String] = []

    @OptionGroup var flags: RuleFlags

    @Option(parsing: .unconditional, help: ArgumentHelp("Trainings of each rule (5).", valueName: "count"))
    var seeds = 5

    @Option(help: ArgumentHelp("Write a page for a browser there.", valueName: "file.html"))
    var output: String?

    @Option(help: ArgumentHelp("Write the curves of the test error there, as SVG.", valueName: "file.svg"))
    var curves: String?

    @Option(help: ArgumentHelp("Write the curves of the angles there, as SVG.", valueName: "file.svg"))
    var angles: String?

    @Flag(help: "Replace files that are there.")
    var force = false

    func run() throws {
        let kinds = try names.isEmpty ? RuleKind.allCases : names.map { try RuleFlags.kind($0) }
        let seeds = try RuleFlags.positive(seeds, "--seeds"), data = try flags.read()
        for path in [output, curves, angles].compactMap(\.self) {
            try TextFile.check(path, replacing: force, protecting: [flags.place.data])
        }
        Interruption.watch()
        var outcomes: [RuleOutcome] = []
        for kind in kinds {
            let outcome = try flags.outcome(kind, data, seeds: seeds) { StandardOutput.complain($0) }
            outcomes.append(outcome)
            if flags.place.json { try StandardOutput.write(RuleText.json(outcome)) }
        }
        let charts = RuleCharts(outcomes), page = RulePage(outcomes, data)
        func write(_ text: String, _ path: String?) throws {
            guard let path else { return }
            try TextFile.write(to: path, replacing: force) { write in try write(text) }
        }
        try write(page.html, output)
        try write(charts.errors.svg(width: 900), curves)
        try write(charts.angles.svg(width: 900), angles)
        guard !flags.place.json else { return }
        let terminal = Terminal.standardOutput
        let pictures = charts.all.map { chart in
            chart.terminal(width: terminal.width, colour: terminal.hasColour).joined(separator: "\n") + "\n"
        }
        try StandardOutput.write(([RuleText.table(outcomes, data)] + pictures).joined(separator: "\n"))
    }
}

/// Trains by one rule in networks of several sizes.
struct RulesScale: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Shows how a rule fares with depth and width, beside backpropagation.")

    @Argument(help: ArgumentHelp("The rule; backprop rules list names them.", valueName: "name"))
    var name: String

    @OptionGroup var flags: RuleFlags

    func run() throws {
        let kind = try RuleFlags.kind(name), settings = try flags.settings(of: kind)
        guard !RuleScale.networks(settings).isEmpty else {
            throw TrainError(
                .badOption, at: kind.rawValue, "it has no hidden layer that could be wider or deeper",
                remedy: "choose another rule, such as fa")
        }
        let data = try flags.read()
        for hidden in RuleScale.networks(settings) {
            var own = settings
            own.hidden = hidden
            try kind.checkMemory(data, own)
        }
        Interruption.watch()
        let scale = try RuleScale(kind, data, settings: settings, seed: flags.place.seed) { row in
            try Interruption.check("rules")
            StandardOutput.complain("\(row.hidden.count) x \(row.hidden[0]) done\n")
        }
        try StandardOutput.write(flags.place.json ? scale.json : scale.text)
    }
}

/// Compares the gradient of equilibrium propagation with the true one.
struct RulesNudging: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nudging",
        abstract: "Shows how the gradient of equilibrium propagation nears the true one as the output is pulled less.")

    @OptionGroup var place: RuleDataFlags

    func run() throws {
        let settings = try place.settings(of: .equilibriumPropagation)
        let table = NudgingTable.of(try place.read(), hidden: settings.hidden, seed: place.seed)
        try StandardOutput.write(place.json ? table.json : table.text)
    }
}
