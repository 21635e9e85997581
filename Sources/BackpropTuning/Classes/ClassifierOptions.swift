import BackpropTrain

/// How sentences are told apart.
package struct ClassifierOptions: LanguageRunOptions {
    package static let kind = "classifier"
    package static let command = "lm classify"

    /// The folder of the encoder.
    package var model: String
    package var data: String
    /// What judges; a share of the data where nil.
    package var test: String?
    package var holdOut = 0.1
    package var epochs = 1
    package var batchSize = 32
    /// The first rate, from which a line leads to 0.
    package var learningRate = 1e-4
    package var weightDecay = 0.01
    /// How many tokens of a sentence are read.
    package var length = 64
    package var seed: UInt64 = 0
    package var isMixed = false

    package init(model: String, data: String) { (self.model, self.data) = (model, data) }

    package func validate() throws(TrainError) {
        try OptionCheck.count("--epochs", epochs)
        try OptionCheck.count("--batch-size", batchSize)
        try OptionCheck.count("--length", length, 2...1_000_000)
        try OptionCheck.positive("--learning-rate", learningRate)
        try OptionCheck.share("--weight-decay", weightDecay)
        try OptionCheck.share("--hold-out", holdOut)
        try OptionCheck.positive("--hold-out", holdOut)
    }
}
