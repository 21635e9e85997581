import BackpropTrain

/// How sentences are told apart.
package struct ClassifierOptions: PassingOptions {
    package static let kind = "classifier"
    package static let command = "lm classify"
    package static let examples = "sentences"

    /// The folder of the encoder.
    package var model = ""
    package var data = ""
    /// What judges; a share of the data where nil.
    package var test: String?
    /// How many tokens of a sentence are read.
    package var length = 64
    /// A line leads from the rate to 0.
    package var learning = LearningOptions(batchSize: 32, weightDecay: 0.01)
    package var passes = PassOptions()

    package init() {}

    package var usualRate: Double { 1e-4 }

    package func validate() throws(TrainError) {
        try OptionCheck.count("--length", length, 2...1_000_000)
        try learning.validate()
        try passes.validate()
        try OptionCheck.positive("--hold-out", learning.holdOut)
    }
}
