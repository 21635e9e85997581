import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct SafeTensorsTests {
    static func file(header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
        let text = Array(header.utf8)
        let size = length ?? UInt64(text.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: size >> (8 * $0)) } + text + data
    }

    static func open(_ bytes: [UInt8]) throws(DataError) -> SafeTensorsFile {
        try SafeTensorsFile(FileBytes(bytes), path: "m.safetensors")
    }

    static func entry(_ type: String, _ shape: String, _ begin: Int, _ end: Int) -> String {
        "{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(begin),\(end)]}"
    }

    @Test func readsWhatTheFormatAllows() throws {
        let header =
            #" {"__metadata__" : {"a":"\u00e9\ud83d\ude00\n"}, "x\/y":{"shape":[],"dtype":"F64","data_offsets":[0,8]}, "#
            + "\n"
            + #""e":{"dtype":"BF16","shape":[0,3],"data_offsets":[8,8]},"b":{"dtype":"BOOL","shape":[2],"data_offsets":[8,10]}}   "#
        let file = try Self.open(
            Self.file(header: String(header.dropFirst()), data: [UInt8](repeating: 1, count: 10)))
        #expect(file.metadata == ["a": "é😀\n"])
        #expect(file.entries.map(\.name) == ["b", "e", "x/y"])
        #expect(file["x/y"]?.shape == [])
        #expect(file["x/y"]?.elementCount == 1)
        #expect(file["e"]?.elementCount == 0)
        #expect(file["none"] == nil)
        #expect(file.withBytes(of: try #require(file["b"])) { Array($0) } == [1, 1])
        #expect(try Self.open(Self.file(header: "{}")).entries.isEmpty)
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [UInt8]
        let says: String
        var testDescription: String { name }

        init(_ name: String, _ header: String, data: Int = 0, length: UInt64? = nil, _ says: String) {
            self.name = name
            self.bytes = SafeTensorsTests.file(
                header: header, data: [UInt8](repeating: 0, count: data), length: length)
            self.says = says
        }
    }

    static let bad: [Bad] = [
        Bad("header beyond the file", "{}", length: 3, "only 2 follow"),
        Bad("header beyond the limit", "{}", length: 100_000_001, "limit is 100000000"),
        Bad("largest length", "{}", length: .max, "limit is 100000000"),
        Bad("no header", "", "begin with '{'"),
        Bad("array", "[]", "begin with '{'"),
        Bad("blank first", " {}", "begin with '{'"),
        Bad("open object", "{\"a\":", "no '{'"),
        Bad("open string", "{\"a", "end of the header in a string"),
        Bad("text after the end", "{}x", "more text"),
        Bad("number as value", "{\"a\":1}", "no '{'"),
        Bad("deep nesting", String(repeating: "{\"a\":", count: 50_000), "unknown field"),
        Bad("metadata not text", "{\"__metadata__\":{\"a\":1}}", "no '\"'"),
        Bad("metadata twice", "{\"__metadata__\":{\"a\":\"1\",\"a\":\"2\"}}", "occurs twice"),
        Bad("control character", "{\"a\u{01}\":1}", "control character"),
        Bad("half a surrogate pair", #"{"\ud800":1}"#, "surrogate"),
        Bad("lone low surrogate", #"{"\udc00":1}"#, "surrogate"),
        Bad("unknown escape", #"{"\x":1}"#, "unknown escape"),
        Bad("short escape", #"{"\u12"#, "hexadecimal"),
        Bad("unknown dtype", "{\"a\":\(entry("F128", "1", 0, 16))}", data: 16, "'F128'"),
        Bad("no dtype", "{\"a\":{\"shape\":[1],\"data_offsets\":[0,4]}}", data: 4, "lacks 'dtype'"),
        Bad("no fields", "{\"a\":{}}", "lacks 'dtype', 'shape', 'data_offsets'"),
        Bad("unknown field", "{\"a\":{\"stride\":[1]}}", "'stride'"),
        Bad("field twice", "{\"a\":{\"shape\":[1],\"shape\":[1]}}", "twice"),
        Bad(
            "same name twice", "{\"a\":\(entry("U8", "1", 0, 1)),\"\\u0061\":\(entry("U8", "1", 1, 2))}",
            data: 2, "occurs twice"),
        Bad("negative size", "{\"a\":\(entry("U8", "-1", 0, 1))}", data: 1, "negative"),
        Bad("fraction", "{\"a\":\(entry("U8", "1.5", 0, 1))}", data: 1, "no ']'"),
        Bad("leading zero", "{\"a\":\(entry("U8", "01", 0, 1))}", data: 1, "leading zero"),
        Bad(
            "size beyond 64 bits", "{\"a\":\(entry("U8", "9223372036854775808", 0, 1))}", data: 1,
            "beyond 64 bits"),
        Bad(
            "product overflows", "{\"a\":\(entry("U8", "4294967296,4294967296", 0, 1))}", data: 1, "too large"
        ),
        Bad("bytes overflow", "{\"a\":\(entry("F64", "4611686018427387904", 0, 1))}", data: 1, "too large"),
        Bad(
            "zero hides no overflow",
            "{\"a\":\(entry("F64", "9223372036854775807,9223372036854775807,0", 0, 1))}", data: 1,
            "needs 0 bytes"),
        Bad("shape and bytes differ", "{\"a\":\(entry("F32", "2", 0, 4))}", data: 4, "needs 8 bytes"),
        Bad("begin after end", "{\"a\":\(entry("U8", "1", 2, 1))}", data: 2, "end not before"),
        Bad(
            "one offset", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0]}}", data: 1,
            "expected a begin"),
        Bad("beyond the data", "{\"a\":\(entry("U8", "8", 0, 8))}", data: 7, "cut short"),
        Bad(
            "overlap", "{\"a\":\(entry("U8", "4", 0, 4)),\"b\":\(entry("U8", "4", 2, 6))}", data: 6,
            "overlaps"),
        Bad("gap", "{\"a\":\(entry("U8", "2", 0, 2)),\"b\":\(entry("U8", "2", 4, 6))}", data: 6, "gap"),
        Bad("gap at the beginning", "{\"a\":\(entry("U8", "2", 1, 3))}", data: 3, "gap"),
        Bad("bytes left over", "{\"a\":\(entry("U8", "2", 0, 2))}", data: 3, "holds 3"),
    ]

    @Test(arguments: bad) func refuses(_ example: Bad) throws {
        let error = try #require(throws: DataError.self) { try Self.open(example.bytes) }
        #expect(error.reason == .badFormat)
        #expect(error.description.contains(example.says), "\(error)")
        #expect(error.description.hasPrefix("m.safetensors: "))
        #expect(isOneLine(error.description))
    }

    @Test func refusesTextThatIsNotUTF8() throws {
        let bytes: [UInt8] = [4, 0, 0, 0, 0, 0, 0, 0] + Array("{\"".utf8) + [0xFF] + Array("\"".utf8)
        #expect(throws: DataError.self) { try Self.open(bytes) }
        for count in 0..<8 { #expect(throws: DataError.self) { try Self.open(Array(bytes.prefix(count))) } }
    }

    static func write(_ writer: SafeTensorsWriter, to path: String) throws {
        try writer.write(to: path) { tensor, emit in
            let bytes = (0..<tensor.byteCount).map { UInt8(truncatingIfNeeded: $0 + tensor.name.utf8.count) }
            try bytes.withUnsafeBytes { all in
                try emit(UnsafeRawBufferPointer(rebasing: all.prefix(all.count / 2)))
                try emit(UnsafeRawBufferPointer(rebasing: all.dropFirst(all.count / 2)))
            }
        }
    }

    static func sample() throws -> SafeTensorsWriter {
        var writer = SafeTensorsWriter(metadata: ["z": "1", "a \"b\"": "\u{1}\\é\n"])
        try writer.declare("layers.1.bias", type: .uint8, shape: [5])
        try writer.declare("layers.1.weight", type: .float32, shape: [5, 3])
        try writer.declare("layers.0.weight", type: .float32, shape: [300, 100])
        try writer.declare("step", type: .int64, shape: [])
        try writer.declare("none", type: .float64, shape: [0, 7])
        try writer.declare("half \"é\"", type: .bfloat16, shape: [2, 2])
        return writer
    }

    @Test func writesWhatItReads() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        let writer = try Self.sample()
        try Self.write(writer, to: path)
        try Self.write(writer, to: path)
        #expect(folder.names == ["m.safetensors"])
        let file = try SafeTensorsFile(path: path)
        #expect(file.metadata == writer.metadata)
        #expect(file.entries.count == 6)
        for declaration in writer.declarations {
            let entry = try #require(file[declaration.name])
            #expect(entry.type == declaration.type && entry.shape == declaration.shape)
            #expect(entry.byteRange.lowerBound % entry.type.byteCount == 0)
            file.withBytes(of: entry) { bytes in
                #expect(bytes.count == declaration.byteCount)
                #expect(
                    bytes.enumerated().allSatisfy {
                        $1 == UInt8(truncatingIfNeeded: $0 + declaration.name.utf8.count)
                    })
            }
        }
        #expect(
            writer.declarations.map(\.name) == [
                "step", "none", "layers.0.weight", "layers.1.weight", "half \"é\"", "layers.1.bias",
            ])
    }

    @Test func equalsTheReferenceWriter() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        var writer = SafeTensorsWriter(metadata: ["format": "pt"])
        try writer.declare("a", type: .uint8, shape: [1])
        try writer.declare("b", type: .float32, shape: [1])
        try Self.write(writer, to: path)
        let header =
            #"{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[1],"data_offsets":[4,5]}}"#
        let padded = header + String(repeating: " ", count: (8 - header.utf8.count % 8) % 8)
        #expect(try FileSystem.read(path) == Self.file(header: padded, data: [1, 2, 3, 4, 1]))
    }

    @Test func leavesNothingBehindOnFailure() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let path = try folder.file("m.safetensors", "old")
        var writer = SafeTensorsWriter()
        try writer.declare("a", type: .float32, shape: [2])
        #expect(throws: Stop.self) { try writer.write(to: path) { _, _ in throw Stop() } }
        for count in [0, 7, 9] {
            let error = try #require(throws: DataError.self) {
                try writer.write(to: path) { _, emit in
                    try [UInt8](repeating: 0, count: count).withUnsafeBytes { try emit($0) }
                }
            }
            #expect(error.reason == .mismatch && error.description.contains("needs 8"))
        }
        #expect(folder.names == ["m.safetensors"])
        #expect(try FileSystem.read(path) == Array("old".utf8))
        for target in [folder.path, "/dev/null", folder.path + "/none/m.safetensors"] {
            let error = try #require(throws: DataError.self) { try Self.write(writer, to: target) }
            #expect(isOneLine(error.description) && error.description.contains(target))
        }
    }

    @Test func refusesDeclarations() throws {
        var writer = SafeTensorsWriter()
        try writer.declare("a", type: .float32, shape: [1])
        for (name, shape) in [
            ("a", [1]), ("__metadata__", [1]), ("b", [-1]), ("b", [Int.max, 2]), ("b", [Int.max / 4]),
        ] {
            #expect(throws: DataError.self) { try writer.declare(name, type: .float32, shape: shape) }
        }
        #expect(writer.declarations.count == 1)
    }

    @Test func survivesMutations() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.safetensors"
        var writer = SafeTensorsWriter(metadata: ["k": "v"])
        try writer.declare("weight", type: .float32, shape: [2, 3])
        try writer.declare("bias", type: .float16, shape: [3])
        try writer.declare("step", type: .int64, shape: [])
        try Self.write(writer, to: path)
        let whole = try FileSystem.read(path)
        var generator = SplitMix64(seed: 7)
        let interesting = Array("{}[]\":,\\u-0198 e.".utf8) + [0, 0xFF, 0xC3]
        let words = [
            "18446744073709551616", "9223372036854775807", "-1", "\\ud800", "null", "1e9", "\"a\":{}", "[[",
            "__metadata__",
        ]
        var opened = 0
        for round in 0..<12_000 {
            var bytes = whole
            switch round % 5 {
            case 0: bytes.removeLast(generator.below(bytes.count + 1))
            case 1: bytes[generator.below(bytes.count)] ^= 1 << UInt8(generator.below(8))
            case 2: bytes[generator.below(8)] = UInt8(generator.below(256))
            case 3:
                for _ in 0...generator.below(3) {
                    bytes[8 + generator.below(bytes.count - 8)] =
                        interesting[generator.below(interesting.count)]
                }
            default:
                let at = 8 + generator.below(bytes.count - 8)
                bytes.insert(contentsOf: words[generator.below(words.count)].utf8, at: at)
                if generator.below(2) == 0 {
                    bytes[0] = UInt8(truncatingIfNeeded: Int(bytes[0]) + generator.below(24))
                }
            }
            do {
                let file = try Self.open(bytes)
                for entry in file.entries {
                    #expect(file.withBytes(of: entry) { $0.count } == entry.byteRange.count)
                }
                opened += 1
            } catch {
                #expect(isOneLine(error.description))
            }
        }
        #expect(opened > 0)
    }
}

@Suite struct OutputFileTests {
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "there is no /dev/full"))
    func aFullDiskIsReported() throws {
        let failure = try #require(throws: SystemFailure.self) {
            var file = try OutputFile("/dev/full", existing: true)
            try file.write([1, 2, 3])
            try file.save()
        }
        #expect(failure.isOutOfSpace)
        let error = DataError(failure)
        #expect(error.reason == .outOfSpace)
        #expect(error.description.hasPrefix("/dev/full: cannot write it: "))
        #expect(isOneLine(error.description))
    }

    @Test func messagesStayOnOneLine() {
        let error = DataError(
            .badCell, at: "a\nb",
            "cell \(Wording.quoted("x\r\n\u{2028}\u{1B}[31m" + String(repeating: "y", count: 99)))",
            remedy: "z")
        #expect(isOneLine(error.description))
        #expect(error.description.count < 100)
    }
}
