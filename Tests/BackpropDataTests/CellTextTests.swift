import Testing

@testable import BackpropData

@Suite struct StyledNumberTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let text: String
        /// With a decimal point and with a decimal comma; nil where it is no number then.
        let point: Double?
        let comma: Double?
        var unit: String?
        var testDescription: String { text }

        init(_ text: String, _ point: Double?, _ comma: Double?, _ unit: String? = nil) {
            (self.text, self.point, self.comma, self.unit) = (text, point, comma, unit)
        }
    }

    static let examples: [Example] = [
        Example("1,234", 1234, 1.234), Example("1.234", 1.234, 1234), Example("1,5", nil, 1.5),
        Example("1.5", 1.5, nil),
        Example("1,234,567.5", 1_234_567.5, nil), Example("1.234.567,5", nil, 1_234_567.5),
        Example("12,34,567", 1_234_567, nil), Example("1 234,5", nil, 1234.5), Example("1 234.5", 1234.5, nil),
        Example("1\u{A0}234", 1234, 1234), Example("1'234.50", 1234.5, nil), Example("0,123", nil, 0.123),
        Example("1,23,4", nil, nil), Example("$1,234.50", 1234.5, nil, "$"), Example("-$5", -5, -5, "$"),
        Example("$-5", -5, -5, "$"), Example("($1,000)", -1000, -1, "$"), Example("(12)", -12, -12),
        Example("5 €", 5, 5, "€"),
        Example("12%", 12, 12, "%"), Example("12.5 %", 12.5, nil, "%"), Example("3.5 kg", 3.5, nil, "kg"),
        Example("12km", 12, 12, "km"), Example("120 km/h", 120, 120, "km/h"), Example("1e3 m", 1000, 1000, "m"),
        Example("\u{2212}3", -3, -3), Example("+7", 7, 7), Example("Rs. 500", 500, 500, "Rs."),
        Example("USD 1,000", 1000, 1, "USD"),
        Example("12-13", nil, nil), Example("1/2", nil, nil), Example("12:30", nil, nil), Example("A12", nil, nil),
        Example("1.2.3", nil, nil), Example("3 of 4", nil, nil), Example("--3", nil, nil), Example("()", nil, nil),
        Example("(-5)", nil, nil), Example("", nil, nil), Example("$", nil, nil), Example("12 3", nil, nil),
    ]

    @Test(arguments: examples) func reads(_ example: Example) {
        for (mark, wanted) in [(UInt8(ascii: "."), example.point), (UInt8(ascii: ","), example.comma)] {
            Array(example.text.utf8).withUnsafeBufferPointer {
                #expect(NumberStyle.number($0, decimalMark: mark) == wanted)
                if wanted != nil { #expect(StyledNumber($0)?.unit == example.unit) }
            }
        }
    }
}

