extension LineChart {
    /// The chart as `height` lines of at most `width` columns, at least 8 of 30.
    ///
    /// With `colour` lines are drawn in dots of eight to a character; without, each has a mark of its own, so that several can
    /// be told apart.
    package func terminal(width: Int = 80, height: Int = 16, colour: Bool) -> [String] {
        let (width, height) = (max(width, 30), max(height, 8)), style = TextStyle(hasColour: colour)
        let hasLegend = series.contains { !$0.name.isEmpty }
        let xAxis = ChartAxis(showing: series.lazy.flatMap(\.x), fit: .counts, ticks: max(2, width / 16))
        let rows = height - 3 - (hasLegend ? 1 : 0)
        let yAxis = ChartAxis(
            showing: series.lazy.flatMap(\.y), fit: .measures, logarithmic: isLogarithmic, ticks: max(2, rows / 3))
        let margin = yAxis.ticks.map(\.text.count).max() ?? 1
        var canvas = DotCanvas(columns: width - margin - 2, rows: rows)
        for (index, line) in series.enumerated() {
            canvas.draw(points(of: line, xAxis, yAxis), as: line.colour ?? index, isDashed: line.isDashed)
        }
        for (index, line) in series.enumerated() {
            guard let marked = line.marked, let place = line.x.firstIndex(of: marked),
                let right = xAxis.position(marked), let up = yAxis.position(line.y[place])
            else { continue }
            canvas.mark(right, up, as: line.colour ?? index)
        }

        var labels: [Int: String] = [:]
        for tick in yAxis.ticks {
            guard let share = yAxis.position(tick.value), share >= -1e-9, share <= 1 + 1e-9 else { continue }
            labels[min(Int((1 - share) * Double(rows)), rows - 1)] = tick.text
        }
        var lines = [style.strong(PlainText.shown(title + (yLabel.isEmpty ? "" : " (\(yLabel))"), limit: width))]
        if hasLegend { lines.append(legend(width, style)) }
        for row in 0..<rows {
            let label = labels[row]
            lines.append(
                style.dim(PlainText.filled(label ?? "", to: margin, atRight: true) + (label == nil ? " │" : " ┤"))
                    + canvas.line(row, style))
        }
        lines.append(
            style.dim(String(repeating: " ", count: margin + 1) + "└" + String(repeating: "─", count: canvas.columns)))
        lines.append(style.dim(String(repeating: " ", count: margin + 2) + below(xAxis, canvas.columns)))
        return lines.map { line in
            var line = line
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }

    private func legend(_ width: Int, _ style: TextStyle) -> String {
        var items: [String] = [], used = 0
        for (index, line) in series.enumerated() where !line.name.isEmpty {
            let name = PlainText.shown(line.name, limit: 24)
            let mark =
                style.hasColour
                ? (line.isDashed ? "╌╌" : "━━") : DotCanvas.mark(line.colour ?? index, isDashed: line.isDashed)
            let columns = PlainText.width(mark) + 1 + PlainText.width(name) + 3
            if used + columns > width {
                items.append("…")
                break
            }
            used += columns
            items.append(style.series(mark, line.colour ?? index) + " " + name)
        }
        return items.joined(separator: "   ")
    }

    private func points(
        of line: Series, _ xAxis: ChartAxis, _ yAxis: ChartAxis
    ) -> [(right: Double, up: Double)?] {
        zip(line.x, line.y).map { x, y in
            guard let right = xAxis.position(x), let up = yAxis.position(y), (-1e-9...1.000_001).contains(up) else {
                return nil
            }
            return (right, up)
        }
    }

    /// Ticks under the axis, as far as they do not run into each other.
    private func below(_ axis: ChartAxis, _ columns: Int) -> String {
        var text = ""
        for tick in axis.ticks {
            guard let share = axis.position(tick.value) else { continue }
            let middle = Int((share * Double(columns - 1)).rounded())
            let start = min(max(0, middle - tick.text.count / 2), columns - tick.text.count)
            guard start >= text.count + (text.isEmpty ? 0 : 1) else { continue }
            text += String(repeating: " ", count: start - text.count) + tick.text
        }
        let room = columns - text.count
        return room > xLabel.count + 1 && !xLabel.isEmpty
            ? text + String(repeating: " ", count: 1) + PlainText.shown(xLabel) : text
    }
}

/// Lines in characters: with colours as dots of Braille, two across and four down in each; without as one mark a character.
struct DotCanvas {
    let columns: Int
    let rows: Int
    /// The dots of each character, as Unicode numbers them.
    private var dots: [UInt8]
    /// The series that was drawn last; whether it was dashed.
    private var owners: [(series: Int, isDashed: Bool)?]
    private var marks: [Int: Int] = [:]

