import Synchronization
import Testing

@testable import BackpropTrain

@Suite struct ProgressStateTests {
    static func state(epoch: Int = 3, epochs: Int = 20, batch: Int = 30, batches: Int = 120) -> ProgressState {
        var curve = LossCurve()
        for step in 1...20 { curve.add(1 / Double(step)) }
        return ProgressState(
            epoch: epoch, epochs: epochs, batch: batch, batches: batches, runSeconds: 45, epochSeconds: 5,
            values: [("loss", 0.25), ("accuracy", 0.875)], curve: curve)
    }

    @Test func saysEverythingWhereThereIsRoom() {
        let terminal = Terminal(isLive: true, hasColour: false, width: 140)
        #expect(
            Self.state().liveLine(terminal)
                == "epoch 3/20  ━━━━━━━╸──────────────────────  30/120  loss 0.2500  █▄▃▂▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁  accuracy 0.8750  training"
                + "  6.00/s  5:55 left")
        var measuring = Self.state()
        measuring.activity = .measuring
        #expect(measuring.liveLine(terminal).contains("measuring"))
    }

    @Test func saysWhatMattersMostWhereThereIsLittle() {
        func line(_ width: Int) -> String {
            Self.state().liveLine(Terminal(isLive: true, hasColour: false, width: width))
        }
        #expect(line(20) == "epoch 3/20  30/120")
        #expect(line(40) == "epoch 3/20  ━╸────  30/120  loss 0.2500")
        #expect(line(60) == "epoch 3/20  30/120  loss 0.2500  training  5:55 left")
    }

    @Test(arguments: [0, 1, 20, 25, 30, 37, 40, 60, 80, 100, 200, 1_000])
    func fitsTheTerminal(width: Int) {
        for hasColour in [false, true] {
            let terminal = Terminal(isLive: true, hasColour: hasColour, width: width)
            var states = [
                Self.state(),
                Self.state(epoch: 1_000_000, epochs: 9_000_000, batch: 123_456_789, batches: 987_654_321),
                Self.state(batches: 0), Self.state(epochs: 0),
            ]
            for value in [Double.nan, .infinity, -1e308, 3e-300] {
                states.append(Self.state())
                states[states.count - 1].values = [("loss", value), ("\u{1B}[2J\n" + ReportSamples.hostile[8], value)]
            }
            for state in states {
                let line = state.liveLine(terminal)
                #expect(TextBlock.width(line) < terminal.width && !TextBlock.plain(line).contains("\u{1B}"))
                #expect(hasColour || !line.contains("\u{1B}"))
                #expect(isOneLine(TextBlock.plain(line)))
            }
        }
    }

    @Test func neverDividesByZero() {
        for epochs in [-1, 0, 1] {
            for batches in [-1, 0, 1] {
                for batch in [-1, 0, 1, 5] {
                    let state = ProgressState(
                        epoch: 0, epochs: epochs, batch: batch, batches: batches, runSeconds: 0,
                        epochSeconds: 0,
                        values: [("loss", .nan)])
                    let text =
                        state.liveLine(Terminal(isLive: true, hasColour: false, width: 80)) + state.batchLine()
                    #expect(text.contains("loss nan"))
                    #expect(!text.contains("inf"))
                }
            }
        }
    }

    @Test func aCurveStaysShort() {
        var curve = LossCurve()
        #expect(curve.text(width: 10) == "")
        for step in 0..<100_000 { curve.add(step == 7 ? .nan : Double(100_000 - step)) }
        #expect(curve.count < 160)
        #expect(curve.text(width: 8) == "█▇▆▅▄▃▂▁")
        #expect(Blocks.sparkline([1, .nan, 1e308, -1e308]) == "▅ █▁")
    }
}

@Suite struct EpochTableTests {
    static func epoch(_ number: Int, isBest: Bool = false, _ values: [Double] = [0.25, 0.875, 0.3, 0.86])
        -> FinishedEpoch
    {
        FinishedEpoch(
            number: number, values: Array(zip(names, values).map { ($0, $1) }), seconds: 5, isBest: isBest)
    }
    static let names = ["loss", "accuracy", "validation/loss", "validation/accuracy"]

