import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct TableSchemaTests {
    static func rows(_ count: Int, _ cells: (Int) -> String) -> String {
        (0..<count).map { cells($0) + "\n" }.joined()
    }

    struct Recognized: Sendable, CustomTestStringConvertible {
        let name: String
        let label: String
        let task: TableSchema.Task
        var testDescription: String { name }
    }

    static let labels: [Recognized] = [
        Recognized(name: "few whole numbers", label: "few", task: .classification),
        Recognized(name: "many whole numbers", label: "many", task: .regression),
        Recognized(name: "fractions", label: "fraction", task: .regression),
        Recognized(name: "words", label: "word", task: .classification),
    ]

    @Test(arguments: labels) func recognizesTheTask(_ example: Recognized) throws {
        let table = try table(
            "few,many,fraction,word\n"
                + Self.rows(60) { "\($0 % 3),\($0),\(Double($0 % 2) + 0.5),\($0 % 2 == 0 ? "a" : "b")" })
        let schema = try TableSchema(of: table, label: example.label)
        #expect(schema.task == example.task)
        #expect(schema.features.count == 3)
    }

    @Test func theTaskAndKindsCanBeChosen() throws {
        let table = try table("x,z,y\n" + Self.rows(20) { "\($0),\($0 % 2),\($0 % 3)" })
        let options = TableSchema.Options(task: .regression, categorical: ["z"], dropped: ["x"])
        let schema = try TableSchema(of: table, label: "y", options: options)
        #expect(schema.task == .regression)
        #expect(schema.features == [TableSchema.Feature(name: "z", kind: .categorical)])
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var label = "y"
        var options = TableSchema.Options()
        let reason: DataError.Reason
        let says: [String]
        var testDescription: String { name }
    }

    static let bad: [Bad] = [
        Bad(
            name: "no such label", text: "age,city\n1,2\n", label: "agee", reason: .unknownColumn,
            says: ["'agee'", "did you mean 'age'", "'city'"]),
        Bad(
            name: "no such column to drop", text: "x,y\n1,2\n", options: .init(dropped: ["q"]),
            reason: .unknownColumn, says: ["'q'"]),
        Bad(
            name: "no such categorical column", text: "x,y\n1,2\n", options: .init(categorical: ["q"]),
            reason: .unknownColumn, says: ["'q'"]),
        Bad(
            name: "label dropped", text: "x,y\n1,2\n", options: .init(dropped: ["y"]), reason: .badOption,
            says: ["'y'"]),
        Bad(
            name: "label missing", text: "x,y\n1,2\n3,\n", reason: .badLabelCell,
            says: ["line 3", "column 'y'"]),
        Bad(name: "nothing beside the label", text: "y\n1\n2\n", reason: .tooFew, says: ["'y'"]),
        Bad(
            name: "bad cell", text: "x,y\n" + rows(20) { $0 == 7 ? "oops,1" : "\($0),1" }, reason: .badCell,
            says: ["t.csv", "line 9", "column 'x'", "'oops'", "--categorical 'x'"]),
        Bad(
            name: "bad cell after lines in quotes",
            text: "s,x,y\n" + rows(20) { "\"a\nb\",\($0 == 3 ? "1,2".replacing(",", with: ";") : "4"),1" },
            reason: .badCell, says: ["line 9", "'1;2'"]),
        Bad(
            name: "nan", text: "x,y\n" + rows(20) { $0 == 2 ? "nan,1" : "\($0),1" }, reason: .badCell,
            says: ["line 4", "not a finite"]),
        Bad(
            name: "infinity", text: "x,y\n" + rows(4) { $0 == 2 ? "-inf,1" : "\($0),1" }, reason: .badCell,
            says: ["line 4", "not a finite"]),
        Bad(
            name: "huge", text: "x,y\n" + rows(4) { $0 == 2 ? "1e300,1" : "\($0),1" }, reason: .badCell,
            says: ["1e100"]),
    ]

    @Test(arguments: bad) func refuses(_ example: Bad) throws {
        let table = try table(example.text)
        let error = try #require(throws: DataError.self) {
            try TableSchema(of: table, label: example.label, options: example.options)
        }
        #expect(error.reason == example.reason)
        for part in example.says { #expect(error.description.contains(part), "\(error)") }
        #expect(isOneLine(error.description))
    }
}

