import BackpropModels
import BackpropTrain

/// How a language model is tuned on examples.
package struct TuningOptions: PassingOptions {
    package static let kind = "tuning"
    package static let command = "lm tune"
    package static let examples = "rows"
    package static var usualRates: String {
        "\(NumberFormat.decimal(Self().usualRate)); \(NumberFormat.decimal(adapterRate)) for adapters"
    }

    /// What learns.
    package enum Method: String, Codable, Sendable, CaseIterable {
        /// All weights.
        case whole
        /// Those of the last blocks.
        case last
        /// Adapters of low rank.
        case lowRank
    }

    /// The folder or the file of the model.
    package var model = ""
    package var data = ""
    package var method = Method.whole
    /// Blocks that learn with `last`.
    package var lastBlocks = 2
    package var adapters = LowRankOptions()
    /// Tokens of a row, into which several examples are packed.
    package var context = 512
    package var learning = LearningOptions(batchSize: 4, holdOut: 0.05)
    package var passes = PassOptions()

    package init() {}

    package var usualRate: Double { method == .lowRank ? Self.adapterRate : 2e-5 }
    /// An adapter is small and starts at nothing: it takes larger steps.
    static let adapterRate = 2e-4

    var learner: TunedModel.Method {
        switch method {
        case .whole: .whole
        case .last: .last(lastBlocks)
        case .lowRank: .lowRank(adapters)
        }
    }

    package func validate() throws(TrainError) {
        try OptionCheck.count("--context", context, 8...1_000_000)
        try OptionCheck.count("--last", lastBlocks, 0...100_000)
        try learning.validate()
        try passes.validate()
    }
}
