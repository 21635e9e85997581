/// Rows of small square figures in shades of grey, each row with a title.
package struct FigureRows: Sendable {
    package struct Row: Sendable {
        let title: String
        /// Pixels of each figure, row by row from the top left: from 0 (paper) to 1 (ink).
        let figures: [[Double]]

        package init(title: String, figures: [[Double]]) { (self.title, self.figures) = (title, figures) }
    }

    /// Pixels along an edge.
    private let side: Int
    private let rows: [Row]

    /// - Parameter rows: figures of `side` * `side` pixels each.
    package init(side: Int, rows: [Row]) {
        precondition(
            side > 0 && rows.allSatisfy { $0.figures.allSatisfy { $0.count == side * side } },
            "FigureRows: a figure does not have \(side) x \(side) pixels")
        (self.side, self.rows) = (side, rows)
    }

    /// As many figures of each row as fit into `width` characters. A character shows two pixels, one above the other: in shades
    /// with `colour`, and without as ink where a pixel is darker than half.
    package func terminal(width: Int, colour: Bool) -> String {
        let fitting = max((width + 1) / (side + 1), 1)
        var text = ""
        for row in rows {
            text += row.title + "\n"
            for line in stride(from: 0, to: side, by: 2) {
                let parts = row.figures.prefix(fitting).map { figure in
                    let characters = (0..<side).map { column in
                        let top = figure[line * side + column]
                        let bottom = line + 1 < side ? figure[(line + 1) * side + column] : 0
                        return colour ? Self.shaded(top, bottom) : Self.inked(top, bottom)
                    }
                    return characters.joined() + (colour ? "\u{1B}[0m" : "")
                }
                text += parts.joined(separator: " ") + "\n"
            }
        }
        return text
    }

    private static func inked(_ top: Double, _ bottom: Double) -> String {
        switch (top > 0.5, bottom > 0.5) {
        case (true, true): "█"
        case (true, false): "▀"
        case (false, true): "▄"
        case (false, false): " "
        }
    }

    private static func shaded(_ top: Double, _ bottom: Double) -> String {
        let (top, bottom) = (grey(top), grey(bottom))
        return "\u{1B}[38;2;\(top);\(top);\(top);48;2;\(bottom);\(bottom);\(bottom)m▀"
    }

    /// From 255 for paper to 0 for ink.
    private static func grey(_ ink: Double) -> Int { 255 - Int((min(max(ink, 0), 1) * 255).rounded()) }

    /// The rows as an SVG document.
    package func svg(title: String) -> String {
        let (pixel, gap, margin, head) = (6, 12, 20, 24), size = side * pixel
        let count = rows.map(\.figures.count).max() ?? 0, height = head + size + gap
        var svg = SVGText.open(
            width: 2 * margin + max(count * (size + gap) - gap, 200), height: 2 * margin + rows.count * height,
            title: title)
        for (place, row) in rows.enumerated() {
            let top = margin + place * height
            svg += SVGText.text(row.title, x: Double(margin), y: Double(top + 14), size: 13)
            for (number, figure) in row.figures.enumerated() {
                for (index, ink) in figure.enumerated() where Self.grey(ink) < 255 {
                    let x = margin + number * (size + gap) + index % side * pixel
                    let y = top + head + index / side * pixel, grey = Self.grey(ink)
                    svg += "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(pixel)\" height=\"\(pixel)\" "
                    svg += "fill=\"rgb(\(grey),\(grey),\(grey))\"/>\n"
                }
            }
        }
        return svg + "</svg>\n"
    }
}
