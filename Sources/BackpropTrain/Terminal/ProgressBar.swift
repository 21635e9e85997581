/// Shows on standard error how far a training run is.
///
/// On a terminal one line is written over and over: epoch, bar, batches, the newest values, rate and time left.
/// Elsewhere (a file, a pipe, CI) there is one plain line for each epoch, and every half minute of a longer one.
///
/// ```swift
/// var progress = ProgressBar(epochs: 20, batchesPerEpoch: 120)
/// progress.update(epoch: 1, batch: 17, [("loss", 0.31), ("accuracy", 0.9)])
/// progress.finishEpoch(1, [("loss", 0.3), ("accuracy", 0.91), ("validation", 0.35)])
/// progress.finish()
/// ```
public struct ProgressBar: Sendable {
    /// How much is shown.
    public enum Style: Sendable, Equatable, CaseIterable {
        /// Live on a terminal, else a line for each epoch.
        case automatic
        /// A line for each epoch.
        case lines
        /// Nothing.
        case quiet
    }

    /// A name and its newest value.
    public typealias Value = (name: String, value: Double)

    private let epochs: Int
    private let batchesPerEpoch: Int
    private let style: Style
    private var terminal: Terminal
    /// Whether the width is that of the window, which a person may change.
    private let followsWindow: Bool
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    /// Epochs that were done before the clock started.
    private var skipped = 0.0
    private var epochStart: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant?
    private var isLineOpen = false
    private var lastLine: ContinuousClock.Instant
    private static let pause: Duration = .milliseconds(80)
    /// Between lines where nobody watches: a log of an hour has a page.
    private static let longPause: Duration = .seconds(30)

    /// Starts the clock. Numbers below 1 are fine: parts that make no sense without them are left out.
    public init(epochs: Int, batchesPerEpoch: Int, style: Style = .automatic) {
        self.init(
            epochs: epochs, batchesPerEpoch: batchesPerEpoch, style: style, terminal: .standardError,
            followsWindow: true)
    }

    init(epochs: Int, batchesPerEpoch: Int, style: Style, terminal: Terminal, followsWindow: Bool = false) {
        self.epochs = epochs
        self.batchesPerEpoch = batchesPerEpoch
        self.style = style
        self.terminal = terminal
        self.followsWindow = followsWindow
        self.start = clock.now
        self.epochStart = start
        self.lastLine = start
    }

    /// Says that so many epochs were done before the clock started, so that they count for nothing in the time that is left.
    mutating func skip(epochs: Double) { skipped = epochs }

    /// Shows the state after `batch` batches (counted from 1) of `epoch` (counted from 1). It is cheap: the
    /// line is drawn at most twelve times a second.
    public mutating func update(epoch: Int, batch: Int, _ values: [Value]) {
        guard style != .quiet else { return }
        let now = clock.now, isLive = style == .automatic && terminal.isLive
        if let last = isLive ? lastDrawn : lastLine, last.duration(to: now) < (isLive ? Self.pause : Self.longPause) {
            return
        }
        let state = state(epoch, batch, now, values)
        if isLive {
            lastDrawn = now
            if followsWindow { terminal = .standardError }
            Terminal.write("\r" + state.liveLine(terminal) + "\u{1B}[K")
            isLineOpen = true
        } else {
            leave(state.batchLine(), now)
        }
    }

    /// Leaves a line for an epoch that ends in its middle.
    mutating func stop(epoch: Int, batch: Int, _ values: [Value]) {
        guard style != .quiet else { return }
        leave(state(epoch, batch, clock.now, values).batchLine(isLast: true), clock.now)
    }

    private func state(
        _ epoch: Int, _ batch: Int, _ now: ContinuousClock.Instant, _ values: [Value]
    ) -> ProgressState {
        ProgressState(
            epoch: epoch, epochs: epochs, batch: batch, batches: batchesPerEpoch, skipped: skipped,
            runSeconds: Self.seconds(start, now), epochSeconds: Self.seconds(epochStart, now), values: values)
    }

    /// Writes a line that stays, in place of one that is open.
    private mutating func leave(_ line: String, _ now: ContinuousClock.Instant) {
        Terminal.write((isLineOpen ? "\r\u{1B}[K" : "") + line + "\n")
        isLineOpen = false
        lastLine = now
    }

