import Backprop
import BackpropData
import BackpropNN

/// Trains a model: goes over the data again and again, measures, validates, keeps checkpoints, and ends in good order.
///
/// ```swift
/// let trainer = Trainer(model, AdamW(model.parameters()), loss: { crossEntropy($0, $1) }, metrics: [Accuracy()])
/// let report = try trainer.fit(training, validation: test, epochs: 5)
/// ```
///
/// It is made of parts that a loop of one's own uses as well: a `DataLoader`, `backward()`, an optimizer, metrics, a
/// `Checkpoint`. What it does between two batches is in `Trainer+Fit.swift`, and fits on a page.
///
/// With a folder for `checkpoints` a training goes on where it stopped (`fit(..., resuming: true)`), in the middle of an
/// epoch too, and ends with the same bits as one that was never stopped.
public final class Trainer<Model: ParameterContainer, Batch: Sendable> {
    public let model: Model
    public let optimizer: Optimizer
    /// What the model makes of a batch.
    public let forward: (Model, Batch) throws -> StepOutput
    /// Computed in the plan of each step, and of validation.
    public let metrics: [any Metric]
    public var options: TrainerOptions

    /// Sets the learning rate of every step.
    public var scheduler: Scheduler?
    /// Lowers the learning rate by the measure of `options.monitor`, after each epoch.
    public var plateau: PlateauScheduler?
    /// Takes every step into account. Where there is one, it is what validation judges and what the model has at the end.
    public var average: WeightAverage?
    /// Where checkpoints are kept.
    public var checkpoints: CheckpointFolder?
    /// What else a checkpoint holds, by name: the parts of a training of which the trainer does not know.
    public var parts: [String: any Resumable] = [:]
    /// Kept in every checkpoint, and of no influence: what a person wants to know about it later.
    public var configuration: [String: SavedValue] = [:]
    /// Where values are written while the training goes on: `step/loss` and `step/learning rate` every
    /// `options.logInterval` steps, and the measures of an epoch as `train/accuracy`, `validation/accuracy` and so on.
    public var logs: [any TrainingLog] = []
    /// Opens further logs when a training begins. A training that goes on gives the first step that it will do, as logs take
    /// it to drop what was written after the checkpoint; one that starts gives nil.
    ///
    /// ```swift
    /// trainer.openLogs = { step in [try CSVLog("runs/1/metrics.csv", resumingAt: step)] }
    /// ```
    public var openLogs: (_ resumingAt: Int?) throws -> [any TrainingLog] = { _ in [] }
    /// Gets what the training will hold, before its first step is computed, or the one that is to be dissected.
    package var announceMemory: ((TrainingBill) throws -> Void)?
    /// The step whose bill is announced together with what it is made of; nil where nobody wants to know that.
    package var dissectedStep: Int?
    /// Called after each step.
    package var stepEnded: (() throws -> Void)?
    /// Looks at gradients, weights and units every few steps. While `fit` runs it observes the optimizer, sees gradients before
    /// they are clipped, and logs the gradient and the step of each layer as `gradient/layers.0` and `step over weight/layers.0`.
    public var watch: GradientWatch?
    /// What is called on the way.
    public var callbacks: [any TrainerCallback] = []

    /// Gets the graph of the first step, before it is computed.
    package var announceGraph: ((StepGraph) throws -> Void)?
    /// What the model gets for that graph; nil to leave it as it is.
    package var graphedWeights: Weights?
    /// Makes the state anew that all parts had before the first step, where it follows from a seed; the training is then
    /// replayed from there without a copy.
    var beginning: ((TrainerProgress) throws -> Checkpoint)?

    let loss = RunningMean("loss")

    /// A training in which `forward` says what the model makes of a batch, of any type.
    ///
    /// ```swift
    /// let trainer = Trainer(model, optimizer, metrics: [Accuracy()]) { (model, batch: PaddedBatch) in
    ///     let outputs = model(batch.inputs, lengths: batch.lengths)
    ///     return StepOutput(loss: crossEntropy(outputs, batch.labels), outputs: outputs, labels: batch.labels)
    /// }
    /// ```
    public init(
        _ model: Model, _ optimizer: Optimizer, metrics: [any Metric] = [], options: TrainerOptions = TrainerOptions(),
        forward: @escaping (Model, Batch) throws -> StepOutput
    ) {
        self.model = model
        self.optimizer = optimizer
        self.metrics = metrics
        self.options = options
        self.forward = forward
    }

    /// A training of a module on batches of inputs and labels.
    ///
    /// - Parameter loss: of outputs and labels, such as `{ crossEntropy($0, $1) }`.
    public convenience init(
        _ model: Model, _ optimizer: Optimizer, loss: @escaping (Tensor, Tensor) -> Tensor, metrics: [any Metric] = [],
        options: TrainerOptions = TrainerOptions()
    ) where Model: Module, Batch == LabelledBatch {
        self.init(model, optimizer, metrics: metrics, options: options) { model, batch in
            let outputs = model(batch.inputs)
            return StepOutput(
                loss: loss(outputs, batch.labels), outputs: outputs, labels: batch.labels, count: batch.count)
        }
    }

    /// The measures of the model, with all layers as in use: the loss, and each metric.
    ///
    /// Metrics start anew, so it is not for the middle of an epoch of `fit`.
    public func evaluate(_ data: DataLoader<Batch>) throws -> [MetricValue] {
        resetMetrics()
        try model.evaluating {
            try withoutGradients {
                var batches = data.epoch(0).makeIterator()
                while let batch = try batches.nextBatch() {
                    let output = try output(batch)
                    measure(output)
                    // A batch may be larger than those that were looked at before.
                    try Backprop.evaluate(output.loss)
                }
            }
        }
        return values
    }

    /// What the model makes of a batch, in the precision of the options.
    func output(_ batch: Batch) throws -> StepOutput {
        guard let precision = options.precision else { return try forward(model, batch) }
        return try autocast(precision) { try forward(model, batch) }
    }

    /// Has the metrics take an output into account.
    func measure(_ output: StepOutput) {
        withoutGradients {
            loss.add(output.loss, count: output.count)
            guard let outputs = output.outputs, let labels = output.labels else { return }
            for metric in metrics { metric.update(outputs, labels) }
        }
    }

    /// The loss and what the metrics say.
    var values: [MetricValue] { [MetricValue(loss.name, loss.value)] + metrics.flatMap(\.values) }

    func resetMetrics() {
        loss.reset()
        for metric in metrics { metric.reset() }
    }
}
