import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct CSVTests {
    struct Good: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var options = CSVOptions()
        let columns: [String]
        let rows: [[String?]]
        var testDescription: String { name }
    }

    static let good: [Good] = [
        Good(name: "plain", text: "a,b\n1,2\n3,4\n", columns: ["a", "b"], rows: [["1", "2"], ["3", "4"]]),
        Good(name: "no last line end", text: "a,b\n1,2", columns: ["a", "b"], rows: [["1", "2"]]),
        Good(name: "CR LF", text: "a,b\r\n1,2\r\n", columns: ["a", "b"], rows: [["1", "2"]]),
        Good(name: "CR alone", text: "a,b\r1,2\r", columns: ["a", "b"], rows: [["1", "2"]]),
        Good(name: "byte order mark", text: "\u{FEFF}a,b\n1,2", columns: ["a", "b"], rows: [["1", "2"]]),
        Good(
            name: "blank cells", text: "a,b,c\n1,,\n , \t,3\n", columns: ["a", "b", "c"],
            rows: [["1", nil, nil], [nil, nil, "3"]]),
        Good(name: "blank lines", text: "\n\na,b\n\n1,2\n\r\n\n", columns: ["a", "b"], rows: [["1", "2"]]),
        Good(
            name: "quotes", text: "a,\"b, c\"\n\"say \"\"hi\"\"\",\"x\ny\"\n", columns: ["a", "b, c"],
            rows: [["say \"hi\"", "x\ny"]]),
        Good(
            name: "blanks around quotes", text: "a,b\n \"1\" ,\"  2\"\n", columns: ["a", "b"],
            rows: [["1", "  2"]]),
        Good(name: "empty quotes", text: "a\n\"\"\n5\n", columns: ["a"], rows: [[nil], ["5"]]),
        Good(
            name: "quote inside a plain cell", text: "a,b\n5\" disk,1\n", columns: ["a", "b"],
            rows: [["5\" disk", "1"]]),
        Good(name: "semicolons", text: "a;b\n1,5;2\n", columns: ["a", "b"], rows: [["1,5", "2"]]),
        Good(name: "tabs", text: "a\tb\n1\t\n\t2", columns: ["a", "b"], rows: [["1", nil], [nil, "2"]]),
        Good(
            name: "chosen delimiter", text: "a;b,c\n1;2,3", options: CSVOptions(delimiter: .comma),
            columns: ["a;b", "c"], rows: [["1;2", "3"]]),
        Good(
            name: "delimiters in quoted header", text: "\"a,,,\";b\n1;2", columns: ["a,,,", "b"],
            rows: [["1", "2"]]),
        Good(
            name: "no header", text: "1,x\n2,y", options: CSVOptions(header: .absent),
            columns: ["column1", "column2"],
            rows: [["1", "x"], ["2", "y"]]),
        Good(
            name: "numbers as names", text: "1990,1991\n2,3", options: CSVOptions(header: .present),
            columns: ["1990", "1991"], rows: [["2", "3"]]),
        Good(
            name: "missing markers", text: "a,b\nNA,?\nna,1",
            options: CSVOptions(missingMarkers: ["NA", "?"]),
            columns: ["a", "b"], rows: [[nil, nil], ["na", "1"]]),
        Good(name: "other scripts", text: "größe,名\n1,东京\n", columns: ["größe", "名"], rows: [["1", "东京"]]),
    ]

    @Test(arguments: good) func reads(_ example: Good) throws {
        let table = try table(example.text, example.options)
        #expect(table.columnNames == example.columns)
        #expect(table.rowCount == example.rows.count)
        for (row, cells) in example.rows.enumerated() {
            #expect(cells.indices.map { table.cell(row: row, column: $0) } == cells)
        }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var options = CSVOptions()
        let reason: DataError.Reason
        let says: [String]
        var testDescription: String { name }

        init(
            _ name: String, _ text: String, _ reason: DataError.Reason, _ says: [String],
            options: CSVOptions = CSVOptions()
        ) {
            self.init(name, bytes: Array(text.utf8), reason, says, options: options)
        }

        init(
            _ name: String, bytes: [UInt8], _ reason: DataError.Reason, _ says: [String],
            options: CSVOptions = CSVOptions()
        ) {
            (self.name, self.bytes, self.reason, self.says, self.options) = (
                name, bytes, reason, says, options
            )
        }
    }

    static let bad: [Bad] = [
        Bad("empty", "", .empty, ["t.csv", "no text"]),
        Bad("byte order mark only", "\u{FEFF}", .empty, ["no text"]),
        Bad("line ends only", "\n\r\n\r", .empty, ["no text"]),
        Bad("header only", "a,b\n", .empty, ["header", "no row"]),
        Bad("short row", "a,b\n1,2\n3\n", .raggedRow, ["line 3", "1 cell,", "expected 2"]),
        Bad("long row", "a,b\n1,2,3\n", .raggedRow, ["line 2", "3 cells", "expected 2"]),
        Bad("long row after lines in quotes", "a,b\n\"1\n\n\",2\n\n3,4,5\n", .raggedRow, ["line 6"]),
        Bad("open quote", "a,b\n1,2\n3,\"4\n5\n", .badQuote, ["line 3", "never ends"]),
        Bad("quote at the end", "a,b\n1,\"", .badQuote, ["line 2"]),
        Bad("text after quote", "a,b\n1,\"x\"y\n", .badQuote, ["line 2", "after the end"]),
        Bad("nameless column", "a,,c\n1,2,3\n", .badHeader, ["line 1", "column 2 of 3"]),
        Bad("same name twice", "a,b,a\n1,2,3\n", .badHeader, ["columns 1 and 3", "'a'"]),
        Bad("header looks like data", "5.1,x\n4.9,y\n", .badHeader, ["'5.1'", "--no-header"]),
        Bad(
            "not UTF-8", bytes: Array("a,b\n1,".utf8) + [0xFF, 0x0A], .notText,
            ["line 2", "0xff", "offset 6"]),
        Bad("cut character", bytes: Array("a\nx".utf8) + [0xE6, 0x9D], .notText, ["line 2", "offset 3"]),
        Bad("overlong", bytes: Array("a\n".utf8) + [0xC0, 0xAF], .notText, ["0xc0"]),
        Bad("surrogate", bytes: Array("a\n".utf8) + [0xED, 0xA0, 0x80], .notText, ["0xed"]),
        Bad("zero byte", bytes: Array("a,b,c,d,e\n1,2".utf8) + [0, 0x0A], .notText, ["line 2", "0x0"]),
        Bad("UTF-16", bytes: [0xFF, 0xFE, 0x61, 0x00], .notText, ["UTF-16"]),
        Bad("packed", bytes: [0x1F, 0x8B, 0x08, 0x00], .notText, ["unpack"]),
        Bad(
            "too many columns", String(repeating: ",", count: 20_000) + "\n", .tooLarge,
            ["20001 columns", "16384"],
            options: CSVOptions(header: .absent)),
    ]

    @Test(arguments: bad) func refuses(_ example: Bad) throws {
        let error = try #require(throws: DataError.self) {
            try Table(csvBytes: example.bytes, source: "t.csv", options: example.options)
        }
        #expect(error.reason == example.reason)
        for part in example.says { #expect(error.description.contains(part), "\(error)") }
        #expect(isOneLine(error.description))
        #expect(error.localizedDescription == error.description)
    }

    @Test func refusesPathsThatAreNoFiles() throws {
        let folder = try TemporaryFolder()
        for (path, reason) in [
            (folder.path + "/none.csv", DataError.Reason.missingFile), (folder.path, .notAFile),
            ("/dev/null", .notAFile),
        ] {
            let error = try #require(throws: DataError.self) { try Table(csv: path) }
            #expect(error.reason == reason)
            #expect(error.description.contains(path))
        }
        let path = try folder.file("a b.csv", "x,y\n1,2\n")
        #expect(try Table(csv: path).source == "a b.csv")
    }

    @Test func countsLinesThroughQuotedCells() throws {
        let table = try table("a,b\n\"1\r\n2\",\"x\n\ny\"\n3,4\r\n\n5,6")
        #expect((0..<3).map { table.line(row: $0) } == [2, 6, 8])
        #expect(table.line(row: 0, column: 1) == 3)
    }

    @Test func survivesMutations() {
        let seeds = ["a,b\n1,2\n\"x \"\"y\"\"\nz\",3\r\n", "\u{FEFF}n;m\r\n\"\";4\r\n;\r\n", "a\tb\n1\t2\n"]
        var generator = SplitMix64(seed: 11)
        let interesting = Array("\",;\t\r\n \0aé".utf8) + [0xFF, 0xC0, 0xEF]
        for round in 0..<6_000 {
            var bytes = Array(seeds[round % seeds.count].utf8)
            for _ in 0...generator.below(4) {
                switch generator.below(3) {
                case 0 where !bytes.isEmpty:
                    bytes[generator.below(bytes.count)] = interesting[generator.below(interesting.count)]
                case 1 where !bytes.isEmpty: bytes.remove(at: generator.below(bytes.count))
                default:
                    bytes.insert(
                        interesting[generator.below(interesting.count)], at: generator.below(bytes.count + 1))
                }
            }
            do {
                let table = try Table(csvBytes: bytes, source: "t.csv")
                for row in 0..<table.rowCount {
                    for column in 0..<table.columnCount { _ = table.cell(row: row, column: column) }
                }
                let label = table.columnNames[generator.below(table.columnCount)]
                let schema = try TableSchema(of: table, label: label)
                let split = try TableSplit(of: table, schema: schema, holdingOut: 0.3, seed: 1)
                let encoding = try TableEncoding(learningFrom: table, rows: split.training, schema: schema)
                #expect(!(try encoding.features(of: table)).contains { !$0.isFinite })
            } catch {
                #expect(isOneLine(error.description))
            }
        }
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence))
    func readsHousing() throws {
        let table = try Table(csv: SharedData.path("tabular/california_housing.csv"))
        #expect(table.rowCount == 20_640)
        #expect(table.columnCount == 10)
        let bedrooms = try #require(table.index(of: "total_bedrooms"))
        #expect((0..<table.rowCount).count { table.cell(row: $0, column: bedrooms) == nil } == 207)
    }
}