    @Test func hasAsManyColumnsAsThereIsRoomFor() {
        func lines(_ width: Int) -> [String] {
            let table = EpochTable(epochs: 20, names: Self.names, width: width), style = TextStyle(hasColour: false)
            return table.header(style) + [
                table.line(Self.epoch(3, isBest: true), style), table.line(Self.epoch(4), style),
            ]
        }
        #expect(
            lines(79) == [
                "                       training              validation",
                "  epoch        loss    accuracy        loss    accuracy     time",
                "★  3/20      0.2500      0.8750      0.3000      0.8600   5.00 s",
                "   4/20      0.2500      0.8750      0.3000      0.8600   5.00 s",
            ])
        #expect(
            lines(39) == [
                "                     validation",
                "  epoch        loss    accuracy",
                "★  3/20      0.3000      0.8600",
                "   4/20      0.3000      0.8600",
            ])
        #expect(lines(19)[2] == "★  3/20      0.3000")
    }

    @Test func bearsAnyValues() {
        for width in [10, 20, 39, 79, 199] {
            for epochs in [0, 1, 1_000_000] {
                let table = EpochTable(epochs: epochs, names: Self.names + ReportSamples.hostile, width: width)
                for style in [TextStyle(hasColour: false), TextStyle(hasColour: true)] {
                    let values = [Double.nan, -.infinity, -1.2345e-300, 123_456_789.123]
                    for line in table.header(style) + [table.line(Self.epoch(999_999, isBest: true, values), style)] {
                        #expect(TextBlock.width(line) <= max(width, 17), "\(line)")
                        #expect(isOneLine(TextBlock.plain(line)))
                    }
                }
            }
        }
    }
}

@Suite struct EpochThinningTests {
    /// Epochs that leave a line, where those that `isBest` names are better than all before.
    static func shown(_ epochs: Int, last: Int? = nil, isBest: (Int) -> Bool) -> [Int] {
        var thinning = EpochThinning(epochs: epochs)
        var shown: [Int] = []
        for number in 1...(last ?? epochs) {
            let epoch = EpochTableTests.epoch(number, isBest: isBest(number))
            shown += thinning.shown(after: epoch, isDue: false).map(\.number)
        }
        return shown + thinning.rest().map(\.number)
    }

    @Test func fewEpochsAreAllShown() {
        #expect(Self.shown(30) { _ in true } == Array(1...30))
        #expect(Self.shown(3, last: 2) { _ in false } == [1, 2])
        #expect(Self.shown(1) { _ in true } == [1])
    }

    @Test func manyLeaveALineForEachStretch() {
        #expect(
            Self.shown(100) { $0 % 7 == 0 } == [
                1, 5, 7, 14, 20, 21, 28, 35, 40, 42, 49, 55, 56, 63, 70, 75, 77, 84, 90, 91, 98, 100,
            ])
        #expect(
            Self.shown(300) { $0 < 50 } == [1, 20, 40, 49] + Array(stride(from: 80, through: 300, by: 20)))
        for epochs in [31, 99, 300, 1_000, 100_000] {
            for isBest in [{ _ in true }, { _ in false }, { $0 % 3 == 1 }] as [(Int) -> Bool] {
                let shown = Self.shown(epochs, isBest: isBest)
                #expect(shown.count <= 24 && shown == shown.sorted() && Set(shown).count == shown.count)
                #expect(shown.first == 1 && shown.last == epochs)
            }
        }
    }

    @Test func theEndShowsWhatWasHeldBack() {
        #expect(Self.shown(300, last: 57) { $0 == 46 || $0 == 3 } == [1, 3, 40, 46, 57])
        #expect(Self.shown(300, last: 46) { $0 == 46 } == [1, 20, 40, 46])
    }

    @Test func aLongSilenceEnds() {
        var thinning = EpochThinning(epochs: 1_000)
        _ = thinning.shown(after: EpochTableTests.epoch(1), isDue: false)
        #expect(thinning.shown(after: EpochTableTests.epoch(2), isDue: true).map(\.number) == [2])
    }
}

