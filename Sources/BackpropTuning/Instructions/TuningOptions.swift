import BackpropModels
import BackpropTrain

/// How a language model is tuned on examples.
package struct TuningOptions: LanguageRunOptions {
    package static let kind = "tuning"
    package static let command = "lm tune"

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
    package var model: String
    package var data: String
    package var method = Method.whole
    /// Blocks that learn with `last`.
    package var lastBlocks = 2
    package var rank = 8
    package var alpha = 16.0
    package var targets: [String]?
    package var adapterDropout = 0.0
    /// Tokens of a row, into which several examples are packed.
    package var context = 512
    /// Rows in each step.
    package var batchSize = 4
    /// Batches whose gradients make one update.
    package var accumulation = 1
    package var epochs = 1
    /// The most updates; nil for all of the epochs.
    package var steps: Int?
    /// The largest rate, reached after a thirtieth of the updates, from which a cosine leads to 0; what suits the method where
    /// nil.
    package var learningRate: Double?
    package var weightDecay = 0.0
    package var holdOut = 0.05
    package var seed: UInt64 = 0
    package var isMixed = false

    package init(model: String, data: String) { (self.model, self.data) = (model, data) }

    /// An adapter is small and starts at nothing: it takes larger steps.
    var rate: Double { learningRate ?? (method == .lowRank ? 2e-4 : 2e-5) }

    var lowRank: LowRankOptions {
        var options = LowRankOptions()
        (options.rank, options.alpha, options.targets, options.dropout) = (rank, alpha, targets, adapterDropout)
        return options
    }

    package func validate() throws(TrainError) {
        try OptionCheck.count("--context", context, 8...1_000_000)
        try OptionCheck.count("--batch-size", batchSize)
        try OptionCheck.count("--accumulate", accumulation)
        try OptionCheck.count("--epochs", epochs)
        try OptionCheck.count("--steps", steps ?? 1)
        try OptionCheck.count("--last", lastBlocks, 0...100_000)
        try OptionCheck.positive("--learning-rate", rate)
        try OptionCheck.share("--weight-decay", weightDecay)
        try OptionCheck.share("--hold-out", holdOut)
    }
}
