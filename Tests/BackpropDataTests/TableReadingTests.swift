import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct TableReadingTests {
    struct Good: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var options = TableOptions()
        let columns: [String]
        let rows: [[String?]]
        var notes: [String] = []
        var testDescription: String { name }

        init(
            _ name: String, _ text: String, _ options: TableOptions = TableOptions(), columns: [String],
            rows: [[String?]], notes: [String] = []
        ) {
            self.init(name, bytes: Array(text.utf8), options, columns: columns, rows: rows, notes: notes)
        }

        init(
            _ name: String, bytes: [UInt8], _ options: TableOptions = TableOptions(), columns: [String],
            rows: [[String?]], notes: [String] = []
        ) {
            (self.name, self.bytes, self.options) = (name, bytes, options)
            (self.columns, self.rows, self.notes) = (columns, rows, notes)
        }
    }

    static func options(_ change: (inout TableOptions) -> Void) -> TableOptions {
        var options = TableOptions()
        change(&options)
        return options
    }

    static let wide = utf16("name\tsize\nZoë\t1\nЖ\t2\n", little: true)

    static let good: [Good] = [
        Good("plain", "a,b\n1,2\n3,4\n", columns: ["a", "b"], rows: [["1", "2"], ["3", "4"]]),
        Good("no last line end", "a,b\n1,2", columns: ["a", "b"], rows: [["1", "2"]]),
        Good("CR LF", "a,b\r\n1,2\r\n", columns: ["a", "b"], rows: [["1", "2"]]),
        Good("CR alone", "a,b\r1,2\r", columns: ["a", "b"], rows: [["1", "2"]]),
        Good("byte order mark", "\u{FEFF}a,b\n1,2", columns: ["a", "b"], rows: [["1", "2"]]),
        Good(
            "blank cells", "a,b,c\n1,,\n , \t,3\n", columns: ["a", "b", "c"],
            rows: [["1", nil, nil], [nil, nil, "3"]]),
        Good("blank lines", "\n\na,b\n\n1,2\n\r\n  \n\n", columns: ["a", "b"], rows: [["1", "2"]]),
        Good(
            "quotes", "a,\"b, c\"\n\"say \"\"hi\"\"\",\"x\ny\"\n", columns: ["a", "b, c"],
            rows: [["say \"hi\"", "x\ny"]]),
        Good("blanks around quotes", "a,b\n \"1\" ,\"  2\"\n", columns: ["a", "b"], rows: [["1", "  2"]]),
        Good("empty quotes", "a\n\"\"\n5\n", columns: ["a"], rows: [[nil], ["5"]]),
        Good("quote inside a plain cell", "a,b\n5\" disk,1\n", columns: ["a", "b"], rows: [["5\" disk", "1"]]),
        Good("text after quotes", "a,b\n\"x\"y,1\n", columns: ["a", "b"], rows: [["\"x\"y", "1"]]),
        Good("other scripts", "größe,名\n1,东京\n", columns: ["größe", "名"], rows: [["1", "东京"]]),
        Good("semicolons", "a;b\n1,5;2\n", columns: ["a", "b"], rows: [["1,5", "2"]]),
        Good("tabs", "a\tb\n1\t\n\t2", columns: ["a", "b"], rows: [["1", nil], [nil, "2"]]),
        Good("bars", "a|b|c\n1|2,5|x\n", columns: ["a", "b", "c"], rows: [["1", "2,5", "x"]]),
        Good(
            "decimal commas", "1,5;2,3\n0,5;1,1\n", columns: ["column1", "column2"],
            rows: [["1,5", "2,3"], ["0,5", "1,1"]], notes: ["first row looks like data"]),
        Good(
            "semicolons in cells", "a,b\nx;y;z,1\nu;v;w,2\np;q;r,3\n", columns: ["a", "b"],
            rows: [["x;y;z", "1"], ["u;v;w", "2"], ["p;q;r", "3"]]),
        Good(
            "commas in the first row alone", "size, in cm\tmass\n1\t2\n3\t4\n", columns: ["size, in cm", "mass"],
            rows: [["1", "2"], ["3", "4"]]),
        Good(
            "chosen separator", "a;b,c\n1;2,3", options { $0.separator = .comma }, columns: ["a;b", "c"],
            rows: [["1;2", "3"]]),
        Good("separators in a quoted header", "\"a,,,\";b\n1;2", columns: ["a,,,", "b"], rows: [["1", "2"]]),
        Good(
            "runs of blanks", "18.0   8   307.0  1\t\"chevrolet malibu\"\n 15.0  8  350.0  1\t\"buick skylark\"\n",
            columns: ["column1", "column2", "column3", "column4", "column5"],
            rows: [["18.0", "8", "307.0", "1", "chevrolet malibu"], ["15.0", "8", "350.0", "1", "buick skylark"]],
            notes: ["first row looks like data"]),
        Good(
            "one column of two words", "city\nNew York\nSan Diego\n", columns: ["city"],
            rows: [["New York"], ["San Diego"]]),
        Good(
            "no header", "1,x\n2,y", columns: ["column1", "column2"], rows: [["1", "x"], ["2", "y"]],
            notes: ["first row looks like data"]),
        Good(
            "no header among words", "p,x,n\ne,x,n\np,b,n\ne,b,s\np,x,s\n", columns: ["column1", "column2", "column3"],
            rows: [["p", "x", "n"], ["e", "x", "n"], ["p", "b", "n"], ["e", "b", "s"], ["p", "x", "s"]],
            notes: ["first row looks like data"]),
        Good(
            "years as names", "country,1990,1991,1992\nPeru,1,2,3\nChad,4,5,6\n",
            columns: ["country", "1990", "1991", "1992"], rows: [["Peru", "1", "2", "3"], ["Chad", "4", "5", "6"]]),
        Good(
            "numbers as names", "1990,7\n2,3", options { $0.hasHeader = true }, columns: ["1990", "7"],
            rows: [["2", "3"]]),
        Good(
            "header that is data", "a,b\n1,2", options { $0.hasHeader = false }, columns: ["column1", "column2"],
            rows: [["a", "b"], ["1", "2"]]),
        Good(
            "names twice and none", ",a,a,\n1,2,3,4\n5,6,7,8\n", columns: ["column1", "a", "a_2", "column4"],
            rows: [["1", "2", "3", "4"], ["5", "6", "7", "8"]], notes: ["without a name", "there twice"]),
        Good(
            "separators behind the last column", "a,b,\n1,2,\n3,4,\n", columns: ["a", "b"],
            rows: [["1", "2"], ["3", "4"]]),
        Good(
            "separators behind some rows", "a,b\n1,2,,\n3,4\n", columns: ["a", "b"], rows: [["1", "2"], ["3", "4"]],
            notes: ["1 row ended with separators"]),
        Good(
            "names of rows as R writes them", "a b\nr1 1 2\nr2 3 4\nr3 5 6\n", columns: ["column1", "a", "b"],
            rows: [["r1", "1", "2"], ["r2", "3", "4"], ["r3", "5", "6"]], notes: ["without a name"]),
        Good(
            "a title", "Report of the year\n\na,b,c\n1,2,3\n4,5,6\n", columns: ["a", "b", "c"],
            rows: [["1", "2", "3"], ["4", "5", "6"]], notes: ["2 lines above the table were left out"]),
        Good(
            "a title with separators", "Report;;\n;;\na;b;c\n1;2;3\n4;5;6\n", columns: ["a", "b", "c"],
            rows: [["1", "2", "3"], ["4", "5", "6"]], notes: ["2 lines above the table were left out"]),
        Good(
            "comments", "# made in 2020, by a program\n# v2\na,b\n1,2\n3,4\n", columns: ["a", "b"],
            rows: [["1", "2"], ["3", "4"]], notes: ["2 lines above the table were left out"]),
        Good("a header with a sign", "#id,b\n1,2\n3,4\n", columns: ["#id", "b"], rows: [["1", "2"], ["3", "4"]]),
        Good(
            "lines to skip", "x,y\na,b\n1,2\n", options { $0.skippedLines = 1 }, columns: ["a", "b"],
            rows: [["1", "2"]]),
        Good(
            "bad rows left out", "a,b\n1,2\n3\n4,5,6\n7,8\n", options { $0.skipsBadRows = true }, columns: ["a", "b"],
            rows: [["1", "2"], ["7", "8"]],
            notes: ["2 rows with too many or too few cells left out, the first in line 3"]),
        Good(
            "Windows-1252", bytes: Array("name;price\nCaf".utf8) + [0xE9] + Array(";5 ".utf8) + [0x80, 0x0A],
            columns: ["name", "price"], rows: [["Café", "5 €"]], notes: ["Windows-1252"]),
        Good(
            "UTF-16 with a mark", bytes: [0xFF, 0xFE] + wide, columns: ["name", "size"],
            rows: [["Zoë", "1"], ["Ж", "2"]],
            notes: ["UTF-16"]),
        Good(
            "UTF-16 without a mark", bytes: utf16("a,b\n1,2\n", little: true), columns: ["a", "b"], rows: [["1", "2"]],
            notes: ["UTF-16"]),
        Good(
            "UTF-16, high bytes first", bytes: [0xFE, 0xFF] + utf16("a,b\n1,😀\n", little: false), columns: ["a", "b"],
            rows: [["1", "😀"]], notes: ["UTF-16"]),
        Good("packed", bytes: storedMember(Array("a,b\n1,2\n".utf8)), columns: ["a", "b"], rows: [["1", "2"]]),
        Good(
            "JSON lines", "{\"a\": 1, \"b\": \"x, \\\"y\\\"\"}\n{\"b\": null, \"c\": true, \"a\": -2.5e3}\n",
            columns: ["a", "b", "c"], rows: [["1", "x, \"y\"", nil], ["-2.5e3", nil, "true"]]),
        Good(
            "JSON array",
            " [ {\"a\":{\"x\":1,\"y\":{\"z\":\"\\u00e9\\ud83d\\ude00\"}},\"l\":[1,{\"q\":\"]\"}]},\n{\"a\":{\"x\":2}} ]",
            columns: ["a.x", "a.y.z"], rows: [["1", "é😀"], ["2", nil]], notes: ["Lists are left out: 'l'"]),
        Good(
            "one key", "{\"a\":\"\"}\n{\"a\":\"\\n\"}\n{\"a\":\" x\"}", columns: ["a"], rows: [[nil], ["\n"], [" x"]]),
    ]

    static func utf16(_ text: String, little: Bool) -> [UInt8] {
        text.utf16.flatMap { little ? [UInt8($0 & 255), UInt8($0 >> 8)] : [UInt8($0 >> 8), UInt8($0 & 255)] }
    }

    @Test(arguments: good) func reads(_ example: Good) throws {
        let table = try Table(bytes: example.bytes, source: "t.csv", options: example.options)
        #expect(table.columnNames == example.columns)
        #expect(table.rowCount == example.rows.count)
        for (row, cells) in example.rows.prefix(table.rowCount).enumerated() {
            #expect(cells.indices.map { table.cell(row: row, column: $0) } == cells)
        }
        #expect(table.notes.count == example.notes.count, "\(table.notes)")
        for (note, part) in zip(table.notes, example.notes) { #expect(note.contains(part) && isOneLine(note)) }
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        var options = TableOptions()
        let reason: DataError.Reason
        let says: [String]
        var testDescription: String { name }

        init(
            _ name: String, _ text: String, _ reason: DataError.Reason, _ says: [String],
            _ options: TableOptions = TableOptions()
        ) {
            self.init(name, bytes: Array(text.utf8), reason, says, options)
        }

        init(
            _ name: String, bytes: [UInt8], _ reason: DataError.Reason, _ says: [String],
            _ options: TableOptions = TableOptions()
        ) {
            (self.name, self.bytes, self.options, self.reason, self.says) = (name, bytes, options, reason, says)
        }
    }

    static let bad: [Bad] = [
        Bad("empty", "", .empty, ["t.csv", "no text"]),
        Bad("byte order mark only", "\u{FEFF}", .empty, ["no text"]),
        Bad("line ends only", "\n\r\n\r", .empty, ["no text"]),
        Bad("header only", "a,b\n", .empty, ["header", "no row"]),
        Bad("short row", "a,b\n1,2\n3\n", .raggedRow, ["line 3", "1 cell,", "expected 2", "--skip-bad-rows"]),
        Bad("long row", "a,b\n1,2\n1,2,3\n", .raggedRow, ["line 3", "3 cells", "expected 2", "quotes"]),
        Bad("long row after lines in quotes", "a,b\n\"1\n\n\",2\n\n3,4,5\n", .raggedRow, ["line 6"]),
        Bad("open quote", "a,b\n1,2\n3,\"4\n5\n", .badQuote, ["line 3", "never ends"]),
        Bad("quote at the end", "a,b\n1,\"", .badQuote, ["line 2"]),
        Bad("cut character", bytes: Array("a\nx".utf8) + [0xE6, 0x9D], .notText, ["line 2", "offset 3"]),
        Bad("zero byte", bytes: Array("a,b,c,d,e\n1,2".utf8) + [0, 0x0A], .notText, ["line 2", "0x0"]),
        Bad("half of UTF-16", bytes: [0xFF, 0xFE, 0x61, 0x00, 0x00, 0xD8], .notText, ["UTF-16", "offset 2"]),
        Bad("a workbook", bytes: [0x50, 0x4B, 0x03, 0x04, 0, 0xFF], .notText, ["Excel", "CSV"]),
        Bad("damaged packing", bytes: [0x1F, 0x8B, 0x08, 0x00], .badFormat, ["t.csv", "gzip"]),
        Bad(
            "too many columns", String(repeating: ",", count: 20_000) + "\n", .tooLarge, ["20001 columns", "16384"],
            options { $0.hasHeader = false }),
        Bad("JSON without an end", "{\"a\": 1}\n{\"a\": 2", .badFormat, ["t.csv, line 2", "'}'"]),
        Bad("JSON that is no object", "{\"a\": 1}\n[1]\n", .badFormat, ["line 2", "no object"]),
        Bad("JSON of lists", "{\"a\": [1]}\n", .empty, ["no numbers or texts"]),
    ]

    @Test(arguments: bad) func refuses(_ example: Bad) throws {
        let error = try #require(throws: DataError.self) {
            try Table(bytes: example.bytes, source: "t.csv", options: example.options)
        }
        #expect(error.reason == example.reason, "\(error)")
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
            let error = try #require(throws: DataError.self) { try Table(path) }
            #expect(error.reason == reason)
            #expect(error.description.contains(path))
        }
        let path = try folder.file("a b.csv", "x,y\n1,2\n")
        #expect(try Table(path).source == "a b.csv")
    }

    @Test func countsLinesThroughQuotedCells() throws {
        let table = try table("a,b\n\"1\r\n2\",\"x\n\ny\"\n3,4\r\n\n5,6")
        #expect((0..<3).map { table.line(row: $0) } == [2, 6, 8])
    }

    @Test func largeFilesAreReadPieceByPiece() throws {
        let folder = try TemporaryFolder()
        let row = "1.25,größe,\"x\n\",7\n"
        let count = 3 * CSVText.piece / row.utf8.count
        let path = try folder.file("large.csv", "a,b,c,d\n" + String(repeating: row, count: count))
        let table = try Table(path)
        #expect(table.rowCount == count)
        var sum = 0.0
        table.forEachRow { _, row in
            if case .number(let value) = NumberText(row.bytes(0)) { sum += value }
        }
        #expect(sum == 1.25 * Double(count))
        #expect(table.cell(row: 0, column: 1) == "größe" && table.cell(row: count - 1, column: 2) == "x\n")
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence))
    func readsHousing() throws {
        let table = try Table(SharedData.path("tabular/california_housing.csv"))
        #expect(table.rowCount == 20_640)
        #expect(table.columnCount == 10)
        let bedrooms = try #require(table.index(of: "total_bedrooms"))
        var blank = 0
        table.forEachRow { _, row in blank += row.bytes(bedrooms).isEmpty ? 1 : 0 }
        #expect(blank == 207)
    }
}
