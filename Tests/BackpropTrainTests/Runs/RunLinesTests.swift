import Testing

@testable import BackpropTrain

@Suite struct RunLinesTests {
    private static let introduction = RunIntroduction(
        name: "t.csv", data: "t.csv: 1,000 to train, 250 to test", label: "price",
        aim: "'price', a number, from 2 columns (the usual name of a label)", model: "linear: 3 parameters",
        columns: (
            ["column", "taken as", "missing", "range or most frequent", "use"],
            [
                [
                    "a name of many words that goes on", "whole number", "", "1 to 5110",
                    "set aside: it counts the rows",
                ],
                [
                    "city", "3 categories", "2 (<1%)", "München (112), Köln (97), Düsseldorf (91), and many others",
                    "predicts",
                ],
                ["odd\u{1B}[31m\nname", "text", "", "", "predicts"],
            ]
        ), notes: ["The file is not UTF-8 and was read as Windows-1252, which most such files are (--encoding)"])

    @Test(arguments: [40, 60, 80, 132, 200]) func fitsTheWindow(_ width: Int) {
        let text = RunLines(width: width).text(Self.introduction)
        for line in text.split(separator: "\n") {
            #expect(PlainText.width(String(line)) <= width, "\(line)")
        }
        #expect(!text.contains("\u{1B}") && text.contains("Data     t.csv") && text.contains("taken"))
    }

    @Test func nothingIsCutWhereNobodyWatches() {
        let text = RunLines(width: nil).text(Self.introduction)
        #expect(text.contains("a name of many words that goes on") && text.contains("set aside: it counts the rows"))
        #expect(
            text.contains(
                "Note     The file is not UTF-8 and was read as Windows-1252, which most such files are (--encoding)\n")
        )
    }
}