@Suite struct TableSplitTests {
    @Test func classesKeepTheirShares() throws {
        let table = try table(
            "x,y\n" + TableSchemaTests.rows(100) { "\($0),\($0 < 70 ? "a" : $0 < 99 ? "b" : "c")" })
        let schema = try TableSchema(of: table, label: "y")
        let split = try TableSplit(of: table, schema: schema, holdingOut: 0.2, seed: 5)
        #expect((split.training + split.heldOut).sorted() == Array(0..<100))
        #expect(split.heldOut.count == 20)
        #expect(split.heldOut.count { $0 < 70 } == 14)
        #expect(split.training.contains(99))
        #expect(split == (try TableSplit(of: table, schema: schema, holdingOut: 0.2, seed: 5)))
        #expect(split != (try TableSplit(of: table, schema: schema, holdingOut: 0.2, seed: 6)))
    }

    @Test func holdsOutNothingOnDemand() throws {
        let table = try table("x,y\n1,a\n2,b\n")
        let schema = try TableSchema(of: table, label: "y")
        #expect(try TableSplit(of: table, schema: schema, holdingOut: 0, seed: 1).heldOut.isEmpty)
    }

    @Test(arguments: [
        (0.2, DataError.Reason.tooFew), (1.0, .badOption), (-0.1, .badOption), (Double.nan, .badOption),
    ])
    func refuses(fraction: Double, reason: DataError.Reason) throws {
        let table = try table("x,y\n1,a\n2,b\n")
        let schema = try TableSchema(of: table, label: "y")
        let error = try #require(throws: DataError.self) {
            try TableSplit(of: table, schema: schema, holdingOut: fraction, seed: 1)
        }
        #expect(error.reason == reason)
    }

    @Test func theGeneratorNeverChanges() {
        var generator = SplitMix64(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ])
        var order = Array(0..<8)
        generator.shuffle(&order)
        #expect(order.sorted() == Array(0..<8))
    }
}

@Suite struct TableEncodingTests {
    @Test func numbersAreStandardizedByTrainingRows() throws {
        let table = try table("x,k,y\n1,7,1.5\n3,7,2.5\n,7,9.5\n1000,8,1000\n")
        let schema = try TableSchema(of: table, label: "y")
        let encoding = try TableEncoding(learningFrom: table, rows: [0, 1, 2], schema: schema)
        #expect(encoding.featureNames == ["x", "x is missing", "k"])
        #expect(encoding.width == 3)
        #expect(try encoding.features(of: table) == [-1, 0, 0, 1, 0, 0, 0, 1, 0, 998, 0, 0])
        let targets = try encoding.targets(of: table, rows: [0, 1, 2])
        #expect(abs(targets.reduce(0, +)) < 1e-6)
        #expect(abs(encoding.original(targets[2]) - 9.5) < 1e-5)
    }

    @Test func categoriesBecomeOneOfMany() throws {
        let table = try table("c,y\nred,p\nblue,q\n,p\ngreen,q\n")
        let schema = try TableSchema(of: table, label: "y")
        let encoding = try TableEncoding(learningFrom: table, rows: [0, 1, 2], schema: schema)
        #expect(encoding.featureNames == ["c = blue", "c = red", "c is missing"])
        #expect(try encoding.features(of: table) == [0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0])
        #expect(encoding.classNames == ["p", "q"])
        #expect(try encoding.classes(of: table) == [0, 1, 0, 1])
    }

    @Test func numericClassesAreSortedBySize() throws {
        let table = try table(
            "x,y\n" + TableSchemaTests.rows(30) { "\($0),\([10, 9, -1][$0 % 3])" + ($0 == 0 ? ".0" : "") })
        let encoding = try TableEncoding(learningFrom: table, schema: try TableSchema(of: table, label: "y"))
        #expect(encoding.classNames == ["-1", "9", "10"])
        #expect(try encoding.classes(of: table, rows: [0, 1, 2]) == [2, 1, 0])
    }

    @Test func survivesJSON() throws {
        let table = try table("x,c,y\n1,a,0.1\n2.5,b,0.3\n,a,7\n")
        let encoding = try TableEncoding(learningFrom: table, schema: try TableSchema(of: table, label: "y"))
        let copy = try JSONDecoder().decode(TableEncoding.self, from: try JSONEncoder().encode(encoding))
        #expect(copy == encoding)
        #expect(try copy.features(of: table) == encoding.features(of: table))
    }

