import BackpropTrain

/// What a training of a language model was told, as it is kept with its run.
package protocol LanguageRunOptions: Codable, Sendable, Equatable {
    /// What kind of training it is, which tells one run from another.
    static var kind: String { get }
    /// The command that it belongs to: "lm train".
    static var command: String { get }
    /// What it learns from: "pairs".
    static var examples: String { get }
    /// The largest rate where none is given, in words.
    static var usualRates: String { get }

    /// As it is before anything is given: without a model and without data.
    init()

    var learning: LearningOptions { get set }
    /// The largest rate where none is given.
    var usualRate: Double { get }

    /// - Throws: `TrainError` for a value that makes no sense.
    func validate() throws(TrainError)
}

extension LanguageRunOptions {
    package static var usualRates: String { NumberFormat.decimal(Self().usualRate) }

    var rate: Double { learning.learningRate ?? usualRate }
}
