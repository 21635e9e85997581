import Backprop
import BackpropData
import BackpropNN

/// What a run gives to the training within it: where checkpoints are kept, what is shown, how long it may take.
package struct TrainingSurroundings {
    /// Where checkpoints are kept; nil for none.
    package var checkpoints: CheckpointFolder?
    /// Seconds after which the next one is kept.
    package var checkpointSeconds = 5.0
    /// Whether to go on from the newest checkpoint.
    package var resuming = false
    /// What else a checkpoint says about its training.
    package var configuration: [String: SavedValue] = [:]
    /// What is shown on standard error.
    package var progress = ProgressBar.Style.quiet
    /// Opens the logs of the run; see `Trainer.openLogs`.
    package var openLogs: (_ resumingAt: Int?) throws -> [any TrainingLog] = { _ in [] }
    /// How a person goes on after an interruption.
    package var resumeHint: String?
    /// What a step may hold; nil without a bound.
    package var memoryBudget: MemoryBudget?
    /// Gets what the training will hold, before its first step is computed.
    package var announceMemory: ((TrainingBill) throws -> Void)?
    /// The step whose bill is announced together with what it is made of; nil where nobody wants to know that.
    package var dissectedStep: Int?
    /// Called after each step.
    package var stepEnded: (() throws -> Void)?
    /// Gets the graph of the first step, before it is computed.
    package var announceGraph: ((StepGraph) throws -> Void)?
    /// What the model gets for that graph; nil to leave it as it is.
    package var graphedWeights: Weights?
    /// Whether gradients are looked at; what was seen is in the report of the training.
    package var watchesGradients = false
    /// Whether the first bad value is looked for where the training diverges.
    package var replays = true
    /// Says a line that belongs to the run, with its line end.
    package var say: (String) throws -> Void = { _ in }

    package init() {}

    /// The same for one of several trainings of a run, whose checkpoints have a folder of their own.
    func inner(_ name: String?) -> TrainingSurroundings {
        guard let name else { return self }
        var inner = self
        inner.checkpoints = checkpoints.map { CheckpointFolder("\($0.path)/\(name)", keepingLast: $0.keepsLast) }
        return inner
    }

    /// Has a trainer work within these surroundings.
    package func apply<Model, Batch>(to trainer: Trainer<Model, Batch>) {
        trainer.checkpoints = checkpoints
        trainer.options.checkpointInterval = .seconds(checkpointSeconds)
        trainer.configuration = configuration
        trainer.openLogs = openLogs
        trainer.announceMemory = announceMemory
        trainer.dissectedStep = dissectedStep
        trainer.announceGraph = announceGraph
        trainer.graphedWeights = graphedWeights
        trainer.stepEnded = stepEnded
        trainer.options.memoryBudget = memoryBudget
        if watchesGradients { trainer.watch = GradientWatch(trainer.model) }
        trainer.options.replay = replays ? .fromCheckpoint : .never
        trainer.options.progress = progress
        trainer.options.resumeHint = resumeHint
    }
}
