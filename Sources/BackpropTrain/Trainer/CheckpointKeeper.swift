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
    /// Where the training was at the last checkpoint: at the end of an epoch there is one step before and after it counts.
    private var lastPlace: (step: Int, epoch: Int)?
    private var lastPath: String?
    private var reported: DataError?
    private let parts: [String: any Resumable]
    /// Of no influence on the training, so one that goes on may begin or end to watch.
    private let watch: GradientWatch?
    static let watchName = "gradient watch"
    private let configuration: [String: SavedValue]
    private let progress: TrainerProgress
    private let monitor: Monitor
    var beforeSaving: () -> Void = {}

    init<Model, Batch>(
        _ trainer: Trainer<Model, Batch>, _ progress: TrainerProgress, _ monitor: Monitor, _ clock: ContinuousClock,
        _ folder: CheckpointFolder?
    ) {
        self.folder = folder
        interval = trainer.options.checkpointInterval
        self.clock = clock
        lastTime = clock.now
        parts = trainer.parts(progress)
        watch = trainer.watch
        configuration = trainer.configuration
        self.progress = progress
        self.monitor = monitor
    }

    /// Gives all parts the state of the newest checkpoint where the training shall go on.
    func begin(resuming: Bool) throws {
        guard let folder else { return }
        guard resuming else {
            if try folder.paths().isEmpty { return }
            throw TrainError(
                .targetExists, at: folder.path, "there are checkpoints of a training already",
                remedy: "go on with it by fit(..., resuming: true), or choose another folder")
        }
        guard let found = try folder.latest() else { return }
        var checkpoint = found.checkpoint
        let watched = checkpoint.sections.removeValue(forKey: Self.watchName)
        if let watch, let watched { try watch.check(watched) }
        try checkpoint.restore(to: parts)
        if let watch, let watched { try watch.restore(watched) }
        (lastPath, lastPlace) = (found.path, (progress.step, progress.epoch))
    }

    /// After a step that is not the last one of its epoch.
    func keepIfDue() { if isDue { keep() } }

    /// After an epoch, and so after its last step.
    func keepIfDue(epoch: Int) {
        if case .epochs(let count) = interval { if epoch % max(count, 1) == 0 { keep() } } else { keepIfDue() }
    }

    private var isDue: Bool {
        switch interval {
        case .epochs: false
        case .steps(let count): progress.step % max(count, 1) == 0
        case .seconds(let seconds): lastTime.duration(to: clock.now) >= .seconds(seconds)
        }
    }

    /// At the end, or where somebody has asked for it.
    func finish() throws(DataError) {
        if let lastPlace, lastPlace == (progress.step, progress.epoch) { return }
        try save()
    }

    private func keep() {
        do {
            try save()
            reported = nil
        } catch {
            if reported != error { Warnings.print("\(error); the training goes on without this checkpoint") }
            reported = error
        }
    }

    private func save() throws(DataError) {
        guard let folder else { return }
        // Logs that go on from here drop nothing from before, so it has to be there.
        beforeSaving()
        lastTime = clock.now
        // In the middle of an epoch the weights are others than those that were judged.
        let measure = progress.batch == 0 ? progress.epochs.last?[monitor.name] : nil
        var all = parts
        if let watch { all[Self.watchName] = watch }
        lastPath = try folder.save(
            Checkpoint(of: all, step: progress.step, measure: measure, configuration: configuration))
        lastPlace = (progress.step, progress.epoch)
    }

    /// The checkpoint that was kept or restored last; nil where there is none, or it cannot be read.
    var newest: Checkpoint? {
        var checkpoint = lastPath.flatMap { try? Checkpoint(reading: $0) }
        checkpoint?.sections[Self.watchName] = nil
        return checkpoint
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
