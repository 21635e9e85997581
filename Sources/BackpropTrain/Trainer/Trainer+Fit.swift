import Backprop
import BackpropData
import BackpropNN

extension Trainer {
    /// Trains until `epochs` are done, or until an option, a callback or a person ends it before.
    ///
    /// Ctrl-C and `kill` end it after the step that is being done: a checkpoint is kept where there is a folder for them, and a
    /// line on standard error says how to go on. A second one ends the program at once.
    ///
    /// - Parameters:
    ///   - validation: judged after each epoch, with all layers as in use.
    ///   - epochs: in all, those before a resume included.
    ///   - resuming: whether to go on from the newest checkpoint of the folder, where there is one.
    /// - Returns: what became of it. Layers are in the mode that they were in before.
    /// - Throws: `TrainError` where the loss is no finite number any more, where a step does not fit the memory budget, or where checkpoints of another training are in the
    ///   way; `DataError` for a record or a file; whatever `forward` and callbacks throw. Checkpoints stay as they are then.
    @discardableResult
    public func fit(
        _ data: DataLoader<Batch>, validation: DataLoader<Batch>? = nil, epochs: Int, resuming: Bool = false,
        file: StaticString = #fileID, line: UInt = #line
    ) throws -> FitReport {
        require(
            options.accumulation > 0,
            "Trainer.fit: an accumulation of \(options.accumulation) batches, expected 1 or more", file: file,
            line: line)
        require(
            checkpoints != nil || !resuming,
            "Trainer.fit: resuming needs a folder of checkpoints; set trainer.checkpoints", file: file, line: line)
        let goal = options.monitor?.goal ?? .lower
        require(
            plateau == nil || plateau?.goal == goal,
            "Trainer.fit: the plateau scheduler takes \(plateau?.goal ?? goal) measures for better, the monitor \(goal) ones",
            file: file, line: line)
        let fit = Fit(self, data, validation, epochs)
        return try Interruption.noted {
            do {
                return try withMemoryBudget(options.memoryBudget) { try fit.perform(resuming: resuming) }
            } catch let divergence as Divergence {
                throw fit.error(for: divergence)
            }
        }
    }
}

/// One call of `fit`.
final class Fit<Model: ParameterContainer, Batch: Sendable> {
    let trainer: Trainer<Model, Batch>
    let data: DataLoader<Batch>
    let validation: DataLoader<Batch>?
    let epochs: Int
    let options: TrainerOptions
    let monitor: Monitor
    let keeper: CheckpointKeeper
    let progress: TrainerProgress
    let moment = TrainerMoment()
    let clock = ContinuousClock()
    let start: ContinuousClock.Instant
    var end: FitReport.End?
    /// Of the batches of this epoch since it was begun or resumed, as it is shown.
    var shownLoss = (sum: 0.0, count: 0)
    private var isBilled = false
    /// What a replay needs; nil while one trains.
    let replay: Replay?
    /// All parts before the first step, where they are kept.
    private(set) var beginning: Checkpoint?
    /// Updates that were done before this call.
    private(set) var firstStep = 0
    /// The layers in which the values of the first step were recorded.
    private var labels = BillLabels()
    private var inference: MemoryBill?
    private var judging: MemoryBill?
    var bar: ProgressBar
    var logs: [any TrainingLog] = []

    init(
        _ trainer: Trainer<Model, Batch>, _ data: DataLoader<Batch>, _ validation: DataLoader<Batch>?, _ epochs: Int,
        replay: Replay? = nil
    ) {
        self.trainer = trainer
        self.data = data
        self.validation = validation
        self.epochs = epochs
        options = trainer.options
        monitor = options.monitor ?? Monitor(validation == nil ? "loss" : "validation/loss", .lower)
        progress = TrainerProgress(data: data.identity)
        self.replay = replay
        keeper = CheckpointKeeper(trainer, progress, monitor, clock, replay == nil ? trainer.checkpoints : nil)
        labels.wantsAnatomy = trainer.dissectedStep != nil
        start = clock.now
        bar = ProgressBar(
            epochs: epochs, batchesPerEpoch: data.batchCount, style: replay == nil ? options.progress : .quiet,
            pace: options.pace)
    }

