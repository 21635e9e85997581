import Backprop
import BackpropFiles

/// How a `Trainer` trains. Everything is off unless it is asked for.
public struct TrainerOptions: Sendable {
    /// What is done to gradients before a step.
    public enum Clipping: Sendable, Equatable {
        /// All together are scaled so that their norm is at most this (`clipGradientNorm`).
        case norm(Double)
        /// Every element is at most this in size (`clipGradientValues`).
        case values(Double)
    }

    /// When a checkpoint is kept, besides the end and an interruption.
    public enum Interval: Sendable, Equatable {
        case epochs(Int)
        case steps(Int)
        case seconds(Double)
    }

    /// Where the steps that led to a loss that is no finite number are done again from, to find the first bad value.
    public enum Replay: Sendable, Equatable {
        /// They are not.
        case never
        /// The newest checkpoint of this training. Until it is needed this costs nothing.
        case fromCheckpoint
        /// The newest checkpoint, and before there is one a copy of the weights that the training began with, which stays in
        /// memory.
        case fromStart
    }

    /// Batches whose gradients make one update: their mean, computed batch by batch, so that only one is in memory.
    public var accumulation = 1
    /// What is done to gradients before a step.
    public var clipping: Clipping?
    /// What a step, and a batch of validation data, may hold; steps that need more compute values anew rather than to keep
    /// them (`withMemoryBudget`), and train the same weights to the bit.
    public var memoryBudget: MemoryBudget?
    /// `.bfloat16` for mixed precision with float32 weights (`autocast`); nil for the precision of the model.
    public var precision: DType?
    /// The measure that says which epoch is best: the validation loss where left out, or without validation the loss.
    public var monitor: Monitor?
    /// When the training ends before its last epoch.
    public var stopping: EarlyStopping?
    /// Whether the model has the weights of its best epoch at the end, and not of its last.
    public var keepsBest = false
    /// Ends after the step during which so many seconds of training have passed.
    public var timeLimit: Double?
    /// Ends after so many updates.
    public var stepLimit: Int?
    /// How often a checkpoint is kept, where there is a folder for them.
    public var checkpointInterval = Interval.epochs(1)
    /// What is done when the loss, or a weight at the end, is NaN or infinite: the steps are done again, which gives the same
    /// bits, up to the one that first went wrong, and that one operator by operator (`ParameterContainer.firstBadValue`). The
    /// error says which operator it was, and has it as `badValue`; the weights are those before that step. Callbacks are not
    /// called again, nothing is logged or kept.
    public var replay = Replay.fromCheckpoint
    /// The most seconds that this may take. Where it would be more, by what the steps took, the error says so.
    public var replayLimit = 120.0
    /// How a person goes on with an interrupted training, for the line that says so: with `the same command` it ends
    /// in "the same command goes on from there".
    public var resumeHint: String?
    /// How often the values of a step are logged, in steps. Those of epochs always are.
    public var logInterval = 10
    /// What is counted in the progress: with `("tokens", 2048)` it says tokens a second, of which a batch has so many.
    public var pace: (name: String, perBatch: Int)?
    /// What is shown on standard error.
    public var progress = ProgressBar.Style.automatic

    public init() {}
}
