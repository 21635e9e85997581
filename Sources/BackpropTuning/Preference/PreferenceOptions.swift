import BackpropModels
import BackpropTrain

/// How a language model is aligned by pairs of answers.
package struct PreferenceOptions: LanguageRunOptions {
    package static let kind = "preference"
    package static let command = "lm prefer"

    package var model: String
    package var data: String
    package var loss = PreferenceLoss.sigmoid
    /// How strongly the model is held to what it was.
    package var beta = 0.1
    package var usesAdapters = true
    package var rank = 8
    package var alpha = 16.0
    package var targets: [String]?
    /// Pairs in each step.
    package var batchSize = 4
    package var epochs = 1
    package var steps: Int?
    /// What suits the method where nil.
    package var learningRate: Double?
    /// The most tokens of a prompt with its answer; longer pairs are left out.
    package var length = 512
    package var holdOut = 0.1
    package var seed: UInt64 = 0
    package var isMixed = false

    package init(model: String, data: String) { (self.model, self.data) = (model, data) }

    /// What learns, in the words of tuning.
    var tuning: TuningOptions {
        var tuning = TuningOptions(model: model, data: data)
        tuning.method = usesAdapters ? .lowRank : .whole
        (tuning.rank, tuning.alpha, tuning.targets) = (rank, alpha, targets)
        return tuning
    }

    var rate: Double { learningRate ?? (usesAdapters ? 1e-4 : 5e-6) }

    package func validate() throws(TrainError) {
        try OptionCheck.positive("--beta", beta)
        try OptionCheck.count("--batch-size", batchSize)
        try OptionCheck.count("--epochs", epochs)
        try OptionCheck.count("--steps", steps ?? 1)
        try OptionCheck.count("--length", length, 8...1_000_000)
        try OptionCheck.positive("--learning-rate", rate)
        try OptionCheck.positive("--hold-out", holdOut)
        try OptionCheck.share("--hold-out", holdOut)
    }
}