    func perform(resuming: Bool) throws -> FitReport {
        defer { bar.finish() }
        let observer = trainer.optimizer.observer
        if let watch = trainer.watch { trainer.optimizer.observer = watch }
        defer { trainer.optimizer.observer = observer }
        try keeper.begin(resuming: resuming)
        firstStep = progress.step
        if options.replay == .fromStart, keeper.newest == nil {
            beginning = Checkpoint(of: trainer.parts(progress), step: progress.step)
        }
        bar.skip(epochs: Double(progress.epoch - 1) + Double(progress.batch) / Double(max(data.batchCount, 1)))
        update(moment)
        let opened = try trainer.openLogs(resuming ? progress.step + 1 : nil)
        logs = trainer.logs + opened
        defer { for log in opened { log.close() } }
        keeper.beforeSaving = { [logs = logs] in for log in logs { log.flush() } }
        if !trainer.configuration.isEmpty { for log in logs { log.write(configuration: trainer.configuration) } }
        for callback in trainer.callbacks { try callback.trainingBegins(moment) }
        // What ended a training may still hold when it is resumed.
        if progress.step > 0 { noteEnd() }
        if progress.batch == 0 { noteEarlyEnd() }
        while end == nil, progress.epoch <= epochs { try performEpoch() }
        // What the last step made of the weights has met no loss; the best ones are older.
        if progress.step > firstStep, !options.keepsBest || progress.bestWeights.isEmpty, !hasFiniteWeights {
            throw Divergence(
                epoch: moment.epoch, batch: moment.batch, found: "the last step made weights that are not finite")
        }
        // Whether or not the state can be kept, whoever holds the model gets the weights that stay.
        let kept = Result { () throws(DataError) in try keeper.finish() }
        try adoptWeights()
        try kept.get()
        return try conclude()
    }

    /// The rest of the present epoch.
    func performEpoch() throws {
        if progress.batch == 0 { trainer.resetMetrics() }
        shownLoss = (0, 0)
        var batches = data.epoch(progress.epoch, from: progress.batch).makeIterator()
        while let loss = try replay.map({ try examinedStep(&batches, $0) }) ?? step(&batches) {
            try noteStep(loss)
            if end != nil { return bar.stop(epoch: progress.epoch, batch: progress.batch, shownValues) }
            if progress.batch < data.batchCount { keeper.keepIfDue() }
        }
        try finishEpoch()
    }

    /// One update, from as many batches as make one.
    ///
    /// - Returns: the mean of their losses; nil where the epoch has no batch left.
    func step(_ batches: inout DataLoader<Batch>.Epoch.Iterator) throws -> Double? {
        let left = data.batchCount - batches.nextIndex
        let wanted = min(options.accumulation, left)
        var losses: [Tensor] = []
        moment.exampleCount = 0
        while losses.count < wanted, let batch = try batches.nextBatch() {
            if let announce = trainer.announceGraph { try announce(try graph(of: batch)) }
            let output = try billIsDue ? labelled(batch) : trainer.output(batch)
            trainer.measure(output)
            addGradients(of: wanted == 1 ? output.loss : output.loss * (1 / Double(wanted)))
            losses.append(output.loss)
            moment.exampleCount += output.count
            // What is computed now need not stay in memory until the last batch.
            if losses.count < wanted {
                try checkWaitingGradients(areFirst: losses.count == 1)
                evaluateOrStop(trainer.optimizer.parameters.compactMap(\.gradient))
            }
        }
        guard !losses.isEmpty else { return nil }
        if losses.count < wanted {
            // The last batches of the epoch had only samples that are skipped.
            withoutGradients {
                for parameter in trainer.optimizer.parameters {
                    parameter.gradient = parameter.gradient.map { $0 * (Double(wanted) / Double(losses.count)) }
                }
            }
        }
        if replay == nil { trainer.watch?.noteGradients(of: trainer.optimizer) }
        switch options.clipping {
        case .norm(let limit): clipGradientNorm(trainer.optimizer.parameters, to: limit)
        case .values(let limit): clipGradientValues(trainer.optimizer.parameters, to: limit)
        case nil: break
        }
        try checkStep()
        trainer.optimizer.step()
        trainer.average?.update()
        progress.batch = batches.nextIndex
        progress.step += 1
        return losses.reduce(0) { $0 + $1.item() } / Double(losses.count)
    }

