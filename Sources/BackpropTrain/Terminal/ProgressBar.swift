/// Shows on standard error how far a training run is.
///
/// On a terminal each epoch leaves a line in a table, the best so far with a star; of many epochs only some do, those that were
/// best among them. Below stands one line that is written over and over: epoch, bar, batches, the newest values, the loss so far
/// as a curve, what is being done, and the time left. Elsewhere (a file, a pipe, CI) there are plain lines for the same epochs,
/// and one every half minute.
///
/// ```swift
/// var progress = ProgressBar(epochs: 20, batchesPerEpoch: 120)
/// progress.update(epoch: 1, batch: 17, [("loss", 0.31), ("accuracy", 0.9)])
/// progress.finishEpoch(1, [("loss", 0.3), ("accuracy", 0.91), ("validation/loss", 0.35)])
/// progress.finish()
/// ```
public struct ProgressBar: Sendable {
    /// How much is shown.
    public enum Style: Sendable, Equatable, CaseIterable {
        /// Live on a terminal, else plain lines.
        case automatic
        /// Plain lines.
        case lines
        /// Nothing.
        case quiet
    }

    /// What a training is doing.
    public enum Activity: String, Sendable, CaseIterable {
        case training, measuring, saving
    }

    /// A name and its newest value.
    public typealias Value = (name: String, value: Double)

    private let epochs: Int
    private let batchesPerEpoch: Int
    private let style: Style
    private let pace: (name: String, perBatch: Int)?
    private var terminal: Terminal
    /// Whether the width is that of the window, which a person may change.
    private let followsWindow: Bool
    private let write: @Sendable (String) -> Void
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    /// Epochs that were done before the clock started.
    private var skipped = 0.0
    private var epochStart: ContinuousClock.Instant
    private var lastDrawn: ContinuousClock.Instant?
    private var lastLine: ContinuousClock.Instant
    private var isLineOpen = false
    /// What was said last, drawn or not.
    private var newest: (epoch: Int, batch: Int, values: [Value])?
    private var activity = Activity.training
    private var isWithinEpoch = false
    private var thinning: EpochThinning
    private var curve = LossCurve()
    /// The table whose header was written last.
    private var table: EpochTable?
    private var bestMeasure: Double?
    private var longestEpoch = 0.0
    private static let pause: Duration = .milliseconds(80)
    /// Between lines where nobody watches: a log of an hour has a page.
    private static let longPause: Duration = .seconds(30)
    /// Seconds of an epoch from which on what is done in it can be read.
    private static let readable = 0.5

    /// Starts the clock. Numbers below 1 are fine: parts that make no sense without them are left out.
    ///
    /// - Parameter pace: what is counted in the place of batches a second: a name, and how many a batch has.
    public init(
        epochs: Int, batchesPerEpoch: Int, style: Style = .automatic, pace: (name: String, perBatch: Int)? = nil
    ) {
        self.init(
            epochs: epochs, batchesPerEpoch: batchesPerEpoch, style: style, pace: pace, terminal: .standardError,
            followsWindow: true)
    }

    /// - Parameter write: takes what is to be shown.
    init(
        epochs: Int, batchesPerEpoch: Int, style: Style, pace: (name: String, perBatch: Int)? = nil,
        terminal: Terminal, followsWindow: Bool = false,
        write: @escaping @Sendable (String) -> Void = { Terminal.write($0) }
    ) {
        self.epochs = epochs
        self.batchesPerEpoch = batchesPerEpoch
        self.style = style
        self.pace = pace
        self.terminal = terminal
        self.followsWindow = followsWindow
        self.write = write
        start = clock.now
        epochStart = start
        lastLine = start
        thinning = EpochThinning(epochs: epochs)
    }

    private var isLive: Bool { style == .automatic && terminal.isLive }

    /// Says that so many epochs were done before the clock started, so that they count for nothing in the time that is left.
    mutating func skip(epochs: Double) { skipped = epochs }

    /// Shows the state after `batch` batches (counted from 1) of `epoch` (counted from 1). It is cheap: the
    /// line is drawn at most twelve times a second.
    public mutating func update(epoch: Int, batch: Int, _ values: [Value]) {
        guard style != .quiet else { return }
        activity = .training
        isWithinEpoch = true
        newest = (epoch, batch, values)
        if let loss = values.first { curve.add(loss.value) }
        let now = clock.now
        if let last = isLive ? lastDrawn : lastLine, last.duration(to: now) < (isLive ? Self.pause : Self.longPause) {
            return
        }
        let state = state(epoch, batch, now, values)
        if isLive { draw(state, now) } else { leave([state.batchLine()], now) }
    }

