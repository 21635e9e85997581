import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct JSONLinesTests {
    struct Review: Decodable, Equatable {
        struct Author: Decodable, Equatable { let name: String }
        let text: String
        let stars: Int
        let author: Author?

        init(_ text: String, _ stars: Int, _ author: String? = nil) {
            (self.text, self.stars, self.author) = (text, stars, author.map(Author.init))
        }
    }

    static func open(_ text: String) throws(DataError) -> JSONLines<Review> {
        try JSONLines(FileBytes(Array(text.utf8)), path: "a.jsonl")
    }

    static let good = #"{"text":"a\né","stars":1}"# + "\r\n\n  \t\n" + #"{"stars":2,"text":"b","author":{"name":"n"}}"#

    @Test func readsRecordByRecord() throws {
        let expected = [Review("a\né", 1), Review("b", 2, "n")]
        for text in [Self.good, Self.good + "\n", "\u{FEFF}" + Self.good] {
            #expect(try Self.open(text).array() == expected)
        }
        let packed = try JSONLines<Review>(FileBytes(storedMember(Array(Self.good.utf8))), path: "a.jsonl.gz")
        #expect(try packed.array() == expected)
        var found: [Int] = []
        try packed.forEach { found.append($0.stars) }
        #expect(found == [1, 2])
        #expect(try Self.open("").array() == [])
        let folder = try TemporaryFolder()
        let path = try folder.file("a.jsonl", Self.good)
        #expect(try JSONLines(path, of: Review.self).array() == expected)
        expectRefusal("no such file") { _ = try JSONLines(path + "l", of: Review.self) }
    }

    static let bad: [(String, String)] = [
        ("line 4: it is not JSON", "{"), ("line 4: it is not JSON", "\u{0}"), ("line 4: it is not JSON", "{} {}"),
        ("line 4: there is no 'text'", #"{"stars":1}"#),
        ("line 4: 'stars' is not of type Int", #"{"text":"","stars":"1"}"#),
        ("line 4: 'text' is null", #"{"text":null,"stars":1}"#),
        ("line 4: there is no 'name' in 'author'", #"{"text":"","stars":1,"author":{}}"#),
        ("line 4: the record is not of type", "[]"),
        ("line 4", String(repeating: "[", count: 100_000)),
        ("line 4", #"{"text":"","stars":99999999999999999999}"#),
    ]

    @Test func saysWhichRecordIsBad() throws {
        for (words, line) in Self.bad {
            let lines = try Self.open("\n" + Self.good.prefix(25) + "\n\n" + line + "\n" + Self.good.prefix(25) + "\n")
            var reader = lines.reader()
            #expect(try reader.next() == Review("a\né", 1))
            expectRefusal("a.jsonl, " + words) { _ = try reader.next() }
            #expect(try reader.next() == Review("a\né", 1))
            #expect(try reader.next() == nil)
            expectRefusal(words) { _ = try lines.array() }
        }
    }

    @Test func skipsOnlyWhenAsked() throws {
        let lines = try Self.open(
            Self.good + "\n" + Self.bad.map { $0.1 + "\n" }.joined() + Self.good)
        var reader = lines.reader(skippingBadRecords: true)
        var count = 0
        while try reader.next() != nil { count += 1 }
        #expect(count == 4 && reader.skippedCount == Self.bad.count && reader.firstSkipped.count == 5)
        #expect(reader.firstSkipped[3].description.contains("line 8: there is no 'text'"))
    }
}

@Suite struct PlainTextTests {
    static func open(_ bytes: [UInt8], limit: Int = 1 << 20) throws(DataError) -> PlainText {
        try PlainText(FileBytes(bytes), path: "a.txt", limit: limit)
    }

    @Test func readsTextAndLines() throws {
        let text = "é one\r\ntwo\n\nthree"
        for bytes in [Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), storedMember(Array(text.utf8))] {
            let file = try Self.open(bytes)
            #expect(file.text == text)
            #expect(file.lines == ["é one", "two", "", "three"])
        }
        #expect(try Self.open([]).lines == [])
        #expect(try Self.open([0x0A]).lines == [""])
        #expect(try Self.open([0x61, 0x0A]).lines == ["a"])
    }

    @Test func refusesWhatIsNoText() {
        let cases: [(String, [UInt8])] = [
            ("line 2: byte 0xff at offset 2 is not UTF-8", [0x61, 0x0A, 0xFF]),
            ("byte 0x0 at offset 1", [0x61, 0, 0x61]), ("0xe2 at offset 0", [0xE2, 0x82]),
            ("0xed at offset 0", [0xED, 0xA0, 0x80]), ("it looks like UTF-16", [0xFF, 0xFE, 0x61, 0]),
        ]
        for (words, bytes) in cases {
            expectRefusal(words) { _ = try Self.open(bytes) }
            expectRefusal(words) { _ = try Self.open(storedMember(bytes)) }
        }
        expectRefusal("the limit is 2") { _ = try Self.open([0x61, 0x61, 0x61], limit: 2) }
        expectRefusal("more than the 2 bytes") { _ = try Self.open(storedMember([0x61, 0x61, 0x61]), limit: 2) }
    }

    @Test func charactersBecomeTokensAndBack() throws {
        let vocabulary = CharacterVocabulary(of: "hello")
        #expect(vocabulary.count == 4 && vocabulary.characters.map(String.init) == ["e", "h", "l", "o"])
        #expect(try vocabulary.tokens(of: "hole") == [1, 3, 2, 0])
        #expect(vocabulary.text(of: [1, 3, 2, 0]) == "hole")
        expectRefusal("'é' is not in the vocabulary of 4") { _ = try vocabulary.tokens(of: "hé") }
        #expect(CharacterVocabulary(characters: "ohleo").characters.map(String.init) == ["o", "h", "l", "e"])
        let text = "a\r\n👩‍🚀é\u{301}"
        let all = CharacterVocabulary(of: text)
        #expect(all.text(of: try all.tokens(of: text)) == text)
    }

    @Test func windowsHaveTheNextTokensAsTargets() throws {
        let windows = TokenWindows([0, 1, 2, 3, 4], length: 2)
        #expect(windows.count == 2 && windows.inputs.dtype == .int32 && windows.inputs.shape == [2, 2])
        #expect(windows.inputs.array(of: Int.self) == [0, 1, 2, 3])
        #expect(windows.targets.array(of: Int.self) == [1, 2, 3, 4])
        for (tokens, length, stride, count) in [
            (0, 1, 1, 0), (1, 1, 1, 0), (2, 1, 1, 1), (4, 2, 2, 1), (5, 2, 1, 3), (6, 2, 3, 2), (5, 2, 9, 1),
        ] {
            let windows = TokenWindows((0..<Int32(tokens)).map { $0 }, length: length, stride: stride)
            #expect(windows.count == count)
            let expected = (0..<count).flatMap { piece in (0..<length).map { piece * stride + $0 } }
            #expect(windows.inputs.array(of: Int.self) == expected)
            #expect(windows.targets.array(of: Int.self) == expected.map { $0 + 1 })
        }
        let (inputs, targets) = TokenWindows([5, 6, 7, 8], length: 1)[[2, 0]]
        #expect(inputs.array(of: Int.self) == [7, 5] && targets.array(of: Int.self) == [8, 6])
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence)) func readsShakespeare() throws {
        let file = try PlainText(path: SharedData.path("tinyshakespeare/input.txt"))
        let vocabulary = CharacterVocabulary(of: file.text)
        #expect(vocabulary.count == 65)
        let start = String(file.text.prefix(1_000))
        #expect(try vocabulary.text(of: vocabulary.tokens(of: start)) == start)
        #expect(file.lines.count == 40_000)
        let names = try PlainText(path: SharedData.path("names/names.txt")).lines
        #expect(names.count == 32_033 && names[0] == "emma" && names.map(\.count).max() == 15)
    }
}
