import Foundation
import Testing

@testable import BackpropTrain

@Suite struct RunReportTests {
    @Test func saysHowGoodItIsBesideGuessing() throws {
        let labels: [Int32] = (0..<30).map { Int32($0 % 3) }
        let probabilities = labels.enumerated().flatMap { row, label -> [Float] in
            let taken = row < 2 ? (Int(label) + 1) % 3 : Int(label)
            return (0..<3).map { $0 == taken ? 0.94 : 0.03 }
        }
        let names = ["setosa", "versicolor", "virginica"]
        let report = RunReport(
            ReportSamples.facts(), judgement: .classes(names: names, probabilities: probabilities, labels: labels),
            baseline: Baseline(labels: labels, names: names), epochs: ReportSamples.epochs(5), bestEpoch: 5)
        #expect(
            report.headline
                == "93.3 % right (28 of 30; with 95 % confidence between 78.7 and 98.2 %); always guessing 'setosa' gives 33.3 %"
        )
        #expect(report.verdict == nil)
        #expect(report.text(width: 80, colour: false).contains("93.3 % right (28 of 30;"))
        #expect(report.html.contains("93.3 % right (28 of 30;"))
    }

    @Test func saysWhenItIsNoBetterThanGuessing() throws {
        let names = ["no", "yes"]
        let labels: [Int32] = (0..<50).map { $0 < 40 ? 0 : 1 }
        let guesser = RunReport(
            ReportSamples.facts(),
            judgement: .classes(
                names: names, probabilities: labels.flatMap { _ in [0.8, 0.2] as [Float] }, labels: labels),
            baseline: Baseline(labels: labels, names: names), epochs: ReportSamples.epochs(2), bestEpoch: nil)
        #expect(guesser.verdict?.hasPrefix("It is not shown to be better than guessing: 50 test examples") == true)
        #expect(guesser.text(width: 80, colour: false).contains("! It is not shown to be better"))
        let numbers = RunReport(
            ReportSamples.facts(), judgement: ReportSamples.numbers(count: 40, error: 9),
            baseline: Baseline(numbers: [1, 2, 3]), epochs: ReportSamples.epochs(2), bestEpoch: nil)
        #expect(numbers.verdict != nil)
        #expect(ReportSamples.houses.verdict == nil)
    }

    @Test func numbersAreInTheUnitOfTheLabel() {
        let text = ReportSamples.houses.text(width: 100, colour: false)
        for part in [
            "off by 23.24 k$", "always guessing the mean, 216.7 k$, is off by", "variance explained (R²) 94.6 %",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        #expect(text.contains("! The column 'id' is left out"))
        #expect(text.contains("31.2 ± 2.1"))
    }

    @Test func isTheSameAfterItWasKept() throws {
        for report in Self.samples {
            let data = try JSONEncoder().encode(report)
            let again = try JSONDecoder().decode(RunReport.self, from: data)
            #expect(
                again.html == report.html && again.text(width: 80, colour: true) == report.text(width: 80, colour: true)
            )
            let keys = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any]).keys
            #expect(keys.allSatisfy { $0 == $0.lowercased() })
        }
    }

    static let samples: [RunReport] = {
        let many = (0..<70).map { "class \($0)" }
        return [
            ReportSamples.penguins, ReportSamples.houses, ReportSamples.attacked,
            RunReport(
                ReportSamples.facts("many classes"), judgement: ReportSamples.classes(many, count: 300, share: 0.5),
                baseline: Baseline(labels: [3], names: many), epochs: ReportSamples.epochs(300), bestEpoch: 1),
            RunReport(
                ReportSamples.facts("two classes"), judgement: ReportSamples.classes(["no", "yes"], count: 100),
                baseline: Baseline(labels: [0], names: ["no", "yes"]), epochs: [EpochValues](), bestEpoch: nil),
            RunReport(
                ReportSamples.facts("not judged"), judgement: nil, baseline: nil, epochs: ReportSamples.epochs(1),
                bestEpoch: 1),
            RunReport(
                ReportSamples.facts("one example"), judgement: .numbers(predicted: [1], truth: [2]), baseline: nil,
                epochs: [EpochValues(number: 1, values: [("loss", .nan)])], bestEpoch: nil),
            RunReport(
                ReportSamples.facts("far from 0"),
                judgement: .numbers(predicted: [1e300, -1e300, 3], truth: [-1e300, 1e300, 5]),
                baseline: Baseline(numbers: [1e300]), epochs: ReportSamples.epochs(2), bestEpoch: 9),
            RunReport(
                ReportSamples.facts("one class"),
                judgement: .classes(names: ["only"], probabilities: [1, 1], labels: [0, 4]),
                baseline: Baseline(labels: [0], names: ["only"]), epochs: ReportSamples.epochs(2), bestEpoch: 2),
        ]
    }()

    @Test(arguments: samples.indices) func fitsTheTerminal(_ sample: Int) {
        for width in [20, 40, 80, 200] {
            for hasColour in [false, true] where !hasColour || width == 80 {
                let text = Self.samples[sample].text(width: width, colour: hasColour)
                #expect(text.contains("\u{1B}") == hasColour)
                for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
                    let plain = TextBlock.plain(String(line))
                    #expect(PlainText.width(plain) <= max(width, 40), "\(width): \(plain)")
                    #expect(plain.isEmpty || isOneLine(plain))
                    #expect(!plain.unicodeScalars.contains { $0.properties.generalCategory == .format })
                }
            }
        }
    }

    @Test func aWideTerminalHasTablesBesideEachOther() {
        func lines(_ width: Int) -> Int {
            ReportSamples.penguins.text(width: width, colour: false).split(separator: "\n").count
        }
        #expect(lines(200) + 8 < lines(80))
    }

    @Test(arguments: samples.indices) func thePageIsWellFormed(_ sample: Int) throws {
        let page = Self.samples[sample].html
        let content = try PictureContent(page)
        #expect(!content.hasBadNumber)
        #expect(content.elements["script"] == nil && content.elements["img"] == nil && content.elements["a"] == nil)
        #expect(content.elements["html"] == 1 && content.elements["title"]! >= 1 && content.elements["style"] == 1)
        #expect(content.elements["table", default: 0] == content.elements["caption", default: 0])
        #expect(content.elements["svg", default: 0] == content.elements["desc", default: 0])
        #expect(!page.contains("http:") && !page.contains("https:") && !page.contains("url(h"))
        for scalar in page.unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format)
        }
        #expect(page.utf8.count < 400_000)
    }

    @Test func hostileNamesStandAsTheyAre() throws {
        let page = ReportSamples.attacked.html
        #expect(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"))
        #expect(page.contains("\\u{202e}right to left") && page.contains("\\u{1b}[31mred"))
        #expect(!page.contains("onerror=alert(2)>") && page.contains("(blank)"))
    }

    @Test func aFewExamplesDoNotAccuseTheProbabilities() {
        func remarks(_ count: Int) -> [String] {
            RunReport(
                ReportSamples.facts(), judgement: ReportSamples.classes(["a", "b"], count: count, share: 0.5),
                baseline: nil, epochs: [EpochValues](), bestEpoch: nil
            ).remarks
        }
        #expect(remarks(12).isEmpty)
        #expect(remarks(2_000).contains { $0.contains("too sure") })
    }
}

