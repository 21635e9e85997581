/// Lines of a run, each behind a word that says what it is about.
package struct RunLines {
    /// Characters on a line; nil where nobody watches, and lines may be as long as they are.
    let width: Int?

    package init(_ terminal: Terminal) { width = terminal.isLive ? terminal.width : nil }

    init(width: Int?) { self.width = width }

    /// "Data     penguins.csv: 275 to train, 69 to test", with a line feed; wrapped behind the word.
    package func line(_ name: String, _ text: String) -> String {
        let text = PlainText.shown(text)
        let indent = 9
        guard let width, width >= 2 * indent else { return PlainText.filled(name, to: indent) + text + "\n" }
        let lines = TextBlock.wrapped(text, width: width - indent, indent: 0)
        return lines.enumerated().map { row, line in
            PlainText.filled(row == 0 ? name : "", to: indent) + line + "\n"
        }.joined()
    }

    /// What each column is taken for.
    func table(_ titles: [String], _ rows: [[String]]) -> String {
        let table = TextTable(columns: titles.map { .left($0) })
        let whole = rows.map { $0.map { PlainText.shown($0, limit: 200) } }
        var widths = table.widths(whole)
        // A long list of values says no more than its beginning.
        widths[3] = min(widths[3], 40)
        if let width {
            let gaps = 2 * (widths.count - 1)
            while widths.reduce(gaps, +) > width, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
                widths[widest] > 6
            {
                widths[widest] -= 1
            }
        }
        func cut(_ cells: [String]) -> [String] { zip(cells, widths).map { PlainText.shown($0, limit: $1) } }
        return TextTable(columns: cut(titles).map { .left($0) }).text(whole.map(cut), widths: widths)
    }

    /// All that is said before training.
    func text(_ introduction: RunIntroduction) -> String {
        var text = line("Data", introduction.data) + line("Label", introduction.aim)
        if let columns = introduction.columns { text += "\n" + table(columns.titles, columns.rows) + "\n" }
        return text + introduction.notes.map { line("Note", $0) }.joined()
    }
}
