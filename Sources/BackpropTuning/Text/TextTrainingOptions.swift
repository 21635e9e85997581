import BackpropTrain

/// How a GPT is trained from a text.
package struct TextTrainingOptions: LanguageRunOptions {
    package static let kind = "text"
    package static let command = "lm train"
    package static let examples = "windows"

    /// The path of the text.
    package var text = ""
    /// How many tokens a byte-level BPE learns. Nil: characters where the text has at most 256 of them, else 4,096 tokens.
    package var vocabulary: Int?
    package var layers = 6
    package var features = 384
    package var heads = 6
    /// How many tokens the model sees at a time.
    package var context = 256
    /// How many steps it trains; a few more where validations would not be equally far apart.
    package var steps = 2_500
    package var dropout = 0.0
    /// The end of the text is held out. The largest rate is reached after a fiftieth of the steps; a cosine leads to a tenth
    /// of it.
    package var learning = LearningOptions(batchSize: 8, weightDecay: 0.1)
    /// Steps from one validation, with a sample, to the next.
    package var evaluateEvery = 250
    /// What samples go on behind; the first line of what is held out where nil.
    package var prompt: String?

    package init() {}

    package var usualRate: Double { 1e-3 }

    package func validate() throws(TrainError) {
        try OptionCheck.count("--layers", layers, 1...1_000)
        try OptionCheck.count("--features", features, 1...100_000)
        try OptionCheck.check(
            heads > 0 && features % heads == 0, "--heads", heads, "give a number that divides the \(features) features")
        try OptionCheck.count("--context", context, 2...1_000_000)
        try OptionCheck.count("--steps", steps)
        try OptionCheck.count("--evaluate-every", evaluateEvery)
        try OptionCheck.count("--vocabulary", vocabulary ?? 257, 257...1_000_000)
        try OptionCheck.share("--dropout", dropout)
        try learning.validate()
        try OptionCheck.positive("--hold-out", learning.holdOut)
    }

    var epochs: Int { (steps + evaluateEvery - 1) / evaluateEvery }
    var stepsPerEpoch: Int { (steps + epochs - 1) / epochs }
}
