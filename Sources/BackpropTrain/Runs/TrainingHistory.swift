/// One line of a run's metrics: the state after an epoch.
package struct EpochRecord: Codable, Sendable, Equatable {
    package var epoch: Int
    /// On the training part.
    package var loss: Double
    package var accuracy: Double?
    package var validationLoss: Double?
    package var validationAccuracy: Double?
    package var learningRate: Double

    enum CodingKeys: String, CodingKey {
        case epoch, loss, accuracy
        case validationLoss = "validation_loss"
        case validationAccuracy = "validation_accuracy"
        case learningRate = "learning_rate"
    }

    /// What the progress line shows.
    var shown: [ProgressBar.Value] {
        let values: [(String, Double?)] = [
            ("loss", loss), ("accuracy", accuracy), ("validation loss", validationLoss),
            ("accuracy", validationAccuracy),
        ]
        return values.compactMap { name, value in value.map { (name, $0) } }
    }
}

/// How a run went, and which epoch was the best.
struct TrainingHistory {
    private(set) var epochs: [EpochRecord] = []
    private(set) var bestEpoch = 0
    private var bestLoss = Double.infinity
    var peakBytes = 0

    /// The newest accuracy that is known while an epoch runs; nothing for a regression, and in the first epoch.
    var lastAccuracy: [ProgressBar.Value] {
        let last = epochs.last.flatMap { $0.validationAccuracy ?? $0.accuracy }
        return last.map { [("accuracy", $0)] } ?? []
    }

    /// Adds an epoch; true where it is the best so far, by the validation part or else by the training part.
    mutating func note(_ record: EpochRecord) -> Bool {
        epochs.append(record)
        let loss = record.validationLoss ?? record.loss
        guard loss < bestLoss else { return false }
        bestLoss = loss
        bestEpoch = record.epoch
        return true
    }

    /// The loss over the epochs.
    var chart: LineChart {
        var series = [LineChart.Series("training", epochs.map(\.loss))]
        let checked = epochs.compactMap(\.validationLoss)
        if checked.count == epochs.count { series.append(LineChart.Series("validation", checked)) }
        let isPositive = series.allSatisfy { $0.y.allSatisfy { $0 > 0 } }
        return LineChart(
            title: "Loss", xLabel: "epoch", yLabel: "loss", series: series,
            markers: [LineChart.Marker(x: Double(bestEpoch), text: "kept")], isLogarithmic: isPositive)
    }
}
