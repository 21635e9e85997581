import Backprop
import BackpropTrain

/// How far the gradient that equilibrium propagation reads off is from the true one, by how hard the output is pulled.
public struct NudgingTable: Sendable {
    /// One strength.
    public struct Row: Sendable {
        public let nudging: Double
        /// The length of estimate - gradient beside that of the gradient, over all hidden weights: pulled one way.
        public let oneSided: Double
        /// The same pulled both ways.
        public let symmetric: Double
    }

    public let rows: [Row]

    /// Measures one batch of a network in float64 with random weights, settled until nothing moves any more. The true gradient
    /// is that of the loss at rest, by differentiation through all rounds.
    ///
    /// - Parameters:
    ///   - widths: as those of a `LayeredNetwork`, with a hidden layer.
    ///   - batch: float64.
    public init(_ widths: [Int], _ batch: RuleBatch, nudgings: [Double], seed: UInt64) {
        let network = withRandomSeed(seed) { LayeredNetwork(widths, .tanh, coupling: 0.4, dtype: .float64) }
        func rule(_ nudging: Double, _ isSymmetric: Bool) -> EquilibriumPropagation {
            EquilibriumPropagation(network, nudging: nudging, isSymmetric: isSymmetric, rounds: (100, 100))
        }
        let truth = rule(1, true).trueGradient(batch).dropLast().map { $0 * 1 }
        evaluateAll(truth)
        func distance(_ nudging: Double, _ isSymmetric: Bool) -> Double {
            let update = withoutGradients { rule(nudging, isSymmetric).update(batch) }
            var (difference, length) = (Tensor(0.0, dtype: .float64), Tensor(0.0, dtype: .float64))
            for (own, gradient) in zip(update.weights, truth) {
                difference = difference + square(own! - gradient).sum()
                length = length + square(gradient).sum()
            }
            return (difference / length).sqrt().item()
        }
        rows = nudgings.map { Row(nudging: $0, oneSided: distance($0, false), symmetric: distance($0, true)) }
    }

    /// That of the first figures of the data, with two hidden layers.
    package static func of(_ data: RuleData, hidden: [Int], seed: UInt64) -> NudgingTable {
        let count = min(64, data.trainingLabels.count)
        let batch = RuleBatch(
            inputs: data.training[0..<count].asType(.float64), labels: Tensor(Array(data.trainingLabels[0..<count])))
        return NudgingTable(
            [data.featureCount] + hidden + [data.classCount], batch,
            nudgings: [1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.001], seed: seed)
    }

    /// A row a line.
    package var json: String {
        get throws(TrainError) {
            var lines = ""
            for row in rows {
                lines += try JSONFile.line(
                    of: ["nudging": row.nudging, "one_way": row.oneSided, "both_ways": row.symmetric])
            }
            return lines
        }
    }

    package var text: String {
        TextTable(columns: [.right("nudging"), .right("error, one way"), .right("error, both ways"), .right("ratio")])
            .text(
                rows.map { row in
                    [
                        NumberFormat.significant(row.nudging), NumberFormat.significant(row.oneSided),
                        NumberFormat.significant(row.symmetric),
                        NumberFormat.significant(row.oneSided / row.symmetric, figures: 3),
                    ]
                })
    }
}
