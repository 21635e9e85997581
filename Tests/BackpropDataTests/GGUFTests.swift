import Foundation
import Testing

@testable import BackpropFiles

/// Puts a GGUF file together, byte by byte.
struct GGUFBytes {
    var version: UInt32 = 3
    var entries: [[UInt8]] = []
    var tensors: [[UInt8]] = []
    var data: [UInt8] = []
    var tensorCount: UInt64?
    var entryCount: UInt64?
    var alignment = 32

    static func text(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }

    static func list(_ kind: UInt32, _ values: [[UInt8]], count: UInt64? = nil) -> [UInt8] {
        little(kind) + little(count ?? UInt64(values.count)) + values.flatMap { $0 }
    }

    mutating func add(_ key: String, _ kind: UInt32, _ value: [UInt8]) {
        entries.append(Self.text(key) + little(kind) + value)
    }

    /// - Parameter shape: the innermost axis first, as in the file.
    mutating func tensor(_ name: String, _ shape: [UInt64], _ type: UInt32, at offset: UInt64) {
        tensors.append(
            Self.text(name) + little(UInt32(shape.count)) + shape.flatMap { little($0) } + little(type) + little(offset)
        )
    }

    var bytes: [UInt8] {
        var result = Array("GGUF".utf8) + little(version) + little(tensorCount ?? UInt64(tensors.count))
        result += little(entryCount ?? UInt64(entries.count)) + entries.flatMap { $0 } + tensors.flatMap { $0 }
        while result.count % alignment != 0 { result.append(0) }
        return result + data
    }

    /// One entry of every kind, and two tensors: [3, 2] of float32 and [1, 64] of Q4_0.
    static var sample: GGUFBytes {
        var file = GGUFBytes()
        file.add("u8", 0, [200])
        file.add("i8", 1, [0xFF])
        file.add("u16", 2, little(UInt16(65_535)))
        file.add("i16", 3, little(Int16(-2)))
        file.add("u32", 4, little(UInt32.max))
        file.add("i32", 5, little(Int32(-3)))
        file.add("f32", 6, little(Float(1.5).bitPattern))
        file.add("bool", 7, [1])
        file.add("text", 8, text("é\n"))
        file.add("texts", 9, list(8, ["a", "", "😀"].map(text)))
        file.add("numbers", 9, list(6, [little(Float(-0.25).bitPattern)]))
        file.add("integers", 9, list(5, [little(Int32(-1)), little(Int32(7))]))
        file.add("bools", 9, list(7, [[0], [1]]))
        file.add("lists", 9, list(9, [list(0, [[1]]), list(0, [])]))
        file.add("u64", 10, little(UInt64.max))
        file.add("i64", 11, little(Int64.min))
        file.add("f64", 12, little(Double.pi.bitPattern))
        file.tensor("first", [2, 3], 0, at: 0)
        file.tensor("second", [64, 1], 2, at: 32)
        file.data = (0..<68).map { UInt8($0) }
        return file
    }
}

@Suite struct GGUFTests {
    static func open(_ bytes: [UInt8]) throws(DataError) -> GGUFFile {
        try GGUFFile(FileBytes(bytes), path: "m.gguf")
    }

    @Test(arguments: [2, 3] as [UInt32]) func readsWhatTheFormatAllows(version: UInt32) throws {
        var sample = GGUFBytes.sample
        sample.version = version
        let file = try Self.open(sample.bytes)
        let expected: [String: GGUFValue] = [
            "u8": .integer(200), "i8": .integer(-1), "u16": .integer(65_535), "i16": .integer(-2),
            "u32": .integer(4_294_967_295), "i32": .integer(-3), "f32": .number(1.5), "bool": .bool(true),
            "text": .text("é\n"), "texts": .texts(["a", "", "😀"]), "numbers": .numbers([-0.25]),
            "integers": .integers([-1, 7]), "bools": .bools([false, true]),
            "lists": .lists([.integers([1]), .integers([])]), "u64": .unsigned(.max), "i64": .integer(.min),
            "f64": .number(.pi),
        ]
        #expect(file.metadata == expected)
        #expect(file.version == Int(version))
        #expect(file.entries.map(\.name) == ["first", "second"])
        let first = try #require(file["first"]), second = try #require(file["second"])
        #expect(first.shape == [3, 2])
        #expect(first.elementCount == 6)
        #expect(second.shape == [1, 64])
        #expect(second.type.name == "Q4_0")
        #expect(file.withBytes(of: first) { Array($0) } == (0..<24).map { UInt8($0) })
        #expect(file.withBytes(of: second) { Array($0) } == (32..<68).map { UInt8($0) })
        #expect(file["third"] == nil)
    }

