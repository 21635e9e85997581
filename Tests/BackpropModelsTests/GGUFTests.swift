import BackpropFiles
import Foundation
import Testing

@testable import BackpropModels

/// A GGUF file that is put together by hand: version 3, text and numbers as metadata, tensors.
struct GGUFWriter {
    private var metadata: [[UInt8]] = []
    private var tensors: [(name: String, shape: [Int], type: UInt32, bytes: [UInt8])] = []

    private static func little<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        withUnsafeBytes(of: number.littleEndian) { Array($0) }
    }

    private static func text(_ text: String) -> [UInt8] { little(UInt64(text.utf8.count)) + Array(text.utf8) }

    mutating func add(_ key: String, _ text: String) {
        metadata.append(Self.text(key) + Self.little(UInt32(8)) + Self.text(text))
    }

    mutating func add(_ key: String, _ number: Int) {
        metadata.append(Self.text(key) + Self.little(UInt32(4)) + Self.little(UInt32(number)))
    }

    mutating func add(_ key: String, _ number: Float) {
        metadata.append(Self.text(key) + Self.little(UInt32(6)) + Self.little(number.bitPattern))
    }

    /// Shape with the outermost axis first.
    mutating func add(_ name: String, _ shape: [Int], _ type: GGUFType, _ bytes: [UInt8]) {
        tensors.append((name, shape, type.rawValue, bytes))
    }

    mutating func add(_ name: String, _ tensor: Tensor) {
        add(name, tensor.shape, .float32, tensor.withUnsafeBytes { Array($0) })
    }

    var bytes: [UInt8] {
        var result = Array("GGUF".utf8) + Self.little(UInt32(3)) + Self.little(UInt64(tensors.count))
        result += Self.little(UInt64(metadata.count)) + metadata.joined()
        var data: [UInt8] = []
        for tensor in tensors {
            data += [UInt8](repeating: 0, count: (32 - data.count % 32) % 32)
            result += Self.text(tensor.name) + Self.little(UInt32(tensor.shape.count))
            for size in tensor.shape.reversed() { result += Self.little(UInt64(size)) }
            result += Self.little(tensor.type) + Self.little(UInt64(data.count))
            data += tensor.bytes
        }
        return result + [UInt8](repeating: 0, count: (32 - result.count % 32) % 32) + data
    }
}

@Suite struct GGUFTests {
    struct Block: Sendable, CustomTestStringConvertible {
        let type: GGUFType
        let bytes: [UInt8]
        /// Elements at some places.
        let says: [Int: Float]

        var testDescription: String { type.name }
    }

    /// Halves: 1 is 0x3C00, 2 is 0x4000, 0.5 is 0x3800, -1 is 0xBC00.
    static let one: [UInt8] = [0x00, 0x3C], two: [UInt8] = [0x00, 0x40], half: [UInt8] = [0x00, 0x38]
    static let minusOne: [UInt8] = [0x00, 0xBC]

    static let blocks: [Block] = [
        Block(type: .float32, bytes: [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC1], says: [0: 1, 1: -10]),
        Block(type: .float16, bytes: half + minusOne + [0x01, 0x00], says: [0: 0.5, 1: -1, 2: 0x1p-24]),
        Block(type: .bfloat16, bytes: [0x80, 0x3F, 0x20, 0xC1], says: [0: 1, 1: -10]),
        // Numbers from -128 on, twice as large.
        Block(
            type: .q8_0, bytes: two + [0x80, 0xFF, 0x00, 0x7F] + [UInt8](repeating: 3, count: 28),
            says: [0: -256, 1: -2, 2: 0, 3: 254, 4: 6, 31: 6]),
        // The low bits of the first byte are 15, its high bits 0.
        Block(
            type: .q4_0, bytes: two + [0x0F, 0xF8] + [UInt8](repeating: 0x88, count: 14),
            says: [0: 14, 1: 0, 2: 0, 16: -16, 17: 14, 31: 0]),
        Block(
            type: .q4_1, bytes: two + minusOne + [0x0F, 0xF1] + [UInt8](repeating: 0, count: 14),
            says: [0: 29, 1: 1, 2: -1, 16: -1, 17: 29, 31: -1]),
        // Scales of six bits: 1 for the first part, 63 for the fifth (15 and the two high bits of the first), least values 2 and
        // 17 (1 and the two high bits of the fifth byte).
        Block(
            type: .q4_K,
            bytes: one + half + [0xC1, 0, 0, 0] + [0x42, 0, 0, 0] + [0x1F, 0, 0, 0] + [0x53]
                + [UInt8](repeating: 0, count: 63) + [0x0A] + [UInt8](repeating: 0, count: 63),
            says: [0: 2, 1: -1, 32: 0, 128: 63 * 10 - 8.5, 129: -8.5, 160: 0]),
        // Six bits: four of the first, two of the second list; parts of 16 with scales of 1, -1, 1, ...
        Block(
            type: .q6_K,
            bytes: [0x5F] + [UInt8](repeating: 0, count: 127) + [0b11_10_01_00] + [UInt8](repeating: 0, count: 63)
                + [1, 0xFF, 1, 1, 2, 1, 1, 1] + [UInt8](repeating: 1, count: 8) + one,
            says: [0: -17, 16: 32, 32: -16, 64: 2 * 5, 96: 16, 128: -32, 1: -32, 255: -32]),
    ]

