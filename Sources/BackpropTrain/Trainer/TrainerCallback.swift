/// Something that is called while a `Trainer` trains. All functions do nothing unless implemented.
///
/// ```swift
/// final class Printer: TrainerCallback {
///     func epochEnded(_ moment: TrainerMoment) { print(moment.epoch, moment.values) }
/// }
/// ```
public protocol TrainerCallback: AnyObject {
    /// Before the first step, after a checkpoint was restored.
    func trainingBegins(_ moment: TrainerMoment) throws
    /// After an update. The loss is computed.
    func stepEnded(_ moment: TrainerMoment) throws
    /// After an epoch and its validation.
    func epochEnded(_ moment: TrainerMoment) throws
    /// After the last step, with the weights that stay.
    func trainingEnded(_ moment: TrainerMoment) throws
}

extension TrainerCallback {
    public func trainingBegins(_ moment: TrainerMoment) throws {}
    public func stepEnded(_ moment: TrainerMoment) throws {}
    public func epochEnded(_ moment: TrainerMoment) throws {}
    public func trainingEnded(_ moment: TrainerMoment) throws {}
}

/// Where a training is when a callback is called.
public final class TrainerMoment {
    /// The epoch, from 1.
    public internal(set) var epoch = 0
    /// Batches of the epoch that are done.
    public internal(set) var batch = 0
    /// Updates done, in all.
    public internal(set) var step = 0
    /// The loss of the last step, of all batches that it took.
    public internal(set) var loss = Double.nan
    /// Examples of the last step.
    public internal(set) var exampleCount = 0
    /// The learning rate of the first group.
    public internal(set) var learningRate = 0.0
    /// Seconds of training, those before a resume included.
    public internal(set) var seconds = 0.0
    /// The measures of the epoch, once it is done.
    public internal(set) var values: [MetricValue] = []
    /// Whether a callback has asked for the end.
    private(set) var shallStop = false

    /// Ends the training after this step or epoch; a checkpoint is kept where there is a folder for them.
    public func stop() { shallStop = true }
}