@Suite struct ProgressBarTests {
    /// All that a bar writes.
    final class Screen: Sendable {
        private let pieces = Mutex<[String]>([])
        var text: String { pieces.withLock { $0.joined() } }
        var all: [String] { pieces.withLock { $0 } }
        func write(_ text: String) { pieces.withLock { $0.append(text) } }

        func bar(epochs: Int, isLive: Bool, hasColour: Bool = false, width: Int = 80) -> ProgressBar {
            ProgressBar(
                epochs: epochs, batchesPerEpoch: 4, style: .automatic,
                terminal: Terminal(isLive: isLive, hasColour: hasColour, width: width),
                write: { self.write($0) })
        }
    }

    static func run(_ bar: inout ProgressBar, epochs: Int) {
        for epoch in 1...epochs {
            for batch in 1...4 { bar.update(epoch: epoch, batch: batch, [("loss", 1 / Double(epoch))]) }
            bar.announce(.measuring)
            let judged = abs(Double(epoch) - 3)
            bar.finishEpoch(epoch, [("loss", 1 / Double(epoch)), ("validation/loss", judged)])
            bar.announce(.saving)
        }
        bar.finish()
    }

    @Test func aPipeGetsPlainLines() {
        let screen = Screen()
        var bar = screen.bar(epochs: 4, isLive: false)
        Self.run(&bar, epochs: 4)
        let lines = screen.text.split(separator: "\n").map { $0.prefix { $0 != "s" || false } }
        #expect(lines.count == 4 && !screen.text.contains("\u{1B}") && !screen.text.contains("\r"))
        #expect(screen.text.hasPrefix("epoch 1/4  loss 1.000  validation/loss 2.000  0.00 s\n"), "\(screen.text)")
    }

    @Test func aTerminalGetsATable() {
        for hasColour in [false, true] {
            let screen = Screen()
            var bar = screen.bar(epochs: 4, isLive: true, hasColour: hasColour)
            Self.run(&bar, epochs: 4)
            // What is left when every live line has been cleared.
            let left = screen.text.split(separator: "\u{1B}[J", omittingEmptySubsequences: false)
                .map { $0.contains("\n") ? $0.replacing("\r", with: "") : "" }
                .joined().split(separator: "\n").map { TextBlock.plain(String($0)) }
            #expect(left.count == 6, "\(left)")
            #expect(left[0].contains("training") && left[1].contains("epoch"))
            #expect(left.dropFirst(2).map { $0.hasPrefix("★") } == [true, true, true, false])
            #expect(screen.text.contains("\u{1B}[38;5;") == hasColour)
            // A cursor that is left in the middle of a line would have the shell write over it.
            #expect(screen.text.hasSuffix("\n"))
        }
    }

    @Test func anErrorLeavesWhatWasSeenLast() {
        let screen = Screen()
        var bar = screen.bar(epochs: 4, isLive: true)
        bar.update(epoch: 1, batch: 2, [("loss", 0.5)])
        bar.finish()
        #expect(screen.all.count == 2 && screen.text.contains("2/4") && screen.text.hasSuffix("\r\n"))
        bar.finish()
        #expect(screen.all.count == 2)
    }

    @Test func quietIsQuiet() {
        let screen = Screen()
        var bar = ProgressBar(
            epochs: 1, batchesPerEpoch: 1, style: .quiet, terminal: Terminal(isLive: true, hasColour: true, width: 80),
            write: { screen.write($0) })
        bar.update(epoch: 1, batch: 1, [("loss", 1)])
        bar.announce(.saving)
        bar.finishEpoch(1, [])
        bar.stop(epoch: 1, batch: 1, [])
        bar.finish()
        #expect(screen.all.isEmpty)
    }
}
