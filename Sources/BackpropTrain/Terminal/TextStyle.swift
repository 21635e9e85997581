/// Colours of a terminal that can be read on a dark ground and on a light one, or none.
package struct TextStyle: Sendable {
    enum Paint: String {
        case accent = "38;5;33"
        case good = "38;5;28"
        case warning = "38;5;166"
        case dim = "38;5;244"
        case faint = "38;5;249"
        case strong = "1"
    }

    let hasColour: Bool

    package init(hasColour: Bool) { self.hasColour = hasColour }

    func paint(_ text: String, _ paint: Paint) -> String {
        hasColour && !text.isEmpty ? "\u{1B}[\(paint.rawValue)m\(text)\u{1B}[0m" : text
    }

    package func dim(_ text: String) -> String { paint(text, .dim) }
    package func strong(_ text: String) -> String { paint(text, .strong) }

    /// The colour of a series of a chart.
    func series(_ text: String, _ index: Int) -> String {
        let colours = [33, 166, 35, 133, 136, 168, 38, 244]
        return hasColour ? "\u{1B}[38;5;\(colours[index % colours.count])m\(text)\u{1B}[0m" : text
    }
}

/// Lines with a title, to be put beside others.
package struct TextBlock: Sendable {
    let title: String
    let lines: [String]

    /// How many columns a line takes that may have colours in it.
    static func width(_ line: String) -> Int { PlainText.width(plain(line)) }

    /// Without the escape sequences that `TextStyle` makes.
    static func plain(_ line: String) -> String {
        guard line.contains("\u{1B}") else { return line }
        var result = String.UnicodeScalarView(), isInside = false
        for scalar in line.unicodeScalars {
            if scalar == "\u{1B}" { isInside = true }
            if !isInside { result.append(scalar) }
            if scalar == "m" { isInside = false }
        }
        return String(result)
    }

    private var all: [String] { [title] + lines }
    private var width: Int { all.map(Self.width).max() ?? 0 }

    /// Rows of lines: blocks stand beside each other, in their order, as long as there is room.
    static func arranged(_ blocks: [TextBlock], width: Int, gap: Int) -> [[String]] {
        var rows: [[TextBlock]] = []
        var used = 0
        for block in blocks {
            if let last = rows.indices.last, used + gap + block.width <= width {
                rows[last].append(block)
                used += gap + block.width
            } else {
                rows.append([block])
                used = block.width
            }
        }
        return rows.map { row in
            let height = row.map(\.all.count).max() ?? 0
            return (0..<height).map { line in
                var text = "", filled = 0
                for block in row {
                    let own = line < block.all.count ? block.all[line] : ""
                    text += String(repeating: " ", count: filled > 0 ? filled - Self.width(text) : 0) + own
                    filled += block.width + gap
                }
                return trimmed(text)
            }
        }
    }

    /// Items with a wide gap between them, on as many lines as it takes.
    static func flowing(_ items: [String], width: Int, indent: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for item in items.flatMap({ Self.width($0) + indent > width ? broken($0, width - indent) : [$0] }) {
            if !line.isEmpty, Self.width(line) + 3 + Self.width(item) <= width {
                line += "   " + item
            } else {
                if !line.isEmpty { lines.append(line) }
                line = String(repeating: " ", count: indent) + item
            }
        }
        return line.isEmpty ? lines : lines + [line]
    }

    /// An item that is wider than a line, in parts that are not. A colour goes on in the next part.
    private static func broken(_ item: String, _ room: Int) -> [String] {
        var parts: [String] = []
        for word in item.split(separator: " ").map(String.init) {
            if let last = parts.last, width(last) + 1 + width(word) <= room {
                parts[parts.count - 1] = last + " " + word
            } else {
                parts.append(word)
            }
        }
        return parts
    }

    /// A text from anywhere, on as many lines as it takes.
    package static func wrapped(_ text: String, width: Int, indent: Int) -> [String] {
        let room = max(width - indent, 8), margin = String(repeating: " ", count: indent)
        var lines: [String] = []
        var line = ""
        for word in PlainText.shown(text, limit: longest).split(separator: " ") {
            let word = PlainText.shown(String(word), limit: room)
            if !line.isEmpty, PlainText.width(line) + 1 + PlainText.width(word) <= room {
                line += " " + word
            } else {
                if !line.isEmpty { lines.append(margin + line) }
                line = word
            }
        }
        return line.isEmpty ? lines : lines + [margin + line]
    }

    private static let longest = 2_000

    private static func trimmed(_ line: String) -> String {
        var line = line
        while line.hasSuffix(" ") { line.removeLast() }
        return line
    }
}

/// Pictures of numbers in single characters.
enum Blocks {
    /// A bar that fills a share, 0...1, of `width` characters.
    static func bar(_ share: Double, width: Int) -> String {
        let eighths = Int((min(max(share, 0), 1) * Double(width * 8)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }

    /// A column for each value, between the lowest and the highest of them; what is not finite leaves a blank.
    static func sparkline(_ values: [Double]) -> String {
        let finite = values.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else {
            return String(repeating: " ", count: values.count)
        }
        let levels = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
        return values.map { value in
            guard value.isFinite else { return " " }
            // Halves, since the difference of two finite numbers need not be finite.
            let share = high > low ? (value / 2 - low / 2) / (high / 2 - low / 2) : 0
            return levels[min(max(Int(share * 8), 0), 7)]
        }.joined()
    }
}
