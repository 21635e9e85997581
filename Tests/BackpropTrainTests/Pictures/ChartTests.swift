import Testing

@testable import BackpropTrain

@Suite struct LineChartTests {
    @Test func drawsEverySeries() throws {
        let chart = LineChart(
            title: "a < b & \"c\" \u{1}", xLabel: "it's",
            series: [
                .init("training", [2.5, 1.0, 0.5]),
                .init("validation <x>", x: [1, 2, 3], y: [2.4, 1.2, 0.9]),
            ],
            markers: [
                .init(x: 2, text: "best"), .init(x: 99, text: "outside"), .init(x: .nan, text: "nowhere"),
            ])
        let content = try PictureContent(chart.svg())
        #expect(content.elements["path"] == 2)
        for text in [
            "a < b & \"c\" \u{FFFD}", "it's", "loss", "training", "validation <x>", "best", "0.5", "2.5", "1",
            "3",
        ] {
            #expect(content.texts.contains(text), "\(text)")
        }
        #expect(!content.texts.contains("outside") && !content.texts.contains("nowhere"))
        #expect(!content.hasBadNumber)
    }

    struct Hostile: Sendable, CustomTestStringConvertible {
        let name: String
        let values: [Double]
        let paths: Int
        let dots: Int
        var testDescription: String { name }
    }

    static let hostile: [Hostile] = [
        Hostile(name: "nothing", values: [], paths: 0, dots: 0),
        Hostile(name: "nothing finite", values: [.nan, .infinity, -.infinity], paths: 0, dots: 0),
        Hostile(name: "one value", values: [3], paths: 0, dots: 1),
        Hostile(name: "a gap", values: [1, 2, .nan, 2, 1], paths: 1, dots: 0),
        Hostile(name: "alone between gaps", values: [1, 2, .nan, 2, .infinity, 1, 1], paths: 1, dots: 1),
        Hostile(name: "equal values", values: [5, 5, 5], paths: 1, dots: 0),
        Hostile(name: "zeros", values: [0, 0], paths: 1, dots: 0),
        Hostile(name: "large", values: [1e299, -1e299], paths: 1, dots: 0),
        Hostile(name: "small", values: [1e-300, 3e-300], paths: 1, dots: 0),
        Hostile(name: "nearly equal", values: [1, 1 + 1e-15], paths: 1, dots: 0),
        Hostile(name: "negative", values: [-3, -2.5, -900], paths: 1, dots: 0),
    ]

    @Test(arguments: hostile) func bearsAnyValues(_ example: Hostile) throws {
        for isLogarithmic in [false, true] {
            let chart = LineChart(
                title: "t", series: [.init("s", example.values)], isLogarithmic: isLogarithmic)
            for (width, height) in [(760, 440), (0, -5), (10_000, 240)] {
                let content = try PictureContent(chart.svg(width: width, height: height))
                #expect(!content.hasBadNumber)
                guard !isLogarithmic else { continue }
                #expect((content.elements["path"] ?? 0) == example.paths)
                #expect((content.elements["circle"] ?? 0) == example.dots)
            }
        }
    }

    @Test func thinsLongSeries() throws {
        let values = (0..<200_000).map { Double($0 % 977) }
        let svg = LineChart(title: "t", series: [.init("s", values)]).svg()
        #expect(svg.utf8.count < 100_000)
        #expect(!(try PictureContent(svg).hasBadNumber))
    }

    @Test func ticksAreRoundNumbers() {
        func texts(
            _ values: [Double], _ fit: ChartAxis.Fit = .measures, logarithmic: Bool = false, ticks: Int = 5
        ) -> [String] {
            ChartAxis(showing: values, fit: fit, logarithmic: logarithmic, ticks: ticks).ticks.map(\.text)
        }
        #expect(texts([0.1, 2.4]) == ["0", "0.5", "1.0", "1.5", "2.0", "2.5"])
        #expect(texts([0.91, 0.99]) == ["0.90", "0.92", "0.94", "0.96", "0.98", "1.00"])
        #expect(texts([-3, 12_000]) == ["0", "5,000", "10,000"])
        #expect(texts([1, 3], .counts) == ["1", "2", "3"])
        #expect(texts([1, 1], .counts) == ["0", "1", "2"])
        #expect(texts([0, 2e7], .measures, ticks: 2) == ["0", "1e7", "2e7"])
        #expect(texts([0.002, 40], logarithmic: true) == ["0.01", "0.1", "1", "10"])
        #expect(texts([0.3, 2.4], logarithmic: true) == ["0.3", "0.5", "1", "2"])
        #expect(texts([-1, 0], logarithmic: true).count > 1)
    }
}

/// Values take most of the height that is there for them.
@Suite struct ChartAxisTests {
    @Test(arguments: [
        [0.1, 2.4], [0.91, 0.99], [-3, 12_000], [0.37, 0.41], [1.01, 1.99], [9, 11], [5, 31], [-7, -2], [0.002, 40],
        [1e-9, 3e-7], [99_990, 100_010], [0.0, 1], [0.2, 0.2001], [-1e-5, 1e5],
    ])
    func valuesFillTheirRange(_ values: [Double]) {
        for ticks in [2, 3, 5, 8] {
            for isLogarithmic in [false, true] where !isLogarithmic || values[0] > 0 {
                let axis = ChartAxis(showing: values, fit: .measures, logarithmic: isLogarithmic, ticks: ticks)
                let places = values.map { axis.position($0)! }
                // What is near 0 is shown from there on.
                #expect(places[1] - places[0] > 0.799 || axis.range.lowerBound == 0, "\(axis.range)")
                #expect(places[1] > 0.799 && places[0] >= 0 && places[1] <= 1, "\(axis.range)")
                #expect(
                    axis.ticks.count >= (isLogarithmic ? 1 : 2) && axis.ticks.count <= 2 * ticks + 4, "\(axis.ticks)")
                for tick in axis.ticks { #expect((-1e-9...1.000_001).contains(axis.position(tick.value)!)) }
            }
        }
    }
}

