import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct TableSplitTests {
    @Test func classesKeepTheirShares() throws {
        let table = try table(
            "x,y\n" + TableSchemaTests.rows(100) { "\($0 % 9),\($0 < 70 ? "a" : $0 < 99 ? "b" : "c")" })
        let schema = try TableSchema(of: table)
        let split = try TableSplit(of: table, schema: schema, holdingOut: 0.2, seed: 5)
        #expect((split.training + split.heldOut).sorted() == Array(0..<100))
        #expect(split.heldOut.count == 20)
        #expect(split.heldOut.count { $0 < 70 } == 14)
        #expect(split.training.contains(99))
        #expect(split == (try TableSplit(of: table, schema: schema, holdingOut: 0.2, seed: 5)))
        #expect(split != (try TableSplit(of: table, schema: schema, holdingOut: 0.2, seed: 6)))
    }

    @Test func rowsWithoutALabelDoNeither() throws {
        let table = try table("x,y\n" + TableSchemaTests.rows(50) { "\($0 % 9),\($0 % 5 == 0 ? "" : "\($0).5")" })
        let split = try TableSplit(of: table, schema: try TableSchema(of: table), holdingOut: 0.25, seed: 1)
        #expect((split.training + split.heldOut).sorted() == (0..<50).filter { $0 % 5 != 0 })
        #expect(split.heldOut.count == 10)
    }

    @Test func holdsOutNothingOnDemand() throws {
        let table = try table("x,y\n1,a\n2,b\n")
        let schema = try TableSchema(of: table)
        #expect(try TableSplit(of: table, schema: schema, holdingOut: 0, seed: 1).heldOut.isEmpty)
    }

    @Test(arguments: [
        (0.2, DataError.Reason.tooFew), (1.0, .badOption), (-0.1, .badOption), (Double.nan, .badOption),
    ])
    func refuses(fraction: Double, reason: DataError.Reason) throws {
        let table = try table("x,y\n1,a\n2,b\n")
        let schema = try TableSchema(of: table)
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

@Suite struct NumberScaleTests {
    private func scale(_ values: [Double]) -> NumberScale {
        var values = values
        return NumberScale(of: &values)
    }

    @Test func quartilesAreOneApart() {
        let scale = scale((0...100).map { Double($0) })
        #expect(scale.center == 50 && scale.factor == 1 / 50.0 && scale.tail == nil)
        #expect(scale.scaled(50) == 0)
        // x / sqrt(1 + (x / 3)²) for x = 1
        #expect(abs(scale.scaled(100) - 0.948_683_3) < 1e-6 && scale.scaled(0) == -scale.scaled(100))
        #expect(scale.scaled(1e100) == 3 && scale.scaled(-1e100) == -3)
    }

    @Test func oneWildValueChangesLittle() {
        let values = (0..<200).map { Double($0 * 37 % 101) }
        let (plain, wild) = (scale(values), scale(values + [1e12]))
        #expect(abs(plain.scaled(30) - wild.scaled(30)) < 0.02)
        #expect(wild.scaled(1e12) <= 3)
    }

    @Test func tailsAreTakenByTheirLogarithm() throws {
        // Ten at each power of two: equal steps of the logarithm become about equal steps.
        let scale = scale((0..<30).flatMap { power in (0..<10).map { _ in Double(1 << power) } })
        #expect(scale.tail != nil)
        let steps = [5, 10, 15, 20, 25].map { scale.scaled(Double(1 << $0)) }
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $1 - $0 > 0.05 })
    }

    @Test func mostlyOneValueLeavesTheOthersApart() {
        let scale = scale([Double](repeating: 0, count: 90) + (1...10).map { Double($0) * 1_000 })
        #expect(scale.scaled(0) == 0 && scale.scaled(1_000) > 0.05 && scale.scaled(10_000) > scale.scaled(5_000) + 0.1)
    }

    @Test(arguments: [[], [5], [5, 5, 5], [0, 5e-300], [-1e100, 1e100], [1e100, 1e100, 0]])
    func strangeColumnsStayFinite(_ values: [Double]) {
        let scale = scale(values)
        for value in values + [0, 1, -1e100, 5e-300] {
            #expect(scale.scaled(value).isFinite && abs(scale.scaled(value)) <= 3)
        }
        if values.count == 3, values[0] == 5 { #expect(scale.scaled(7) == 0) }
    }
}

@Suite struct TableEncodingTests {
    static func learnt(
        _ text: String, rows: [Int]? = nil, options: TableSchema.Options = .init()
    ) throws -> (Table, TableEncoding) {
        let table = try table(text)
        let schema = try TableSchema(of: table, options: options)
        return (table, try TableEncoding(learningFrom: table, rows: rows, schema: schema))
    }

    @Test func numbersAreScaledByTrainingRows() throws {
        let (table, encoding) = try Self.learnt(
            "x,k,y\n1,7,1.5\n3,7,2.5\n,7,9.5\n1000,8,1000\n", rows: [0, 1, 2], options: .init(kept: ["k"]))
        #expect(encoding.numberNames == ["x", "x is missing", "k"])
        let rows = try encoding.rows(of: table)
        #expect(rows.rowCount == 4 && rows.numberCount == 3 && rows.categorySizes.isEmpty && rows.codes.isEmpty)
        // Median 2, quartiles 1.5 and 2.5.
        let one = Float(1 / (1 + 1.0 / 9).squareRoot())
        #expect(rows.numbers[0..<9] == [-one, 0, 0, one, 0, 0, 0, 1, 0])
        #expect(rows.numbers[9] > 2.9 && rows.numbers[9] < 3 && rows.numbers[10..<12] == [0, 0])
        let targets = try encoding.targets(of: table, rows: [0, 1, 2])
        #expect(abs(targets.reduce(0, +)) < 1e-6)
        #expect(abs(encoding.original(targets[2]) - 9.5) < 1e-5)
    }

    @Test func categoriesBecomeCodes() throws {
        let (table, encoding) = try Self.learnt("c,d,y\nred,u,p\nblue,v,q\n,u,p\ngreen,,q\n", rows: [0, 1, 2])
        let rows = try encoding.rows(of: table)
        // Two colours and missing, two letters; 0 is what was not there.
        #expect(rows.categorySizes == [4, 3] && rows.numberCount == 0)
        #expect(rows.codes == [2, 1, 1, 2, 3, 1, 0, 0])
        #expect(rows.oneHotWidth == 5 && encoding.oneHotWidth == 5)
        #expect(rows.oneHot() == [0, 1, 0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0])
        #expect(
            (0..<5).map { encoding.categoryValue(0, code: $0) } == ["(other)", "blue", "red", "(missing)", "(other)"])
        #expect(encoding.classNames == ["p", "q"])
        #expect(try encoding.classes(of: table) == [0, 1, 0, 1])
        #expect(
            encoding.parts == [
                .init(column: "c", numbers: 0..<0, category: 0), .init(column: "d", numbers: 0..<0, category: 1),
            ])
    }

    @Test func rareValuesHaveNoCode() throws {
        let (table, encoding) = try Self.learnt(
            "c,y\n" + TableSchemaTests.rows(200) { "\($0 == 7 ? "rare" : $0 % 3 == 0 ? "a" : "b"),\($0 % 2)" })
        #expect(encoding.categorySizes == [3])
        #expect(try encoding.rows(of: table).codes[7] == 0)
    }

    @Test func datesTellDaysAndWhatComesBack() throws {
        let (table, encoding) = try Self.learnt(
            "sold,from,y\n"
                + TableSchemaTests.rows(120) {
                    "2020-\($0 % 12 < 9 ? "0" : "")\($0 % 12 + 1)-\($0 % 20 + 10) 0\($0 % 7):00,2019-\($0 % 2 == 0 ? "01" : "07")-01,\($0 % 2)"
                })
        #expect(
            encoding.numberNames == [
                "sold", "sold: month (sine)", "sold: month (cosine)", "sold: weekday (sine)", "sold: weekday (cosine)",
                "sold: hour (sine)", "sold: hour (cosine)", "from", "from: month (sine)", "from: month (cosine)",
            ])
        let numbers = try encoding.rows(of: table).numbers
        // Row 3 is a day in April at 3 o'clock.
        let row = Array(numbers[30..<40])
        #expect(abs(row[1] - 1) < 1e-6 && abs(row[2]) < 1e-6)
        #expect(abs(row[5] - Float(0.5).squareRoot()) < 1e-6 && abs(row[5] - row[6]) < 1e-6)
        #expect(abs(row[8]) < 1e-6 && abs(row[9] + 1) < 1e-6)
        #expect(numbers.allSatisfy { $0.isFinite })
    }

    @Test func numericClassesAreSortedBySize() throws {
        let (table, encoding) = try Self.learnt(
            "x,y\n" + TableSchemaTests.rows(30) { "\($0 % 8),\([10, 9, -1][$0 % 3])" + ($0 == 0 ? ".0" : "") })
        #expect(encoding.classNames == ["-1", "9", "10"])
        #expect(try encoding.classes(of: table, rows: [0, 1, 2]) == [2, 1, 0])
    }

    @Test func survivesJSON() throws {
        let (table, encoding) = try Self.learnt("x,c,d,y\n1,a,2020-01-01,0.1\n2.5,b,2020-02-03,0.3\n,a,,7\n")
        let copy = try JSONDecoder().decode(TableEncoding.self, from: try JSONEncoder().encode(encoding))
        #expect(copy == encoding)
        let (rows, copied) = (try encoding.rows(of: table), try copy.rows(of: table))
        #expect(copied == rows)
    }

    @Test func aRowDependsOnItselfAlone() throws {
        let (table, encoding) = try Self.learnt(
            "x,c,d,y\n"
                + TableSchemaTests.rows(60) {
                    "\($0 % 7 == 0 ? "" : "\($0 * 3)"),k\($0 % 5),\($0 % 28 + 1)/2/2020,\($0 % 3)"
                })
        let all = try encoding.rows(of: table)
        for row in [0, 7, 59] {
            let one = try encoding.rows(of: table, rows: [row])
            #expect(one.numbers == Array(all.numbers[(row * all.numberCount)..<((row + 1) * all.numberCount)]))
            #expect(one.codes == Array(all.codes[row..<(row + 1)]))
        }
    }

    @Test func predictsFromOtherTables() throws {
        let training = try table(
            "x,c,money,y\n"
                + TableSchemaTests.rows(40) {
                    "\($0 % 9),\($0 % 3 == 0 ? "a" : "b"),\"$1,\($0 + 200)\",\($0 % 2 == 0 ? "p" : "q")"
                })
        let schema = try TableSchema(of: training)
        let encoding = try TableEncoding(learningFrom: training, schema: schema)
        let other = try Table(
            bytes: Array("money;c;extra;x\n$1,210;b;5;1.5\n1205;z;6;\noops;;7;1000\n".utf8), source: "o.csv",
            for: schema)
        var tally = EncodingTally()
        let rows = try encoding.rows(of: other, tally: &tally)
        #expect(rows.codes == [2, 0, 0])
        #expect(rows.numbers.allSatisfy { $0.isFinite } && rows.numbers[2] == 0)
        #expect(tally.rowCount == 3)
        #expect(tally.columns.map(\.unseenCount) == [0, 1, 0])
        #expect(tally.columns.map(\.outsideCount) == [1, 0, 0])
        #expect(tally.columns.map(\.oddCount) == [0, 0, 1])
        #expect(tally.columns.map(\.missingCount) == [1, 1, 0])
        #expect(tally.notes.count == 5 && tally.notes.allSatisfy { isOneLine($0) })

        let lacking = try #require(throws: DataError.self) {
            try encoding.rows(of: try Table(bytes: Array("q,money\n1x,3\n".utf8), source: "t.csv", for: schema))
        }
        #expect(lacking.reason == .unknownColumn)
        #expect(lacking.description.contains("2 columns") && lacking.description.contains("'x', 'c'"))
        let unseen = try #require(throws: DataError.self) { try encoding.classes(of: try table("y,z\nr,1\n")) }
        #expect(unseen.reason == .badLabelCell)
        #expect(unseen.description.contains("'p', 'q'"))
        #expect(try encoding.labelledRows(of: try table("y,z\nr,1\np,2\n,3\n")) == [1])
    }

    @Test func columnsWithoutNamesAreFoundByTheirOrder() throws {
        let text = TableSchemaTests.rows(40) { "\($0 % 2 == 0 ? "p" : "q"),\($0 % 9).5,\($0 % 3 == 0 ? "a" : "b")" }
        let training = try table(text)
        let schema = try TableSchema(of: training, options: .init(label: "column1"))
        let encoding = try TableEncoding(learningFrom: training, schema: schema)
        // With the label and without it.
        for line in ["p,3.5,a", "3.5,a"] {
            let other = try Table(bytes: Array((line + "\n").utf8), source: "o.csv", for: schema)
            #expect(try encoding.rows(of: other).codes == [1])
        }
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence))
    func encodesPublishedTables() throws {
        let housing = try Table(SharedData.path("tabular/california_housing.csv"))
        let schema = try TableSchema(of: housing)
        let split = try TableSplit(of: housing, schema: schema, holdingOut: 0.2, seed: 0)
        let encoding = try TableEncoding(learningFrom: housing, rows: split.training, schema: schema)
        let rows = try encoding.rows(of: housing)
        #expect(rows.numberCount == 8 + 1 && rows.categorySizes == [6])
        #expect(rows.numbers.count == 20_640 * 9 && rows.numbers.allSatisfy { $0.isFinite })

        let iris = try Table(SharedData.path("tabular/iris.csv"))
        let irisSchema = try TableSchema(of: iris)
        let irisSplit = try TableSplit(of: iris, schema: irisSchema, holdingOut: 0.2, seed: 0)
        let irisEncoding = try TableEncoding(learningFrom: iris, rows: irisSplit.training, schema: irisSchema)
        let held = try irisEncoding.classes(of: iris, rows: irisSplit.heldOut)
        #expect((0..<3).map { kind in held.count { $0 == kind } } == [10, 10, 10])
    }
}
