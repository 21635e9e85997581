import BackpropData

extension RunReport {
    /// The report as one page of HTML that needs nothing else: no script, no font, no request.
    package var html: String {
        let title = Self.shown(facts.title)
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
            <meta name="color-scheme" content="light dark" />
            <title>\(title)</title>
            <style>
            \(ReportStyle.sheet)
            </style>
            </head>
            <body>
            <main>
            <header>
            <h1>\(title)</h1>
            \([facts.data, facts.model].filter { !$0.isEmpty }.map { "<p>\(Self.shown($0))</p>" }.joined(separator: "\n"))
            </header>
            \(notes)<div class="grid">
            \(cards.joined())</div>
            </main>
            </body>
            </html>

            """
    }

    /// Text from anywhere within the page.
    private static func shown(_ text: String, limit: Int = 300) -> String {
        SVGText.escape(PlainText.shown(text, limit: limit))
    }

    /// A name from anywhere, which turns no direction but its own.
    private static func name(_ text: String) -> String {
        "<bdi>\(SVGText.escape(PlainText.name(text, limit: 120)))</bdi>"
    }

    private var notes: String {
        remarks.isEmpty
            ? ""
            : "<ul class=\"notes\" aria-label=\"to be noted\">\n"
                + remarks.map { "<li>\(Self.shown($0, limit: 600))</li>\n" }.joined() + "</ul>\n"
    }

    private var cards: [String] {
        let pictures = ReportPictures(report: self)
        var cards = [resultCard(pictures)]
        if !epochs.isEmpty {
            let kept = bestEpoch.map { "The dashed line is epoch \($0), whose weights were kept." } ?? ""
            let figures = pictures.curves().map { "<figure>\($0)</figure>\n" }.joined()
            cards.append(
                card("Over the epochs", hint: kept, isWide: true, "<div class=\"panels\">\n\(figures)</div>\n"))
        }
        cards += [classCard, confusionCard].compactMap(\.self)
        if let classes, classes.classes.count > 1, !classes.calibration.bins.isEmpty {
            cards.append(
                figure(
                    "Does it know how sure it may be?",
                    "On the diagonal it is right as often as it says. Mean distance: "
                        + "\(Self.percent(classes.calibration.error)).",
                    pictures.calibration(classes.calibration)))
        }
        if let numbers {
            cards.append(
                figure(
                    "Predicted and true",
                    numbers.pairs.count < numbers.count
                        ? "\(Self.grouped(numbers.pairs.count)) of \(Self.grouped(numbers.count)) test examples." : "",
                    pictures.residuals(numbers)))
            cards.append(residualCard(numbers))
        }
        return cards + [flowCard(pictures), importanceCard, columnCard, settingCard].compactMap(\.self)
    }

    private func card(_ title: String, hint: String = "", isWide: Bool = false, _ body: String) -> String {
        "<section class=\"card\(isWide ? " wide" : "")\">\n"
            + (title.isEmpty ? "" : "<h2>\(Self.shown(title))</h2>\n")
            + (hint.isEmpty ? "" : "<p class=\"hint\">\(Self.shown(hint))</p>\n") + body + "</section>\n"
    }

    private func figure(_ title: String, _ hint: String, _ picture: String) -> String {
        card(title, hint: hint, "<figure>\(picture)</figure>\n")
    }

    private func list(_ pairs: [(name: String, value: String)]) -> String {
        pairs.isEmpty
            ? ""
            : "<dl>\n"
                + pairs.map { "<dt>\(Self.shown($0.name))</dt><dd>\(Self.shown($0.value))</dd>\n" }.joined() + "</dl>\n"
    }

    /// A table that scrolls by itself where the page is narrow.
    private func table(
        _ caption: String, kind: String = "", header: [String], rows: [String]
    ) -> String {
        "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"\(Self.shown(caption))\">\n"
            + "<table\(kind.isEmpty ? "" : " class=\"\(kind)\"")>\n<caption>\(Self.shown(caption))</caption>\n"
            + "<thead><tr>\(header.joined())</tr></thead>\n<tbody>\n\(rows.joined())</tbody>\n</table>\n</div>\n"
    }

    private static func head(_ text: String, isText: Bool = false) -> String {
        "<th scope=\"col\"\(isText ? " class=\"text\"" : "")>\(name(text))</th>"
    }

    private func resultCard(_ pictures: ReportPictures) -> String {
        var body = ""
        if let classes {
            body += "<p class=\"big\">\(Self.percent(classes.accuracy))</p>\n"
        } else if let numbers {
            body += "<p class=\"big\">± \(Self.shown(amount(numbers.rmse)))</p>\n"
        }
        let sentences = [result, guessing].compactMap(\.self)
        for sentence in sentences.isEmpty ? [headline] : sentences {
            let capital = sentence.prefix(1).uppercased() + sentence.dropFirst()
            body += "<p class=\"sentence\">\(Self.shown(capital)).</p>\n"
        }
        if let classes { body += "<figure>\(pictures.scale(classes))</figure>\n" }
        return card(
            "On examples that it has not seen", isWide: true,
            "<div class=\"panels\">\n<div>\n\(body)</div>\n<div>\(list(figures))</div>\n<div>\(list(effort))</div>\n</div>\n"
        )
    }

    private var classCard: String? {
        guard let classes, classes.classes.count > 1 else { return nil }
        let shown =
            classes.classes.count <= Self.mostClasses
            ? classes.classes
            : Array(classes.classes.filter { $0.support > 0 }.sorted { $0.f1 < $1.f1 }.prefix(Self.mostClasses))
        func row(_ rates: ClassQuality.Rates, isMean: Bool = false) -> String {
            let cells = [rates.precision, rates.recall, rates.f1].map { NumberFormat.fixed($0, digits: 3) }
            return "<tr\(isMean ? " class=\"mean\"" : "")><th scope=\"row\">\(Self.name(rates.name))</th>"
                + (cells + [Self.grouped(rates.support)]).map { "<td>\($0)</td>" }.joined() + "</tr>\n"
        }
        let caption =
            shown.count < classes.classes.count
            ? "The \(shown.count) classes of \(classes.classes.count) that do worst" : "Rates of each class"
        return card(
            "By class",
            hint:
                "Precision: of those taken for the class, how many are. Recall: of those that are, how many were found.",
            table(
                caption,
                header: [Self.head("class", isText: true)]
                    + ["precision", "recall", "F1", "count"].map { Self.head($0) },
                rows: shown.map { row($0) } + [row(classes.macro, isMean: true)]))
    }

    private var confusionCard: String? {
        guard let classes, classes.classes.count > 1 else { return nil }
        let names = classes.classes.map(\.name)
        guard let counts = classes.confusion, counts.count == names.count,
            counts.allSatisfy({ $0.count == names.count })
        else { return mistakeCard(classes) }
        let rows = zip(names, counts).enumerated().map { row, entry in
            let total = max(entry.1.reduce(0, +), 1)
            let cells = entry.1.enumerated().map { column, count in
                let share = Double(count) / Double(total)
                let kinds = [count == 0 ? "zero" : row == column ? "right" : nil, share > 0.6 ? "high" : nil]
                    .compactMap(\.self)
                let kind = kinds.isEmpty ? "" : " class=\"\(kinds.joined(separator: " "))\""
                return "<td\(kind) style=\"--v:\(NumberFormat.fixed(share, digits: 3))\">\(Self.grouped(count))</td>"
            }
            return "<tr><th scope=\"row\">\(Self.name(entry.0))</th>\(cells.joined())</tr>\n"
        }
        let heads = names.map { name in
            let full = SVGText.escape(PlainText.name(name, limit: 120)), short = PlainText.name(name, limit: 16)
            return "<th scope=\"col\" title=\"\(full)\"><bdi>\(SVGText.escape(short))</bdi></th>"
        }
        let isTall = names.count > 3 && names.contains { PlainText.width($0) > 4 }
        return card(
            "What was taken for what", isWide: names.count > 10,
            table(
                "Rows are classes, columns what their examples were taken for", kind: isTall ? "heat tall" : "heat",
                header: ["<td></td>"] + heads, rows: rows))
    }

    private func mistakeCard(_ classes: ClassQuality) -> String? {
        guard !classes.mistakes.isEmpty else { return nil }
        let rows = classes.mistakes.map {
            "<tr><th scope=\"row\">\(Self.name($0.label))</th><td class=\"text\">\(Self.name($0.taken))</td>"
                + "<td>\(Self.grouped($0.count))</td><td>\(Self.percent($0.share))</td></tr>\n"
        }
        return card(
            "What was taken for what",
            table(
                "The most frequent mistakes",
                header: [Self.head("class", isText: true), Self.head("taken for", isText: true)]
                    + [Self.head("times"), Self.head("of it")],
                rows: rows))
    }

    private func residualCard(_ numbers: NumberQuality) -> String {
        card(
            "How far off",
            hint: "Predicted less true: below 0 the prediction is too low.",
            table(
                "So many percent of the examples are below",
                header: [Self.head("percent"), Self.head("predicted less true")],
                rows: numbers.residuals.map {
                    "<tr><td>\($0.percent)</td><td>\(Self.shown(amount($0.value)))</td></tr>\n"
                }))
    }

    private var importanceCard: String? {
        guard !importances.isEmpty else { return nil }
        let shown = importances.prefix(Self.mostColumns), most = max(shown.map(\.loss).max() ?? 0, 0)
        let rows = shown.map { column in
            let share = most > 0 ? max(column.loss, 0) / most * 100 : 0
            return "<tr><th scope=\"row\">\(Self.name(column.name))</th>"
                + "<td class=\"bar\"><i style=\"width:\(NumberFormat.fixed(share, digits: 1))%\"></i></td>"
                + "<td>\(importance(column))</td></tr>\n"
        }
        let hidden = importances.count - shown.count
        return card(
            "Columns that matter",
            hint: (classes != nil ? "Percentage points lost" : "Error added")
                + " when a column's cells are dealt out among the rows by chance"
                + (hidden > 0 ? "; \(Wording.count(hidden, "column")) more matter less." : "."),
            table(
                "Importance of columns", kind: "rows",
                header: [
                    Self.head("column", isText: true), "<td></td>", Self.head(classes != nil ? "points" : "error"),
                ],
                rows: rows))
    }

    private func flowCard(_ pictures: ReportPictures) -> String? {
        guard let flow, let steps = flow.steps else { return nil }
        var body = ""
        for finding in flow.findings {
            let sentence = finding.text.prefix(1).uppercased() + finding.text.dropFirst() + "."
            body += "<p class=\"sentence\">\(Self.shown(sentence, limit: 600))</p>\n"
            if !finding.remedy.isEmpty {
                body += "<p class=\"hint\">What to try: \(Self.shown(finding.remedy, limit: 600)).</p>\n"
            }
        }
        if let picture = pictures.flow(flow) { body += "<figure>\(picture)</figure>\n" }
        func cell(_ value: Double?) -> String {
            "<td>\(value.map { $0 == 0 ? "0" : NumberFormat.scientific($0, digits: 1) } ?? "-")</td>"
        }
        let rows = flow.layers.prefix(Self.mostRows).map { layer in
            let figures = layer.figures, isTrained = layer.reach == .trained
            return "<tr><th scope=\"row\">\(Self.name(layer.name))</th>"
                + "<td>\(Self.grouped(layer.parameters.reduce(0) { $0 + $1.figures.count }))</td>"
                + [
                    figures.gradientNorm, figures.gradientRMS, figures.weightNorm, figures.weightRMS,
                    figures.updateRatio,
                ].map { cell(isTrained ? $0 : nil) }.joined()
                + "<td>\(isTrained ? GradientFlow.percent(figures.zeroShare) : "-")</td>"
                + "<td class=\"text\">\(Self.shown(GradientFlow.state(of: layer)))</td></tr>\n"
        }
        body += table(
            "Means over \(Self.count(flow.sampleCount, "step")) from \(steps.lowerBound) to \(steps.upperBound)",
            kind: "rows",
            header: [Self.head("layer", isText: true)]
                + [
                    "weights", "norm of gradient", "of an element", "norm of weight", "of an element",
                    "step over weight",
                    "zeros",
                ].map { Self.head($0) } + [Self.head("state", isText: true)],
            rows: rows)
        return card("Gradient flow", hint: flow.costSentence, isWide: true, body)
    }

    private var columnCard: String? {
        guard let columns = facts.columns, !columns.rows.isEmpty, !columns.header.isEmpty else { return nil }
        let rows = columns.rows.prefix(Self.mostRows).map { row in
            let cells = columns.header.indices.map { place in
                let text = place < row.count ? row[place] : ""
                return place == 0
                    ? "<th scope=\"row\">\(Self.name(text))</th>" : "<td><bdi>\(Self.shown(text))</bdi></td>"
            }
            return "<tr>\(cells.joined())</tr>\n"
        }
        let hidden = columns.rows.count - rows.count
        return card(
            "Columns", hint: hidden > 0 ? "and \(Self.grouped(hidden)) more" : "", isWide: true,
            table(
                "What became of each column", kind: "text", header: columns.header.map { Self.head($0, isText: true) },
                rows: rows))
    }

    private var settingCard: String? {
        facts.settings.isEmpty
            ? nil : card("How it was made", list(facts.settings.map { ($0.name, $0.value) }))
    }

    private static let mostClasses = 40
    private static let mostColumns = 30
    private static let mostRows = 300
}
