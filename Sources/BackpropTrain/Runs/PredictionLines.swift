import BackpropData

/// Predictions as lines of text: CSV with a header, or JSON objects.
struct PredictionLines {
    /// nil for numbers.
    private let classNames: [String]?
    private let names: [String]
    private let keptNames: [String]
    private let style: Predictions.Style

    /// - Parameter kept: names of the columns that stand in front; no column of a prediction is called like one of them.
    init(_ classNames: [String]?, _ style: Predictions.Style, kept: [String]) {
        self.classNames = classNames
        self.style = style
        keptNames = kept
        let all = style.showsAllClasses ? (classNames ?? []).map { "probability of \($0)" } : []
        var used = Set(kept)
        names = ((classNames == nil ? ["value"] : ["class", "probability"]) + all).map { name in
            var free = used.contains(name) ? "predicted \(name)" : name
            while used.contains(free) { free += "'" }
            used.insert(free)
            return free
        }
    }

    /// The first line; empty for JSON.
    var head: String {
        style.isJSON ? "" : (keptNames + names).map(Self.quoted).joined(separator: ",") + "\n"
    }

    /// One example, with its line feed.
    ///
    /// - Parameters:
    ///   - values: the probability of each class, or one number.
    ///   - kept: the cells in front; nil for a missing one.
    func line(_ values: ArraySlice<Double>, kept: [String?] = []) -> String {
        let cells = cells(values)
        guard style.isJSON else {
            return (kept.map { Self.quoted($0 ?? "") } + cells.map { Self.quoted($0.text) }).joined(separator: ",")
                + "\n"
        }
        var members = zip(keptNames, kept).map { name, cell in
            "\(JSONText.quoted(name)):\(cell.map { JSONText.quoted($0) } ?? "null")"
        }
        members += zip(names, cells).map { name, cell in
            "\(JSONText.quoted(name)):\(cell.isName ? JSONText.quoted(cell.text) : cell.text)"
        }
        return "{" + members.joined(separator: ",") + "}\n"
    }

    private func cells(_ values: ArraySlice<Double>) -> [(text: String, isName: Bool)] {
        guard let classNames else { return [("\(Float(values.first!))", false)] }
        let best = values.indices.reduce(values.startIndex) { values[$1] > values[$0] ? $1 : $0 }
        let shown = [values[best]] + (style.showsAllClasses ? Array(values) : [])
        return [(classNames[best - values.startIndex], true)]
            + shown.map { (NumberFormat.fixed($0, digits: 6), false) }
    }

    /// A cell of a CSV file, in quotes where it needs them.
    static func quoted(_ text: String) -> String {
        let needsQuotes = text.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D, 0x09, 0x3B].contains($0) }
        return needsQuotes || text.hasPrefix(" ") || text.hasSuffix(" ")
            ? "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
            : text
    }
}
