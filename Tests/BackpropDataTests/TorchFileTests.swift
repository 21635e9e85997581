import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

/// Files of `torch.save`: what they hold, and what is refused.
@Suite struct TorchFileTests {
    static func open(_ bytes: [UInt8]) throws(DataError) -> TorchFile {
        try TorchFile(FileBytes(bytes), path: "m.pt")
    }

    @Test func readsACheckpoint() throws {
        let folder = try TemporaryFolder()
        let tensors = try loadTensors(from: try folder.file("c.pt", RecordedTorchFiles.checkpoint))
        func check(_ name: String, _ dtype: DType, _ shape: [Int], _ numbers: [Double]) throws {
            let tensor = try #require(tensors[name], "\(name)")
            #expect(tensor.dtype == dtype && tensor.shape == shape, "\(name)")
            #expect(tensor.array(of: Double.self) == numbers, "\(name)")
        }
        // Three tensors share a storage; one is turned, one is a part.
        try check("model.w", .float32, [4, 3], [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11])
        try check("model.part", .float32, [4], [4, 5, 6, 7])
        try check("model.same", .float32, [12], (0..<12).map(Double.init))
        try check("opt.state.0.m", .float64, [1], [1.5])
        try check("types.0", .bool, [2], [1, 0])
        try check("types.1", .int32, [1], [-1])
        try check("types.2", .int32, [1], [300])
        try check("types.3", .int32, [1], [5])
        try check("types.4", .float32, [1], [0.0999755859375])
        try check("types.5", .bfloat16, [1], [0.10009765625])
        try check("types.6", .uint8, [1], [200])
        try check("types.7", .int32, [1], [65535])
        try check("types.8", .bfloat16, [1], [2])
        try check("param", .float32, [2], [3, 4])
        try check("scalar", .float32, [], [2.5])
        try check("empty", .float32, [0, 3], [])
        #expect(tensors.count == 16)
    }

    @Test func refusesToCall() throws {
        let call = try #require(throws: DataError.self) { try Self.open(RecordedTorchFiles.call) }
        #expect(call.description.contains("the pickle calls 'posix.system', which no tensors need"))
        let module = try #require(throws: DataError.self) { try Self.open(RecordedTorchFiles.module) }
        #expect(module.description.contains("'torch.nn.modules.linear.Linear'"))
        #expect(isOneLine(call.description) && isOneLine(module.description))
    }

    // MARK: Pickles by hand

