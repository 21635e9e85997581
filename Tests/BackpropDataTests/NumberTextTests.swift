import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct NumberTextTests {
    static let numbers = [
        "0", "-0", "1", "+1", "1.", ".5", "-.25", "3.14159265358979", "1e3", "1E-3", "1e+3",
        "123456789012345678901234",
        "0.1", "4.35", "9007199254740993", "1e22", "1e23", "2.2250738585072014e-308", "1e-400", "0000012",
        "7.0e00",
        "179769313486231570000", "0.000000000000000000000000000000123456789", "8.41470984807896506652502",
    ]

    private func read(_ text: String) -> NumberText { Array(text.utf8).withUnsafeBufferPointer { NumberText($0) } }

    @Test(arguments: numbers) func equalsTheStandardLibrary(_ text: String) throws {
        #expect(read(text) == .number(try #require(Double(text))))
    }

    @Test func equalsTheStandardLibraryOnRandomNumbers() throws {
        var generator = SplitMix64(seed: 3)
        for _ in 0..<20_000 {
            let value = Double(bitPattern: generator.next())
            guard value.isFinite, abs(value) < 1e100 else { continue }
            #expect(read("\(value)") == .number(value))
            let short = Double(generator.below(2_000_000) - 1_000_000) / 1_000
            #expect(read("\(short)") == .number(short))
        }
    }

    @Test(arguments: ["nan", "NaN", "-nan", "inf", "+Infinity", "-INF"])
    func notFinite(_ text: String) { #expect(read(text) == .notFinite) }

    @Test(arguments: ["1e101", "-1e999", "1e99999999999999999999", String(repeating: "9", count: 400)])
    func tooLarge(_ text: String) { #expect(read(text) == .tooLarge) }

    @Test(arguments: [
        ".", "-", "+", "e5", "1e", "1e+", "1,5", "0x10", "1 2", "--1", "1.2.3", "12a", "١", "infinit",
        "1_000",
    ])
    func other(_ text: String) { #expect(read(text) == .other) }
}
