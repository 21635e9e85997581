import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct ZipTests {
    static func open(_ bytes: [UInt8]) throws(DataError) -> ZipFile { try ZipFile(FileBytes(bytes), path: "a.zip") }

    static func write(_ members: [(String, [UInt8])], to path: String) throws {
        try FileSystem.writeAtomically(path) { file in
            var archive = ZipWriter()
            for (name, content) in members {
                try content.withUnsafeBytes { try archive.add(name, [$0], to: &file) }
            }
            try archive.finish(&file)
        }
    }

    @Test func readsWhatPythonWrites() throws {
        let text = try Gzip.unpacked(RecordedFiles.gzip[0].bytes)
        let file = try Self.open(RecordedFiles.bytes("mixed.zip"))
        #expect(file.entries.map(\.name) == ["stored.txt", "folder/packed.txt", "größe.txt", "empty", "wide.txt"])
        #expect(file["folder/packed.txt"]?.byteCount == text.count && file["none"] == nil)
        #expect(try file.bytes(of: "stored.txt") == text)
        #expect(try file.bytes(of: "folder/packed.txt") == text)
        #expect(try file.bytes(of: "größe.txt") == Array("g".utf8))
        #expect(try file.bytes(of: "empty") == [])
        #expect(try file.bytes(of: "wide.txt") == Array("wide".utf8))
        expectRefusal("no member 'none'") { _ = try file.bytes(of: "none") }
        expectRefusal("the limit is 10") { _ = try file.bytes(of: "folder/packed.txt", limit: 10) }
        let wide = try Self.open(RecordedFiles.bytes("wide.zip"))
        #expect(try wide.bytes(of: "wide") == Array("sixty-four".utf8))
    }

    @Test func readsWhatItWrites() throws {
        let folder = try TemporaryFolder()
        let members = [("a", [1, 2, 3]), ("b/é", [UInt8](repeating: 7, count: 100_000)), ("empty", [])]
        try Self.write(members, to: folder.path + "/a.zip")
        let file = try ZipFile(path: folder.path + "/a.zip")
        #expect(file.entries.map(\.name) == members.map(\.0))
        for (name, content) in members {
            #expect(try file.bytes(of: name) == content)
            #expect(try #require(file[name]).byteRange.lowerBound % 64 == 0)
        }
        expectRefusal("to be called 'a'") { try Self.write([("a", []), ("a", [])], to: folder.path + "/b.zip") }
        #expect(folder.names == ["a.zip"])
    }

    @Test func namesOfTheOldAlphabet() throws {
        var bytes = RecordedFiles.bytes("mixed.zip")
        // The two bytes of "ö" in both places, and the flag that says UTF-8.
        for place in bytes.indices.dropLast(8) where Array(bytes[place..<(place + 4)]) == [0x67, 0x72, 0xC3, 0xB6] {
            bytes[place + 2] = 0x94
            bytes[place + 3] = 0x94
        }
        expectRefusal("not UTF-8") { _ = try Self.open(bytes) }
        for place in bytes.indices.dropLast(12) where Array(bytes[place..<(place + 3)]) == [0x50, 0x4B, 1] {
            bytes[place + 9] &= ~8
        }
        #expect(try Self.open(bytes).entries[2].name == "gröö├ƒe.txt")
    }

    /// The place of the `occurrence`th header of a kind.
    static func place(_ kind: UInt8, _ occurrence: Int, in bytes: [UInt8]) -> Int {
        bytes.indices.dropLast(3).filter { Array(bytes[$0..<($0 + 3)]) == [0x50, 0x4B, kind] }[occurrence]
    }

    @Test func refusesWhatContradictsItself() throws {
        let good = RecordedFiles.bytes("mixed.zip")
        func changed(_ words: String, _ change: (inout [UInt8]) -> Void, _ line: SourceLocation = #_sourceLocation) {
            expectRefusal(words, line) {
                var bytes = good
                change(&bytes)
                let file = try Self.open(bytes)
                for entry in file.entries { _ = try file.bytes(of: entry.name) }
            }
        }
        let first = Self.place(1, 0, in: good), second = Self.place(1, 1, in: good)
        // The comment holds the mark of an end as well.
        let end = Self.place(5, 0, in: good)
        changed("no list of members") { $0 = [] }
        changed("no list of members") { $0.removeLast(60) }
        changed("reaches outside") { $0.removeFirst() }
        changed("list of members is damaged") { $0.insert(0, at: 0) }
        changed("list of members") { $0[end + 16] ^= 1 }
        changed("reaches outside") { $0[end + 18] = 0xFF }
        changed("several parts") { $0[end + 8] = 1 }
        changed("several parts") { $0[end + 4] = 1 }
        changed("members are listed") { ($0[end + 8], $0[end + 9], $0[end + 10], $0[end + 11]) = (99, 0, 99, 0) }
        changed("encrypted") { $0[first + 8] |= 1 }
        changed("contradicts the list") { $0[first + 10] = 8 }
        changed("checksum is wrong") { $0[first + 16] ^= 1 }
        changed("two different sizes") { $0[first + 24] ^= 1 }
        changed("reaches outside") { ($0[first + 22], $0[first + 26]) = (1, 1) }
        changed("ends too early") { $0[first + 29] = 0xFF }
        changed("unpacks to") { $0[second + 24] &+= 1 }
        changed("more than the") { $0[second + 24] &-= 1 }
        changed("checksum is wrong") { $0[40 + 50] ^= 1 }
        // The second member where the first one is: its header is of another name.
        changed("contradicts the list") { bytes in for at in 42..<46 { bytes[second + at] = 0 } }
        // The first member goes on into the second one.
        changed("overlaps another") {
            $0[first + 20] &+= 9
            $0[first + 24] &+= 9
        }
    }

    @Test func refusesTwoMembersOfOneName() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/a.zip"
        try Self.write([("a", [1]), ("b", [2])], to: path)
        var bytes = try FileSystem.read(path)
        bytes[Self.place(3, 1, in: bytes) + 30] = UInt8(ascii: "a")
        bytes[Self.place(1, 1, in: bytes) + 46] = UInt8(ascii: "a")
        expectRefusal("two members are called 'a'") { _ = try Self.open(bytes) }
    }

    @Test func refusesMethodsItDoesNotKnow() throws {
        var bytes = RecordedFiles.bytes("mixed.zip")
        bytes[8] = 12
        bytes[Self.place(1, 0, in: bytes) + 10] = 12
        let file = try Self.open(bytes)
        expectRefusal("packed by method 12") { _ = try file.bytes(of: "stored.txt") }
    }
}
