import Backprop
import BackpropData

/// A map of layers by steps: how large gradients were, on a logarithmic scale. The layer nearest to the loss is at the top.
struct FlowMap {
    let names: [String]
    /// The layers of the rows, the one nearest to the loss first.
    private let layers: [String]
    private let history: [GradientFlow.Column]
    /// Decimal logarithms of the lowest and the highest value that have a colour of their own.
    let range: ClosedRange<Double>

    var rows: Int { layers.count }
    var columns: Int { history.count }
    var firstStep: Int { history.first?.firstStep ?? 0 }
    var lastStep: Int { history.last?.lastStep ?? 0 }

    private static let mostRows = 24

    init(_ flow: GradientFlow) {
        history = flow.history
        let all = zip(flow.layers, flow.displayNames).filter { $0.0.reach == .trained }
        let count = min(all.count, Self.mostRows)
        let shown = (0..<count).map { all[count == 1 ? 0 : $0 * (all.count - 1) / (count - 1)] }
        layers = shown.reversed().map(\.0.name)
        names = shown.reversed().map(\.1)
        let values = flow.history.flatMap { $0.gradientRMS.values }.filter { $0 > 0 && $0.isFinite }
        let low = values.min().map { Self.logarithm($0) } ?? -1, high = values.max().map { Self.logarithm($0) } ?? 0
        range = high - low < 1 ? (low + high) / 2 - 0.5...(low + high) / 2 + 0.5 : low...high
    }

    static func logarithm(_ value: Double) -> Double { ScalarMath.log(value) / ScalarMath.log(10) }

    /// Nil where the layer had no gradient, or none that is a number above 0.
    func value(row: Int, column: Int) -> Double? {
        guard let value = history[column].gradientRMS[layers[row]], value > 0, value.isFinite else { return nil }
        return Self.logarithm(value)
    }

    private func share(row: Int, column: Int) -> Double? {
        value(row: row, column: column).map { ($0 - range.lowerBound) / (range.upperBound - range.lowerBound) }
    }

    /// The steps that a column stands for.
    func steps(column: Int) -> ClosedRange<Int> { history[column].firstStep...history[column].lastStep }

    // MARK: As text

    /// A line for each layer; with `colour` in colours of 24 bits, else in shades.
    func terminal(width: Int, colour: Bool) -> [String] {
        let head = min(names.map(PlainText.width).max() ?? 0, 20)
        let inner = max(min(width - head - 4, max(columns, 24)), 8)
        let style = TextStyle(hasColour: colour)
        var lines: [String] = []
        for (row, name) in names.enumerated() {
            var line = PlainText.filled(PlainText.name(name, limit: head), to: head) + " │"
            for place in 0..<inner {
                let share = share(row: row, column: place * columns / inner)
                if colour {
                    let (red, green, blue) = share.map(Heatmap.Palette.sequential.colour) ?? (128, 132, 136)
                    line += "\u{1B}[48;2;\(red);\(green);\(blue)m "
                } else {
                    line += share.map { [" ", "░", "▒", "▓", "█"][min(Int($0 * 5), 4)] } ?? "·"
                }
            }
            lines.append(line + (colour ? "\u{1B}[0m│" : "│"))
        }
        let (first, last) = ("step \(firstStep)", "\(lastStep)")
        lines.append(
            String(repeating: " ", count: head + 2) + first
                + String(repeating: " ", count: max(1, inner - first.count - last.count)) + last)
        func power(_ value: Double) -> String {
            NumberFormat.scientific(ScalarMath.exp(value * ScalarMath.log(10)), digits: 0)
        }
        let scale = "gradient of an element, from \(power(range.lowerBound)) "
        if colour {
            let bar = (0..<10).map { step -> String in
                let (red, green, blue) = Heatmap.Palette.sequential.colour(Double(step) / 9)
                return "\u{1B}[48;2;\(red);\(green);\(blue)m "
            }
            lines.append(style.dim(scale) + bar.joined() + "\u{1B}[0m" + style.dim(" to \(power(range.upperBound))"))
        } else {
            lines.append(scale + "( ░▒▓█) to \(power(range.upperBound)); · for none")
        }
        return lines
    }

