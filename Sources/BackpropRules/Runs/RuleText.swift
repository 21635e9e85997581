import Backprop
import BackpropTrain

/// What commands print about rules.
package enum RuleText {
    /// The rules, one a line.
    package static func list() -> String {
        TextTable(columns: [.left("rule"), .left("what it does"), .left("source")]).text(
            RuleKind.allCases.map { [$0.rawValue, $0.summary, $0.source] })
    }

    /// One line about the last epoch.
    package static func progress(
        _ kind: RuleKind, _ seed: UInt64, _ result: RuleRun.Result, epochs: Int
    ) -> String {
        let loss = NumberFormat.significant(result.losses.last ?? 0)
        return "\(kind.rawValue)  seed \(seed)  epoch \(result.losses.count)/\(epochs)  loss \(loss)  test error "
            + "\(percent(result.testError))  \(NumberFormat.fixed(result.seconds, digits: 1)) s\n"
    }

    /// The rules side by side: one row each.
    package static func table(_ outcomes: [RuleOutcome], _ data: RuleData) -> String {
        let isText = [0, 1, titles.count - 1]
        let columns = titles.enumerated().map { place, title -> TextTable.Column in
            isText.contains(place) ? .left(title) : .right(title)
        }
        return title(outcomes, data) + "\n\n" + TextTable(columns: columns).text(outcomes.map(row))
    }

    /// What was learnt, and from how many seeds.
    static func title(_ outcomes: [RuleOutcome], _ data: RuleData) -> String {
        let seeds = outcomes.map(\.results.count).max() ?? 1
        return "\(data.name): \(data.trainingLabels.count) to train, \(data.testLabels.count) to test; mean of "
            + (seeds == 1 ? "1 seed" : "\(seeds) seeds")
    }

    static let titles = [
        "rule", "hidden", "test error", "spread", "epochs", "seconds", "memory of a step",
        "angle to the gradient, by layer",
    ]

    /// A cell for each of the titles.
    static func row(_ outcome: RuleOutcome) -> [String] {
        let hidden = outcome.settings.hidden
        return [
            outcome.rule.rawValue, hidden.isEmpty ? "none" : hidden.map(String.init).joined(separator: ","),
            percent(outcome.testError), outcome.results.count > 1 ? percent(outcome.spread) : "",
            "\(outcome.settings.epochs)", NumberFormat.fixed(outcome.seconds, digits: 2),
            MemoryBill.formatted(outcome.peakBytes),
            outcome.angles.map { $0.map { NumberFormat.fixed($0, digits: 0) + "°" } ?? "-" }.joined(separator: " "),
        ]
    }

    static func percent(_ share: Double) -> String { NumberFormat.fixed(share * 100, digits: 2) + " %" }

    /// One object on one line, with a line feed.
    package static func json(_ outcome: RuleOutcome) throws(TrainError) -> String {
        try JSONFile.line(of: Line(outcome))
    }

    private struct Line: Encodable {
        let rule: String
        let test_error: Double
        let spread: Double
        let seconds: Double
        let peak_bytes: Int
        let seeds: Int
        let epochs: Int
        let hidden: [Int]
        /// By layer, at the end.
        let angles: [Double?]
        /// By layer, before training and after each epoch.
        let angle_curves: [[Double?]]
        let error_curve: [Double]

        init(_ outcome: RuleOutcome) {
            (rule, test_error, spread) = (outcome.rule.rawValue, outcome.testError, outcome.spread)
            (seconds, peak_bytes, seeds) = (outcome.seconds, outcome.peakBytes, outcome.results.count)
            (epochs, hidden) = (outcome.settings.epochs, outcome.settings.hidden)
            (angles, angle_curves, error_curve) = (outcome.angles, outcome.angleCurves, outcome.errorCurve)
        }
    }
}
