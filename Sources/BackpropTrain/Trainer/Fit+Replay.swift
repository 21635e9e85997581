import Backprop
import BackpropData
import BackpropNN

/// What ends a training whose numbers are not finite any more.
struct Divergence: Error {
    /// The step after which it was noticed.
    let epoch: Int, batch: Int
    /// What was noticed.
    let found: String
}

/// How steps are done again, and what is found on the way.
final class Replay {
    /// The number of the step at which the training was seen to have diverged.
    let end: Int
    fileprivate let deadline: ContinuousClock.Instant
    fileprivate var bar: ProgressBar
    fileprivate let first: Int
    fileprivate var found: (value: BadValue, epoch: Int, batch: Int)?

    /// Ends the replay.
    fileprivate enum Ended: Error {
        case found, late, finite, unseen
    }

    fileprivate init(from first: Int, to end: Int, seconds: Double, style: ProgressBar.Style) {
        (self.first, self.end) = (first, end)
        deadline = .now + .seconds(seconds)
        bar = ProgressBar(epochs: 1, batchesPerEpoch: end - first, style: style)
    }
}

extension Fit {
    /// The error that a person gets, with the first bad value where a replay finds it.
    func error(for divergence: Divergence) -> TrainError {
        let (value, remark) = replayed(divergence)
        var found = divergence.found
        if let value {
            let isThere = value.epoch == divergence.epoch && value.batch == divergence.batch
            found += isThere ? "; first, " : "; first, in epoch \(value.epoch), batch \(value.batch), "
            found += value.value.summary
        }
        let rate = NumberFormat.significant(moment.learningRate)
        let advice = value?.value.remedy ?? "lower the learning rate (now \(rate)) or clip the gradients"
        return TrainError(
            .diverged, at: "epoch \(divergence.epoch), batch \(divergence.batch)", found,
            remedy: advice + keeper.whereToGoOn + (remark.map { "; " + $0 } ?? ""), badValue: value?.value)
    }

    /// Does the steps again from the newest state that is known.
    ///
    /// - Returns: what was found, or else what is to be said about that.
    private func replayed(_ divergence: Divergence) -> (value: (value: BadValue, epoch: Int, batch: Int)?, String?) {
        if options.replay == .never || Interruption.requested != 0 { return (nil, nil) }
        let again = TrainerProgress(data: data.identity)
        let checkpoint = keeper.newest
        guard let state = checkpoint ?? beginning ?? (firstStep == 0 ? try? trainer.beginning?(again) : nil) else {
            return (nil, "trainer.options.replay = .fromStart finds the operator")
        }
        let first = state.step ?? 0, count = progress.step - first
        let seconds = progress.secondsNow / Double(max(progress.step - firstStep, 1)) * Double(count)
        let words = "\(count == 1 ? "1 step" : "\(count) steps")"
        guard seconds <= options.replayLimit else {
            return (
                nil,
                "to find the operator, \(words) would be done again in \(NumberFormat.duration(seconds)), more than trainer.options.replayLimit"
            )
        }
        let replay = Replay(
            from: first, to: progress.step, seconds: max(2 * options.replayLimit, 1), style: options.progress)
        if options.progress != .quiet {
            let place = checkpoint == nil ? "the start" : "the last checkpoint"
            Terminal.write("\(divergence.found); doing \(words) again from \(place) to find the first bad value\n")
        }
        defer { replay.bar.finish() }
        do {
            try Fit(trainer, data, validation, epochs, replay: replay).perform(from: state)
        } catch Replay.Ended.found {
            return (replay.found, nil)
        } catch Replay.Ended.unseen {
            return (nil, "computed operator by operator that step is finite")
        } catch Replay.Ended.late {
            return (nil, "doing the steps again took too long to find the operator")
        } catch Replay.Ended.finite {
        } catch {
            return (nil, "doing the steps again ended with: \(error)")
        }
        return (nil, "done again, the steps were finite: something changes them that no checkpoint holds")
    }

    /// Everything that decides the steps, from a state that was kept, until a bad value is found.
    private func perform(from state: Checkpoint) throws {
        let observer = trainer.optimizer.observer
        trainer.optimizer.observer = nil
        defer { trainer.optimizer.observer = observer }
        // Of the step that diverged.
        for parameter in trainer.optimizer.parameters { parameter.gradient = nil }
        try state.restore(to: trainer.parts(progress))
        while progress.step < replay!.end, progress.epoch <= epochs { try performEpoch() }
    }

    /// Whether all parameters are.
    var hasFiniteWeights: Bool {
        withoutGradients {
            let sums = trainer.optimizer.parameters.map { isFinite($0.value).all() }
            evaluateOrStop(sums)
            return sums.allSatisfy { $0.array(of: Bool.self)[0] }
        }
    }

    /// One update of a replay.
    ///
    /// - Throws: `Replay.Ended`.
    func examinedStep(_ batches: inout DataLoader<Batch>.Epoch.Iterator, _ replay: Replay) throws -> Double? {
        if progress.step >= replay.end { throw Replay.Ended.finite }
        if Interruption.requested != 0 || .now >= replay.deadline { throw Replay.Ended.late }
        let model = ModelState(trainer.model), before = model.savedState, random = RandomState.current
        let (seed, position, batch) = (random.seed, random.position, progress.batch)
        guard let loss = try step(&batches) else { return nil }
        if loss.isFinite, hasFiniteWeights {
            replay.bar.update(epoch: 1, batch: progress.step - replay.first, [("loss", loss)])
            return loss
        }
        let after = model.savedState
        // Where loss and gradients are finite, the step was too large, and the weights themselves are bad.
        for state in [before, after] {
            try model.restore(state)
            random.move(toSeed: seed, position: position)
            if let value = try firstBadValue(inBatchesFrom: batch) {
                replay.found = (value, progress.epoch, progress.batch)
                break
            }
        }
        try model.restore(before)
        throw replay.found == nil ? Replay.Ended.unseen : Replay.Ended.found
    }

    /// Looks at the batches of one step.
    private func firstBadValue(inBatchesFrom batch: Int) throws -> BadValue? {
        var batches = data.epoch(progress.epoch, from: batch).makeIterator()
        for _ in batch..<min(batch + options.accumulation, data.batchCount) {
            guard let batch = try batches.nextBatch() else { break }
            if let value = try trainer.model.firstBadValue({ _ in try trainer.output(batch).loss }) { return value }
        }
        return nil
    }
}