@Suite struct NumberTextTests {
    static let numbers = [
        "0", "-0", "1", "+1", "1.", ".5", "-.25", "3.14159265358979", "1e3", "1E-3", "1e+3",
        "123456789012345678901234",
        "0.1", "4.35", "9007199254740993", "1e22", "1e23", "2.2250738585072014e-308", "1e-400", "0000012",
        "7.0e00",
        "179769313486231570000", "0.000000000000000000000000000000123456789", "8.41470984807896506652502",
    ]

    @Test(arguments: numbers) func equalsTheStandardLibrary(_ text: String) throws {
        #expect(NumberText(Array(text.utf8)[...]) == .number(try #require(Double(text))))
    }

    @Test func equalsTheStandardLibraryOnRandomNumbers() throws {
        var generator = SplitMix64(seed: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite, abs(value) < 1e100 else { continue }
            #expect(NumberText(Array("\(value)".utf8)[...]) == .number(value))
            let short = Double(generator.below(2_000_000) - 1_000_000) / 1_000
            #expect(NumberText(Array("\(short)".utf8)[...]) == .number(short))
        }
    }

    @Test(arguments: ["nan", "NaN", "-nan", "inf", "+Infinity", "-INF"])
    func notFinite(_ text: String) { #expect(NumberText(Array(text.utf8)[...]) == .notFinite) }

    @Test(arguments: ["1e101", "-1e999", "1e99999999999999999999", String(repeating: "9", count: 400)])
    func tooLarge(_ text: String) { #expect(NumberText(Array(text.utf8)[...]) == .tooLarge) }

    @Test(arguments: [
        ".", "-", "+", "e5", "1e", "1e+", "1,5", "0x10", "1 2", "--1", "1.2.3", "12a", "١", "infinit",
        "1_000",
    ])
    func other(_ text: String) { #expect(NumberText(Array(text.utf8)[...]) == .other) }
}
