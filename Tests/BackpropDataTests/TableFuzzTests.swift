import Testing

@testable import BackpropData
@testable import BackpropFiles

/// Tables with mistakes in them: they are read, decided and encoded, or refused in one line.
@Suite struct TableFuzzTests {
    private static let tables: [[UInt8]] = [
        Array("a,b,y\n1,2,p\n\"x \"\"y\"\"\nz\",3,q\r\n4,5,p\n6,7,q\n".utf8),
        Array("\u{FEFF}n;m;größe\r\n\"\";4,5;1.000,5\r\n;;\r\n7;8,25;-3\r\n".utf8),
        Array(
            "Title\n\nwhen\tprice\tlabel\n2020-01-05\t$5\tyes\n5.1.2020\t(7)\tno\n\t8%\tyes\n3/4/2020 1:30 PM\tNA\tno\n"
                .utf8),
        Array("18.0  8 307.0 \"a b\"\n15.0  8 350.0 \"c\"\n16.0  4 150.0 \"c\"\n".utf8),
        Array(
            "{\"a\":1,\"b\":{\"c\":\"x\"},\"l\":[1,2]}\n{\"a\":2.5,\"b\":null}\n{\"a\":3,\"b\":{\"c\":\"\\u00e9\"}}\n"
                .utf8),
        Array("[{\"a\":1,\"y\":\"p\"},{\"a\":2,\"y\":\"q\"},{\"a\":3,\"y\":\"p\"}]".utf8),
        [0xFF, 0xFE] + TableReadingTests.utf16("a\tb\n1\tx\n2\ty\n3\tx\n", little: true),
        Array("name;price\nCaf".utf8) + [0xE9] + Array(";5\nBar;6\nCaf".utf8) + [0xE9] + Array(";7\n".utf8),
    ]

    @Test func damagedTables() {
        ReaderFuzzTests().run("tables", Self.tables + Self.tables.map(storedMember), rounds: 6_000) { bytes in
            let table = try Table(bytes: bytes, source: "t.csv")
            for row in 0..<table.rowCount {
                for column in 0..<table.columnCount { _ = table.cell(row: row, column: column) }
            }
            #expect(Set(table.columnNames).count == table.columnCount && !table.columnNames.contains(""))
            #expect(table.notes.allSatisfy { isOneLine($0) })
        }
    }

    @Test func damagedTablesAreDecidedAndEncoded() {
        // Enough rows that every recognition takes part.
        let tables: [[UInt8]] = Self.tables.prefix(4).map { table in
            let lines = String(decoding: table.filter { $0 != 13 }, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false)
            return Array(
                (lines.dropLast() + (0..<8).flatMap { _ in lines.dropFirst(3).dropLast() }).joined(separator: "\n").utf8
            )
        }
        ReaderFuzzTests().run("schemas", tables, rounds: 1_500) { bytes in
            let table = try Table(bytes: bytes, source: "t.csv")
            let schema = try TableSchema(of: table)
            #expect(schema.columnTable.rows.count == table.columnCount)
            #expect(schema.notes.allSatisfy { isOneLine($0) })
            let split = try TableSplit(of: table, schema: schema, holdingOut: 0.3, seed: 1)
            let encoding = try TableEncoding(learningFrom: table, rows: split.training, schema: schema)
            let rows = try encoding.rows(of: table)
            #expect(rows.numbers.allSatisfy { $0.isFinite })
            for (place, code) in rows.codes.enumerated() {
                #expect(code >= 0 && code < rows.categorySizes[place % rows.categorySizes.count])
            }
            let again = try Table(bytes: bytes, source: "t.csv", for: schema)
            let repeated = try encoding.rows(of: again)
            #expect(repeated == rows)
        }
    }
}
