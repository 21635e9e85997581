import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

/// Tensors in several files with an index.
@Suite struct SafeTensorsShardTests {
    static func tensors() -> [String: Tensor] {
        [
            "a": Tensor((0..<6).map(Float.init), shape: [2, 3]), "b": Tensor([1, 2, 3]), "c": Tensor([0.5]),
            "d": Tensor((0..<20).map(Float.init)), "e": Tensor([true]),
        ]
    }

    /// a in the first file, b and c in the second, d, which is too large, in the third, and e in the fourth.
    static func write(to folder: TemporaryFolder) throws -> [String] {
        try saveTensors(tensors(), to: folder.path + "/model.safetensors", maximumShardBytes: 28)
    }

    static func same(_ a: [String: Tensor], _ b: [String: Tensor]) -> Bool {
        Set(a.keys) == Set(b.keys)
            && a.allSatisfy { name, x in
                let y = b[name]!
                return x.dtype == y.dtype && x.shape == y.shape && x.array(of: Double.self) == y.array(of: Double.self)
            }
    }

    @Test func writesAndReadsSeveralFiles() throws {
        let folder = try TemporaryFolder()
        let paths = try Self.write(to: folder)
        #expect(
            folder.names == [
                "model-00001-of-00004.safetensors", "model-00002-of-00004.safetensors",
                "model-00003-of-00004.safetensors",
                "model-00004-of-00004.safetensors", "model.safetensors.index.json",
            ])
        #expect(paths.map { FileSystem.name(of: $0) } == Array(folder.names.prefix(4)))
        let text = String(decoding: try FileSystem.read(folder.path + "/model.safetensors.index.json"), as: UTF8.self)
        #expect(text.contains("\"total_size\": 133") && text.contains("\"b\": \"model-00002-of-00004.safetensors\""))
        for path in [folder.path, folder.path + "/model.safetensors.index.json"] {
            #expect(Self.same(try loadTensors(from: path), Self.tensors()))
            let all = try SafeTensors(path: path)
            #expect(all.names == ["a", "b", "c", "d", "e"] && all.files.count == 4 && all["a"]?.shape == [2, 3])
            #expect(try all.tensor("d").array(of: Float.self).last == 19)
            let error = try #require(throws: DataError.self) { try all.tensor("f") }
            #expect(error.description.contains("no such tensor"))
        }
        for path in paths { #expect(try SafeTensorsFile(path: path).entries.count <= 2) }
    }

