import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

/// Every type of the format, to tensors and back. Numbers without a source here are those of PyTorch 2.13 and safetensors 0.8.
@Suite struct SafeTensorsTypeTests {
    /// What safetensors writes for tensors of all types that PyTorch has.
    static let reference: (header: String, data: [UInt8]) = (
        #"{"__metadata__":{"format":"pt"},"m.u64":{"dtype":"U64","shape":[2],"data_offsets":[0,16]},"#
            + #""l.i64":{"dtype":"I64","shape":[2],"data_offsets":[16,32]},"#
            + #""k.f64":{"dtype":"F64","shape":[],"data_offsets":[32,40]},"#
            + #""p.c64":{"dtype":"C64","shape":[1],"data_offsets":[40,48]},"#
            + #""j.f32":{"dtype":"F32","shape":[2,1],"data_offsets":[48,56]},"#
            + #""i.u32":{"dtype":"U32","shape":[2],"data_offsets":[56,64]},"#
            + #""h.i32":{"dtype":"I32","shape":[2],"data_offsets":[64,72]},"#
            + #""g.bf16":{"dtype":"BF16","shape":[2],"data_offsets":[72,76]},"#
            + #""f.f16":{"dtype":"F16","shape":[2],"data_offsets":[76,80]},"#
            + #""e.u16":{"dtype":"U16","shape":[2],"data_offsets":[80,84]},"#
            + #""d.i16":{"dtype":"I16","shape":[2],"data_offsets":[84,88]},"#
            + #""n.e4":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[88,90]},"#
            + #""o.e5":{"dtype":"F8_E5M2","shape":[2],"data_offsets":[90,92]},"#
            + #""c.i8":{"dtype":"I8","shape":[2],"data_offsets":[92,94]},"#
            + #""b.u8":{"dtype":"U8","shape":[2],"data_offsets":[94,96]},"#
            + #""a.bool":{"dtype":"BOOL","shape":[3],"data_offsets":[96,99]}}  "#,
        [
            0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 127, 0, 0, 0, 0, 0, 0, 0, 128, 255, 255, 255,
            255,
            255, 255, 255, 127, 154, 153, 153, 153, 153, 153, 185, 63, 0, 0, 128, 63, 0, 0, 0, 64, 205, 204, 204, 61, 0,
            0, 32, 192, 0, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 128, 255, 255, 255, 127, 205, 61, 98, 127, 102, 46,
            255,
            251, 0, 0, 255, 255, 0, 128, 255, 127, 126, 176, 123, 184, 128, 127, 1, 255, 1, 0, 1,
        ]
    )
    static let whole = SafeTensorsTests.file(header: reference.header, data: reference.data)

    @Test func readsWhatTheReferenceWrites() throws {
        let file = try SafeTensorsTests.open(Self.whole)
        func check(_ name: String, _ dtype: DType, _ numbers: [Double], _ shape: [Int] = [2]) throws {
            let tensor = try file.tensor(name)
            #expect(tensor.dtype == dtype && tensor.shape == shape, "\(name)")
            #expect(tensor.array(of: Double.self) == numbers, "\(name)")
        }
        try check("a.bool", .bool, [1, 0, 1], [3])
        try check("b.u8", .uint8, [1, 255])
        try check("c.i8", .int32, [-128, 127])
        try check("d.i16", .int32, [-32768, 32767])
        try check("e.u16", .int32, [0, 65535])
        try check("f.f16", .float32, [0.0999755859375, -65504])
        try check("g.bf16", .bfloat16, [0.10009765625, Double(Float(bitPattern: 0x7F62_0000))])
        try check("h.i32", .int32, [-2_147_483_648, 2_147_483_647])
        try check("i.u32", .int64, [0, 4_294_967_295])
        try check("j.f32", .float32, [Double(Float(0.1)), -2.5], [2, 1])
        try check("k.f64", .float64, [0.1], [])
        #expect(try file.tensor("l.i64").array(of: Int.self) == [.min, .max])
        #expect(try file.tensor("m.u64").array(of: Int.self) == [0, .max])
        try check("n.e4", .bfloat16, [448, -0.5])
        try check("o.e5", .bfloat16, [57344, -0.5])
        let error = try #require(throws: DataError.self) { try file.tensor("p.c64") }
        #expect(error.description.contains("'p.c64': its elements are C64"))
        #expect(file.metadata == ["format": "pt"])
    }

