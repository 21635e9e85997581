import Backprop
import BackpropFiles
import BackpropNN

/// How far a training is, and how it went: what a checkpoint needs besides models, optimizers and the like.
final class TrainerProgress: Resumable {
    /// The epoch that is being done, from 1.
    var epoch = 1
    /// Batches of it that are done.
    var batch = 0
    /// Updates done, in all.
    var step = 0
    /// Seconds of training before the present start.
    var seconds = 0.0
    /// Seconds since the present start.
    var secondsNow = 0.0
    var epochs: [FitReport.Epoch] = []
    var best: (value: Double, epoch: Int)?
    /// Epochs since the best one.
    var failures = 0
    /// The weights of the best epoch, where they are kept.
    var bestWeights: [String: Tensor] = [:]

    /// Takes an epoch into account.
    ///
    /// - Returns: whether it is the best so far.
    func finish(_ values: [MetricValue], _ monitor: Monitor, _ change: Double) -> Bool {
        let record = FitReport.Epoch(number: epoch, values: values)
        epochs.append(record)
        defer { (epoch, batch) = (epoch + 1, 0) }
        guard let value = record[monitor.name], monitor.isBetter(value, than: best?.value, by: change) else {
            failures += 1
            return false
        }
        best = (value, epoch)
        failures = 0
        return true
    }

    var savedState: SavedState {
        var state = SavedState(tensors: bestWeights)
        state.values["epoch"] = .integer(epoch)
        state.values["batch"] = .integer(batch)
        state.values["step"] = .integer(step)
        state.values["seconds"] = .number(seconds + secondsNow)
        state.values["failures"] = .integer(failures)
        if let best { state.values["best"] = .list([.number(best.value), .integer(best.epoch)]) }
        state.values["epochs"] = .list(
            epochs.map { epoch in
                .list(epoch.values.map { .list([.text($0.name), .number($0.value)]) })
            })
        return state
    }

    func restore(_ state: SavedState) throws(DataError) {
        let values = state.values
        guard let epoch = values["epoch"]?.integer, let batch = values["batch"]?.integer, let step = values["step"]?.integer,
            let seconds = values["seconds"]?.number, let failures = values["failures"]?.integer,
            epoch >= 1, batch >= 0, step >= 0, failures >= 0, let history = Self.history(values["epochs"])
        else {
            throw DataError(
                .mismatch, at: "the progress of a training", "it is not what a Trainer writes",
                remedy: "restore a checkpoint that a Trainer has kept")
        }
        (self.epoch, self.batch, self.step, self.seconds) = (epoch, batch, step, seconds)
        self.failures = failures
        epochs = history
        best = nil
        if let pair = values["best"]?.list, pair.count == 2, let value = pair[0].number, let number = pair[1].integer {
            best = (value, number)
        }
        bestWeights = state.tensors
    }

    private static func history(_ value: SavedValue?) -> [FitReport.Epoch]? {
        guard let epochs = value?.list else { return nil }
        var result: [FitReport.Epoch] = []
        for (index, epoch) in epochs.enumerated() {
            guard let pairs = epoch.list else { return nil }
            var values: [MetricValue] = []
            for pair in pairs {
                guard let pair = pair.list, pair.count == 2, let name = pair[0].text, let number = pair[1].number else {
                    return nil
                }
                values.append(MetricValue(name, number))
            }
            result.append(FitReport.Epoch(number: index + 1, values: values))
        }
        return result
    }
}
