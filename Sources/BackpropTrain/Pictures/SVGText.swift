/// What a picture is drawn in.
package struct PictureColours: Sendable {
    let ink: String
    let muted: String
    let grid: String
    let frame: String
    let ground: String
    private let palette: [String]

    func series(_ index: Int) -> String { palette[index % palette.count] }

    /// A file of its own, on white.
    static let paper = PictureColours(
        ink: SVGText.ink, muted: SVGText.muted, grid: SVGText.grid, frame: SVGText.frame, ground: "#ffffff",
        palette: SVGText.palette)

    /// Within a page, which says by its variables what they are, for a light and for a dark ground.
    package static let page = PictureColours(
        ink: "var(--ink)", muted: "var(--muted)", grid: "var(--grid)", frame: "var(--frame)", ground: "var(--ground)",
        palette: SVGText.palette.indices.map { "var(--c\($0))" })
}

/// Pieces that every picture needs: escaped text, short coordinates, one type face and a palette.
package enum SVGText {
    static let ink = "#1f2933"
    static let muted = "#66727f"
    static let grid = "#e6eaee"
    static let frame = "#b9c2cb"
    /// Colours that stay apart for most people with colour-blindness, and on paper.
    static let palette = [
        "#2563c9", "#e2672b", "#1f9d78", "#9a4fb8", "#c9a006", "#d1447a", "#4aa3df", "#6b7680",
    ]

    static func colour(_ index: Int) -> String { palette[index % palette.count] }

    /// The beginning of a document of that size, on white.
    static func open(width: Int, height: Int, title: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" \
        viewBox="0 0 \(width) \(height)" role="img" \
        font-family="Inter, 'Helvetica Neue', 'Segoe UI', Roboto, 'DejaVu Sans', Arial, sans-serif">
        <title>\(escape(title))</title>
        <rect width="\(width)" height="\(height)" fill="#ffffff"/>

        """
    }

    /// The beginning of a picture within a page, as wide as its place there.
    ///
    /// - Parameters:
    ///   - title: what it is, for who cannot see it.
    ///   - description: what is to be seen in it.
    package static func openInline(width: Int, height: Int, title: String, description: String) -> String {
        """
        <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(escape(title + ". " + description))">
        <title>\(escape(title))</title>
        <desc>\(escape(description))</desc>

        """
    }

    /// `text` as XML content or attribute value; characters that XML forbids become U+FFFD.
    package static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case "\t", "\n", "\r": result += " "
            case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
                result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// A coordinate with at most two digits after the point.
    static func number(_ value: Double) -> String {
        NumberFormat.withoutTrailingZeros(NumberFormat.fixed(value, digits: 2))
    }

    static func text(
        _ content: String, x: Double, y: Double, size: Int, colour: String = ink, anchor: String = "start",
        weight: String = "400", rotated: Bool = false
    ) -> String {
        let place = "x=\"\(number(x))\" y=\"\(number(y))\""
        let turn = rotated ? " transform=\"rotate(-90 \(number(x)) \(number(y)))\"" : ""
        return "<text \(place)\(turn) font-size=\"\(size)\" font-weight=\"\(weight)\" fill=\"\(colour)\" "
            + "text-anchor=\"\(anchor)\">\(escape(content))</text>\n"
    }

    static func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, colour: String, width: Double = 1,
        dashes: String? = nil
    ) -> String {
        "<line x1=\"\(number(x1))\" y1=\"\(number(y1))\" x2=\"\(number(x2))\" y2=\"\(number(y2))\" "
            + "stroke=\"\(colour)\" stroke-width=\"\(number(width))\""
            + (dashes.map { " stroke-dasharray=\"\($0)\"" } ?? "") + "/>\n"
    }

    /// About how wide `text` will be, in pixels.
    static func width(of text: String, size: Int) -> Double {
        text.unicodeScalars.reduce(0) { $0 + ($1.value > 0x2E80 ? 1.0 : 0.58) } * Double(size)
    }
}
