import BackpropData

extension RunReport {
    /// The report for a terminal.
    package func text(for terminal: Terminal) -> String { text(width: terminal.width, colour: terminal.hasColour) }

    /// The report as lines of at most `width` columns (at least 40), tables beside each other where there is room.
    package func text(width: Int, colour: Bool) -> String {
        let width = max(width, 40), style = TextStyle(hasColour: colour)
        var lines = [style.strong(PlainText.shown(facts.title, limit: width))]
        for line in [facts.data, facts.model] where !line.isEmpty {
            lines += TextBlock.wrapped(line, width: width, indent: 2)
        }
        lines.append("")
        if let result {
            let isPoor = verdict != nil
            lines += TextBlock.wrapped(result, width: width, indent: 2).map {
                style.paint($0, isPoor ? .warning : .good)
            }
            if let guessing { lines += TextBlock.wrapped(guessing, width: width, indent: 2) }
        } else {
            lines += TextBlock.wrapped(headline, width: width, indent: 2)
        }
        for remark in remarks {
            lines += TextBlock.wrapped("! " + remark, width: width, indent: 2).map { style.paint($0, .warning) }
        }
        for pairs in [figures, effort] where !pairs.isEmpty {
            lines.append("")
            lines += TextBlock.flowing(pairs.map { "\(style.dim($0.name)) \($0.value)" }, width: width, indent: 2)
        }
        let blocks = [
            classTable(width), confusionTable(width, style), residualTable(width), importanceTable(width, style),
        ]
        for row in TextBlock.arranged(blocks.compactMap(\.self), width: width, gap: 4) { lines += [""] + row }
        // Whatever is still wider loses its end, and its colours.
        return lines.map { TextBlock.width($0) <= width ? $0 : PlainText.shown(TextBlock.plain($0), limit: width) }
            .joined(separator: "\n") + "\n"
    }

    private func classTable(_ width: Int) -> TextBlock? {
        guard let classes, classes.classes.count > 1 else { return nil }
        let shown = Self.mostRows
        // With many classes those that do worst are of interest.
        let sorted =
            classes.classes.count <= shown
            ? classes.classes : Array(classes.classes.filter { $0.support > 0 }.sorted { $0.f1 < $1.f1 }.prefix(shown))
        let isNarrow = width < 60
        let titles = isNarrow ? ["prec", "rec", "F1", "count"] : ["precision", "recall", "F1", "examples"]
        let table = TextTable(columns: [.left("class")] + titles.map { .right($0) })
        let rows = (sorted + [classes.macro]).map { rates in
            [PlainText.name(rates.name, limit: min(width - 30, 28))]
                + [rates.precision, rates.recall, rates.f1].map { NumberFormat.fixed($0, digits: isNarrow ? 3 : 4) }
                + [Self.grouped(rates.support)]
        }
        let hidden = classes.classes.count - sorted.count
        return TextBlock(
            title: hidden > 0 ? "the \(sorted.count) classes of \(classes.classes.count) that do worst" : "by class",
            lines: table.lines(rows))
    }

    private func confusionTable(_ width: Int, _ style: TextStyle) -> TextBlock? {
        guard let classes, classes.count > classes.right else { return nil }
        if let confusion = classes.confusion, confusion.count <= 12,
            let matrix = confusionMatrix(confusion, classes.classes.map(\.name), width, style)
        {
            return matrix
        }
        guard !classes.mistakes.isEmpty else { return nil }
        let limit = max(6, min(24, (width - 20) / 2))
        let table = TextTable(columns: [.left("class"), .left("taken for"), .right("times"), .right("of it")])
        return TextBlock(
            title: "most frequent mistakes",
            lines: table.lines(
                classes.mistakes.map {
                    [
                        PlainText.name($0.label, limit: limit), PlainText.name($0.taken, limit: limit),
                        Self.grouped($0.count), Self.percent($0.share),
                    ]
                }))
    }

    /// Nil where it is wider than the terminal.
    private func confusionMatrix(
        _ counts: [[Int]], _ names: [String], _ width: Int, _ style: TextStyle
    ) -> TextBlock? {
        guard counts.count == names.count, counts.allSatisfy({ $0.count == names.count }) else { return nil }
        let head = min(20, names.map { PlainText.width(PlainText.name($0, limit: 20)) }.max() ?? 0)
        let numbers = counts.joined().map { Self.grouped($0).count }.max() ?? 1
        // Names above the columns are cut as far as there is no room for them.
        let room = (width - max(head, 6)) / names.count - 2
        guard room >= max(numbers, 3) else { return nil }
        let columns = names.map { name in
            max(numbers, min(room, 12, PlainText.width(PlainText.name(name, limit: 12))))
        }
        let label = max(head, 6)
        var lines = [
            PlainText.filled("", to: label) + "  "
                + zip(names, columns).map { PlainText.filled(PlainText.name($0, limit: $1), to: $1, atRight: true) }
                .joined(separator: "  ")
        ]
        lines.append(([label] + columns).map { String(repeating: "-", count: $0) }.joined(separator: "  "))
        for (row, values) in counts.enumerated() {
            let cells = zip(values.enumerated(), columns).map { cell, columns in
                let text = PlainText.filled(
                    cell.element == 0 ? "." : Self.grouped(cell.element), to: columns, atRight: true)
                if cell.element == 0 { return style.dim(text) }
                return style.paint(text, cell.offset == row ? .good : .warning)
            }
            lines.append(
                PlainText.filled(PlainText.name(names[row], limit: label), to: label) + "  "
                    + cells.joined(separator: "  "))
        }
        return TextBlock(title: "rows: classes, columns: taken for", lines: lines)
    }

    private func residualTable(_ width: Int) -> TextBlock? {
        guard let numbers, numbers.count > 1 else { return nil }
        let table = TextTable(columns: [.right("percent"), .right("predicted less true")])
        return TextBlock(
            title: "how far off: percent that are below",
            lines: table.lines(numbers.residuals.map { ["\($0.percent)", Self.number($0.value)] }))
    }

    private func importanceTable(_ width: Int, _ style: TextStyle) -> TextBlock? {
        guard !importances.isEmpty else { return nil }
        let shown = importances.prefix(Self.mostColumns)
        let names = shown.map { PlainText.name($0.name, limit: 24) }
        let head = names.map(PlainText.width).max() ?? 0
        let most = max(shown.map(\.loss).max() ?? 0, 0)
        let values = shown.map(importance)
        let tail = values.map(PlainText.width).max() ?? 0
        let room = max(4, min(24, width - head - tail - 4))
        var lines = zip(zip(names, shown), values).map { pair, value in
            let share = most > 0 ? max(pair.1.loss, 0) / most : 0
            let bar = Blocks.bar(share, width: room)
            return PlainText.filled(pair.0, to: head) + "  " + style.paint(bar, .accent)
                + String(repeating: " ", count: room - PlainText.width(bar)) + "  "
                + PlainText.filled(value, to: tail, atRight: true)
        }
        if importances.count > shown.count {
            lines.append(style.dim("and \(Wording.count(importances.count - shown.count, "column")) more"))
        }
        return TextBlock(
            title: PlainText.shown(
                classes != nil
                    ? "columns: points lost without" : "columns: error added without",
                limit: width),
            lines: lines)
    }

    private static let mostRows = 20
    private static let mostColumns = 12
}