    @Test func alignsAsTheFileSays() throws {
        var file = GGUFBytes()
        file.alignment = 64
        file.add("general.alignment", 4, little(UInt32(64)))
        file.tensor("x", [1], 24, at: 0)
        file.data = [9]
        let read = try Self.open(file.bytes)
        #expect(read.withBytes(of: try #require(read["x"])) { Array($0) } == [9])
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        let says: String

        init(_ name: String, _ says: String, _ change: (inout GGUFBytes) -> Void) {
            var file = GGUFBytes.sample
            change(&file)
            (testDescription, bytes, self.says) = (name, file.bytes, says)
        }
    }

    static let bad: [Bad] = [
        Bad("version 1", "version 1") { $0.version = 1 },
        Bad("version 4", "version 4") { $0.version = 4 },
        Bad("big-endian", "big-endian") { $0.version = 3 << 24 },
        Bad("too many tensors", "tensors, for which") { $0.tensorCount = .max },
        Bad("too many entries", "entries of metadata, for which") { $0.entryCount = 1 << 60 },
        Bad("unknown kind", "unknown type 13") { $0.add("k", 13, [0]) },
        Bad("long list", "elements in the metadata 'k'") { $0.add("k", 9, GGUFBytes.list(0, [], count: 1 << 40)) },
        Bad("long text", "said to have") { $0.add("k", 8, little(UInt64.max)) },
        Bad("text of other bytes", "not UTF-8") { $0.add("k", 8, little(UInt64(1)) + [0xFF]) },
        Bad("truth value", "truth value 2") { $0.add("k", 7, [2]) },
        Bad("name twice", "'u8' occurs twice") { $0.add("u8", 7, [1]) },
        Bad("deep lists", "deep in each other") {
            $0.add(
                "k", 9,
                (0..<6).reduce([]) { inner, _ in GGUFBytes.list(9, [inner], count: 1) }
                    + [UInt8](repeating: 0, count: 60))
        },
        Bad("alignment", "general.alignment") { $0.add("general.alignment", 4, little(UInt32(24))) },
        Bad("tensor twice", "two tensors are called 'first'") { $0.tensor("first", [1], 0, at: 64) },
        Bad("axes", "said to have 5 axes") { $0.tensor("x", [1, 1, 1, 1, 1], 0, at: 64) },
        Bad("type", "unknown type 5") { $0.tensor("x", [1], 5, at: 64) },
        Bad("part of a block", "not of whole blocks of 32") { $0.tensor("x", [33], 2, at: 64) },
        Bad("product", "too large for any file") { $0.tensor("x", [1 << 40, 1 << 40], 0, at: 64) },
        Bad("axis", "too large for any file") { $0.tensor("x", [.max], 0, at: 64) },
        Bad("outside", "of which there are 68") { $0.tensor("x", [2], 0, at: 64) },
        Bad("far outside", "of which there are 68") { $0.tensor("x", [2], 0, at: .max) },
        Bad("overlap", "overlaps") { $0.tensor("x", [1], 0, at: 8) },
    ]

    @Test(arguments: bad) func refuses(_ file: Bad) { expectRefusal(file.says) { _ = try Self.open(file.bytes) } }

    @Test func refusesEveryShorterFile() {
        let bytes = GGUFBytes.sample.bytes
        for count in 0..<bytes.count { expectRefusal("m.gguf: ") { _ = try Self.open(Array(bytes.prefix(count))) } }
    }
}
