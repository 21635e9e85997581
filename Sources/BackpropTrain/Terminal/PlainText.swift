import BackpropData

/// Text from outside, such as the name of a column, as it stands in a line of a terminal.
package enum PlainText {
    /// `text` on one line, with what could command the terminal escaped, and cut with "…" after `limit` columns.
    package static func shown(_ text: String, limit: Int = 1_000) -> String {
        let limit = max(limit, 1)
        var result = "", columns = 0
        // No character takes less than nothing, so a long text need not be looked at beyond this.
        for character in Wording.printable(String(text.prefix(limit + 1))) {
            let next = columns + width(character)
            guard next <= limit else {
                while columns > limit - 1, let last = result.popLast() { columns -= width(last) }
                return result + "…"
            }
            // More marks than a letter has in any language climb over the lines above.
            result += String(String.UnicodeScalarView(character.unicodeScalars.prefix(longestCharacter)))
            columns = next
        }
        return result
    }

    /// The same for a name, which can be seen even where it is blank.
    package static func name(_ text: String, limit: Int = 1_000) -> String {
        let shown = shown(text, limit: limit)
        return shown.allSatisfy(\.isWhitespace) ? self.shown("(blank)", limit: limit) : shown
    }

    /// How many columns `text` takes, as terminals count: two for the characters of East Asia and for emoji.
    package static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    /// `text` cut or filled with blanks to exactly `columns`.
    static func filled(_ text: String, to columns: Int, atRight: Bool = false) -> String {
        let cut = width(text) > columns ? shown(text, limit: columns) : text
        let blanks = String(repeating: " ", count: max(0, columns - width(cut)))
        return atRight ? blanks + cut : cut + blanks
    }

    private static let longestCharacter = 4

    private static func width(_ character: Character) -> Int {
        let scalar = character.unicodeScalars.first!
        switch scalar.value {
        case ..<0x1100: return scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF,
            0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
            0x20000...0x3FFFD:
            return 2
        default: return scalar.properties.generalCategory == .nonspacingMark ? 0 : 1
        }
    }
}
