import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct TableSchemaTests {
    static func rows(_ count: Int, _ cells: (Int) -> String) -> String {
        (0..<count).map { cells($0) + "\n" }.joined()
    }

    /// A column of a hundred cells beside a number and a label that can be learnt.
    struct Kind: Sendable, CustomTestStringConvertible {
        let name: String
        var column = "x"
        var separator = ","
        let cell: @Sendable (Int) -> String
        let taken: String
        var use = "predicts"
        var missing = 0
        var range: String?
        var note: String?
        var options = TableSchema.Options()
        var testDescription: String { name }
    }

    static let words = ["red", "green", "blue", "black", "white", "grey"]
    static func noise(_ row: Int) -> Int { row * 7_919 % 997 }

    static let kinds: [Kind] = [
        Kind(name: "decimals, all different", cell: { "\(noise($0)).5" }, taken: "number", range: "0.5 to 996.5"),
        Kind(name: "whole numbers, all different", cell: { "\(noise($0) * 13 + 5000)" }, taken: "whole number"),
        Kind(name: "few whole numbers", cell: { "\($0 % 3)" }, taken: "whole number", range: "0 to 2"),
        Kind(name: "blank cells", cell: { $0 % 4 == 0 ? "" : "\($0 % 9)" }, taken: "whole number", missing: 25),
        Kind(name: "NA", cell: { $0 % 4 == 0 ? "NA" : "\($0 % 9)" }, taken: "whole number", missing: 25),
        Kind(name: "question marks", cell: { $0 % 4 == 0 ? "?" : words[$0 % 3] }, taken: "3 categories", missing: 25),
        Kind(
            name: "odd cells", cell: { $0 % 50 == 3 ? "unknown" : "\($0 % 9)" }, taken: "whole number", missing: 2,
            note: "2 cells of 'x' are no numbers and count as missing: 'unknown'"),
        Kind(
            name: "infinity", cell: { $0 == 3 ? "inf" : $0 == 4 ? "1e300" : "\($0 % 9)" }, taken: "whole number",
            missing: 2,
            range: "0 to 8", note: "2 cells of 'x' are no numbers"),
        Kind(
            name: "one word among prices", cell: { $0 % 10 == 0 ? "free" : "\($0 % 9).5" }, taken: "number",
            missing: 10,
            note: "'free'"),
        Kind(name: "half numbers", cell: { $0 % 2 == 0 ? "\($0 % 4)" : words[$0 % 3] }, taken: "5 categories"),
        Kind(name: "money", cell: { "\"$\($0 % 9 + 1),500.25\"" }, taken: "number ($)", range: "1500 to 9500"),
        Kind(name: "thousands", cell: { "\"\($0 % 9 + 1),500\"" }, taken: "whole number", range: "1500 to 9500"),
        Kind(name: "percent", cell: { "\($0 % 9).5%" }, taken: "number (%)"),
        Kind(name: "units", cell: { "\($0 % 9 + 1) km" }, taken: "whole number (km)", range: "1 to 9"),
        Kind(name: "two units", cell: { "\($0 % 9) \($0 % 2 == 0 ? "km" : "m")" }, taken: "18 categories"),
        Kind(
            name: "negative in parentheses", cell: { $0 % 2 == 0 ? "(\($0 % 9))" : "\($0 % 9)" }, taken: "whole number",
            range: "-8 to 8"),
        Kind(name: "decimal commas", separator: ";", cell: { "\($0 % 9),25" }, taken: "number", range: "0.25 to 8.25"),
        Kind(
            name: "decimal commas and points for thousands", separator: ";", cell: { "\($0 % 9 + 1).000,5" },
            taken: "number",
            range: "1001 to 9001"),
        Kind(name: "words", cell: { words[$0 % 6] }, taken: "6 categories", range: "red (17), green (17), blue (17)"),
        Kind(name: "true and false", cell: { $0 % 3 == 0 ? "True" : "False" }, taken: "2 categories"),
        Kind(name: "None is frequent", cell: { $0 % 3 == 0 ? "None" : words[$0 % 2] }, taken: "3 categories"),
        Kind(name: "None is rare", cell: { $0 == 3 ? "None" : words[$0 % 2] }, taken: "2 categories", missing: 1),
        Kind(name: "dates", cell: { "2020-0\($0 % 9 + 1)-15" }, taken: "date", range: "2020-01-15 to 2020-09-15"),
        Kind(
            name: "dates with the day first", cell: { "\($0 % 28 + 1)/3/2020" }, taken: "date",
            range: "2020-03-01 to 2020-03-28"),
        Kind(
            name: "dates with the month first", cell: { "3/\($0 % 28 + 1)/2020" }, taken: "date",
            range: "2020-03-01 to 2020-03-28"),
        Kind(name: "times", cell: { "2020-01-05 1\($0 % 9):30" }, taken: "date and time"),
        Kind(name: "times of day", cell: { "1\($0 % 9):30" }, taken: "time", range: "10.5 to 18.5"),
        Kind(
            name: "a bad date", cell: { $0 == 5 ? "soon" : "2020-0\($0 % 9 + 1)-15" }, taken: "date", missing: 1,
            note: "1 cell of 'x' is no date and counts as missing: 'soon'"),
        Kind(
            name: "a constant", cell: { _ in "5" }, taken: "whole number", use: "set aside: the same value in every row"
        ),
        Kind(
            name: "a constant word", cell: { _ in "a" }, taken: "1 category",
            use: "set aside: the same value in every row"),
        Kind(name: "there or not", cell: { $0 % 3 == 0 ? "yes" : "" }, taken: "1 category", missing: 66),
        Kind(name: "nothing", cell: { _ in "" }, taken: "empty", use: "set aside: no cell has a value", missing: 100),
        Kind(name: "counting", cell: { "\($0 + 1)" }, taken: "whole number", use: "set aside: it counts the rows"),
        Kind(name: "years in order", column: "year", cell: { "\($0 + 1900)" }, taken: "whole number"),
        Kind(name: "time steps", column: "time", cell: { "\($0)" }, taken: "whole number"),
        Kind(
            name: "counting in another order", cell: { "\($0 * 37 % 100 + 1)" }, taken: "whole number",
            use: "set aside: it numbers the rows in another order"),
        Kind(
            name: "an id", column: "PassengerId", cell: { "\(noise($0) + 5000)" }, taken: "whole number",
            use: "set aside: an identifier: its name says so, and no value comes twice"),
        Kind(name: "no id", column: "refractive index", cell: { "\(noise($0) + 5000)" }, taken: "whole number"),
        Kind(name: "codes", column: "store_id", cell: { "\($0 % 7 + 100)" }, taken: "7 categories"),
        Kind(
            name: "an index without a name", column: "", cell: { "\(noise($0) + 5000)" }, taken: "whole number",
            use: "set aside: an index without a name"),
        Kind(
            name: "names", cell: { "name \(noise($0))" }, taken: "text",
            use: "set aside: an identifier: a different text in every row"),
        Kind(
            name: "names that come twice at times", cell: { "n\($0 % 70)" }, taken: "text",
            use: "set aside: 70 different texts in 100 rows: hardly one comes twice"),
        Kind(
            name: "rare names, mostly missing", cell: { $0 % 2 == 0 ? "n\($0)" : "" }, taken: "50 categories",
            missing: 50),
        Kind(
            name: "sentences", cell: { "the \(words[$0 % 6]) one of row \($0) is good" }, taken: "text",
            use: "set aside: free text: 100 different texts of 8 words on average"),
        Kind(
            name: "dropped", cell: { "\($0 % 9)" }, taken: "whole number", use: "set aside: dropped (--drop)",
            options: .init(dropped: ["x"])),
        Kind(name: "kept", cell: { "\($0 + 1)" }, taken: "whole number", options: .init(kept: ["x"])),
        Kind(
            name: "declared categories", cell: { "\($0 % 4)" }, taken: "4 categories", options: .init(categories: ["x"])
        ),
        Kind(
            name: "declared numbers", cell: { $0 % 2 == 0 ? "\($0 % 4)" : words[$0 % 3] }, taken: "whole number",
            missing: 50,
            note: "50 cells of 'x' are no numbers", options: .init(numbers: ["x"])),
    ]

    @Test(arguments: kinds) func recognizesColumns(_ example: Kind) throws {
        let separator = example.separator
        let text =
            "other,\(example.column),y\n".replacing(",", with: separator)
            + Self.rows(100) {
                "\($0 % 11).5\(separator)\(example.cell($0))\(separator)\($0 * 31 % 17 % 2 == 0 ? "p" : "q")"
            }
        let schema = try TableSchema(of: try table(text), options: example.options)
        let column = schema.columns[1]
        #expect(column.kindText == example.taken)
        #expect(column.useText(schema.task) == example.use)
        #expect(column.missingCount == example.missing)
        if let range = example.range { #expect(column.valuesText == range) }
        let notes = schema.notes.filter { !$0.contains("without a name") }
        #expect(notes.count == (example.note == nil ? 0 : 1), "\(notes)")
        if let note = example.note { #expect(notes.first?.contains(note) == true, "\(notes)") }
        #expect(schema.columnTable.rows[1].count == schema.columnTable.titles.count)
        #expect(schema.label == "y" && schema.task == .classification)
    }

    struct Label: Sendable, CustomTestStringConvertible {
        let name: String
        let header: String
        let cells: @Sendable (Int) -> String
        var options = TableSchema.Options()
        let label: String
        let task: TableSchema.Task
        var reason = ""
        var unlabelled = 0
        var testDescription: String { name }
    }

    static let labels: [Label] = [
        Label(
            name: "usual name", header: "species,a,b", cells: { "\(words[$0 % 3]),\($0 % 9),\($0 % 7).5" },
            label: "species",
            task: .classification, reason: "the usual name of a label"),
        Label(
            name: "usual name in capitals", header: "Target,a,b", cells: { "\(noise($0)).25,\($0 % 9),\($0 % 7).5" },
            label: "Target", task: .regression),
        Label(
            name: "the best of usual names", header: "class,survived,b", cells: { "\($0 % 3),\($0 % 2),\($0 % 7).5" },
            label: "survived", task: .classification),
        Label(
            name: "y of coordinates", header: "x,y,z",
            cells: { "\(noise($0)).5,\(noise($0 + 1)).5,\(noise($0 + 2)).5" },
            label: "z", task: .regression, reason: "the last column"),
        Label(
            name: "last column", header: "a,b", cells: { "\($0 % 9).5,\(words[$0 % 2])" }, label: "b",
            task: .classification),
        Label(
            name: "last column is an id", header: "a,b,id", cells: { "\($0 % 9).5,\($0 % 2),\($0)" }, label: "b",
            task: .classification, reason: "the last column that can be learnt"),
        Label(
            name: "last column is a date", header: "a,b,when",
            cells: { "\($0 % 9).5,\($0 % 2),2020-01-0\($0 % 9 + 1)" },
            label: "b", task: .classification),
        Label(
            name: "usual name that cannot be learnt", header: "label,a,b", cells: { "t\($0),\($0 % 9).5,\($0 % 2)" },
            label: "b",
            task: .classification),
        Label(
            name: "named", header: "a,b", cells: { "\(words[$0 % 2]),\($0 % 9).5" }, options: .init(label: "a"),
            label: "a",
            task: .classification, reason: "named by --label"),
        Label(
            name: "named though it is an id", header: "id,b", cells: { "\(noise($0) + 5000),\($0 % 9).5" },
            options: .init(label: "id"), label: "id", task: .regression),
        Label(
            name: "two numbers", header: "a,y", cells: { "\(noise($0)).5,\($0 % 2 == 0 ? 1.5 : 2.5)" }, label: "y",
            task: .classification),
        Label(
            name: "many whole numbers", header: "a,y", cells: { "\(noise($0)).5,\($0 % 40)" }, label: "y",
            task: .regression),
        Label(name: "decimals", header: "a,y", cells: { "\(noise($0)).5,\($0 % 4).5" }, label: "y", task: .regression),
        Label(
            name: "counts that thin out", header: "a,y",
            cells: { "\(noise($0)).5,\([0, 0, 0, 0, 1, 1, 2, 3, $0 / 7, 0][$0 % 10])" },
            label: "y", task: .regression),
        Label(
            name: "a dozen frequent numbers", header: "a,y", cells: { "\(noise($0)).5,\($0 % 12)" }, label: "y",
            task: .classification),
        Label(
            name: "a count by its name", header: "a,n_count", cells: { "\(noise($0)).5,\($0 % 5)" }, label: "n_count",
            task: .regression),
        Label(
            name: "chosen task", header: "a,y", cells: { "\(noise($0)).5,\($0 % 3)" },
            options: .init(task: .regression),
            label: "y", task: .regression, reason: "usual"),
        Label(
            name: "missing labels", header: "a,y", cells: { "\(noise($0)).5,\($0 % 4 == 0 ? "NA" : words[$0 % 2])" },
            label: "y",
            task: .classification, unlabelled: 25),
        Label(
            name: "labels that are no numbers", header: "a,y",
            cells: { "\(noise($0)).5,\($0 % 50 == 0 ? "?!" : "\($0).5")" },
            label: "y", task: .regression, unlabelled: 2),
        Label(
            name: "a class called None", header: "a,y",
            cells: { "\(noise($0)).5,\($0 % 4 == 0 ? "None" : words[$0 % 2])" },
            label: "y", task: .classification),
    ]

    @Test(arguments: labels) func recognizesLabels(_ example: Label) throws {
        let schema = try TableSchema(
            of: try table(example.header + "\n" + Self.rows(100, example.cells)), options: example.options)
        #expect(schema.label == example.label, "\(schema.labelReason)")
        #expect(schema.task == example.task, "\(schema.taskReason)")
        #expect(example.reason.isEmpty || schema.labelReason.contains(example.reason))
        #expect(schema.unlabelledCount == example.unlabelled)
        #expect(schema.notes.contains { $0.contains("without a label") } == (example.unlabelled > 0))
        #expect(schema.labelColumn.role == .label && !schema.features.contains { $0.name == schema.label })
        let copy = try JSONDecoder().decode(TableSchema.self, from: try JSONEncoder().encode(schema))
        #expect(copy == schema)
    }

    struct Leak: Sendable, CustomTestStringConvertible {
        let name: String
        /// The column and the label.
        let cells: @Sendable (Int) -> (String, String)
        let isLeak: Bool
        var testDescription: String { name }
    }

    static let leaks: [Leak] = [
        Leak(
            name: "other words", cells: { ($0 % 3 == 0 ? "no" : "yes", $0 % 3 == 0 ? "dead" : "alive") }, isLeak: true),
        Leak(name: "finer than the label", cells: { (words[$0 % 6], $0 % 6 < 3 ? "p" : "q") }, isLeak: true),
        Leak(name: "threshold", cells: { ("\(noise($0)).5", noise($0) < 400 ? "p" : "q") }, isLeak: true),
        Leak(name: "the label in another unit", cells: { ("\(noise($0) * 3).5", "\(noise($0)).5") }, isLeak: true),
        Leak(name: "its square", cells: { ("\(noise($0) * noise($0))", "\(noise($0)).5") }, isLeak: true),
        Leak(name: "often right", cells: { ($0 % 9 == 0 ? "q" : words[$0 % 2], words[$0 % 2]) }, isLeak: false),
        Leak(name: "near", cells: { ("\(noise($0) + noise($0 + 1) / 8).5", "\(noise($0)).5") }, isLeak: false),
        Leak(
            name: "overlapping", cells: { ("\(noise($0)).5", noise($0) + noise($0 + 3) / 2 < 620 ? "p" : "q") },
            isLeak: false),
        Leak(name: "unrelated", cells: { (words[$0 % 6], words[noise($0) % 2]) }, isLeak: false),
    ]

    @Test(arguments: leaks) func pointsOutLeaks(_ example: Leak) throws {
        let text =
            "other,x,y\n" + Self.rows(300) { "\(Self.noise($0 + 50)).5,\(example.cells($0).0),\(example.cells($0).1)" }
        let schema = try TableSchema(of: try table(text))
        #expect(schema.leaks == (example.isLeak ? ["x"] : []))
        #expect(schema.notes.contains { $0.contains("--drop x") } == example.isLeak)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var options = TableSchema.Options(label: "y")
        let reason: DataError.Reason
        let says: [String]
        /// What to do, so that it works.
        var remedy: TableSchema.Options?
        var testDescription: String { name }
    }

    static let bad: [Bad] = [
        Bad(
            name: "no such label", text: "age,city\n1,2\n", options: .init(label: "agee"), reason: .unknownColumn,
            says: ["'agee'", "did you mean 'age'", "'city'"]),
        Bad(
            name: "no such column to drop", text: "x,y\n1,2\n", options: .init(label: "y", dropped: ["q"]),
            reason: .unknownColumn, says: ["'q'"]),
        Bad(
            name: "no such categorical column", text: "x,y\n1,2\n", options: .init(label: "y", categories: ["q"]),
            reason: .unknownColumn, says: ["'q'"]),
        Bad(
            name: "label dropped", text: "x,y\n1,2\n", options: .init(label: "y", dropped: ["y"]), reason: .badOption,
            says: ["'y'"]),
        Bad(
            name: "nothing beside the label", text: "y\n" + rows(30) { "\($0 % 2)" }, reason: .tooFew,
            says: ["'y'", "more columns"]),
        Bad(
            name: "nothing left", text: "id,y\n" + rows(30) { "\($0 * 3),\($0 % 2)" }, reason: .tooFew,
            says: ["'id' set aside", "--keep id"], remedy: .init(label: "y", kept: ["id"])),
        Bad(
            name: "one class", text: "w,x,y\n" + rows(30) { "\($0 % 5),\($0 % 7),a" }, reason: .badLabel,
            says: ["same class 'a'", "--label x"],
            remedy: .init(label: "x")),
        Bad(name: "one target", text: "x,y\n1,2.5\n2,2.5\n", reason: .badLabel, says: ["same value '2.5'"]),
        Bad(
            name: "every row a class", text: "a b,x,y\n" + rows(30) { "\($0 % 3),\($0),n\($0)" }, reason: .badLabel,
            says: ["30 classes in 30 rows", "--label 'a b'"], remedy: .init(label: "a b")),
        Bad(
            name: "numbers as classes", text: "x,y\n" + rows(60) { "\($0 % 7),\($0).5" },
            options: .init(label: "y", task: .classification), reason: .badLabel,
            says: ["60 classes", "--task regression"],
            remedy: .init(label: "y", task: .regression)),
        Bad(
            name: "words as numbers", text: "x,y\n" + rows(30) { "\($0 % 7),\(words[$0 % 2])" },
            options: .init(label: "y", task: .regression), reason: .badLabel, says: ["no numbers", "leave --task out"],
            remedy: .init(label: "y")),
        Bad(
            name: "dates", text: "x,y\n" + rows(30) { "\($0 % 7),2020-01-\($0 % 9 + 10)" }, reason: .badLabel,
            says: ["dates", "--label x"], remedy: .init(label: "x")),
        Bad(
            name: "no label at all", text: "x,y\n" + rows(30) { "\($0 % 7)," }, reason: .badLabel,
            says: ["no row has a value"],
            remedy: .init(label: "x", kept: ["y"])),
        Bad(
            name: "nothing to guess", text: "id,name\n" + rows(30) { "\($0),n\($0)" }, options: .init(),
            reason: .badLabel,
            says: ["--label", "'id', 'name'"]),
    ]

    @Test(arguments: bad) func refuses(_ example: Bad) throws {
        let table = try table(example.text)
        let error = try #require(throws: DataError.self) { try TableSchema(of: table, options: example.options) }
        #expect(error.reason == example.reason, "\(error)")
        for part in example.says { #expect(error.description.contains(part), "\(error)") }
        #expect(isOneLine(error.description))
        if let remedy = example.remedy { #expect(throws: Never.self) { try TableSchema(of: table, options: remedy) } }
    }

    @Test func numbersOfRowsPredictWhereNothingElseDoes() throws {
        let schema = try TableSchema(of: try table("x,y\n" + Self.rows(30) { "\($0),\($0 * 2).5" }))
        #expect(schema.features.map(\.name) == ["x"])
    }

    @Test func rareClassesAreSaid() throws {
        let schema = try TableSchema(
            of: try table("x,y\n" + Self.rows(40) { "\($0 % 7).5,\($0 == 7 ? "rare" : Self.words[$0 % 2])" }))
        #expect(schema.notes.contains { $0.contains("1 class has one row only") && $0.contains("'rare'") })
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence))
    func publishedTablesNeedNoOptions() throws {
        let wanted: [(String, label: String, TableSchema.Task, setAside: [String])] = [
            ("california_housing.csv", "median_house_value", .regression, []),
            ("iris.csv", "column5", .classification, []),
            ("auto_mpg.csv", "mpg", .regression, ["name"]), ("airline-passengers.csv", "Passengers", .regression, []),
        ]
        for (file, label, task, setAside) in wanted {
            let schema = try TableSchema(of: try Table(SharedData.path("tabular/" + file)))
            #expect(schema.label == label && schema.task == task, "\(file): \(schema.label)")
            let names = schema.columns.filter { if case .setAside = $0.role { true } else { false } }.map(\.name)
            #expect(names == setAside, "\(file)")
        }
    }
}
