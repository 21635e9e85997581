import Backprop
import BackpropTrain

/// How far the estimates of one estimator are from the exact gradient.
public struct EstimatorRow: Sendable, Encodable {
    /// What was chosen.
    public let problem: String
    public let estimator: String
    /// The length of the mean of all draws less the exact gradient, beside the length of that gradient.
    public let bias: Double
    /// What an estimator without bias would have in its place, by the chance of so many draws.
    public let chance: Double
    /// The mean squared distance of a draw from the mean, beside the squared length of the exact gradient.
    public let variance: Double

    /// - Parameters:
    ///   - estimates: a first axis of draws, then the shape of `exact`.
    init(_ problem: String, _ estimator: String, estimates: Tensor, exact: Tensor) {
        let mean = estimates.mean(axis: 0), draws = estimates.dim(0)
        let length: Double = square(exact).sum().item()
        let spread: Double = square(estimates - mean).sum().item() / Double(draws) / length
        (self.problem, self.estimator, variance) = (problem, estimator, spread)
        bias = (square(mean - exact).sum().item() / length).squareRoot()
        chance = (spread / Double(draws)).squareRoot()
    }

    private init(_ problem: String, _ estimator: String, _ bias: Double, _ chance: Double, _ variance: Double) {
        (self.problem, self.estimator, self.bias, self.chance, self.variance) = (
            problem, estimator, bias, chance, variance
        )
    }

    /// The means of tables that have the same rows.
    static func means(_ tables: [[EstimatorRow]]) -> [EstimatorRow] {
        tables[0].indices.map { place in
            func mean(_ number: (EstimatorRow) -> Double) -> Double {
                tables.reduce(0) { $0 + number($1[place]) } / Double(tables.count)
            }
            let first = tables[0][place]
            return EstimatorRow(first.problem, first.estimator, mean(\.bias), mean(\.chance), mean(\.variance))
        }
    }

    /// All combinations of one of `options` for each of `choices`, shape [options ^ choices, choices, options]: ones and zeros.
    static func outcomes(_ choices: Int, _ options: Int) -> Tensor {
        var all: [[Int32]] = [[]]
        for _ in 0..<choices { all = all.flatMap { head in (0..<Int32(options)).map { head + [$0] } } }
        let numbers = Tensor(all.flatMap(\.self), shape: [all.count, choices])
        return oneHot(numbers, classes: options, dtype: .float64)
    }

    /// Rows with their titles.
    static func text(_ rows: [EstimatorRow]) -> String {
        TextTable(columns: [.left("estimator"), .right("bias"), .right("by chance"), .right("variance")]).text(
            rows.map { row in
                [row.estimator]
                    + [row.bias, row.chance, row.variance].map { NumberFormat.fixed($0, digits: 3) }
            })
    }
}
