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
    /// The weights of the best epoch, where they are kept.
    var bestWeights: [String: Tensor] = [:]
    /// What decides which batches an epoch has.
    private let data: [String: SavedValue]

    init(data: [String: SavedValue]) { self.data = data }

    /// Takes an epoch into account.
    ///
    /// - Returns: whether it is the best so far.
    func finish(_ values: [MetricValue], _ monitor: Monitor) -> Bool {
        epochs.append(FitReport.Epoch(number: epoch, values: values))
        defer { (epoch, batch) = (epoch + 1, 0) }
        return bestEpoch(by: monitor) == epoch
    }

    /// The first epoch with the best measure.
    func bestEpoch(by monitor: Monitor) -> Int? {
        var best: (value: Double, epoch: Int)?
        for epoch in epochs {
            if let value = epoch[monitor.name], monitor.isBetter(value, than: best?.value) {
                best = (value, epoch.number)
            }
        }
        return best?.epoch
    }

    /// Epochs in a row, up to the last, that were not better by the smallest change that counts.
    func failures(by monitor: Monitor, _ smallestChange: Double) -> Int {
        var reference: Double?, failures = 0
        for epoch in epochs {
            if let value = epoch[monitor.name], monitor.isBetter(value, than: reference, by: smallestChange) {
                (reference, failures) = (value, 0)
            } else {
                failures += 1
            }
        }
        return failures
    }

    var savedState: SavedState {
        var state = SavedState(tensors: bestWeights)
        state.values["epoch"] = .integer(epoch)
        state.values["batch"] = .integer(batch)
        state.values["step"] = .integer(step)
        state.values["seconds"] = .number(seconds + secondsNow)
        state.values["data"] = .object(data)
        state.values["epochs"] = .list(
            epochs.map { epoch in
                .list(epoch.values.map { .list([.text($0.name), .number($0.value)]) })
            })
        return state
    }

    func check(_ state: SavedState) throws(DataError) { _ = try contents(of: state) }

    func restore(_ state: SavedState) throws(DataError) {
        let saved = try contents(of: state)
        (epoch, batch, step, seconds) = (saved.epoch, saved.batch, saved.step, saved.seconds)
        epochs = saved.epochs
        bestWeights = state.tensors
    }

    private typealias Contents = (
        epoch: Int, batch: Int, step: Int, seconds: Double, epochs: [FitReport.Epoch]
    )

    private func contents(of state: SavedState) throws(DataError) -> Contents {
        var reader = StateReader(SavedState(values: state.values), of: "the progress of the training")
        let epoch = reader.integer("epoch", in: 1...Int.max), batch = reader.integer("batch", in: 0...Int.max)
        let step = reader.integer("step", in: 0...Int.max), seconds = reader.number("seconds")
        let epochs = reader.value("epochs"), identity = reader.value("data").object ?? [:]
        let history = Self.history(epochs)
        if history == nil { reader.note("'epochs' are not the measures of epochs") }
        if batch > 0 {
            // In the middle of an epoch other batches would follow than those that were to come.
            for (name, value) in identity.sorted(by: { $0.key < $1.key }) where data[name] != value {
                reader.note("the loader's \(name) was \(value.words), now \(data[name]?.words ?? "missing")")
            }
        }
        try reader.finish()
        return (epoch, batch, step, seconds, history ?? [])
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

extension SavedValue {
    /// A plain value as a message shows it.
    fileprivate var words: String {
        switch self {
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .text(let value): value
        case .list, .object, .null: "\(self)"
        }
    }
}
