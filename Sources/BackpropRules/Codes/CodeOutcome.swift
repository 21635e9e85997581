import Backprop
import BackpropData
import BackpropTrain

/// What one way around a choice came to, over its seeds.
public struct CodeOutcome: Sendable {
    public let way: DiscreteAutoencoder.Way
    public let trainings: [CodeTraining]

    /// - Parameter trainings: at least one, all of one way.
    public init(_ trainings: [CodeTraining]) {
        precondition(!trainings.isEmpty, "CodeOutcome: there are no trainings")
        (way, self.trainings) = (trainings[0].way, trainings)
    }

    public var bound: Double { mean(\.bound) }

    private func mean(_ number: KeyPath<CodeTraining, Double>) -> Double {
        trainings.reduce(0) { $0 + $1[keyPath: number] } / Double(trainings.count)
    }

    /// The standard deviation of the bound among the seeds (that of a sample); 0 for a single one.
    public var spread: Double {
        guard trainings.count > 1 else { return 0 }
        let mean = bound, squares = trainings.reduce(0) { $0 + ($1.bound - mean) * ($1.bound - mean) }
        return (squares / Double(trainings.count - 1)).squareRoot()
    }

    /// Several ways side by side.
    package static func text(_ outcomes: [CodeOutcome]) -> String {
        TextTable(columns: [
            .left("way"), .right("bound"), .right("spread"), .right("likelihood"), .right("code"),
            .right("bound as trained"), .right("seconds"),
        ]).text(
            outcomes.map { outcome in
                let numbers = [
                    outcome.bound, outcome.spread, outcome.mean(\.likelihood), outcome.mean(\.misfit),
                    outcome.mean(\.trainedBound),
                ].map { NumberFormat.fixed($0, digits: 2) }
                return [outcome.way.title] + numbers + [NumberFormat.fixed(outcome.mean(\.seconds), digits: 1)]
            })
    }

    /// The first test figure of each digit, and what the first seed of each way makes of it.
    package static func figures(_ outcomes: [CodeOutcome]) -> FigureRows {
        let digits = (0..<10).compactMap { Digits.test.labels.firstIndex(of: $0) }
        let pixels = CodeTraining.pixels(Digits.test).take(Tensor(digits.map(Int32.init)))
        let rows =
            [("figures", pixels)] + outcomes.map { ($0.way.title, $0.trainings[0].model.reconstructions(pixels)) }
        return FigureRows(
            side: Digits.imageSide, rows: rows.map { FigureRows.Row(title: $0, figures: [[Double]]($1)) })
    }

    /// One object on one line, with a line feed.
    package var json: String {
        get throws(TrainError) { try JSONFile.line(of: Line(self)) }
    }

    private struct Line: Encodable {
        let way: String
        let bound: Double
        let spread: Double
        let likelihood: Double
        let code_nats: Double
        let bound_as_trained: Double
        let seeds: Int
        let seconds: Double

        init(_ outcome: CodeOutcome) {
            (way, bound, spread) = (outcome.way.rawValue, outcome.bound, outcome.spread)
            (likelihood, code_nats) = (outcome.mean(\.likelihood), outcome.mean(\.misfit))
            (bound_as_trained, seeds) = (outcome.mean(\.trainedBound), outcome.trainings.count)
            seconds = outcome.mean(\.seconds)
        }
    }
}
