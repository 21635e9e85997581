import BackpropTrain

/// The curves of several rules.
package struct RuleCharts {
    private let outcomes: [RuleOutcome]

    package init(_ outcomes: [RuleOutcome]) { self.outcomes = outcomes }

    /// The test error over the training. Rules need different numbers of epochs, so it is in percent of each.
    package var errors: LineChart {
        chart("Test error", "percent wrong") { outcome in outcome.errorCurve.map { $0 * 100 } }
    }

    /// The angle between the update and the true gradient in the last hidden layer.
    package var angles: LineChart {
        chart("Angle to the true gradient, last hidden layer", "degrees") { outcome in
            let layer = max(outcome.settings.hidden.count - 1, 0)
            guard outcome.angleCurves.indices.contains(layer) else { return [] }
            let curve = outcome.angleCurves[layer].map { $0 ?? .nan }
            return curve.contains { $0.isFinite } ? curve : []
        }
    }

    package var all: [LineChart] { [errors, angles].filter { !$0.series.isEmpty } }

    private func chart(_ title: String, _ unit: String, _ values: (RuleOutcome) -> [Double]) -> LineChart {
        let series = outcomes.enumerated().compactMap { place, outcome -> LineChart.Series? in
            let values = values(outcome)
            guard !values.isEmpty else { return nil }
            let last = Double(max(values.count - 1, 1))
            var line = LineChart.Series(
                outcome.rule.rawValue, x: values.indices.map { Double($0) / last * 100 }, y: values)
            // Colours come again after eight, then in dashes.
            line.colour = place
            line.isDashed = place / 8 % 2 == 1
            return line
        }
        return LineChart(title: title, xLabel: "percent of the training", yLabel: unit, series: series)
    }
}
