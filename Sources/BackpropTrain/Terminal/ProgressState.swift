/// What a progress line says at one moment; making the line needs no clock and no terminal.
struct ProgressState: Sendable {
    var epoch: Int
    var epochs: Int
    var batch: Int
    var batches: Int
    /// Epochs that were done before the seconds of the run began.
    var skipped = 0.0
    var runSeconds: Double
    var epochSeconds: Double
    var values: [ProgressBar.Value]
    var activity = ProgressBar.Activity.training
    var curve = LossCurve()
    /// What is counted in the place of batches: a name, and how many a batch has.
    var pace: (name: String, perBatch: Int)?

    /// The share of this epoch that is done, 0...1.
    var epochShare: Double { batches > 0 ? min(max(Double(batch) / Double(batches), 0), 1) : 0 }

    /// Seconds until the last epoch ends at the present pace; nil while that is unknown.
    var secondsLeft: Double? {
        guard epochs > 0, batches > 0 else { return nil }
        let done = Double(epoch - 1) + epochShare
        guard done > skipped, runSeconds > 0 else { return nil }
        return max(0, runSeconds / (done - skipped) * (Double(epochs) - done))
    }

    /// Batches a second in this epoch; nil while that is unknown.
    var rate: Double? { epochSeconds > 0 && batch > 0 ? Double(batch) / epochSeconds : nil }

    /// "12.5/s", or with a pace "25,600 tokens/s"; nil while that is unknown.
    private var rateText: String? {
        guard let rate else { return nil }
        guard let pace else { return "\(NumberFormat.significant(rate, figures: 3))/s" }
        let count = NumberFormat.grouped(NumberFormat.fixed(rate * Double(pace.perBatch), digits: 0))
        return "\(count) \(pace.name)/s"
    }

    /// A piece of the live line.
    private struct Part {
        /// Those with the lowest number are shown first where there is little room.
        let rank: Int
        let columns: Int
        let text: (_ columns: Int, _ style: TextStyle) -> String
        /// How wide it may become where there is room.
        var most: Int?

        init(_ rank: Int, _ text: String, _ paint: TextStyle.Paint? = nil) {
            (self.rank, columns) = (rank, PlainText.width(text))
            self.text = { _, style in paint.map { style.paint(text, $0) } ?? text }
        }

        init(_ rank: Int, from least: Int, to most: Int, _ text: @escaping (Int, TextStyle) -> String) {
            (self.rank, columns, self.most, self.text) = (rank, least, most, text)
        }
    }

    /// One line of at most `terminal.width` - 1 columns; where it is narrow what matters least is left out.
    func liveLine(_ terminal: Terminal) -> String {
        let room = terminal.width - 1, style = TextStyle(hasColour: terminal.hasColour)
        var parts = [Part(0, epochs > 0 ? "epoch \(epoch)/\(epochs)" : "epoch \(epoch)")]
        if batches > 0 {
            parts.append(Part(5, from: 6, to: 30) { bar($0, $1) })
            parts.append(Part(1, "\(batch)/\(batches)"))
        } else {
            parts.append(Part(1, "batch \(batch)"))
        }
        for (index, value) in values.enumerated() {
            parts.append(
                Part(
                    index == 0 ? 2 : 7,
                    "\(PlainText.shown(value.name, limit: 24)) \(NumberFormat.significant(value.value))"))
            if index == 0, curve.count > 1 {
                parts.append(
                    Part(6, from: 8, to: min(max(curve.count, 8), 40)) { columns, style in
                        style.paint(PlainText.filled(curve.text(width: columns), to: columns), .accent)
                    })
            }
        }
        parts.append(Part(4, activity.rawValue, activity == .training ? .dim : .strong))
        if activity == .training, let rateText { parts.append(Part(8, rateText, .dim)) }
        if let secondsLeft { parts.append(Part(3, "\(NumberFormat.duration(secondsLeft)) left")) }

        var shown: Set<Int> = [], used = -2
        for place in parts.indices.sorted(by: { (parts[$0].rank, $0) < (parts[$1].rank, $1) })
        where used + 2 + parts[place].columns <= room {
            shown.insert(place)
            used += 2 + parts[place].columns
        }
        var spare = room - used
        let pieces = parts.indices.filter(shown.contains).map { place in
            let part = parts[place]
            let added = min(max((part.most ?? 0) - part.columns, 0), spare)
            spare -= added
            return part.text(part.columns + added, style)
        }
        return pieces.joined(separator: "  ")
    }

    /// A plain line from the middle of an epoch, with the time that is left unless nothing follows.
    func batchLine(isLast: Bool = false) -> String {
        let speed = pace == nil ? nil : rateText
        let left = isLast ? nil : secondsLeft.map { "\(NumberFormat.duration($0)) left" }
        return
            ([FinishedEpoch.head(epoch, of: epochs), batches > 0 ? "batch \(batch)/\(batches)" : "batch \(batch)"]
            + FinishedEpoch.words(values) + [speed, left].compactMap(\.self)).joined(separator: "  ")
    }

    private func bar(_ width: Int, _ style: TextStyle) -> String {
        let halves = Int((epochShare * Double(2 * width)).rounded())
        let done = String(repeating: "━", count: halves / 2) + (halves % 2 == 1 ? "╸" : "")
        let rest = String(repeating: style.hasColour ? "━" : "─", count: width - (halves + 1) / 2)
        return style.paint(done, .accent) + style.paint(rest, .faint)
    }
}

/// The loss of a whole training in a few numbers: where there are too many, pairs of them become one.
struct LossCurve: Sendable {
    private var values: [Double] = []
    /// Values that one element stands for.
    private var stride = 1
    private var sum = 0.0
    private var added = 0
    private static let most = 160

    var count: Int { values.count }

    mutating func add(_ value: Double) {
        guard value.isFinite else { return }
        sum += value / Double(stride)
        added += 1
        guard added == stride else { return }
        values.append(sum)
        (sum, added) = (0, 0)
        guard values.count == Self.most else { return }
        values = Swift.stride(from: 0, to: values.count, by: 2).map { values[$0] / 2 + values[$0 + 1] / 2 }
        stride *= 2
    }

    /// As many columns as there are values, at most `width`.
    func text(width: Int) -> String {
        guard values.count > width, width > 0 else { return Blocks.sparkline(values) }
        return Blocks.sparkline(
            (0..<width).map { column in
                let part = values[(column * values.count / width)..<((column + 1) * values.count / width)]
                return part.reduce(0) { $0 + $1 / Double(part.count) }
            })
    }
}
