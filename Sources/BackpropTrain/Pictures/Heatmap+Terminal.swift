extension Heatmap {
    /// The map as lines of text in a frame, about `width` characters wide (at least 16).
    ///
    /// With `colour` each character shows two cells in colours of 24 bits; without, shades stand for values:
    /// blank for the lowest fifth, then ░ ▒ ▓ and █. Points are ○ for group 0 and ● for every other.
    public func terminal(width: Int = 48, colour: Bool) -> String {
        let inner = max(width, 16) - 2
        let proportion = (yRange.upperBound - yRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
        let lines = max(4, Int((Double(inner) * min(max(proportion, 0.25), 2) / 2).rounded()))
        var marks: [Int: Int] = [:]
        for point in points {
            let right = (point.x - xRange.lowerBound) / (xRange.upperBound - xRange.lowerBound)
            let up = (point.y - yRange.lowerBound) / (yRange.upperBound - yRange.lowerBound)
            guard (0...1).contains(right), (0...1).contains(up) else { continue }
            let column = min(Int(right * Double(inner)), inner - 1)
            marks[min(Int((1 - up) * Double(lines)), lines - 1) * inner + column] = point.group
        }

        var text = title.isEmpty ? "" : Self.onOneLine(title) + "\n"
        text += "┌" + String(repeating: "─", count: inner) + "┐\n"
        for line in 0..<lines {
            text += "│"
            for column in 0..<inner {
                let mark = marks[line * inner + column].map { $0 == 0 ? "○" : "●" }
                let x = (Double(column) + 0.5) / Double(inner)
                if colour {
                    let top = sample(x, 1 - (Double(line) + 0.25) / Double(lines))
                    let bottom = sample(x, 1 - (Double(line) + 0.75) / Double(lines))
                    text +=
                        mark.map { Self.coloured($0, (20, 26, 34), top) } ?? Self.coloured("▀", top, bottom)
                } else {
                    text += mark ?? shade(x, 1 - (Double(line) + 0.5) / Double(lines))
                }
            }
            text += colour ? "\u{1B}[0m│\n" : "│\n"
        }
        text += "└" + String(repeating: "─", count: inner) + "┘\n"
        let (low, high) = (
            NumberFormat.significant(xRange.lowerBound, figures: 3),
            NumberFormat.significant(xRange.upperBound, figures: 3)
        )
        let gap = max(1, inner + 2 - low.count - high.count)
        return text + low + String(repeating: " ", count: gap) + high + "\n"
    }

    /// The colour at a place of the plane, in shares of its width and height from the lower left.
    private func sample(_ x: Double, _ y: Double) -> (red: Int, green: Int, blue: Int) {
        guard let value = interpolated(x: x * Double(columns - 1), y: y * Double(rows - 1)),
            let share = share(of: value)
        else { return (128, 132, 136) }
        return palette.colour(share)
    }

    private func shade(_ x: Double, _ y: Double) -> String {
        guard let value = interpolated(x: x * Double(columns - 1), y: y * Double(rows - 1)),
            let share = share(of: value)
        else { return "?" }
        return [" ", "░", "▒", "▓", "█"][min(Int(share * 5), 4)]
    }

    private static func coloured(
        _ character: String, _ ink: (red: Int, green: Int, blue: Int),
        _ ground: (red: Int, green: Int, blue: Int)
    ) -> String {
        "\u{1B}[38;2;\(ink.red);\(ink.green);\(ink.blue);48;2;\(ground.red);\(ground.green);\(ground.blue)m\(character)"
    }

    private static func onOneLine(_ text: String) -> String {
        String(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}