    @Test func writesWhatTheReferenceWrites() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        let file = try SafeTensorsTests.open(Self.whole)
        var writer = SafeTensorsWriter(metadata: file.metadata)
        for entry in file.entries { try writer.declare(entry.name, type: entry.type, shape: entry.shape) }
        try writer.write(to: path) { tensor, emit in try file.withBytes(of: file[tensor.name]!) { try emit($0) } }
        #expect(try FileSystem.read(path) == Self.whole)
    }

    static func tensor(_ type: SafeTensorsType, _ shape: [Int], _ data: [UInt8]) throws -> Tensor {
        let size = shape.map(String.init).joined(separator: ",")
        let header = "{\"a\":\(SafeTensorsTests.entry(type.rawValue, size, 0, data.count))}"
        return try SafeTensorsTests.open(SafeTensorsTests.file(header: header, data: data)).tensor("a")
    }

    @Test(arguments: [
        (SafeTensorsType.float8e4m3, 18798.859375, 2), (.float8e5m2, 4170838.6860351562, 6),
        (.float8e4m3fnuz, 8436.4296875, 1), (.float8e5m2fnuz, 1364603.3430175781, 1),
    ])
    func allNumbersOfEightBits(_ type: SafeTensorsType, _ sum: Double, _ undefined: Int) throws {
        let bytes = (0..<256).map { UInt8($0) }
        let numbers = try Self.tensor(type, [256], bytes).array(of: Double.self)
        let weighted = numbers.enumerated().map { index, number in
            (number.isNaN ? 3 : number.isInfinite ? (number > 0 ? 7 : -7) : number) * Double(index % 31 - 15)
        }
        #expect(weighted.reduce(0, +) == sum)
        #expect(numbers.filter(\.isNaN).count == undefined)
        let format = try #require(EightBitFormat(type))
        for (byte, number) in zip(bytes, numbers) where !number.isNaN {
            #expect(format.byte(number) == byte, "\(type) \(byte)")
        }
    }

    @Test func powersOfTwo() throws {
        let numbers = try Self.tensor(.float8e8m0, [5], [0, 1, 127, 254, 255]).array(of: Double.self)
        #expect(numbers.prefix(4) == [0x1p-127, 0x1p-126, 1, 0x1p127] && numbers[4].isNaN)
    }

    @Test func allHalves() throws {
        let bits = (0..<65536).map { UInt16($0) }
        let bytes = bits.withUnsafeBytes { Array($0) }
        let numbers = try Self.tensor(.float16, [65536], bytes).array(of: Float.self)
        var sum = 0.0
        for (index, number) in numbers.enumerated() {
            let finite: Float = number.isNaN ? 3 : number.isInfinite ? (number > 0 ? 7 : -7) : number
            sum += Double(finite) * Double(index % 31 - 15)
            if number.isNaN { continue }
            #expect(StoredNumbers.half(number) == bits[index])
        }
        #expect(abs(sum - 983001.0000000596) < 1e-7)
        #expect(numbers.filter(\.isNaN).count == 2046)
        #expect(StoredNumbers.half(Float.nan) & 0x7FFF == 0x7E00)
    }

    static func stored(_ numbers: [Double], _ dtype: DType, _ type: SafeTensorsType) throws -> [UInt8] {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        try saveTensors(["a": Tensor(numbers, shape: [numbers.count], dtype: dtype)], to: path, as: type)
        let file = try SafeTensorsFile(path: path), entry = try #require(file["a"])
        #expect(entry.type == type)
        return file.withBytes(of: entry) { Array($0) }
    }

    @Test func roundsOnceToHalves() throws {
        let numbers = [
            0.1, -0.1, 1.00146484375, 65504, 65519.999, 6.1e-05, 5.96e-08, 2.98e-08, 2.9802322387695312e-08,
            8.940696716308594e-08, -1e-09, 1.0 / 3, 1.00048828125, 1.0004882812509095, 1.00146484375, 3.14159, 1e-30,
            -2.5, 448, 464, 0.0009765625, 0.00146484375, 57344,
        ]
        let expected: [UInt16] = [
            11878, 44646, 15362, 31743, 31743, 1023, 1, 0, 0, 2, 32768, 13653, 15360, 15361, 15362, 16968, 0, 49408,
            24320, 24384, 5120, 5632, 31488,
        ]
        let bytes = try Self.stored(numbers, .float64, .float16)
        #expect(bytes == expected.withUnsafeBytes { Array($0) })
        let floats = numbers.filter { $0 != 65519.999 }
        let narrow = try Self.stored(floats, .float32, .float16)
        let own = floats.map { StoredNumbers.half(Float($0)) }
        #expect(narrow == own.withUnsafeBytes { Array($0) })
    }

    @Test func roundsOnceToBfloat16() throws {
        // Just above a tie of bfloat16 that float32 does not tell from the tie.
        let number = 1 + 0x1p-8 + 0x1p-40
        #expect(
            try Self.stored([number, -number, 1 + 0x1p-8], .float64, .bfloat16) == [0x81, 0x3F, 0x81, 0xBF, 0x80, 0x3F])
        #expect(try Self.stored([1 + 0x1p-8, 1 + 0x3p-8], .float32, .bfloat16) == [0x80, 0x3F, 0x82, 0x3F])
    }

    @Test func roundsToEightBits() throws {
        let numbers = [0.1, -0.1, 448, 463.9, 464, 0.0009765625, 0.00146484375, 0.0019, 17, 19, -300, 1e-5, 0, -0.0]
        #expect(
            try Self.stored(numbers, .float32, .float8e4m3) == [
                29, 157, 126, 126, 126, 0, 1, 1, 88, 90, 249, 0, 0, 128,
            ])
        #expect(
            try Self.stored(numbers, .float64, .float8e5m2) == [
                46, 174, 95, 95, 95, 20, 22, 24, 76, 77, 221, 1, 0, 128,
            ])
        let small = numbers.filter { abs($0) <= 240 }
        #expect(try Self.stored(small, .float32, .float8e4m3fnuz) == [37, 165, 1, 2, 2, 96, 98, 0, 0, 0])
        #expect(try Self.stored(small, .float32, .float8e5m2fnuz) == [50, 178, 24, 26, 28, 80, 81, 1, 0, 0])
    }

    @Test(arguments: [
        (SafeTensorsType.float16, 65520.0), (.bfloat16, 3.4e38), (.float32, 3.41e38), (.float8e4m3, 465),
        (.float8e5m2, 61440), (.float8e4m3fnuz, 248), (.float8e5m2fnuz, 61441),
    ])
    func refusesWhatIsBeyondTheRange(_ type: SafeTensorsType, _ number: Double) throws {
        let folder = try TemporaryFolder(), path = try folder.file("m.safetensors", "old")
        for sign in [1.0, -1] {
            let error = try #require(throws: DataError.self) {
                try saveTensors(["a": Tensor([1, sign * number], shape: [2], dtype: .float64)], to: path, as: type)
            }
            #expect(isOneLine(error.description) && error.description.contains("beyond the range of \(type.rawValue)"))
        }
        #expect(try FileSystem.read(path) == Array("old".utf8))
        #expect(folder.names.count == 1)
        _ = try Self.stored([number * 0.99, .nan], .float64, type)
    }

    @Test func infinitiesStay() throws {
        for type in [SafeTensorsType.float16, .bfloat16, .float32, .float64, .float8e5m2] {
            let bytes = try Self.stored([.infinity, -.infinity], .float32, type)
            let back = try Self.tensor(type, [2], bytes).array(of: Double.self)
            #expect(back == [.infinity, -.infinity], "\(type)")
        }
        #expect(throws: DataError.self) { try Self.stored([.infinity], .float32, .float8e4m3) }
    }

    @Test func integersAndMasksStayAsTheyAre() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        try saveTensors(
            ["i": Tensor([1, 2]), "m": Tensor([true, false]), "x": Tensor([0.5])], to: path, as: .float16)
        let loaded = try loadTensors(from: path)
        #expect(loaded.mapValues(\.dtype) == ["i": .int64, "m": .bool, "x": .float32])
        #expect(loaded["i"]?.array(of: Int.self) == [1, 2] && loaded["m"]?.array(of: Bool.self) == [true, false])
    }

    @Test func refusesByName() throws {
        for (type, bytes) in [("F4", 1), ("F6_E2M3", 3), ("F6_E3M2", 3), ("C64", 16)] {
            let count = type == "C64" ? 2 : type == "F4" ? 2 : 4
            let header = "{\"a\":\(SafeTensorsTests.entry(type, "\(count)", 0, bytes))}"
            let file = try SafeTensorsTests.open(
                SafeTensorsTests.file(header: header, data: [UInt8](repeating: 0, count: bytes)))
            #expect(file["a"]?.elementCount == count)
            let error = try #require(throws: DataError.self) { try file.tensor("a") }
            #expect(error.description.contains("its elements are \(type), for which tensors have no dtype"))
        }
        let odd = "{\"a\":\(SafeTensorsTests.entry("F4", "3", 0, 2))}"
        let error = try #require(throws: DataError.self) {
            try SafeTensorsTests.open(SafeTensorsTests.file(header: odd, data: [0, 0]))
        }
        #expect(error.description.contains("ends within a byte"))
        let large = try #require(throws: DataError.self) {
            try Self.tensor(.uint64, [2], [UInt8](repeating: 0, count: 15) + [0x80])
        }
        #expect(large.description.contains("beyond the range of int64"))
        let truth = try #require(throws: DataError.self) { try Self.tensor(.bool, [2], [1, 2]) }
        #expect(truth.description.contains("neither 0 nor 1"))
        let axes = try #require(throws: DataError.self) { try Self.tensor(.uint8, [1, 1, 1, 1, 1, 1, 1, 1, 1], [1]) }
        #expect(axes.description.contains("at most 8 axes"))
        let huge = [Int](repeating: Int(Int32.max), count: 7) + [0]
        #expect(throws: DataError.self) { try Self.tensor(.uint8, huge, []) }
    }

    @Test func standsInTheFileWhereItCan() throws {
        let folder = try TemporaryFolder(), path = folder.path + "/m.safetensors"
        let numbers = (0..<5000).map { Float($0) }
        try saveTensors(["x": Tensor(numbers), "y": Tensor([1.0, 2]), "z": Tensor([true])], to: path)
        var file: SafeTensorsFile? = try SafeTensorsFile(path: path)
        let address = file!.withBytes(of: file!["x"]!) { $0.baseAddress }
        var x = try file!.tensor("x")
        #expect(x.withUnsafeBytes { $0.baseAddress } == address)
        let copy = try file!.read(file!.tensors.first { $0.name == "x" }!)
        #expect(copy.withUnsafeBytes { $0.baseAddress } != address)
        file = nil
        try saveTensors(["x": Tensor([7.0])], to: path)
        x += 1
        #expect(x.array(of: Float.self) == numbers.map { $0 + 1 })
        #expect(copy.array(of: Float.self) == numbers)
    }

    @Test func elementsAtOddAddressesAreCopied() throws {
        let header =
            "{\"a\":\(SafeTensorsTests.entry("U8", "1", 0, 1)),\"b\":\(SafeTensorsTests.entry("F32", "2", 1, 9))}"
        let data = [9] + [Float(1.5), -2].withUnsafeBytes { Array($0) }
        let file = try SafeTensorsTests.open(SafeTensorsTests.file(header: header, data: data))
        #expect(try file.tensor("b").array(of: Float.self) == [1.5, -2])
    }
}
