import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct DigitsTests {
    @Test func everyFigureIsThere() {
        for (examples, count) in [(Digits.training, 3_823), (Digits.test, 1_797)] {
            #expect(examples.count == count)
            #expect(examples.labels.count == count)
            #expect(examples.pixels.count == count * 64)
            #expect(examples.pixels.max() == 16)
            #expect(examples.features.max() == 1)
            #expect(examples.features.min() == 0)
        }
    }

    @Test func classesOccurAsOftenAsPublished() {
        func counts(_ labels: [UInt8]) -> [Int] { (0..<10).map { digit in labels.count { $0 == digit } } }
        #expect(counts(Digits.training.labels) == [376, 389, 380, 389, 387, 376, 377, 387, 380, 382])
        #expect(counts(Digits.test.labels) == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    }

    @Test func firstFigureIsAZero() {
        let rows: [[UInt8]] = [
            [0, 1, 6, 15, 12, 1, 0, 0], [0, 7, 16, 6, 6, 10, 0, 0], [0, 8, 16, 2, 0, 11, 2, 0],
            [0, 5, 16, 3, 0, 5, 7, 0], [0, 7, 13, 3, 0, 8, 7, 0], [0, 4, 12, 0, 1, 13, 5, 0],
            [0, 0, 14, 9, 15, 9, 0, 0], [0, 0, 6, 14, 7, 1, 0, 0],
        ]
        #expect(Array(Digits.training.pixels.prefix(64)) == rows.flatMap(\.self))
        #expect(Digits.training.labels[0] == 0)
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence), arguments: [("tra", 0), ("tes", 1)])
    func figuresEqualThePublishedFile(suffix: String, part: Int) throws {
        let examples = part == 0 ? Digits.training : Digits.test
        let published = try Table(SharedData.path("optdigits/optdigits.\(suffix)"))
        #expect(published.rowCount == examples.count)
        var pixels: [UInt8] = []
        var labels: [UInt8] = []
        for row in 0..<published.rowCount {
            for column in 0..<64 {
                pixels.append(try #require(UInt8(published.cell(row: row, column: column) ?? "")))
            }
            labels.append(try #require(UInt8(published.cell(row: row, column: 64) ?? "")))
        }
        #expect(pixels == examples.pixels)
        #expect(labels == examples.labels)
    }
}
