import Backprop
import BackpropData
import BackpropNN

/// Keeps checkpoints of a training when their time has come.
///
/// One that cannot be written does not end the training, which may go on for hours, and the disk may have room again: it is
/// reported, and tried again when the next is due. Only the last one has to succeed.
final class CheckpointKeeper {
    private let folder: CheckpointFolder?
    private let interval: TrainerOptions.Interval
    private let clock: ContinuousClock
    private var lastTime: ContinuousClock.Instant
    private var lastStep = -1
    private var lastPath: String?
    private var reported: DataError?
    private let parts: [String: any Resumable]
    private let configuration: [String: SavedValue]
    private let progress: TrainerProgress

    init<Model, Batch>(_ trainer: Trainer<Model, Batch>, _ progress: TrainerProgress, _ clock: ContinuousClock) {
        folder = trainer.checkpoints
        interval = trainer.options.checkpointInterval
        self.clock = clock
        lastTime = clock.now
        parts = trainer.parts(progress)
        configuration = trainer.configuration
        self.progress = progress
    }

    /// Gives all parts the state of the newest checkpoint where the training shall go on.
    func begin(resuming: Bool) throws {
        guard let folder else {
            return require(!resuming, "Trainer.fit: resuming needs a folder of checkpoints; set trainer.checkpoints")
        }
        guard let found = try folder.latest() else { return }
        guard resuming else {
            throw TrainError(
                .targetExists, at: folder.path, "there are checkpoints of a training already",
                remedy: "go on with it by fit(..., resuming: true), or choose another folder")
        }
        try found.checkpoint.restore(to: parts)
        (lastPath, lastStep) = (found.path, progress.step)
    }

    /// After a step.
    func keepIfDue() {
        let isDue =
            switch interval {
            case .epochs: false
            case .steps(let count): progress.step % max(count, 1) == 0
            case .seconds(let seconds): lastTime.duration(to: clock.now) >= .seconds(seconds)
            }
        if isDue { keep(measure: nil) }
    }

    /// After an epoch.
    func keepIfDue(epoch: Int, measure: Double?) {
        if case .epochs(let count) = interval, epoch % max(count, 1) == 0 { keep(measure: measure) }
    }

    /// At the end, or where somebody has asked for it.
    func finish(measure: Double?) throws {
        guard lastStep != progress.step else { return }
        try save(measure)
    }

    private func keep(measure: Double?) {
        do {
            try save(measure)
            reported = nil
        } catch {
            if reported != error { Warnings.print("\(error); the training goes on without this checkpoint") }
            reported = error
        }
    }

    private func save(_ measure: Double?) throws(DataError) {
        guard let folder else { return }
        lastTime = clock.now
        lastPath = try folder.save(
            Checkpoint(of: parts, step: progress.step, measure: measure, configuration: configuration))
        lastStep = progress.step
    }

    // MARK: What is said

    /// For the end of a message: where the training can go on from; empty where nothing was kept.
    var whereToGoOn: String { lastPath.map { "; the last checkpoint is \($0)" } ?? "" }

    /// How an interrupted training goes on.
    func sayHowToGoOn(_ command: String?) {
        let place = "stopped in epoch \(progress.epoch) after step \(progress.step)"
        let rest =
            lastPath.map { "; kept \($0), \(command ?? "fit(..., resuming: true) goes on from there")" }
            ?? "; nothing was kept, since there is no folder for checkpoints"
        Terminal.write(place + rest + "\n")
    }
}

extension Trainer {
    /// All that a checkpoint of this training holds.
    func parts(_ progress: TrainerProgress) -> [String: any Resumable] {
        var result = parts
        func add(_ name: String, _ part: (any Resumable)?) {
            guard let part else { return }
            require(
                result[name] == nil,
                "Trainer: a part of one's own is called '\(name)', which is one of the trainer's names")
            result[name] = part
        }
        add("model", ModelState(model))
        add("optimizer", optimizer)
        add("scheduler", scheduler)
        add("plateau", plateau)
        add("average", average)
        add("random", RandomState.current)
        add("progress", progress)
        add("loss", loss)
        for (index, metric) in metrics.enumerated() { add("metrics.\(index)", metric) }
        return result
    }
}