@Suite struct TerminalTextTests {
    @Test(arguments: [
        ("plain", 5), ("", 0), ("漢字", 4), ("e\u{301}", 1), ("🙂", 2), ("한글", 4), ("ñandú", 5), ("\u{300}", 0),
    ])
    func width(_ text: String, _ width: Int) { #expect(PlainText.width(text) == width) }

    @Test func cutsToColumns() {
        #expect(PlainText.shown("abcdef", limit: 4) == "abc…" && PlainText.shown("abcd", limit: 4) == "abcd")
        #expect(PlainText.shown("漢字漢字", limit: 5) == "漢字…" && PlainText.shown("漢字漢字", limit: 4) == "漢…")
        #expect(PlainText.shown("a\nb") == "a\\nb" && PlainText.shown("ab", limit: 0) == "…")
        for text in ReportSamples.hostile {
            for limit in [1, 2, 7, 30] {
                #expect(PlainText.width(PlainText.shown(text, limit: limit)) <= limit)
                #expect(PlainText.width(PlainText.filled(text, to: limit)) == limit)
            }
        }
        #expect(PlainText.name(" ") == "(blank)" && PlainText.name("x") == "x")
        let pile = "z" + String(repeating: "\u{300}", count: 1_000)
        #expect(PlainText.shown(pile).unicodeScalars.count == 4)
    }
}