    /// Says what is done now: training goes on with the next `update`.
    public mutating func announce(_ activity: Activity) {
        self.activity = activity
        guard isLive, let newest else { return }
        let now = clock.now
        guard max(longestEpoch, Self.seconds(epochStart, now)) > Self.readable else { return }
        draw(state(newest.epoch, newest.batch, now, newest.values), now)
    }

    /// Leaves a line for an epoch that ends in its middle.
    mutating func stop(epoch: Int, batch: Int, _ values: [Value]) {
        guard style != .quiet else { return }
        leave([state(epoch, batch, clock.now, values).batchLine(isLast: true)], clock.now)
        isWithinEpoch = false
    }

    /// Takes an epoch as finished, leaves a line for it unless there are many, and starts the clock of the next.
    ///
    /// - Parameter isBest: whether no epoch before was as good; found out by the validation loss, or else by the loss, where left
    ///   out.
    public mutating func finishEpoch(_ epoch: Int, _ values: [Value], isBest: Bool? = nil) {
        let now = clock.now, seconds = Self.seconds(epochStart, now)
        epochStart = now
        longestEpoch = max(longestEpoch, seconds)
        isWithinEpoch = false
        guard style != .quiet else { return }
        let finished = FinishedEpoch(
            number: epoch, values: values, seconds: seconds, isBest: isBest ?? isBetter(values))
        let shown = thinning.shown(after: finished, isDue: lastLine.duration(to: now) >= Self.longPause)
        leave(shown, now)
    }

    /// Ends the view, also after an error: what was held back of the last epochs is shown.
    public mutating func finish() {
        guard style != .quiet else { return }
        leave(thinning.rest(), clock.now)
        if isLineOpen { write(isWithinEpoch ? "\n" : Self.clear) }
        isLineOpen = false
    }

    private mutating func isBetter(_ values: [Value]) -> Bool {
        let names = ["validation/loss", "validation loss", "loss"]
        let measure = names.lazy.compactMap { name in values.first { $0.name == name }?.value }.first
        guard let measure, !measure.isNaN, measure < bestMeasure ?? .infinity else { return false }
        bestMeasure = measure
        return true
    }

    private func state(
        _ epoch: Int, _ batch: Int, _ now: ContinuousClock.Instant, _ values: [Value]
    ) -> ProgressState {
        ProgressState(
            epoch: epoch, epochs: epochs, batch: batch, batches: batchesPerEpoch, skipped: skipped,
            runSeconds: Self.seconds(start, now), epochSeconds: Self.seconds(epochStart, now), values: values,
            activity: activity, curve: curve, pace: pace)
    }

    /// Goes to the beginning of the line and clears it, and what it has become where a window was made narrower.
    private static let clear = "\r\u{1B}[J"

    private mutating func draw(_ state: ProgressState, _ now: ContinuousClock.Instant) {
        lastDrawn = now
        isLineOpen = true
        if followsWindow { terminal = .standardError }
        // The cursor waits at the beginning: where a narrower window breaks the line, all of it is still below.
        write(Self.clear + state.liveLine(terminal) + "\r")
    }

    /// Writes lines that stay, in place of the live one.
    private mutating func leave(_ lines: [String], _ now: ContinuousClock.Instant) {
        guard !lines.isEmpty else { return }
        write((isLineOpen ? Self.clear : "") + lines.map { $0 + "\n" }.joined())
        isLineOpen = false
        lastDrawn = nil
        lastLine = now
    }

    private mutating func leave(_ epochs: [FinishedEpoch], _ now: ContinuousClock.Instant) {
        guard let last = epochs.last else { return }
        guard isLive else {
            return leave(epochs.map { $0.plainLine(of: self.epochs) }, now)
        }
        if followsWindow { terminal = .standardError }
        let style = TextStyle(hasColour: terminal.hasColour)
        let present = EpochTable(epochs: self.epochs, names: last.values.map(\.name), width: terminal.width - 1)
        let header = present == table ? [] : present.header(style)
        table = present
        leave(header + epochs.map { present.line($0, style) }, now)
    }

    private static func seconds(_ from: ContinuousClock.Instant, _ to: ContinuousClock.Instant) -> Double {
        from.duration(to: to) / .seconds(1)
    }
}
