import Backprop
import BackpropData
import BackpropFiles
import BackpropModels
import BackpropNN
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

    /// The model, the pairs of the data, and what learns; a line is said about each.
    func begin(
        _ say: (_ name: String, _ text: String) throws -> Void
    ) throws -> (speaker: TextGenerator, data: PreferencePairs, learner: TunedModel) {
        let speaker = try TextGenerator(pairs.model)
        let data = try PreferencePairs(
            pairs.data, PromptWriter(speaker), length: pairs.length, holdOut: learning.holdOut, seed: learning.seed)
        for (name, line) in data.lines(FileSystem.name(of: pairs.data), pairs) { try say(name, line) }
        let learner = try withRandomSeed(learning.seed) { try TunedModel(speaker.model, pairs.learner) }
        try say("Model", "\(speaker.model.architecture), \(learner.words); seed \(learning.seed)")
        return (speaker, data, learner)
    }

    /// What a training by pairs came to.
    func outcome(
        _ label: String, _ learner: TunedModel, _ report: FitReport, _ values: [MetricValue], judged: Int,
        digest: String
    ) -> TrainingOutcome {
        TrainingOutcome(
            data: FileSystem.name(of: pairs.data), label: label,
            model: "\(FileSystem.name(of: pairs.model)), \(learner.words)", seed: learning.seed,
            testAccuracy: values["rewards/accuracy"], testLoss: values["loss"], testCount: judged,
            epochs: report.epochs.count, bestEpoch: report.bestEpoch ?? 0, end: report.end, seconds: 0, peakBytes: 0,
            weightsDigest: digest)
    }
}
