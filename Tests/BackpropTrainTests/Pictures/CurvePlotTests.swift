import Testing

@testable import BackpropTrain

@Suite struct CurvePlotTests {
    static let one = CurvePlot([.init("run-1", ReportSamples.epochs(40), bestEpoch: 26)])
    static let several = CurvePlot([
        .init("run-1", ReportSamples.epochs(40), bestEpoch: 26),
        .init("run-2", ReportSamples.epochs(25, hasAccuracy: false), bestEpoch: 9),
        .init("<b>\u{202E}run & \"3\"", ReportSamples.epochs(60), bestEpoch: 61),
    ])

    @Test func hasAPanelForEachMeasure() throws {
        #expect(Self.one.panels.map(\.title) == ["Loss", "Accuracy"])
        #expect(
            Self.one.panels.map { $0.series.map(\.name) } == [["training", "validation"], ["training", "validation"]])
        let content = try PictureContent(Self.one.svg())
        #expect(content.elements["path"] == 4 && content.elements["circle"] == 2 && !content.hasBadNumber)
        #expect(content.texts.filter { $0 == "best: 26" }.count == 2)
        #expect(Set(content.attributes.filter { $0.hasPrefix("url(") }).count == 2)
    }

    @Test func severalRunsHaveAColourEach() throws {
        let panels = Self.several.panels
        #expect(panels[0].series.map(\.colour) == [0, 0, 1, 1, 2, 2])
        #expect(panels[0].series.map(\.isDashed) == [true, false, true, false, true, false])
        #expect(panels[0].series.map(\.name) == ["", "run-1", "", "run-2", "", "<b>\\u{202e}run & \"3\""])
        #expect(panels[1].series.map(\.colour) == [0, 0, 2, 2])
        let content = try PictureContent(Self.several.svg(width: 1_000))
        #expect(content.texts.filter { $0 == "run-2" }.count == 1 && content.texts.contains("<b>\\u{202e}run & \"3\""))
    }

    @Test(arguments: [10, 40, 80, 132, 200, 300]) func fitsTheTerminal(_ width: Int) {
        for plot in [Self.one, Self.several] {
            for hasColour in [false, true] {
                let text = plot.terminal(width: width, colour: hasColour)
                #expect(text.contains("\u{1B}") == hasColour)
                for line in text.split(separator: "\n") {
                    #expect(TextBlock.width(String(line)) <= max(width, 40), "\(line)")
                }
                #expect(text.contains("★ the best epoch"))
            }
        }
    }

    @Test func linesGoWhereTheValuesAre() {
        let epochs = (1...5).map { EpochValues(number: $0, values: [("loss", Double(6 - $0))]) }
        let lines = CurvePlot([.init("a", epochs, bestEpoch: 5)]).panels[0].terminal(
            width: 30, height: 9, colour: false)
        #expect(
            lines == [
                "Loss",
                "● training",
                "  │●●●●●", "4 ┤    ●●●●●●", "  │          ●●●●●●", "2 ┤                ●●●●●●●",
                "  │                      ●●●●★", "  └───────────────────────────", "          2            4",
            ], "\(lines)")
    }

    @Test func bearsAnyRun() throws {
        let runs = [
            CurvePlot.Run("nothing", []), .init("one", [EpochValues(number: 1, values: [("loss", 1)])], bestEpoch: 1),
            .init("none", [EpochValues(number: 1, values: [("loss", .nan)])]),
            .init(
                "far", [1, 2].map { EpochValues(number: $0, values: [("loss", Double($0) * 8e307), ("x", -1e-300)]) }),
            .init("many", (1...9).map { EpochValues(number: $0, values: ReportSamples.hostile.map { ($0, 1) }) }),
        ]
        for plot in runs.map({ CurvePlot([$0]) }) + [CurvePlot(runs), CurvePlot([])] {
            for width in [0, 80, 2_000] {
                #expect(!(try PictureContent(plot.svg(width: width)).hasBadNumber))
                #expect(!plot.terminal(width: width, colour: false).isEmpty)
            }
        }
    }
}