    /// Leaves one line for the whole epoch and starts the clock of the next.
    public mutating func finishEpoch(_ epoch: Int, _ values: [Value]) {
        let now = clock.now
        let line = state(epoch, batchesPerEpoch, now, values).epochLine()
        epochStart = now
        lastDrawn = nil
        if style != .quiet { leave(line, now) }
    }

    /// Ends a line that is still open, also after an error.
    public mutating func finish() {
        if isLineOpen { Terminal.write("\n") }
        isLineOpen = false
    }

    private static func seconds(_ from: ContinuousClock.Instant, _ to: ContinuousClock.Instant) -> Double {
        let parts = from.duration(to: to).components
        return Double(parts.seconds) + Double(parts.attoseconds) * 1e-18
    }
}

/// What a progress line says at one moment; making the line needs no clock and no terminal.
struct ProgressState {
    var epoch: Int
    var epochs: Int
    var batch: Int
    var batches: Int
    /// Epochs that were done before the seconds of the run began.
    var skipped = 0.0
    var runSeconds: Double
    var epochSeconds: Double
    var values: [ProgressBar.Value]

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

    /// One line of at most `terminal.width` - 1 characters; parts are left out from the right where it is narrow.
    func liveLine(_ terminal: Terminal) -> String {
        let room = terminal.width - 1
        let head = epochs > 0 ? "epoch \(epoch)/\(epochs)" : "epoch \(epoch)"
        var parts = values.map { "\($0.name) \(NumberFormat.significant($0.value))" }
        if let rate { parts.append("\(NumberFormat.significant(rate, figures: 3))/s") }
        if let secondsLeft { parts.append("\(NumberFormat.duration(secondsLeft)) left") }
        let count = batches > 0 ? " \(batch)/\(batches)" : " \(batch)"
        var tail = ""
        let fixed = head.count + count.count
        let bar = batches > 0 ? min(28, max(0, room / 3 - 4)) : 0
        let barSpace = bar >= 6 ? bar + 1 : 0
        for part in parts where fixed + barSpace + tail.count + 2 + part.count <= room { tail += "  " + part }
        guard fixed + barSpace <= room else { return String((head + count).prefix(room)) }
        return head + (barSpace > 0 ? " " + drawnBar(bar, colour: terminal.hasColour) : "") + count + tail
    }

    /// A plain line from the middle of an epoch, with the time that is left unless nothing follows.
    func batchLine(isLast: Bool = false) -> String {
        let head = epochs > 0 ? "epoch \(padded(epoch, to: epochs))/\(epochs)" : "epoch \(epoch)"
        let parts = values.map { "\($0.name) \(NumberFormat.significant($0.value))" }
        let left = isLast ? nil : secondsLeft.map { "\(NumberFormat.duration($0)) left" }
        return
            ([head, batches > 0 ? "batch \(batch)/\(batches)" : "batch \(batch)"] + parts + [left].compactMap(\.self))
            .joined(separator: "  ")
    }

    /// The plain line that an epoch leaves behind.
    func epochLine() -> String {
        let head = epochs > 0 ? "epoch \(padded(epoch, to: epochs))/\(epochs)" : "epoch \(epoch)"
        let parts = values.map { "\($0.name) \(NumberFormat.significant($0.value))" }
        return ([head] + parts + [timeText]).joined(separator: "  ")
    }

    private var timeText: String {
        epochSeconds < 10
            ? "\(NumberFormat.fixed(epochSeconds, digits: 2)) s" : NumberFormat.duration(epochSeconds)
    }

    private func padded(_ number: Int, to largest: Int) -> String {
        let text = String(number)
        return String(repeating: " ", count: max(0, String(largest).count - text.count)) + text
    }

    private func drawnBar(_ width: Int, colour: Bool) -> String {
        let eighths = Int((epochShare * Double(width * 8)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        let full = String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
        if colour {
            let rest = String(repeating: " ", count: width - full.count)
            return "\u{1B}[38;5;75;48;5;238m\(full)\(rest)\u{1B}[0m"
        }
        return full + String(repeating: "░", count: width - full.count)
    }
}