    /// Adds the gradients of a batch to those that wait, without computing anything: `backward()` alone would compute the
    /// sums at once, and nobody could say before what that holds.
    private func addGradients(of loss: Tensor) {
        let parameters = trainer.optimizer.parameters
        let waiting = parameters.map { $0.takeGradient() }
        loss.backward()
        withoutGradients {
            for case (let parameter, let before?) in zip(parameters, waiting) {
                parameter.gradient = parameter.takeGradient().map { before + $0 } ?? before
            }
        }
    }

    /// Says what the first step holds. Under a budget each step is looked at, since batches differ.
    private func checkStep() throws {
        let isFirst = billIsDue
        guard isFirst || options.memoryBudget != nil else { return }
        isBilled = true
        let bill = bill()
        try bill.check(options.memoryBudget)
        if isFirst { try trainer.announceMemory?(bill) }
    }

    /// The same before gradients of a batch are computed that wait for others: they lie beside the step that uses them.
    ///
    /// - Parameter areFirst: whether none lie there yet.
    private func checkWaitingGradients(areFirst: Bool) throws {
        guard let budget = options.memoryBudget else { return }
        let gradients = areFirst ? trainer.optimizer.parameters.compactMap(\.gradient) : []
        let waiting = gradients.reduce(0) { $0 + $1.size * $1.dtype.byteCount }
        let found = withMemoryBudget(MemoryBudget(bytes: max(1, budget.bytes - waiting))) { self.bill() }
        try found.check(budget, beside: waiting)
    }

    /// Whether somebody wants to know what the first step holds before it is computed.
    private var billIsDue: Bool {
        !isBilled && progress.step + 1 >= trainer.dissectedStep ?? 1
            && (trainer.announceMemory != nil || options.memoryBudget != nil)
    }

    /// The output for a batch, with the layers noted that record its values. What the model takes without a backward pass
    /// is billed before, since running statistics wait for the step afterwards.
    private func labelled(_ batch: Batch) throws -> StepOutput {
        inference = try trainer.model.inferenceBill { _ in try trainer.output(batch).loss }
        judging = try validationBill()
        var recorded: StepOutput?
        _ = try trainer.model.recorded(&labels) {
            recorded = try trainer.output(batch)
            return recorded!.loss
        }
        return recorded!
    }

    /// The graph of a step of one batch.
    private func graph(of batch: Batch) throws -> StepGraph {
        try trainer.graphedWeights?.restore(to: trainer.model)
        var norm: Double?
        if case .norm(let limit) = options.clipping { norm = limit }
        return try trainer.model.stepGraph("A training step", optimizer: trainer.optimizer, clipping: norm) { _ in
            try trainer.output(batch).loss
        }
    }

    /// What a batch of validation data holds; nil where there is none.
    private func validationBill() throws -> MemoryBill? {
        guard let validation else { return nil }
        // What validation draws at random would be missing in the training.
        return try withRandomSeed(0) { () -> MemoryBill? in
            var batches = validation.epoch(0).makeIterator()
            return try batches.nextBatch().map { batch in
                try trainer.model.evaluating { try withoutGradients { try trainer.output(batch).loss.memoryBill } }
            }
        }
    }

    /// What this training holds, from the recorded step.
    private func bill() -> TrainingBill {
        TrainingBill(
            step: trainer.optimizer.memoryBill(labels), validation: judging, inference: inference,
            weightBytes: trainer.optimizer.parameters.reduce(0) { $0 + $1.value.size * $1.value.dtype.byteCount })
    }

