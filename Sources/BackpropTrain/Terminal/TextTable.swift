/// A table of text with aligned columns, two blanks apart.
package struct TextTable {
    package enum Column {
        case left(String), right(String)

        var title: String {
            switch self {
            case .left(let title), .right(let title): title
            }
        }
    }

    let columns: [Column]

    package init(columns: [Column]) { self.columns = columns }

    /// How wide each column has to be for these rows and its title.
    func widths(_ rows: [[String]]) -> [Int] {
        columns.indices.map { column in
            ([columns[column].title] + rows.map { $0[column] }).map(PlainText.width).max() ?? 0
        }
    }

    /// The titles, a line and the rows, each line with a line feed.
    package func text(_ rows: [[String]], widths: [Int]? = nil) -> String {
        lines(rows, widths: widths).map { $0 + "\n" }.joined()
    }

    /// The same without line feeds.
    func lines(_ rows: [[String]], widths: [Int]? = nil) -> [String] {
        let widths = widths ?? self.widths(rows)
        let rule = widths.map { String(repeating: "-", count: $0) }
        return ([columns.map(\.title), rule] + rows).map { line($0, widths) }
    }

    private func line(_ cells: [String], _ widths: [Int]) -> String {
        var parts: [String] = []
        for (column, (cell, width)) in zip(columns, zip(cells, widths)) {
            let padding = String(repeating: " ", count: max(0, width - PlainText.width(cell)))
            switch column {
            case .left: parts.append(cell + padding)
            case .right: parts.append(padding + cell)
            }
        }
        var text = parts.joined(separator: "  ")
        while text.hasSuffix(" ") { text.removeLast() }
        return text
    }
}
