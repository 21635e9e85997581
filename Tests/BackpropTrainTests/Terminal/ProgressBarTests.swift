import Testing

@testable import BackpropTrain

@Suite struct ProgressBarTests {
    static func state(epoch: Int = 3, epochs: Int = 20, batch: Int = 30, batches: Int = 120) -> ProgressState {
        ProgressState(
            epoch: epoch, epochs: epochs, batch: batch, batches: batches, runSeconds: 45, epochSeconds: 5,
            values: [("loss", 0.25), ("accuracy", 0.875)])
    }

    @Test func saysEverythingWhereThereIsRoom() {
        let line = Self.state().liveLine(Terminal(isLive: true, hasColour: false, width: 100))
        #expect(
            line
                == "epoch 3/20 ███████░░░░░░░░░░░░░░░░░░░░░ 30/120  loss 0.2500  accuracy 0.8750  6.00/s  5:55 left"
        )
    }

    @Test(arguments: [0, 1, 20, 25, 30, 37, 40, 60, 80, 100, 200, 1_000])
    func fitsTheTerminal(width: Int) {
        for hasColour in [false, true] {
            let terminal = Terminal(isLive: true, hasColour: hasColour, width: width)
            let states = [
                Self.state(),
                Self.state(epoch: 1_000_000, epochs: 9_000_000, batch: 123_456_789, batches: 987_654_321),
                Self.state(batches: 0), Self.state(epochs: 0),
            ]
            for state in states {
                var line = state.liveLine(terminal)
                if hasColour {
                    line = line.replacing("\u{1B}[38;5;75;48;5;238m", with: "").replacing(
                        "\u{1B}[0m", with: "")
                }
                #expect(line.count < terminal.width)
                #expect(!line.contains("\u{1B}"))
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
                        state.liveLine(Terminal(isLive: true, hasColour: false, width: 80))
                        + state.epochLine()
                    #expect(text.contains("loss nan"))
                    #expect(!text.contains("inf"))
                }
            }
        }
    }

    @Test func oneLineAnEpoch() {
        #expect(Self.state().epochLine() == "epoch  3/20  loss 0.2500  accuracy 0.8750  5.00 s")
    }

    @Test func quietIsQuiet() {
        var bar = ProgressBar(epochs: 1, batchesPerEpoch: 1, style: .quiet)
        bar.update(epoch: 1, batch: 1, [("loss", 1)])
        bar.finishEpoch(1, [])
        bar.finish()
    }
}
