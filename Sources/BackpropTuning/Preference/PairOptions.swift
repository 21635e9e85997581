import BackpropModels
import BackpropTrain

/// What trainings by pairs of answers are told: which model, which pairs, and what of the model learns.
package struct PairOptions: Codable, Sendable, Equatable {
    package var model = ""
    package var data = ""
    /// Whether adapters learn, in the place of all weights.
    package var usesAdapters = true
    package var adapters = LowRankOptions()
    /// The most tokens of a prompt with its answer; longer pairs are left out.
    package var length = 512

    init() {}

    var learner: TunedModel.Method { usesAdapters ? .lowRank(adapters) : .whole }

    func validate() throws(TrainError) { try OptionCheck.count("--length", length, 8...1_000_000) }
}

/// Options of a training by pairs of answers.
package protocol PairTrainingOptions: PassingOptions {
    var pairs: PairOptions { get set }
    /// The largest rate of all weights where none is given.
    static var wholeRate: Double { get }
}

extension PairTrainingOptions {
    package static var examples: String { "pairs" }
    package static var usualRates: String {
        "\(NumberFormat.decimal(TuningOptions.adapterRate)); \(NumberFormat.decimal(wholeRate)) with --whole"
    }

    package var usualRate: Double { pairs.usesAdapters ? TuningOptions.adapterRate : Self.wholeRate }

    func validateAll() throws(TrainError) {
        try pairs.validate()
        try learning.validate()
        try passes.validate()
        try OptionCheck.positive("--hold-out", learning.holdOut)
    }

    /// The pairs of the data.
    func read(_ speaker: TextGenerator) throws(DataError) -> PreferencePairs {
        try PreferencePairs(
            pairs.data, PromptWriter(speaker), length: pairs.length, holdOut: learning.holdOut, seed: learning.seed)
    }
}
