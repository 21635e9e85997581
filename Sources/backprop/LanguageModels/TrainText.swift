import ArgumentParser
import BackpropTrain
import BackpropTuning

/// Trains a GPT from nothing.
struct TrainText: TrainingCommand {
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
    @Option(help: "How many steps it trains (2500).") var steps: Int?
    @Option(help: ArgumentHelp("The share of values that are left out at random (0).", valueName: "share"))
    var dropout: Double?
    @Option(help: ArgumentHelp("Steps from one validation to the next (250).", valueName: "steps"))
    var evaluateEvery: Int?
    @Option(help: ArgumentHelp("What samples go on behind.", valueName: "text")) var prompt: String?
    @OptionGroup(title: "A step") var learning: LearningFlags<TextTrainingOptions>
    @OptionGroup(title: "The run") var flags: RunFlags

    typealias Training = TextTraining

    static func inputs(_ options: TextTrainingOptions) -> [(value: String, name: String, remedy: String)] {
        [(options.text, "--text", "a file")]
    }

    func write(to options: inout TextTrainingOptions) throws {
        if let text { options.text = text }
        options.vocabulary = vocabulary
        options.prompt = prompt
        if let layers { options.layers = layers }
        if let features { options.features = features }
        if let heads { options.heads = heads }
        if let context { options.context = context }
        if let steps { options.steps = steps }
        if let dropout { options.dropout = dropout }
        if let evaluateEvery { options.evaluateEvery = evaluateEvery }
        try learning.write(to: &options)
    }
}
