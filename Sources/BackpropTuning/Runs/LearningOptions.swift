import Backprop
import BackpropModels
import BackpropTrain

/// What all trainings of language models are told about their steps.
package struct LearningOptions: Codable, Sendable, Equatable {
    /// Examples in each step.
    package var batchSize: Int
    /// The largest rate; what suits the training where nil.
    package var learningRate: Double?
    package var weightDecay: Double
    /// The share of the examples that only judges.
    package var holdOut: Double
    package var seed: UInt64 = 0
    /// Whether products are taken in bfloat16.
    package var isMixed = false
    /// Bytes that a step may hold; what does not fit is computed twice. Nil without a bound.
    package var memoryBudget: Int?
    /// Whether each block keeps only its result for the backward pass (`checkpointingBlocks`).
    package var checkpointsBlocks = false

    init(batchSize: Int, weightDecay: Double = 0, holdOut: Double = 0.1) {
        (self.batchSize, self.weightDecay, self.holdOut) = (batchSize, weightDecay, holdOut)
    }

    func validate() throws(TrainError) {
        try OptionCheck.count("--batch-size", batchSize)
        if let learningRate { try OptionCheck.positive("--learning-rate", learningRate) }
        try OptionCheck.share("--weight-decay", weightDecay)
        try OptionCheck.share("--hold-out", holdOut)
        try OptionCheck.count("--memory", memoryBudget ?? 1, 1...Int.max)
    }

    /// Records the values of a batch as they are to be kept.
    func recording<Result>(_ body: () throws -> Result) rethrows -> Result {
        checkpointsBlocks ? try checkpointingBlocks(body) : try body()
    }
}

/// How often a training goes over its examples.
package struct PassOptions: Codable, Sendable, Equatable {
    package var epochs: Int
    /// The most updates; nil for all of the epochs.
    package var steps: Int?
    /// Batches whose gradients make one update.
    package var accumulation = 1

    init(epochs: Int = 1) { self.epochs = epochs }

    func validate() throws(TrainError) {
        try OptionCheck.count("--epochs", epochs)
        try OptionCheck.count("--steps", steps ?? 1)
        try OptionCheck.count("--accumulate", accumulation)
    }

    /// How many updates epochs of so many batches make.
    func updates(batches: Int) -> Int {
        min(epochs * ((batches + accumulation - 1) / accumulation), steps ?? .max)
    }
}