    init(columns: Int, rows: Int) {
        (self.columns, self.rows) = (max(columns, 1), max(rows, 1))
        dots = [UInt8](repeating: 0, count: self.columns * self.rows)
        owners = [(series: Int, isDashed: Bool)?](repeating: nil, count: dots.count)
    }

    static func mark(_ series: Int, isDashed: Bool) -> String {
        let solid = ["●", "■", "▲", "◆", "x", "+", "*", "o"], dashed = ["·", "▫", "△", "◇", ":", "-", "'", "~"]
        return (isDashed ? dashed : solid)[series % solid.count]
    }

    /// Joins points, given in shares of the width and the height from the lower left; nil leaves a gap.
    mutating func draw(_ points: [(right: Double, up: Double)?], as series: Int, isDashed: Bool) {
        let (across, down) = (2 * columns - 1, 4 * rows - 1)
        func place(_ point: (right: Double, up: Double)) -> (x: Int, y: Int) {
            (Int((point.right * Double(across)).rounded()), Int(((1 - point.up) * Double(down)).rounded()))
        }
        var last: (x: Int, y: Int)?
        for point in points {
            guard let point else {
                last = nil
                continue
            }
            let next = place(point), from = last ?? next
            let steps = max(abs(next.x - from.x), abs(next.y - from.y), 1)
            for step in 0...steps {
                let share = Double(step) / Double(steps)
                let x = from.x + Int((share * Double(next.x - from.x)).rounded())
                // Dashes follow the width, so that they do not run together where points are close.
                if isDashed, x % 4 > 1 { continue }
                set(x, from.y + Int((share * Double(next.y - from.y)).rounded()), series, isDashed)
            }
            last = next
        }
    }

    /// A star on a line.
    mutating func mark(_ right: Double, _ up: Double, as series: Int) {
        let (x, y) = (
            Int((right * Double(2 * columns - 1)).rounded()), Int(((1 - up) * Double(4 * rows - 1)).rounded())
        )
        guard (0..<2 * columns).contains(x), (0..<4 * rows).contains(y) else { return }
        marks[y / 4 * columns + x / 2] = series
    }

    private mutating func set(_ x: Int, _ y: Int, _ series: Int, _ isDashed: Bool) {
        guard (0..<2 * columns).contains(x), (0..<4 * rows).contains(y) else { return }
        let cell = y / 4 * columns + x / 2
        let bits: [[UInt8]] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]]
        dots[cell] |= bits[y % 4][x % 2]
        owners[cell] = (series, isDashed)
    }

    func line(_ row: Int, _ style: TextStyle) -> String {
        var text = "", run = "", runSeries: Int?
        func flush() {
            text += runSeries.map { style.series(run, $0) } ?? run
            run = ""
        }
        for column in 0..<columns {
            let cell = row * columns + column
            let owner = marks[cell].map { ($0, false) } ?? owners[cell].map { ($0.series, $0.isDashed) }
            if owner?.0 != runSeries {
                flush()
                runSeries = owner?.0
            }
            if marks[cell] != nil {
                run += "★"
            } else if let owner {
                run +=
                    style.hasColour
                    ? String(Unicode.Scalar(0x2800 + UInt32(dots[cell]))!) : Self.mark(owner.0, isDashed: owner.1)
            } else {
                run += " "
            }
        }
        flush()
        return text
    }
}
