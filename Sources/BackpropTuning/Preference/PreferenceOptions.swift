import BackpropModels
import BackpropTrain

/// How a language model is aligned by pairs of answers.
package struct PreferenceOptions: PassingOptions {
    package static let kind = "preference"
    package static let command = "lm prefer"
    package static let examples = "pairs"
    package static var usualRates: String {
        "\(NumberFormat.decimal(Self().usualRate)); \(NumberFormat.decimal(wholeRate)) with --whole"
    }

    package var model = ""
    package var data = ""
    package var loss = PreferenceLoss.sigmoid
    /// How strongly the model is held to what it was.
    package var beta = 0.1
    package var usesAdapters = true
    package var adapters = LowRankOptions()
    /// The most tokens of a prompt with its answer; longer pairs are left out.
    package var length = 512
    package var learning = LearningOptions(batchSize: 4)
    package var passes = PassOptions()

    package init() {}

    package var usualRate: Double { usesAdapters ? 1e-4 : Self.wholeRate }
    private static let wholeRate = 5e-6

    var learner: TunedModel.Method { usesAdapters ? .lowRank(adapters) : .whole }

    package func validate() throws(TrainError) {
        try OptionCheck.positive("--beta", beta)
        try OptionCheck.count("--length", length, 8...1_000_000)
        try learning.validate()
        try passes.validate()
        try OptionCheck.positive("--hold-out", learning.holdOut)
    }
}