    @Test func oneFileWhereItIsEnough() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/model.safetensors"
        #expect(try saveTensors(Self.tensors(), to: path, maximumShardBytes: 133) == [path])
        #expect(folder.names == ["model.safetensors"])
        #expect(Self.same(try loadTensors(from: folder.path), Self.tensors()))
        #expect(try saveTensors([:], to: path) == [path])
        #expect(try loadTensors(from: path).isEmpty)
    }

    @Test func leavesNothingBehindOnFailure() throws {
        let folder = try TemporaryFolder()
        _ = try Self.write(to: folder)
        let before = folder.names
        var tensors = Self.tensors()
        tensors["z"] = Tensor([1e30])
        #expect(throws: DataError.self) {
            try saveTensors(tensors, to: folder.path + "/model.safetensors", as: .float16, maximumShardBytes: 28)
        }
        let kept = try loadTensors(from: folder.path)
        #expect(folder.names == before && Self.same(kept, Self.tensors()))
    }

    struct Broken: Sendable, CustomTestStringConvertible {
        let name: String
        let says: String
        let change: @Sendable (TemporaryFolder) throws -> Void
        var testDescription: String { name }

        init(_ name: String, _ says: String, _ change: @escaping @Sendable (TemporaryFolder) throws -> Void) {
            (self.name, self.says, self.change) = (name, says, change)
        }

        /// A change of the text of the index.
        init(_ name: String, _ says: String, replacing old: String, by new: String) {
            self.init(name, says) { folder in
                let path = folder.path + "/model.safetensors.index.json"
                let text = String(decoding: try FileSystem.read(path), as: UTF8.self)
                #expect(text.contains(old))
                _ = try folder.file("model.safetensors.index.json", text.replacingOccurrences(of: old, with: new))
            }
        }
    }

    static let second = "\"model-00002-of-00004.safetensors\""
    static let broken: [Broken] = [
        Broken("missing file", "1 file of 4 not there: 'model-00002-of-00004.safetensors'") {
            FileSystem.removeFile($0.path + "/model-00002-of-00004.safetensors")
        },
        Broken("cut file", "cut short") { folder in
            let path = folder.path + "/model-00002-of-00004.safetensors"
            _ = try folder.file("model-00002-of-00004.safetensors", Array(try FileSystem.read(path).dropLast(3)))
        },
        Broken(
            "said to be elsewhere", "'b' of 'model-00002-of-00004.safetensors' is said to be in 'model-00001-of-00004",
            replacing: "\"b\": \(second)",
            by: "\"b\": \"model-00001-of-00004.safetensors\""),
        Broken("a name too many", "no file has 'extra'", replacing: "\"b\":", by: "\"extra\": \(second), \"b\":"),
        Broken(
            "a name too few", "'c' of 'model-00002-of-00004.safetensors' is not in the index",
            replacing: "\"c\": \(second),", by: ""),
        Broken("in two files", "'b' is in 'model-00002-of-00004.safetensors' and 'model-00004-of-00004.safetensors'") {
            folder in
            try saveTensors(
                ["e": Tensor([true]), "b": Tensor([1])], to: folder.path + "/model-00004-of-00004.safetensors")
        },
        Broken(
            "folder above", "is no file beside it", replacing: second, by: "\"../model-00002-of-00004.safetensors\""),
        Broken("absolute path", "is no file beside it", replacing: second, by: "\"/tmp/model.safetensors\""),
        Broken("folder below", "is no file beside it", replacing: second, by: "\"x/model.safetensors\""),
        Broken("no safetensors file", "is no file beside it", replacing: second, by: "\"passwd\""),
        Broken(
            "two names for a tensor", "names the tensor 'b' twice", replacing: "\"b\":", by: "\"b\": \(second), \"b\":"),
        Broken("number for a file", "no '\"'", replacing: second, by: "7"),
        Broken("no map", "no 'weight_map'", replacing: "weight_map", by: "map"),
        Broken("two maps", "'weight_map' twice", replacing: "\"metadata\"", by: "\"weight_map\": {}, \"metadata\""),
        Broken("deep", "too deep", replacing: "133", by: String(repeating: "[", count: 100_000)),
        Broken("a folder with two indices", "each could be meant") {
            _ = try $0.file("b.safetensors.index.json", "{}")
        },
        Broken("an index beside a whole file", "each could be meant") { _ = try $0.file("model.safetensors", "{}") },
    ]

    @Test(arguments: broken) func refuses(_ example: Broken) throws {
        let folder = try TemporaryFolder()
        _ = try Self.write(to: folder)
        try example.change(folder)
        let error = try #require(throws: DataError.self) { try loadTensors(from: folder.path) }
        #expect(error.description.contains(example.says), "\(error)")
        #expect(isOneLine(error.description) && error.description.hasPrefix(folder.path))
    }

    @Test func readsWhatOthersNote() throws {
        let folder = try TemporaryFolder()
        try saveTensors(["a": Tensor([1.0])], to: folder.path + "/x.safetensors")
        let index =
            #"{"metadata":{"total_size":4.0e0,"parts":[1,{"a":null}],"ok":true},"weight_map":{"a":"x.safetensors"},"v":-1}"#
        let path = try folder.file("x.safetensors.index.json", index)
        #expect(try loadTensors(from: path)["a"]?.item() == 1)
        let empty = try TemporaryFolder()
        let error = try #require(throws: DataError.self) { try loadTensors(from: empty.path) }
        #expect(error.reason == .missingFile)
    }
}