@Suite struct DateTextTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let text: String
        let day: String?
        var hour = 0.0
        var dayFirst = false
        var testDescription: String { text + (dayFirst ? " (day first)" : "") }

        init(_ text: String, _ day: String?, _ hour: Double = 0, dayFirst: Bool = false) {
            (self.text, self.day, self.hour, self.dayFirst) = (text, day, hour, dayFirst)
        }
    }

    static let examples: [Example] = [
        Example("2020-01-05", "2020-01-05"), Example("2020/1/5", "2020-01-05"), Example("2020.01.05", "2020-01-05"),
        Example("2020-01", "2020-01-01"), Example("2020-Q3", "2020-07-01"), Example("2020Q1", "2020-01-01"),
        Example("2020-01-05T13:30:00Z", "2020-01-05", 13.5), Example("2020-01-05 13:30", "2020-01-05", 13.5),
        Example("2020-01-05T06:00:00.123+02:00", "2020-01-05", 6),
        Example("2020-01-05 01:00:36 +0100", "2020-01-05", 1.01),
        Example("2020-02-29", "2020-02-29"), Example("2019-02-29", nil), Example("2020-13-01", nil),
        Example("2020-00-01", nil),
        Example("3/4/2020", "2020-03-04"), Example("3/4/2020", "2020-04-03", dayFirst: true),
        Example("31/12/2020", nil),
        Example("31/12/2020", "2020-12-31", dayFirst: true), Example("12/31/20", "2020-12-31"),
        Example("12/31/99", "1999-12-31"),
        Example("5.1.2020", "2020-01-05", dayFirst: true), Example("1.2.20", nil), Example("05-01-2020", "2020-05-01"),
        Example("Jan 5, 2020", "2020-01-05"), Example("January 5 2020", "2020-01-05"),
        Example("5 Jan 2020", "2020-01-05"),
        Example("5-Jan-20", "2020-01-05"), Example("Jan 2020", "2020-01-01"), Example("Sept. 3, 2021", "2021-09-03"),
        Example("Mon, 5 Jan 2020 10:00 PM", "2020-01-05", 22), Example("1/5/2020 12:15 AM", "2020-01-05", 0.25),
        Example("May", nil), Example("1949", nil), Example("12/25", nil), Example("10.0.0.1", nil),
        Example("555-1234", nil),
        Example("1-2-3", nil), Example("2010-2011", nil), Example("a-b-c", nil), Example("2020-01-05x", nil),
        Example("2020-01-05 25:00", nil), Example("2020-01-05 10:61", nil), Example("1970-01-01", "1970-01-01"),
        Example("1582-10-15", "1582-10-15"), Example("9999-12-31", "9999-12-31"),
    ]

    @Test(arguments: examples) func reads(_ example: Example) {
        Array(example.text.utf8).withUnsafeBufferPointer {
            let date = DateText($0, dayFirst: example.dayFirst)
            #expect(date.map { DateText.text(days: $0.days) } == example.day)
            if let date { #expect(date.hasDay && abs(date.hour - example.hour) < 1e-9) }
        }
    }

    @Test func daysOfTheWeekFollowEachOther() throws {
        // The first of January 2000 was a Saturday.
        for (text, weekday, days) in [
            ("2000-01-01", 5, 0.0), ("2000-01-03", 0, 2), ("1999-12-31", 4, -1), ("2024-02-29", 3, 8825),
        ] {
            let date = try #require(Array(text.utf8).withUnsafeBufferPointer { DateText($0) })
            #expect(date.weekday == weekday && date.days == days)
        }
    }

    @Test func timesStandAlone() throws {
        for (text, hour) in [("13:30", 13.5), ("1:30 pm", 13.5), ("100:00:00", 100), ("12:00 AM", 0)] {
            let date = try #require(Array(text.utf8).withUnsafeBufferPointer { DateText($0) })
            #expect(!date.hasDay && date.hasTime && date.hour == hour)
        }
    }
}

@Suite struct ValueCountsTests {
    private func counts(_ values: some Sequence<Int>, limit: Int) -> ValueCounts {
        var counts = ValueCounts(limit: limit)
        for (row, value) in values.enumerated() {
            Array("v\(value)".utf8).withUnsafeBufferPointer { counts.add(ValueCounts.hash($0), row: row) }
        }
        return counts
    }

    @Test func fewValuesAreCounted() {
        let counts = counts((0..<1_000).map { $0 % 7 }, limit: 100)
        #expect(counts.isExact && counts.distinctCount == 7)
        #expect(counts.entries.reduce(0) { $0 + Int($1.count) } == 1_000)
        #expect(Set(counts.entries.map(\.row)) == Set(0..<7))
    }

    @Test(arguments: [5_000, 50_000]) func manyValuesAreEstimated(_ number: Int) {
        let counts = counts((0..<number * 2).map { $0 % number }, limit: 4_096)
        #expect(!counts.isExact)
        #expect(abs(Double(counts.distinctCount) / Double(number) - 1) < 0.06)
        #expect(counts.entries.allSatisfy { $0.count == 2 })
    }
}