    // MARK: As a picture

    /// [height, width, 3] of bytes: a square of eight pixels for each layer and column.
    var pixels: Tensor {
        let side = 8
        var bytes: [UInt8] = []
        bytes.reserveCapacity(rows * columns * side * side * 3)
        for row in 0..<rows {
            let line = (0..<columns).flatMap { column -> [UInt8] in
                let (red, green, blue) =
                    share(row: row, column: column).map(Heatmap.Palette.sequential.colour) ?? (213, 217, 221)
                return (0..<side).flatMap { _ in [UInt8(red), UInt8(green), UInt8(blue)] }
            }
            for _ in 0..<side { bytes += line }
        }
        return Tensor(bytes, shape: [rows * side, columns * side, 3])
    }

    /// The map as SVG within a page, `width` pixels wide.
    func svgInline(width: Int, colours: PictureColours) -> String {
        let head = 7.2 * Double(min(names.map(PlainText.width).max() ?? 0, 26)) + 14
        let rowHeight = max(min(300 / Double(max(rows, 1)), 22), 10)
        let (top, left, right) = (6.0, head, Double(width) - 8)
        let bottom = top + rowHeight * Double(rows)
        let cell = (right - left) / Double(max(columns, 1))
        var svg = SVGText.openInline(
            width: width, height: Int(bottom) + 62, title: "Gradients of layers over the steps",
            description: "Each row is a layer, the one nearest to the loss at the top; darker is larger, from "
                + "\(Self.power(range.lowerBound)) to \(Self.power(range.upperBound))")
        for (row, name) in names.enumerated() {
            let y = top + Double(row) * rowHeight
            svg += SVGText.text(
                PlainText.name(name, limit: 26), x: left - 8, y: y + rowHeight / 2 + 4, size: 12, colour: colours.ink,
                anchor: "end")
            for column in 0..<columns {
                let share = share(row: row, column: column)
                let fill = share.map(Heatmap.Palette.sequential.hex) ?? colours.grid
                svg += "<rect x=\"\(SVGText.number(left + Double(column) * cell))\" y=\"\(SVGText.number(y))\" "
                svg +=
                    "width=\"\(SVGText.number(cell + 0.3))\" height=\"\(SVGText.number(rowHeight - 1))\" fill=\"\(fill)\">"
                let size = value(row: row, column: column).map(Self.power) ?? "none"
                let steps = steps(column: column)
                let when =
                    steps.lowerBound == steps.upperBound
                    ? "step \(steps.lowerBound)" : "steps \(steps.lowerBound) to \(steps.upperBound)"
                svg += "<title>\(SVGText.escape("\(name), \(when): \(size)"))</title></rect>\n"
            }
        }
        svg += SVGText.text("step \(firstStep)", x: left, y: bottom + 16, size: 12, colour: colours.muted)
        svg += SVGText.text("\(lastStep)", x: right, y: bottom + 16, size: 12, colour: colours.muted, anchor: "end")
        let barLeft = left + (right - left) / 2 - 90
        for step in 0..<36 {
            svg +=
                "<rect x=\"\(SVGText.number(barLeft + Double(step) * 5))\" y=\"\(SVGText.number(bottom + 30))\" width=\"5.3\" "
            svg += "height=\"10\" fill=\"\(Heatmap.Palette.sequential.hex((Double(step) + 0.5) / 36))\"/>\n"
        }
        svg += SVGText.text(
            Self.power(range.lowerBound), x: barLeft - 6, y: bottom + 39, size: 12, colour: colours.muted, anchor: "end"
        )
        svg += SVGText.text(
            Self.power(range.upperBound), x: barLeft + 186, y: bottom + 39, size: 12, colour: colours.muted)
        return svg
            + SVGText.text(
                "gradient of an element", x: left + (right - left) / 2, y: bottom + 56, size: 12, colour: colours.muted,
                anchor: "middle") + "</svg>\n"
    }

    static func power(_ value: Double) -> String {
        NumberFormat.scientific(ScalarMath.exp(value * ScalarMath.log(10)), digits: 1)
    }
}