    static let start: [UInt8] = [0x80, 2]
    static func text(_ text: String) -> [UInt8] { [UInt8(ascii: "X"), UInt8(text.utf8.count), 0, 0, 0] + text.utf8 }
    static func name(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }
    static func number(_ value: Int32) -> [UInt8] {
        [UInt8(ascii: "J")] + withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
    static func storage(_ kind: String = "FloatStorage", count: Int32 = 6) -> [UInt8] {
        Array("(".utf8) + text("storage") + name("torch", kind) + text("0") + text("cpu") + number(count)
            + Array("tQ".utf8)
    }
    static func sizes(_ sizes: [Int32]) -> [UInt8] { Array("(".utf8) + sizes.flatMap(number) + Array("t".utf8) }
    static func tensor(_ shape: [Int32], _ strides: [Int32], offset: Int32 = 0, storage: [UInt8] = storage()) -> [UInt8]
    {
        name("torch._utils", "_rebuild_tensor_v2") + Array("(".utf8) + storage + number(offset) + sizes(shape)
            + sizes(strides) + [0x89] + Array("}tR".utf8)
    }
    static func pickle(_ value: [UInt8]) -> [UInt8] {
        start + Array("}".utf8) + text("a") + value + Array("s.".utf8)
    }

    static func tensors(_ pickle: [UInt8]) throws(FormatProblem) -> [String: TorchTensor] {
        try TorchFile.tensors(in: FileBytes(pickle))
    }

    @Test func readsAPickleByHand() throws {
        let tensor = try #require(try Self.tensors(Self.pickle(Self.tensor([2, 2], [3, 1], offset: 1)))["a"])
        let numbers: [Float] = [0, 1, 2, 3, 4, 5]
        let elements = tensor.elements(FileBytes(numbers.withUnsafeBytes { Array($0) }))
        withExtendedLifetime(elements) {
            #expect(Array(elements.buffer.bindMemory(to: Float.self)) == [1, 2, 4, 5])
        }
    }

    @Test func aStrideAlongOneElementMayBeAnything() throws {
        var pickle = Self.pickle(Self.tensor([2, 1], [2, 0x1234_5678]))
        let stride = Self.number(0x1234_5678)
        let place = try #require(pickle.indices.first { pickle[$0...].starts(with: stride) })
        pickle.replaceSubrange(
            place..<(place + stride.count), with: [0x8A, 8] + [UInt8](repeating: 0xFF, count: 7) + [0x7F])
        let tensor = try #require(try Self.tensors(pickle)["a"])
        let numbers: [Float] = [0, 1, 2, 3, 4, 5]
        let elements = tensor.elements(FileBytes(numbers.withUnsafeBytes { Array($0) }))
        withExtendedLifetime(elements) {
            #expect(Array(elements.buffer.bindMemory(to: Float.self)) == [0, 2])
        }
    }

    /// A name of a quarter of a megabyte, and behind it one tensor that is recalled a thousand times.
    @Test func namesTakeNoMoreMemoryThanAFileMayAskFor() throws {
        let long = [UInt8](repeating: UInt8(ascii: "n"), count: 1 << 18)
        let key = [UInt8(ascii: "X")] + withUnsafeBytes(of: UInt32(long.count).littleEndian) { Array($0) } + long
        let tensor = Self.tensor([1], [1]) + [UInt8(ascii: "q"), 9]
        let again = [[UInt8]](repeating: [UInt8(ascii: "h"), 9], count: 1_000).flatMap(\.self)
        let list = Array("](".utf8) + tensor + again + Array("e".utf8)
        let pickle = Self.start + Array("}".utf8) + key + list + Array("s.".utf8)
        let problem = try #require(throws: FormatProblem.self) { try Self.tensors(pickle) }
        #expect(problem.found.contains("names"))
    }

    struct Bad: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let pickle: [UInt8]
        let says: String

        init(_ name: String, _ says: String, _ pickle: [UInt8]) {
            (testDescription, self.says, self.pickle) = (name, says, pickle)
        }
    }