    @Test func predictsFromOtherTables() throws {
        let training = try table("x,c,y\n1,a,p\n2,b,q\n")
        let encoding = try TableEncoding(
            learningFrom: training, schema: try TableSchema(of: training, label: "y"))
        let other = try table("c,extra,x\nb,5,1.5\nz,6,\n")
        #expect(try encoding.features(of: other) == [0, 0, 1, 0, 0, 0])

        let lacking = try #require(throws: DataError.self) { try encoding.features(of: try table("q\n1x\n")) }
        #expect(lacking.reason == .unknownColumn)
        #expect(lacking.description.contains("2 columns") && lacking.description.contains("'x', 'c'"))
        let bad = try #require(throws: DataError.self) {
            try encoding.features(of: try table("c,x\na,1\nb,one\n"))
        }
        #expect(bad.reason == .badCell)
        #expect(bad.description.contains("line 3") && bad.description.contains("'one'"))
        let unseen = try #require(throws: DataError.self) { try encoding.classes(of: try table("y\nr\n")) }
        #expect(unseen.reason == .badLabelCell)
        #expect(unseen.description.contains("'p', 'q'"))
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let text: String
        var task: TableSchema.Task?
        let reason: DataError.Reason
        let says: [String]
        var testDescription: String { name }
    }

    static let bad: [Bad] = [
        Bad(
            name: "too many categories",
            text: "x,c,y\n" + TableSchemaTests.rows(101) { "1,n\($0),\($0 % 2)" },
            reason: .tooManyCategories, says: ["101 distinct", "column 'c'", "--drop 'c'", "100"]),
        Bad(name: "one class", text: "x,y\n1,a\n2,a\n", reason: .badLabel, says: ["same class 'a'"]),
        Bad(name: "one target", text: "x,y\n1,2.5\n2,2.5\n", reason: .badLabel, says: ["same value 2.5"]),
        Bad(
            name: "targets beside each other", text: "x,y\n1,0\n2,1e-320\n", task: .regression, reason: .badLabel,
            says: ["or nearly"]),
        Bad(
            name: "every row a class", text: "x,y\n" + TableSchemaTests.rows(30) { "1,n\($0)" },
            reason: .badLabel, says: ["30 classes in 30 rows"]),
        Bad(
            name: "words as numbers", text: "x,y\n1,a\n2,b\n", task: .regression, reason: .badCell,
            says: ["line 2", "'a'"]),
    ]

    @Test(arguments: bad) func refuses(_ example: Bad) throws {
        let table = try table(example.text)
        let error = try #require(throws: DataError.self) {
            let schema = try TableSchema(of: table, label: "y", options: .init(task: example.task))
            _ = try TableEncoding(learningFrom: table, schema: schema)
        }
        #expect(error.reason == example.reason)
        for part in example.says { #expect(error.description.contains(part), "\(error)") }
        #expect(isOneLine(error.description))
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence))
    func encodesPublishedTables() throws {
        let housing = try Table(csv: SharedData.path("tabular/california_housing.csv"))
        let schema = try TableSchema(of: housing, label: "median_house_value")
        let split = try TableSplit(of: housing, schema: schema, holdingOut: 0.2, seed: 0)
        let encoding = try TableEncoding(learningFrom: housing, rows: split.training, schema: schema)
        #expect(schema.task == .regression)
        #expect(encoding.width == 8 + 1 + 5)
        let features = try encoding.features(of: housing)
        #expect(features.count == 20_640 * 14)
        #expect(!features.contains { !$0.isFinite })

        let iris = try Table(csv: SharedData.path("tabular/iris.csv"), options: CSVOptions(header: .absent))
        let irisSchema = try TableSchema(of: iris, label: "column5")
        #expect(irisSchema.task == .classification)
        let irisSplit = try TableSplit(of: iris, schema: irisSchema, holdingOut: 0.2, seed: 0)
        let irisEncoding = try TableEncoding(learningFrom: iris, rows: irisSplit.training, schema: irisSchema)
        let held = try irisEncoding.classes(of: iris, rows: irisSplit.heldOut)
        #expect((0..<3).map { kind in held.count { $0 == kind } } == [10, 10, 10])
    }
}
