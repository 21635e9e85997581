import Testing

@testable import backprop_conformance

@Suite struct JSONTests {
    private func read(_ text: String) throws -> JSON { try JSONReader.value(in: Array(text.utf8)[...]) }

    @Test func wholeNumbersStayWhole() throws {
        #expect(try read("[1, -2, 1.0, 1e2, 12345678901234567890]").array?.map(\.int) == [1, -2, nil, nil, nil])
        #expect(try read("[1, 1.5, -2e-3]").doubles == [1, 1.5, -2e-3])
    }

    @Test func stringsAreUnescaped() throws {
        #expect(try read(#""a\"\\\/\n\u00e9\ud83d\ude00""#).string == "a\"\\/\né😀")
    }

    @Test func wordsOfPythonAreNumbers() throws {
        let values = try #require(try read("[NaN, Infinity, -Infinity]").doubles)
        #expect(values[0].isNaN && values[1] == .infinity && values[2] == -.infinity)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "[1 2]", "{\"a\" 1}", "{\"a\":1,}", "{\"a\":1,\"a\":2}", "nul", "tru", "01x", "-", "+1",
        ".5", "1.",
        "\"", "\"\\x\"", "\"\\ud800\"", "\"\\u12\"", "1 2", "[1]]", "\"\u{1}\"", "1e999", "Infinite",
    ])
    func brokenTextIsRefused(text: String) {
        #expect(throws: JSONReader.Problem.self) { try read(text) }
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(throws: JSONReader.Problem.self) { try JSONReader.value(in: [0x22, 0xFF, 0x22]) }
    }

    @Test func deepNestingIsRefused() {
        #expect(throws: JSONReader.Problem.self) { try read(String(repeating: "{\"a\":", count: 100_000)) }
    }
}
