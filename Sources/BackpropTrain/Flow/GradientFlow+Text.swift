import BackpropData

extension GradientFlow: CustomStringConvertible {
    /// The table, the map and what was found, in 80 columns without colours.
    public var description: String { text(width: 80, colour: false) }

    /// A table with a line for each layer, the map of layers by steps, what was found and what watching cost: lines of at most
    /// `width` columns (at least 60).
    public func text(width: Int, colour: Bool) -> String {
        let width = max(width, 60), style = TextStyle(hasColour: colour)
        guard let steps else { return "no step was watched yet\n" }
        let window = "\(Wording.count(sampleCount, "step")) from \(steps.lowerBound) to \(steps.upperBound)"
        var lines = [style.strong("Gradient flow") + style.dim(", means over \(window)"), ""]
        lines += table(width: width, style)
        let map = FlowMap(self)
        if map.columns > 1 { lines += [""] + map.terminal(width: width, colour: colour) }
        lines.append("")
        for finding in findings {
            let paint: TextStyle.Paint =
                switch finding.verdict {
                case .healthy: .good
                case .frozen: .dim
                default: .warning
                }
            let sentence = finding.text.prefix(1).uppercased() + finding.text.dropFirst() + "."
            lines += TextBlock.wrapped(sentence, width: width, indent: 0).map { style.paint($0, paint) }
            if !finding.remedy.isEmpty {
                lines += TextBlock.wrapped("What to try: \(finding.remedy).", width: width, indent: 2)
            }
        }
        lines += TextBlock.wrapped(costSentence, width: width, indent: 0).map(style.dim)
        return lines.joined(separator: "\n") + "\n"
    }

    /// "Watching every 10th step takes 1.2 % of the training's time (...)."
    var costSentence: String {
        let which = every == 1 ? "every step" : "one step of \(every)"
        guard let cost else { return "Watched \(which); that is too few to say what it costs." }
        let share = cost.share <= 0.0005 ? "less than 0.1 %" : Self.percent(cost.share)
        func milliseconds(_ seconds: Double) -> String { "\(NumberFormat.significant(seconds * 1_000, figures: 3)) ms" }
        return
            "Watching, lately \(which), has taken \(share) of the time (medians of a step: \(milliseconds(cost.watchedSeconds)) watched, "
            + "\(milliseconds(cost.otherSeconds)) not)."
    }

    // MARK: The table

    private static let mostRows = 24

    private func table(width: Int, _ style: TextStyle) -> [String] {
        let names = displayNames, isWide = width >= 100
        var columns: [TextTable.Column] = [.left("layer"), .right("weights")]
        if isWide { columns.append(.right("|gradient|")) }
        columns.append(.right("gradient"))
        if isWide { columns.append(.right("|weight|")) }
        columns += [.right("weight"), .right("step/weight"), .right("zeros"), .left("state")]
        let shown = shownPlaces
        let rows = shown.map { place in
            let layer = layers[place], figures = layer.figures
            let isTrained = layer.reach == .trained
            func cell(_ value: Double?) -> String {
                guard isTrained, let value else { return "-" }
                return value == 0 ? "0" : NumberFormat.scientific(value, digits: 1)
            }
            var cells = [
                PlainText.name(names[place], limit: isWide ? 40 : 20),
                NumberFormat.grouped(String(layer.parameters.reduce(0) { $0 + $1.figures.count })),
            ]
            if isWide { cells.append(cell(figures.gradientNorm)) }
            cells.append(cell(figures.gradientRMS))
            if isWide { cells.append(cell(figures.weightNorm)) }
            cells += [
                cell(figures.weightRMS), cell(figures.updateRatio),
                isTrained ? Self.percent(figures.zeroShare) : "-", Self.state(of: layer),
            ]
            return cells
        }
        var lines = TextTable(columns: columns).lines(rows)
        for (row, place) in shown.enumerated() where ![.healthy, .frozen].contains(layers[place].verdict) {
            lines[row + 2] = style.paint(lines[row + 2], .warning)
        }
        if shown.count < layers.count {
            lines.append(style.dim("and \(Wording.count(layers.count - shown.count, "layer")) between them"))
        }
        let key = "gradient, weight: root mean square of an element; step/weight: what a step moves"
        return lines + TextBlock.wrapped(key, width: width, indent: 0).map(style.dim)
    }

    /// Which layers have a line: those that are not well first of all, then some of the others, evenly.
    private var shownPlaces: [Int] {
        guard layers.count > Self.mostRows else { return Array(layers.indices) }
        func spread(_ places: [Int], _ count: Int) -> [Int] {
            guard places.count > count, count > 1 else { return places }
            return (0..<count).map { places[$0 * (places.count - 1) / (count - 1)] }
        }
        let ill = layers.indices.filter { ![.healthy, .frozen].contains(layers[$0].verdict) }
        let shownIll = spread(ill, Self.mostRows / 2)
        let well = layers.indices.filter { [.healthy, .frozen].contains(layers[$0].verdict) }
        return (shownIll + spread(well, Self.mostRows - shownIll.count)).sorted()
    }

    /// "healthy", "dead 45 %", "healthy, 3 % dead".
    static func state(of layer: Layer) -> String {
        switch layer.verdict {
        case .dead: return "\(percent(layer.units.dead ?? 0)) dead"
        case .saturated: return "\(percent(layer.units.saturated ?? 0)) saturated"
        case .healthy:
            if let dead = layer.units.dead, dead > 0 { return "healthy, \(percent(dead)) dead" }
            if let flat = layer.units.saturated, flat >= 0.01 { return "healthy, \(percent(flat)) flat" }
            return "healthy"
        case .vanishing, .exploding, .unsteady, .frozen, .unreached: return layer.verdict.rawValue
        }
    }

    /// The names of layers without what they all begin with, but for their last two parts.
    var displayNames: [String] {
        let paths = layers.map { $0.name.split(separator: ".", omittingEmptySubsequences: false) }
        guard var common = paths.map({ $0.count - 2 }).min(), common > 0 else { return layers.map(\.name) }
        while common > 0, !paths.allSatisfy({ $0.prefix(common) == paths[0].prefix(common) }) { common -= 1 }
        return paths.map { $0.dropFirst(common).joined(separator: ".") }
    }
}