    private func noteStep(_ loss: Double) throws {
        moment.loss = loss
        update(moment)
        trainer.scheduler?.step()
        guard loss.isFinite else {
            throw Divergence(
                epoch: progress.epoch, batch: progress.batch, found: "the loss became \(NumberFormat.significant(loss))"
            )
        }
        if progress.step % max(options.logInterval, 1) == 0 {
            log(["step/loss": loss, "step/learning rate": moment.learningRate])
        }
        shownLoss.sum += loss * Double(moment.exampleCount)
        shownLoss.count += moment.exampleCount
        bar.update(epoch: progress.epoch, batch: progress.batch, shownValues)
        if replay != nil { return }
        if let watch = trainer.watch, watch.takesNews() { watch.flow.write(to: logs, step: progress.step) }
        try trainer.stepEnded?()
        for callback in trainer.callbacks { try callback.stepEnded(moment) }
        noteEnd()
    }

    private var shownValues: [ProgressBar.Value] { [("loss", shownLoss.sum / Double(max(shownLoss.count, 1)))] }

    private func noteEnd() {
        if Interruption.requested != 0 || moment.shallStop {
            end = .interrupted
        } else if let limit = options.timeLimit, moment.seconds >= limit {
            end = .timeLimit
        } else if let limit = options.stepLimit, progress.step >= limit {
            end = .completed
        }
    }

    private func noteEarlyEnd() {
        if let stopping = options.stopping, end == nil,
            progress.failures(by: monitor, stopping.smallestChange) >= max(1, stopping.patience)
        {
            end = .stoppedEarly
        }
    }

    private func finishEpoch() throws {
        let training = trainer.values
        var judged: [MetricValue] = []
        if let validation {
            bar.announce(.measuring)
            judged = try trainer.withAverage { try trainer.evaluate(validation) }
                .map { MetricValue("validation/" + $0.name, $0.value) }
        }
        let values = training + judged
        let needsMonitor = options.keepsBest || options.stopping != nil || trainer.plateau != nil
        require(
            values.contains { $0.name == monitor.name } || !needsMonitor,
            "Trainer: the monitor '\(monitor.name)' is none of \(values.map(\.name))")
        let number = progress.epoch
        let isBest = progress.finish(values, monitor)
        if isBest && options.keepsBest {
            progress.bestWeights = trainer.withAverage { ModelState(trainer.model).savedState.tensors }
        }
        if let plateau = trainer.plateau, let value = progress.epochs.last?[monitor.name] { plateau.step(value) }
        bar.finishEpoch(number, values.map { ($0.name, $0.value) }, isBest: isBest)
        log(
            Dictionary(training.map { ("train/" + $0.name, $0.value) } + judged.map { ($0.name, $0.value) }) {
                _, last in
                last
            })
        moment.values = values
        noteTime()
        if replay == nil {
            for callback in trainer.callbacks { try callback.epochEnded(moment) }
            noteEnd()
        }
        moment.values = []
        noteEarlyEnd()
        if end == nil {
            bar.announce(.saving)
            keeper.keepIfDue(epoch: number)
        }
    }

    /// Gives the model the weights that stay.
    private func adoptWeights() throws {
        if options.keepsBest, !progress.bestWeights.isEmpty {
            try ModelState(trainer.model).restore(SavedState(tensors: progress.bestWeights))
        } else {
            trainer.adoptAverage()
        }
    }

    private func conclude() throws -> FitReport {
        update(moment)
        trainer.watch?.flow.write(to: logs, step: progress.step)
        for callback in trainer.callbacks { try callback.trainingEnded(moment) }
        for log in logs { log.flush() }
        bar.finish()
        if end == .interrupted { keeper.sayHowToGoOn(options.resumeHint) }
        return FitReport(
            end: end ?? .completed, epochs: progress.epochs, bestEpoch: progress.bestEpoch(by: monitor),
            stepCount: progress.step,
            seconds: moment.seconds, flow: trainer.watch?.flow)
    }

    // MARK: What is kept and told

    private func update(_ moment: TrainerMoment) {
        noteTime()
        moment.epoch = progress.epoch
        moment.batch = progress.batch
        moment.step = progress.step
        moment.learningRate = trainer.optimizer.learningRate
    }

    private func noteTime() {
        progress.secondsNow = (clock.now - start) / .seconds(1)
        moment.seconds = progress.seconds + progress.secondsNow
    }

    private func log(_ values: [String: Double]) {
        for log in logs { log.write(values, step: progress.step) }
    }
}