    static let bad: [Bad] = [
        Bad("nothing", "too early", []),
        Bad("no end", "too early", start + Array("}".utf8)),
        Bad("only an end", "takes more than it has", Array(".".utf8)),
        Bad("a list", "no dictionary", start + Array("].".utf8)),
        Bad("later version", "version 9", [0x80, 9]),
        Bad("instance", "operation 0x69", start + Array("(ios\nsystem\n".utf8)),
        Bad("new object", "operation 0x81", start + [0x81]),
        Bad("extension", "operation 0x82", start + [0x82, 1]),
        Bad("evaluation", "'builtins.eval'", start + name("builtins", "eval")),
        Bad("importing", "'importlib.import_module'", start + name("importlib", "import_module")),
        Bad("other function of torch", "'torch.load'", start + name("torch", "load")),
        Bad(
            "name on the stack", "'os.system'",
            start + [0x8C, 2] + Array("os".utf8) + [0x8C, 6] + Array("system".utf8) + [0x93]),
        Bad("name that is none", "no text", start + Array("NN".utf8) + [0x93]),
        Bad("endless name", "name without end", start + Array("c".utf8) + [UInt8](repeating: 65, count: 1000)),
        Bad("call of a number", "calls what is no name", start + Array("K".utf8) + [1] + Array(")R".utf8)),
        Bad("call of a storage", "unknown way", start + name("torch", "FloatStorage") + Array(")R".utf8)),
        Bad(
            "dictionary with arguments", "unknown way",
            start + name("collections", "OrderedDict") + Array("N".utf8) + [0x85] + Array("R".utf8)),
        Bad("attributes of a list", "gives attributes", start + Array("]}b".utf8)),
        Bad("append to a dictionary", "no list", start + Array("}Na".utf8)),
        Bad("item of a list", "not in a dictionary", start + Array("]NNs".utf8)),
        Bad("key without value", "without a value", start + Array("}(Nu".utf8)),
        Bad("below a mark", "takes more than it has", start + Array("N(a".utf8)),
        Bad("no mark", "takes more than it has", start + Array("t".utf8)),
        Bad("recall", "has not kept", start + Array("h".utf8) + [3]),
        Bad("long number", "64 bits", start + [0x8A, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
        Bad("text beyond the end", "too early", start + Array("X".utf8) + [255, 255, 255, 255, 65]),
        Bad("text that is none", "not UTF-8", start + Array("X".utf8) + [1, 0, 0, 0, 0xFF]),
        Bad("storage of nothing", "storage that is none", start + Array(")Q".utf8)),
        Bad("negative count", "storage that is none", pickle(tensor([2], [1], storage: storage(count: -1)))),
        Bad("negative size", "tensor that is none", pickle(tensor([-2], [1]))),
        Bad("negative stride", "tensor that is none", pickle(tensor([2], [-1]))),
        Bad("negative offset", "tensor that is none", pickle(tensor([2], [1], offset: -1))),
        Bad("axes differ", "tensor that is none", pickle(tensor([2, 2], [1]))),
        Bad("beyond the storage", "reaches beyond the 6", pickle(tensor([3], [1], offset: 4))),
        Bad("by strides", "reaches beyond the 6", pickle(tensor([2, 2], [5, 1]))),
        Bad("spread", "in 6 elements", pickle(tensor([2_000_000_000], [0]))),
        Bad("product overflows", "in 6 elements", pickle(tensor([.max, .max, .max], [0, 0, 0]))),
        Bad(
            "way overflows", "tensor that is none",
            pickle(
                name("torch._utils", "_rebuild_tensor_v2") + Array("(".utf8) + storage() + number(0) + sizes([3])
                    + Array("(".utf8) + [0x8A, 8, 0, 0, 0, 0, 0, 0, 0, 0x7F] + Array("t".utf8) + [0x89]
                    + Array("}tR".utf8))),
        Bad(
            "no storage", "tensor that is none",
            pickle(name("torch._utils", "_rebuild_tensor_v2") + Array("(NNNNNNtR".utf8))),
        Bad(
            "no arguments", "tensor that is none", pickle(name("torch._utils", "_rebuild_tensor_v2") + Array(")R".utf8))
        ),
        Bad(
            "two of a name", "two tensors 'a'",
            start + Array("}".utf8) + text("a") + tensor([2], [1]) + Array("s".utf8) + text("a") + tensor([2], [1])
                + Array("s.".utf8)),
        Bad(
            "holds itself", "too deep",
            start + Array("}q".utf8) + [0] + text("a") + Array("h".utf8) + [0] + Array("s.".utf8)),
    ]

    @Test(arguments: bad) func refuses(_ example: Bad) throws {
        let problem = try #require(throws: FormatProblem.self) { try Self.tensors(example.pickle) }
        let error = problem.at("m.pt")
        #expect(error.description.contains(example.says), "\(error)")
        #expect(isOneLine(error.description))
    }

    @Test func comesToAnEnd() throws {
        // Tuples, each of the one before three times, forty deep.
        var doubling = Array("N".utf8)
        for place in 0..<40 {
            doubling += [
                UInt8(ascii: "q"), UInt8(place), UInt8(ascii: "h"), UInt8(place), UInt8(ascii: "h"), UInt8(place), 0x87,
            ]
        }
        let wide = try #require(throws: FormatProblem.self) { try Self.tensors(Self.pickle(doubling)) }
        #expect(wide.found.contains("more than 1000000"))
        let deep = try #require(throws: FormatProblem.self) {
            try Self.tensors(Self.pickle(Array("N".utf8) + [UInt8](repeating: 0x85, count: 1_000_000)))
        }
        #expect(deep.found.contains("too deep"))
    }

    static func archive(_ members: [(String, [UInt8])]) throws -> [UInt8] {
        let folder = try TemporaryFolder()
        let path = folder.path + "/m.pt"
        try FileSystem.writeAtomically(path) { file in
            var writer = ZipWriter()
            for (name, bytes) in members { try bytes.withUnsafeBytes { try writer.add(name, [$0], to: &file) } }
            try writer.finish(&file)
        }
        return try FileSystem.read(path)
    }

    @Test func checksTheArchive() throws {
        let pickle = Self.pickle(Self.tensor([2, 3], [3, 1])), numbers = [UInt8](repeating: 0, count: 24)
        let good = try Self.archive([
            ("m/data.pkl", pickle), ("m/data/0", numbers), ("m/byteorder", Array("little".utf8)),
        ])
        let file = try Self.open(good)
        #expect(try file.read(file.tensors[0]).shape == [2, 3])
        let short = try Self.open(Self.archive([("m/data.pkl", pickle), ("m/data/0", Array(numbers.dropLast()))]))
        let error = try #require(throws: DataError.self) { try short.read(short.tensors[0]) }
        #expect(error.description.contains("its storage has 23 bytes, 24 are said"))
        let none = try Self.open(Self.archive([("m/data.pkl", pickle)]))
        #expect(throws: DataError.self) { try none.read(none.tensors[0]) }
        for (members, says) in [
            ([("m/data.txt", pickle)], "no 'data.pkl'"),
            ([("m/data.pkl", pickle), ("m/byteorder", Array("big".utf8))], "big-endian"),
        ] {
            let error = try #require(throws: DataError.self) { try Self.open(Self.archive(members)) }
            #expect(error.description.contains(says))
        }
        let folder = try TemporaryFolder()
        let old = try folder.file("old.pt", [0x80, 2, 0x8A, 10])
        #expect(throws: DataError.self) { try loadTensors(from: old) }
    }

    @Test func changedFiles() throws {
        let whole = RecordedTorchFiles.checkpoint
        let archive = try ZipFile(FileBytes(whole), path: "m.pt")
        let pickle = try archive.bytes(of: "archive/data.pkl")
        var opened = 0
        let pickles = SafeTensorsFuzzTests.mutate(pickle, rounds: 1500, textFrom: 2) { bytes in
            do throws(FormatProblem) {
                for tensor in try Self.tensors(bytes).values where tensor.storageBytes < 1 << 20 {
                    let elements = tensor.elements(FileBytes([UInt8](repeating: 0, count: tensor.storageBytes)))
                    #expect(elements.count == tensor.shape.reduce(1, *) * tensor.type.byteCount)
                }
                opened += 1
            } catch { #expect(isOneLine(error.at("m.pt").description)) }
        }
        var read = 0
        let files = SafeTensorsFuzzTests.mutate(whole, rounds: 500, textFrom: 0) { bytes in
            do throws(DataError) {
                let file = try Self.open(bytes)
                for stored in file.tensors {
                    do throws(DataError) {
                        #expect(try file.read(stored).shape == stored.shape)
                        read += 1
                    } catch { #expect(isOneLine(error.description)) }
                }
            } catch { #expect(isOneLine(error.description)) }
        }
        #expect(opened > 0 && opened < pickles && read > 0)
        print(
            "\(pickles) changed pickles, of which \(opened) could be read; \(files) changed archives with \(read) tensors"
        )
    }
}