@Suite struct HeatmapTests {
    static func map(
        columns: Int = 11, rows: Int = 11, _ value: (Double, Double) -> Double, points: [Heatmap.Point] = []
    ) -> Heatmap {
        let values = (0..<(columns * rows)).map {
            value(Double($0 % columns) / Double(columns - 1), Double($0 / columns) / Double(rows - 1))
        }
        return Heatmap(
            title: "m & n", values: values, columns: columns, rows: rows, xRange: 0...1, yRange: 0...1,
            points: points)
    }

    @Test func contourOfAPlaneIsALine() throws {
        let lines = ContourLines(of: Self.map { x, y in x + 0.01 * y - 0.013 }, level: 0.5).lines
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.count >= 11)
        for node in line {
            #expect(abs(node.x / 10 + 0.01 * node.y / 10 - 0.513) < 1e-12)
        }
        #expect(Set([line.first!.y, line.last!.y]) == [0, 10])
    }

    @Test func contourOfAHillIsClosed() throws {
        let hill = Self.map(columns: 41, rows: 41) { x, y in
            let (right, up) = (x - 0.5, y - 0.5)
            return 1 - 4 * (right * right + up * up)
        }
        let lines = ContourLines(of: hill, level: 0.5).lines
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.first == line.last)
        for node in line {
            let (right, up) = (node.x / 40 - 0.5, node.y / 40 - 0.5)
            #expect(abs((right * right + up * up).squareRoot() - 0.125.squareRoot()) < 1e-3)
        }
    }

    @Test func contourSeparatesASaddle() {
        let saddle = Heatmap(
            title: "", values: [1, 0, 0, 1], columns: 2, rows: 2, xRange: 0...1, yRange: 0...1)
        #expect(ContourLines(of: saddle, level: 0.5).lines.count == 2)
        #expect(ContourLines(of: saddle, level: 2).lines.isEmpty)
    }

    @Test func drawsMapAndPoints() throws {
        let points: [Heatmap.Point] = [
            .init(x: 0, y: 0, group: 0), .init(x: 1, y: 1, group: 1), .init(x: 7, y: 0, group: 1),
            .init(x: .nan, y: 0, group: 0),
        ]
        let map = Self.map({ x, y in x > 0.85 && y > 0.85 ? .nan : x }, points: points)
        let content = try PictureContent(map.svg())
        #expect(content.elements["circle"] == 2)
        #expect(content.elements["path"] == 1)
        #expect(content.elements["image"] == 1)
        #expect(content.texts.contains("m & n"))
        #expect(!content.attributes.filter { !$0.hasPrefix("data:") }.contains { $0.contains("nan") })
    }

    @Test func imageIsAPortableNetworkGraphic() {
        let image = PNGImage(pixels: [0, 1, 1, 0, 1, 0], width: 2, palette: [(0, 0, 0), (255, 128, 0)])
        let bytes = image.bytes
        #expect(bytes.prefix(8) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        #expect(bytes.suffix(12) == [0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82])
        #expect(image.base64.hasPrefix("iVBORw0KGgo"))
    }

    @Test func terminalShowsTheSameGrid() throws {
        let map = Self.map({ x, _ in x }, points: [.init(x: 0, y: 1, group: 0), .init(x: 1, y: 0, group: 1)])
        let lines = map.terminal(width: 22, colour: false).split(separator: "\n")
        #expect(lines[0] == "m & n")
        #expect(lines[2] == "│○   ░░░░▒▒▒▒▓▓▓▓████│")
        #expect(lines[3] == "│    ░░░░▒▒▒▒▓▓▓▓████│")
        #expect(lines[lines.count - 3] == "│    ░░░░▒▒▒▒▓▓▓▓███●│")
        #expect(lines.allSatisfy { !$0.contains("\u{1B}") })
        let coloured = map.terminal(width: 22, colour: true)
        #expect(coloured.contains("\u{1B}[38;2;") && coloured.contains("▀") && coloured.contains("●"))
        #expect(Self.map({ _, _ in .nan }).terminal(width: 0, colour: false).contains("?"))
    }
}

@Suite struct NumberFormatTests {
    @Test(arguments: [
        (0.0, "0.0000"), (-0.0, "0.0000"), (1, "1.000"), (0.5, "0.5000"), (0.03, "0.0300"),
        (0.00123, "0.0012"),
        (0.000123, "1.23e-4"), (123.456, "123.5"), (98_765.4, "98765"), (1e9, "1e9"), (-2.5, "-2.500"),
        (.nan, "nan"), (.infinity, "inf"), (-.infinity, "-inf"), (9.99999e-5, "1e-4"),
        (Double.leastNonzeroMagnitude, "4.941e-324"),
    ])
    func significant(value: Double, text: String) { #expect(NumberFormat.significant(value) == text) }

    @Test(arguments: [
        (0.0, "0 s"), (8.4, "8 s"), (65, "1:05"), (3_600, "1:00:00"), (7_384, "2:03:04"), (.infinity, "?"),
        (-1, "?"),
        (1e30, "999:59:59"),
    ])
    func duration(seconds: Double, text: String) { #expect(NumberFormat.duration(seconds) == text) }

    @Test func grouped() {
        #expect(
            ["1234", "12345", "-1234567.25", "1e10", "nan"].map(NumberFormat.grouped) == [
                "1,234", "12,345", "-1,234,567.25", "1e10", "nan",
            ])
    }
}
