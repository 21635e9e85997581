import BackpropData

/// The measures of one or more runs over their epochs: a panel for the loss and one for each other measure.
///
/// One run shows what it came to on the training part and on the validation part in two colours; several have a colour each, and
/// the training part in dashes.
package struct CurvePlot: Sendable {
    /// A named run.
    package struct Run: Sendable {
        package let name: String
        package let epochs: [EpochValues]
        /// Marked on the lines.
        package let bestEpoch: Int?

        package init(_ name: String, _ epochs: [EpochValues], bestEpoch: Int? = nil) {
            (self.name, self.epochs, self.bestEpoch) = (PlainText.name(name, limit: 60), epochs, bestEpoch)
        }
    }

    package let runs: [Run]

    package init(_ runs: [Run]) { self.runs = runs }

    /// Panels beyond these are not drawn.
    private static let mostPanels = 4

    /// One chart for each measure: the loss, then accuracies, then what else there is.
    package var panels: [LineChart] {
        var names: Set<String> = []
        for run in runs {
            for epoch in run.epochs { names.formUnion(epoch.values.keys.map(Self.plainName)) }
        }
        func rank(_ name: String) -> Int { name == "loss" ? 0 : name.hasSuffix("accuracy") ? 1 : 2 }
        return names.sorted { (rank($0), $0) < (rank($1), $1) }.prefix(Self.mostPanels).map(panel)
    }

    private static func plainName(_ name: String) -> String {
        name.hasPrefix(EpochValues.judged) ? String(name.dropFirst(EpochValues.judged.count)) : name
    }

    private func panel(_ name: String) -> LineChart {
        var series: [LineChart.Series] = []
        let isSingle = runs.count == 1
        for (index, run) in runs.enumerated() {
            let x = run.epochs.map { Double($0.number) }
            func line(_ key: String, _ title: String) -> LineChart.Series? {
                let y = run.epochs.map { $0[key] ?? .nan }
                return y.contains(where: \.isFinite) ? LineChart.Series(title, x: x, y: y) : nil
            }
            let trained = line(name, isSingle ? "training" : "")
            let judged = line(EpochValues.judged + name, isSingle ? "validation" : run.name)
            let best = run.bestEpoch.map(Double.init)
            if var trained {
                trained.colour = isSingle ? 0 : index
                trained.isDashed = judged != nil && !isSingle
                if judged == nil {
                    trained.marked = best
                    if !isSingle { trained = trained.named(run.name) }
                }
                series.append(trained)
            }
            if var judged {
                judged.colour = isSingle ? 1 : index
                judged.marked = best
                series.append(judged)
            }
        }
        let markers = isSingle ? runs[0].bestEpoch.map { [LineChart.Marker(x: Double($0), text: "best: \($0)")] } : nil
        return LineChart(
            title: PlainText.name(name.prefix(1).uppercased() + name.dropFirst(), limit: 40),
            xLabel: series.contains(where: \.isDashed) ? "epoch (in dashes: training)" : "epoch", yLabel: "",
            series: series, markers: markers ?? [],
            isLogarithmic: Self.isWide(series))
    }

    /// Whether values differ so much that the small ones could not be told apart: only then is an axis logarithmic.
    private static func isWide(_ series: [LineChart.Series]) -> Bool {
        let values = series.lazy.flatMap(\.y).filter(\.isFinite)
        guard let low = values.min(), let high = values.max(), low > 0 else { return false }
        return high / 12 > low
    }

    /// All panels as one document, beside each other where it is wide enough.
    package func svg(width: Int = 960) -> String {
        let panels = panels, width = max(width, 320)
        let across = max(1, min(panels.count, width / 420)), each = width / across
        let height = 340, down = max(1, (panels.count + across - 1) / across)
        var svg = SVGText.open(
            width: width, height: height * down, title: runs.map(\.name).joined(separator: ", "))
        for (index, panel) in panels.enumerated() {
            svg += "<g transform=\"translate(\(index % across * each) \(index / across * height))\">\n"
            svg += panel.drawing(width: each, height: height, colours: .paper, name: "plot\(index)") + "</g>\n"
        }
        if panels.isEmpty { svg += SVGText.text("no epoch is finished", x: 20, y: 40, size: 14) }
        return svg + "</svg>\n"
    }

    /// All panels as text, beside each other where the terminal is wide enough. Each line ends in a line feed.
    package func terminal(width: Int, colour: Bool) -> String {
        let panels = panels, width = max(width, 40)
        guard !panels.isEmpty else { return "no epoch is finished\n" }
        let across = max(1, min(panels.count, width / 72)), each = (width - 3 * (across - 1)) / across
        let style = TextStyle(hasColour: colour)
        var text = ""
        for start in stride(from: 0, to: panels.count, by: across) {
            let row = panels[start..<min(start + across, panels.count)]
                .map { $0.terminal(width: each, height: 16, colour: colour) }
            for line in 0..<(row.map(\.count).max() ?? 0) {
                var joined = ""
                for (place, panel) in row.enumerated() {
                    let own = line < panel.count ? panel[line] : ""
                    let missing = place * (each + 3) - TextBlock.width(joined)
                    joined += String(repeating: " ", count: max(0, missing)) + own
                }
                text += joined + "\n"
            }
        }
        var notes: [String] = []
        if runs.count > 1, panels.contains(where: { $0.series.contains(where: \.isDashed) }) {
            notes.append(colour ? "in dashes: the training part" : "hollow marks: the training part")
        }
        if runs.contains(where: { $0.bestEpoch != nil }) { notes.append("★ the best epoch") }
        return text
            + TextBlock.flowing(notes, width: width, indent: 0).map { style.dim($0) + "\n" }.joined()
    }
}

extension LineChart.Series {
    /// The same line by another name.
    fileprivate func named(_ name: String) -> LineChart.Series {
        var copy = LineChart.Series(name, x: x, y: y)
        (copy.colour, copy.isDashed, copy.marked) = (colour, isDashed, marked)
        return copy
    }
}
