import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct NumPyTests {
    static func recorded(_ name: String) throws -> Tensor {
        try NPYFile(FileBytes(RecordedFiles.bytes(name + ".npy")), path: name).tensor()
    }

    static func npy(_ header: String, _ elements: [UInt8] = [], version: UInt8 = 1) -> [UInt8] {
        let text = Array(header.utf8)
        return NPYHeader.magic + [version, 0] + (version == 1 ? little(UInt16(text.count)) : little(UInt32(text.count)))
            + text + elements
    }

    static func open(_ header: String, _ elements: [UInt8] = [], version: UInt8 = 1) throws -> Tensor {
        try NPYFile(FileBytes(npy(header, elements, version: version)), path: "x.npy").tensor()
    }

    @Test func readsEveryTypeOfNumbers() throws {
        let numbers = [-40, -19, 2, 23, 44, 65].map(Double.init), counts = [0, 21, 42, 63, 84, 105].map(Double.init)
        let types: [(String, DType, [Double])] = [
            ("|b1", .bool, [0, 1, 0, 1, 0, 1]), ("|i1", .int32, numbers), ("|u1", .uint8, counts),
            ("i2", .int32, numbers), ("u2", .int32, counts), ("i4", .int32, numbers), ("u4", .int64, counts),
            ("i8", .int64, numbers), ("u8", .int64, counts), ("f2", .float32, numbers.map { $0 / 8 }),
            ("f4", .float32, numbers.map { $0 / 8 }), ("f8", .float64, numbers.map { $0 / 8 }),
        ]
        for (type, dtype, values) in types {
            for name in type.hasPrefix("|") ? [type] : ["<" + type, ">" + type] {
                let x = try Self.recorded(name)
                #expect(x.dtype == dtype && x.shape == [2, 3], "\(name)")
                #expect(x.array(of: Double.self) == values, "\(name)")
            }
        }
    }

    @Test func readsEveryShapeAndOrder() throws {
        let fortran = try Self.recorded("fortran")
        #expect(fortran.shape == [2, 3] && fortran.array(of: Float.self) == [0, 1, 2, 3, 4, 5])
        let swapped = try Self.recorded("fortran swapped")
        #expect(swapped.shape == [2, 3, 4] && swapped.array(of: Int.self) == Array(0..<24))
        let scalar = try Self.recorded("scalar")
        #expect(scalar.shape == [] && scalar.item() == 2.5)
        #expect(try Self.recorded("line").array(of: Int.self) == [0, 1, 2])
        #expect(try Self.recorded("empty").shape == [0, 5])
        for version in 1...3 { #expect(try Self.recorded("version \(version)").array(of: Float.self) == [0, 1, 2]) }
        #expect(
            try Self.open("{\"shape\":(2L,),'descr':'=i4', 'fortran_order':False}", [1, 0, 0, 0, 2, 0, 0, 0])
                .array(of: Int.self) == [1, 2])
    }

    @Test func readsHalfPrecision() throws {
        let x = try Self.recorded("half").array(of: Float.self)
        let largestSubnormal: Float = 0x1p-14 * (1 - 1 / 1024)
        let expected: [Float] = [0, 0, 1, 0x1p-24, largestSubnormal, 65504, .infinity, -.infinity]
        #expect(Array(x.dropLast()) == expected)
        #expect(x[1].sign == .minus && x[8].isNaN)
    }

    @Test func doesNotCopyWhatItCanUse() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x.npy"
        let x = Tensor([1.5, 2, 3, 4], shape: [2, 2], dtype: .float32)
        try NPYFile.write(x, to: path)
        let tensor: Tensor
        do {
            let file = try NPYFile(path: path)
            tensor = try file.tensor()
            // The file is gone, its memory is not.
            try FileManager.default.removeItem(atPath: path)
            let again = try file.tensor()
            #expect(tensor.withUnsafeBytes(\.baseAddress) == again.withUnsafeBytes(\.baseAddress))
        }
        #expect((tensor + 1).array(of: Float.self) == [2.5, 3, 4, 5])
    }

    @Test func refusesWhatNoTensorHolds() throws {
        let cases = [
            ("complex", "complex numbers"), ("text", "text ('<U2')"), ("bytes", "text ('|S2')"), ("date", "dates"),
            ("fields", "structures"), ("objects", "objects of Python"), ("wide float", "of 16 bytes"),
            ("too large", "element 0 is more than the largest int64"),
        ]
        for (name, words) in cases { expectRefusal(words) { _ = try Self.recorded(name) } }
    }

    @Test func refusesBadHeaders() {
        let four: [UInt8] = [1, 0, 0, 0]
        let cases: [(String, String, [UInt8])] = [
            ("no '{'", "[]", []), ("no ':'", "{'descr'", []), ("stand once each", "{'a': 1}", []),
            ("stand once each", "{'shape': (1,), 'shape': (1,)}", []),
            ("no descr, fortran_order or shape", "{}", []),
            ("neither True nor False", "{'fortran_order': 1}", []),
            ("no number of elements", "{'shape': (-1,)}", []), ("no number of elements", "{'shape': ((1,),)}", []),
            ("beyond 64 bits", "{'shape': (99999999999999999999,)}", []),
            ("more axes", "{'shape': (\(String(repeating: "1,", count: 40)))}", []),
            ("does not end", "{'descr", []), ("unknown type", "{'descr': 'f4'}", []),
            ("no type", "{'descr': '<f3'}", []),
            ("more text", "{'descr': '<i4', 'fortran_order': False, 'shape': (1,)} x", four),
            ("needs 4 bytes", "{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}", Array(four.dropLast())),
            ("1 bytes follow", "{'descr': '<i4', 'fortran_order': False, 'shape': (1,)}", four + [0]),
            ("between 0 and", "{'descr': '<i4', 'fortran_order': False, 'shape': (4294967296,)}", four),
            ("too many", "{'descr': '<i4', 'fortran_order': False, 'shape': (2147483647,2147483647,2)}", four),
            ("at most 8 axes", "{'descr': '<i4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1)}", four),
            ("stored as 2", "{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", [0, 2]),
        ]
        for (words, header, elements) in cases where words != "no type" {
            expectRefusal(words) { _ = try Self.open(header, elements) }
        }
        expectRefusal("floating-point numbers of 3 bytes") { _ = try Self.open("{'descr': '<f3'}") }
        expectRefusal("the limit is 1048576") {
            _ = try NPYFile(FileBytes(NPYHeader.magic + [2, 0] + little(UInt32.max)), path: "x.npy")
        }
        expectRefusal("version 4.0") { _ = try Self.open("{}", version: 4) }
        expectRefusal("does not begin") { _ = try NPYFile(FileBytes(Array("PK".utf8)), path: "x.npy") }
        let good = RecordedFiles.bytes("<f4.npy")
        for count in 0..<good.count {
            expectRefusal("x.npy: ") { _ = try NPYFile(FileBytes(Array(good.prefix(count))), path: "x.npy") }
        }
    }

    @Test func writesTheBytesOfNumPy() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/x.npy"
        for name in ["|b1", "|u1", "<i4", "<i8", "<f4", "<f8", "scalar", "line", "empty"] {
            try NPYFile.write(try Self.recorded(name), to: path)
            #expect(try FileSystem.read(path) == RecordedFiles.bytes(name + ".npy"), "\(name)")
        }
        let x = Tensor([1.5, -3]).asType(.bfloat16)
        try NPYFile.write(x, to: path)
        #expect("\(try NPYFile(path: path))" == "\(path): float32[2]")
        let back = try NPYFile(path: path).tensor()
        #expect(back.dtype == .float32 && back.array(of: Float.self) == [1.5, -3])
        #expect(folder.names == ["x.npy"])
        for target in [folder.path, folder.path + "/none/x.npy"] {
            expectRefusal(target) { try NPYFile.write(x, to: target) }
        }
    }

    @Test func readsAndWritesSeveralArrays() throws {
        for name in ["plain.npz", "packed.npz"] {
            let file = try NPZFile(FileBytes(RecordedFiles.bytes(name)), path: name)
            #expect(file.names == ["a", "b", "c"])
            #expect(try file.tensor("a").array(of: Float.self) == [0, 1, 2, 3, 4, 5])
            #expect(try file.tensor("b").array(of: Bool.self) == [true, false])
            #expect(try file.tensor("c").array(of: Int.self) == (0..<300).map { $0 % 7 })
            expectRefusal("choose one of 'a', 'b', 'c'") { _ = try file.tensor("d") }
        }
        let folder = try TemporaryFolder()
        let path = folder.path + "/x.npz"
        let tensors = [
            "weight": Tensor([1.0, 2, 3, 4], shape: [2, 2]), "é/step": Tensor([7]), "none": Tensor.zeros([0, 3]),
        ]
        try NPZFile.write(tensors, to: path)
        let first = try FileSystem.read(path)
        try NPZFile.write(tensors, to: path)
        #expect(try FileSystem.read(path) == first)
        let file = try NPZFile(path: path)
        #expect(file.names == ["none", "weight", "é/step"])
        #expect("\(file)" == "\(path): none, weight, é/step")
        let back = try file.tensors()
        for (name, tensor) in tensors {
            #expect(back[name]?.dtype == tensor.dtype && back[name]?.shape == tensor.shape)
            #expect(back[name]?.array(of: Double.self) == tensor.array(of: Double.self))
        }
        let one = try file.tensor("weight"), other = try file.tensor("weight")
        #expect(one.withUnsafeBytes(\.baseAddress) == other.withUnsafeBytes(\.baseAddress))
    }
}