    @Test(arguments: blocks) func widens(block: Block) throws {
        var writer = GGUFWriter()
        let count = block.bytes.count / block.type.block.bytes * block.type.block.elements
        // A tensor in front makes the address odd.
        writer.add("x", [count], block.type, block.bytes)
        let file = try GGUFFile(FileBytes(writer.bytes), path: "file")
        let values = try file.tensor("x").array(of: Float.self)
        #expect(values.count == count)
        for (place, number) in block.says { #expect(values[place] == number, "\(place)") }
    }

    @Test func refusesTypesThatAreNotRead() throws {
        var writer = GGUFWriter()
        writer.add("x", [256], .q2_K, [UInt8](repeating: 0, count: 84))
        let file = try GGUFFile(FileBytes(writer.bytes), path: "file")
        for name in ["x", "y"] {
            let error = #expect(throws: DataError.self) { _ = try file.tensor(name) }
            #expect(isOneLine(error?.description ?? ""))
        }
    }

    /// A tiny Llama as a file of that format: with features that are turned together side by side.
    private static func bytes(_ model: Llama) throws -> [UInt8] {
        let c = model.configuration
        var writer = GGUFWriter()
        writer.add("general.architecture", "llama")
        for (key, number) in [
            ("context_length", c.positions), ("embedding_length", c.features), ("block_count", c.layers),
            ("feed_forward_length", c.hidden), ("attention.head_count", c.heads),
            ("attention.head_count_kv", c.keyHeads), ("rope.dimension_count", c.features / c.heads),
        ] { writer.add("llama.\(key)", number) }
        writer.add("llama.attention.layer_norm_rms_epsilon", Float(1e-6))
        for named in model.namedCells() {
            let foreign = c.namesInGGUF.foreign(named.name)
            var value = named.cell.value
            if case .pairedRows(let heads) = foreign.arrangement {
                value = value.reshaped([heads, 2, value.dim(0) / heads / 2, value.dim(1)]).swappedAxes(1, 2)
                    .reshaped(value.shape)
            }
            writer.add(foreign.name, value)
        }
        return writer.bytes
    }

    @Test func readsALlama() throws {
        let model = withRandomSeed(1) { Llama(TinyModel.llama) }
        let other = try Llama.load(GGUFFile(FileBytes(try Self.bytes(model)), path: "file"))
        let difference = abs(other(TinyModel.ids) - model(TinyModel.ids)).max().item()
        #expect(difference < 1e-6)
        #expect(other.configuration.epsilon == Double(Float(1e-6)))
    }

    /// A mistake anywhere gives a model or one line.
    @Test func survivesDamage() throws {
        let whole = try Self.bytes(withRandomSeed(1) { Llama(TinyModel.llama) })
        try Mistakes(seed: 3).check("GGUF of a model", whole, head: 3_000, count: 300) {
            _ = try Llama.load(GGUFFile(FileBytes($0), path: "file"))
        }
    }

    @Test(arguments: [
        ("llama.expert_count", 8, "'llama.expert_count'"), ("llama.attention.head_count", 3, "3 heads do not divide"),
        ("llama.block_count", 100_000, "'llama.block_count'"), ("llama.rope.dimension_count", 2, "'llama.rope.dim"),
        ("llama.block_count", 3, "'blk.2."),
    ]) func refusesFilesThatLie(key: String, number: Int, says: String) throws {
        let model = withRandomSeed(1) { Llama(TinyModel.llama) }
        var writer = GGUFWriter()
        let c = model.configuration
        var numbers = [
            "llama.context_length": c.positions, "llama.embedding_length": c.features, "llama.block_count": c.layers,
            "llama.feed_forward_length": c.hidden, "llama.attention.head_count": c.heads,
        ]
        numbers[key] = number
        writer.add("general.architecture", "llama")
        for (key, number) in numbers { writer.add(key, number) }
        writer.add("llama.attention.layer_norm_rms_epsilon", Float(1e-6))
        writer.add("token_embd.weight", .zeros([11, 16]))
        let file = try GGUFFile(FileBytes(writer.bytes), path: "file")
        let error = #expect(throws: DataError.self) { _ = try Llama.load(file) }
        let text = error?.description ?? ""
        #expect(isOneLine(text) && text.contains(says), "\(text)")
    }
}
