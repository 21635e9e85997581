import ArgumentParser
import BackpropTrain
import BackpropTuning

/// Trains a GPT from nothing.
struct TrainText: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Trains a small GPT from nothing on a text.",
        discussion: """
            A tokenizer is made of the text, a model learns which token follows, and writes a sample after each validation. The \
            run is a folder that lm generate, lm evaluate and transformers read. Ctrl-C keeps what there is; --resume goes on.
            """)

    @Option(help: ArgumentHelp("A text in UTF-8.", valueName: "file"))
    var text: String?

    @Option(
        help: ArgumentHelp(
            "Tokens of a byte-level BPE that is learnt; characters where left out and the text has at most 256 of them.",
            valueName: "count"))
    var vocabulary: Int?

    @Option(help: "Layers of the model (6).") var layers: Int?
    @Option(help: "Features of a token; the heads divide them (384).") var features: Int?
    @Option(help: "Heads of the attention (6).") var heads: Int?
    @Option(help: ArgumentHelp("How many tokens it sees at a time (256).", valueName: "tokens")) var context: Int?
    @Option(help: "Windows in each step (8).") var batchSize: Int?
    @Option(help: "How many steps it trains (2500).") var steps: Int?
    @Option(help: ArgumentHelp("The size of the largest steps (0.001).", valueName: "rate")) var learningRate: Double?
    @Option(help: ArgumentHelp("How strongly weights are pulled to zero (0.1).", valueName: "share"))
    var weightDecay: Double?
    @Option(help: ArgumentHelp("The share of values that are left out at random (0).", valueName: "share"))
    var dropout: Double?
    @Option(help: ArgumentHelp("The share of the text, its end, that only judges (0.1).", valueName: "share"))
    var holdOut: Double?
    @Option(help: ArgumentHelp("Steps from one validation to the next (250).", valueName: "steps"))
    var evaluateEvery: Int?
    @Option(help: ArgumentHelp("What samples go on behind.", valueName: "text")) var prompt: String?
    @Option(help: "What all random choices follow from (0).") var seed: UInt64?
    @Flag(name: .customLong("bfloat16"), help: "Take products in bfloat16.") var isMixed = false

    @OptionGroup(title: "The run") var flags: RunFlags

    func run() throws {
        let training: TextTraining
        if let resume = flags.resume {
            guard try options(TextTrainingOptions(text: "")) == TextTrainingOptions(text: ""), flags.output == nil
            else {
                throw RunFlags.furtherFlags
            }
            training = try TextTraining(resuming: resume)
        } else {
            guard let text else { throw ValidationError("--text is missing; give a file") }
            training = try TextTraining(options(TextTrainingOptions(text: text)), output: flags.output)
        }
        try flags.finish(training.perform(flags.reporter()))
    }

    private func options(_ base: TextTrainingOptions) throws -> TextTrainingOptions {
        var options = base
        if let text { options.text = text }
        options.vocabulary = vocabulary
        options.prompt = prompt
        options.isMixed = isMixed
        if let layers { options.layers = layers }
        if let features { options.features = features }
        if let heads { options.heads = heads }
        if let context { options.context = context }
        if let batchSize { options.batchSize = batchSize }
        if let steps { options.steps = steps }
        if let learningRate { options.learningRate = learningRate }
        if let weightDecay { options.weightDecay = weightDecay }
        if let dropout { options.dropout = dropout }
        if let holdOut { options.holdOut = holdOut }
        if let evaluateEvery { options.evaluateEvery = evaluateEvery }
        if let seed { options.seed = seed }
        return options
    }
}
