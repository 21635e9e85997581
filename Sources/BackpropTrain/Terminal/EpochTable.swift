/// An epoch that is done, as the progress view shows it.
struct FinishedEpoch: Sendable {
    let number: Int
    let values: [ProgressBar.Value]
    let seconds: Double
    /// Whether no epoch before was as good.
    let isBest: Bool

    /// The line that it leaves where nobody watches.
    func plainLine(of epochs: Int) -> String {
        ([Self.head(number, of: epochs)] + Self.words(values) + [time]).joined(separator: "  ")
    }

    var time: String { seconds < 10 ? "\(NumberFormat.fixed(seconds, digits: 2)) s" : NumberFormat.duration(seconds) }

    /// "epoch  3/20".
    static func head(_ number: Int, of epochs: Int) -> String {
        guard epochs > 0 else { return "epoch \(number)" }
        return
            "epoch \(PlainText.filled(String(number), to: String(max(number, epochs)).count, atRight: true))/\(epochs)"
    }

    static func words(_ values: [ProgressBar.Value]) -> [String] {
        values.map { "\(PlainText.shown($0.name, limit: 60)) \(NumberFormat.significant($0.value))" }
    }
}

/// Which of many epochs leave a line: the first, the last, and of each stretch the newest that was best so far, or else the one
/// at its end.
struct EpochThinning: Sendable {
    /// Epochs in a stretch.
    let every: Int
    private let epochs: Int
    private var best: FinishedEpoch?
    /// The last epoch, as long as it is not shown.
    private var last: FinishedEpoch?
    private static let fewest = 30

    init(epochs: Int) {
        self.epochs = epochs
        let steps = [1, 2, 5].lazy
        let powers = (0...17).lazy.map { power in (0..<power).reduce(1) { number, _ in number * 10 } }
        every =
            epochs <= Self.fewest
            ? 1 : powers.flatMap { power in steps.map { $0 * power } }.first { epochs / $0 <= 20 } ?? 1
    }

    /// The epochs that leave a line now.
    ///
    /// - Parameter isDue: whether the last line was long ago.
    mutating func shown(after epoch: FinishedEpoch, isDue: Bool) -> [FinishedEpoch] {
        last = epoch
        if epoch.isBest { best = epoch }
        if epoch.number == epochs { return rest() }
        guard epoch.number == 1 || epoch.number % every == 0 || isDue else { return [] }
        let shown = best ?? epoch
        best = nil
        if shown.number == epoch.number { last = nil }
        return [shown]
    }

    /// What has been held back.
    mutating func rest() -> [FinishedEpoch] {
        let held = [best, last].compactMap(\.self)
        (best, last) = (nil, nil)
        return held.count == 2 && held[0].number == held[1].number ? [held[0]] : held
    }
}

/// The lines of finished epochs under a header, with as many columns as there is room for.
struct EpochTable: Sendable, Equatable {
    private struct Column: Sendable, Equatable {
        /// The position of its value; nil for the time.
        let value: Int?
        let group: String
        let title: String
        let width: Int
    }

    private let epochs: Int
    private let columns: [Column]
    private let numberWidth: Int
    private static let time = "time", star = "★ ", judged = "validation"
    private static let leastWidth = 10, widestTitle = 16

    /// - Parameters:
    ///   - names: of the values, those of the validation part with the prefix `validation/`.
    ///   - width: columns of the terminal that may be used.
    init(epochs: Int, names: [String], width: Int) {
        self.epochs = epochs
        numberWidth = max(5, epochs > 0 ? 2 * String(epochs).count + 1 : 6)
        let prefixes = [EpochValues.judged, "validation "]
        var candidates = names.enumerated().map { index, name in
            let prefix = prefixes.first { name.hasPrefix($0) }
            let title = PlainText.shown(String(name.dropFirst(prefix?.count ?? 0)), limit: Self.widestTitle)
            return Column(
                value: index, group: prefix == nil ? "training" : Self.judged, title: title,
                width: max(PlainText.width(title), Self.leastWidth))
        }
        candidates.append(Column(value: nil, group: "", title: Self.time, width: 7))
        // The judged values say more than the others, and the loss more than what is derived from it.
        let ranks = candidates.map { column in
            let isLoss = column.title == "loss"
            return column.value == nil ? 3 : column.group == Self.judged ? (isLoss ? 0 : 1) : isLoss ? 2 : 4
        }
        var used = Self.star.count + numberWidth
        var kept: Set<Int> = []
        for place in candidates.indices.sorted(by: { (ranks[$0], $0) < (ranks[$1], $1) })
        where used + 2 + candidates[place].width <= width {
            kept.insert(place)
            used += 2 + candidates[place].width
        }
        columns = candidates.indices.filter(kept.contains).map { candidates[$0] }
    }

    /// What stands above the lines: which part values are of, where some are of the validation part, and what they are.
    func header(_ style: TextStyle) -> [String] {
        var above = String(repeating: " ", count: Self.star.count + numberWidth)
        for (place, column) in columns.enumerated() {
            let isLast = place + 1 == columns.count || columns[place + 1].group != column.group
            above += "  " + PlainText.filled(isLast ? column.group : "", to: column.width, atRight: true)
        }
        while above.hasSuffix(" ") { above.removeLast() }
        let titles =
            "  " + PlainText.filled("epoch", to: numberWidth, atRight: true)
            + columns.map { "  " + PlainText.filled($0.title, to: $0.width, atRight: true) }.joined()
        return (columns.contains { $0.group == Self.judged } ? [above, titles] : [titles]).map(style.dim)
    }

    /// The line of an epoch, with a star where it is the best so far.
    func line(_ epoch: FinishedEpoch, _ style: TextStyle) -> String {
        let number = epochs > 0 ? "\(epoch.number)/\(epochs)" : "\(epoch.number)"
        var text = (epoch.isBest ? Self.star : "  ") + PlainText.filled(number, to: numberWidth, atRight: true)
        for column in columns {
            let cell = column.value.map { place in
                place < epoch.values.count ? Self.number(epoch.values[place].value, width: column.width) : ""
            }
            text += "  " + PlainText.filled(cell ?? epoch.time, to: column.width, atRight: true)
        }
        return epoch.isBest ? style.paint(text, .good) : text
    }

    /// With as many figures as there is room for.
    private static func number(_ value: Double, width: Int) -> String {
        let texts = [4, 3, 2, 1].lazy.map { NumberFormat.significant(value, figures: $0) }
        return texts.first { $0.count <= width } ?? "?"
    }
}
