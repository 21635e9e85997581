import Backprop
import BackpropTrain

/// A comparison as one page of HTML that needs nothing else: no script, no font, no request.
package struct RulePage {
    private let outcomes: [RuleOutcome]
    private let data: RuleData
    private static let width = 560

    package init(_ outcomes: [RuleOutcome], _ data: RuleData) { (self.outcomes, self.data) = (outcomes, data) }

    package var html: String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <meta name="color-scheme" content="light dark" />
        <title>Learning rules</title>
        <style>
        \(ReportStyle.sheet)
        </style>
        </head>
        <body>
        <main>
        <header>
        <h1>Learning rules</h1>
        <p>\(SVGText.escape(PlainText.shown(RuleText.title(outcomes, data), limit: 300)))</p>
        </header>
        <div class="grid">
        \(table)\(figures)</div>
        </main>
        </body>
        </html>

        """
    }

    private var table: String {
        let (titles, rows) = (RuleText.titles, outcomes.map(RuleText.row))
        let head = titles.map { "<th scope=\"col\">\(SVGText.escape($0))</th>" }.joined()
        let body = zip(outcomes, rows).map { outcome, cells in
            "<tr><th scope=\"row\" title=\"\(SVGText.escape(outcome.rule.summary))\">\(SVGText.escape(cells[0]))</th>"
                + cells.dropFirst().map { "<td>\(SVGText.escape($0))</td>" }.joined() + "</tr>\n"
        }
        return card(
            "Side by side",
            "<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"rules\">\n<table class=\"rows\">\n"
                + "<thead><tr>\(head)</tr></thead>\n<tbody>\n\(body.joined())</tbody>\n</table>\n</div>\n")
    }

    private var figures: String {
        let figures = RuleCharts(outcomes).all.enumerated().map { number, chart in
            let words = chart.series.map { "\($0.name) ends at \(NumberFormat.significant($0.y.last ?? .nan))" }
            return "<figure>"
                + SVGText.openInline(
                    width: Self.width, height: 420, title: chart.title, description: words.joined(separator: ", "))
                + chart.drawing(width: Self.width, height: 420, colours: .page, name: "curve\(number)")
                + "</svg>\n</figure>\n"
        }
        return card("Over the training", "<div class=\"panels\">\n\(figures.joined())</div>\n")
    }

    private func card(_ title: String, _ body: String) -> String {
        "<section class=\"card wide\">\n<h2>\(title)</h2>\n\(body)</section>\n"
    }
}
