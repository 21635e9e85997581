import Backprop
import BackpropData

/// How well predicted numbers agree with those that are true, in the label's own unit.
package struct NumberQuality: Codable, Sendable, Equatable {
    /// Always the same number: the mean, and for absolute errors the median of the training part.
    package struct Guess: Codable, Sendable, Equatable {
        package let mean: Double
        package let rmse: Double
        package let median: Double
        package let mae: Double
    }

    /// Predicted less true: below this are that many percent of the examples.
    package struct Quantile: Codable, Sendable, Equatable {
        package let percent: Int
        package let value: Double
    }

    /// One example.
    package struct Pair: Codable, Sendable, Equatable {
        package let truth: Double
        package let predicted: Double
    }

    package let count: Int
    /// The root of the mean squared error.
    package let rmse: Double
    package let rmseInterval: Interval?
    /// The mean absolute error.
    package let mae: Double
    package let medianAbsoluteError: Double
    /// The share of the variance that is explained; nil of fewer than two examples.
    package let r2: Double?
    package let r2Interval: Interval?
    package let guess: Guess?
    /// The mean of predicted less true.
    package let bias: Double
    package let residuals: [Quantile]
    /// At most `mostPairs`, chosen by the seed, in the order of the truth.
    package let pairs: [Pair]
    /// Examples whose truth or prediction is no number of a size below `largest`. They are left out of all figures.
    package let unusable: Int

    enum CodingKeys: String, CodingKey {
        case count, rmse, mae, r2, guess, bias, residuals, pairs, unusable
        case rmseInterval = "rmse_interval"
        case medianAbsoluteError = "median_absolute_error"
        case r2Interval = "r2_interval"
    }

    static let mostPairs = 400
    /// Squares beyond are no numbers any more.
    static let largest = 1e150
    static let percents = [0, 5, 25, 50, 75, 95, 100]

    /// - Returns: nil where no example can be used.
    init?(predicted: [Double], truth: [Double], baseline: Baseline?, seed: UInt64) {
        require(
            predicted.count == truth.count,
            "NumberQuality: \(predicted.count) predictions for \(truth.count) examples")
        let rows = truth.indices.filter { abs(truth[$0]) < Self.largest && abs(predicted[$0]) < Self.largest }
        guard !rows.isEmpty else { return nil }
        unusable = truth.count - rows.count
        let (predicted, truth) = (rows.map { predicted[$0] }, rows.map { truth[$0] })
        let errors = zip(predicted, truth).map { $0 - $1 }
        let absolute = errors.map(abs).sorted()
        count = rows.count
        bias = errors.reduce(0, +) / Double(count)
        medianAbsoluteError = absolute.quantile(0.5)
        let sorted = errors.sorted()
        residuals = Self.percents.map { Quantile(percent: $0, value: sorted.quantile(Double($0) / 100)) }

        let explained = R2()
        let metrics: [any Metric] = [RootMeanSquaredError(), MeanAbsoluteError(), explained]
        Self.measure(metrics, predicted, truth)
        (rmse, mae, r2) = (metrics[0].value, metrics[1].value, explained.value.finite)
        (rmseInterval, r2Interval) = Self.intervals(errors, truth, seed)
        if case .middle(let mean, let median)? = baseline {
            let squared = RootMeanSquaredError(), distance = MeanAbsoluteError()
            Self.measure([squared], [Double](repeating: mean, count: count), truth)
            Self.measure([distance], [Double](repeating: median, count: count), truth)
            guess = Guess(mean: mean, rmse: squared.value, median: median, mae: distance.value)
        } else {
            guess = nil
        }
        pairs = Self.sample(predicted, truth, seed)
    }

    private static func measure(_ metrics: [any Metric], _ predicted: [Double], _ truth: [Double]) {
        let outputs = Tensor(predicted, shape: [predicted.count], dtype: .float64)
        let labels = Tensor(truth, shape: [truth.count], dtype: .float64)
        withoutGradients {
            for metric in metrics { metric.update(outputs, labels) }
        }
    }

    private static func intervals(_ errors: [Double], _ truth: [Double], _ seed: UInt64) -> (Interval?, Interval?) {
        let count = Double(errors.count)
        guard errors.count > 1 else { return (nil, nil) }
        // Sums of squares from here lose no digits where labels are far from 0.
        let middle = truth.reduce(0) { $0 + $1 / count }
        let squares = errors.map { $0 * $0 }, places = truth.map { $0 - middle }
        var roots: [Double] = [], shares: [Double] = []
        var resampling = Resampling(count: errors.count, seed: seed)
        resampling.each { draw in
            var (residual, sum, spread) = (0.0, 0.0, 0.0)
            for _ in errors {
                let row = draw()
                residual += squares[row]
                sum += places[row]
                spread += places[row] * places[row]
            }
            spread -= sum * sum / count
            roots.append((residual / count).squareRoot())
            shares.append(spread > 0 ? 1 - residual / spread : .nan)
        }
        return (Interval(resampled: roots), Interval(resampled: shares))
    }

    private static func sample(_ predicted: [Double], _ truth: [Double], _ seed: UInt64) -> [Pair] {
        PermutationImportance.sample(of: truth.count, atMost: mostPairs, seed: seed)
            .map { Pair(truth: truth[$0], predicted: predicted[$0]) }
            .sorted { ($0.truth, $0.predicted) < ($1.truth, $1.predicted) }
    }
}
