import Backprop
import BackpropData
import Foundation
import Testing

@testable import BackpropTrain

@Suite struct DataSourceTests {
    static func writeIDX(_ folder: TemporaryFolder, _ name: String, parts: [String] = ["train", "t10k"]) throws {
        for part in parts {
            try folder.write(
                idxBytes([20, 2, 2], (0..<80).map { UInt8($0) }), to: "\(name)/\(part)-images-idx3-ubyte")
            try folder.write(
                idxBytes([20], (0..<20).map { UInt8($0 % 3 + 4) }), to: "\(name)/\(part)-labels-idx1-ubyte")
        }
    }

    @Test func recognizesWhatThereIs() throws {
        let folder = try TemporaryFolder()
        func path(_ name: String) -> String { folder.path + "/" + name }
        try Self.writeIDX(folder, "fashion")
        try folder.write(cifarBytes(12), to: "cifar/data_batch_1.bin")
        try folder.write(cifarBytes(12), to: "some.bin")
        try folder.write(Array("a,b\n1,2\n".utf8), to: "t.csv")
        try folder.write([0x1F, 0x8B, 8, 0], to: "t.csv.gz")
        try folder.write([], to: "empty.csv")
        try folder.write([0x89, 0x50, 0x4E, 0x47], to: "pets/cat/1.png")
        try folder.write(npz: ["x": Tensor([1.0]), "y": Tensor([1.0])])
        try folder.write(try Data(contentsOf: URL(filePath: path("data.npz"))), to: "only/a.npz")
        try folder.write(try Data(contentsOf: URL(filePath: path("data.npz"))), to: "unnamed")
        try folder.write([0x50, 0x4B, 3, 4, 0], to: "book.xlsx")
        let cases: [(String, DataSource)] = [
            ("digits", .digits), ("Digits", .digits), (path("fashion"), .idx(folder: path("fashion"))),
            (path("cifar"), .cifar(folder: path("cifar"))), (path("some.bin"), .cifarFile(path: path("some.bin"))),
            (path("t.csv"), .table(path: path("t.csv"))), (path("t.csv.gz"), .table(path: path("t.csv.gz"))),
            (path("empty.csv"), .table(path: path("empty.csv"))), (path("pets"), .images(folder: path("pets"))),
            (path("data.npz"), .arrays(path: path("data.npz"))), (path("only"), .arrays(path: path("only/a.npz"))),
            (path("unnamed"), .arrays(path: path("unnamed"))), (path("book.xlsx"), .table(path: path("book.xlsx"))),
        ]
        for (text, wanted) in cases {
            #expect(try DataSource(recognizing: text, environment: [:]) == wanted)
            let bytes = try JSONEncoder().encode(wanted)
            #expect(try JSONDecoder().decode(DataSource.self, from: bytes) == wanted)
        }
    }

    @Test func saysWhatCannotBeLearntFrom() throws {
        let folder = try TemporaryFolder()
        func path(_ name: String) -> String { folder.path + "/" + name }
        try NPYFile.write(Tensor([1.0]), to: path("x.npy"))
        try folder.write(idxBytes([1], [3]), to: "labels")
        try folder.write([0xFF, 0xD8, 0xFF, 0], to: "cat.jpg")
        try folder.write([1], to: "notes/readme.md")
        try FileManager.default.createDirectory(atPath: path("void"), withIntermediateDirectories: true)
        let cases: [(String, String)] = [
            ("none.csv", "there is no such file or folder; check the spelling of the path, or give digits or mnist"),
            (
                "x.npy",
                "one array of NumPy has no labels beside it; write both into one file with numpy.savez('data.npz', x=x, y=y), and give that"
            ),
            (
                "labels",
                "one IDX file holds images or labels, and not both; give the folder that holds the files of images and of labels"
            ),
            ("cat.jpg", "one image has no class; give a folder with a folder of images for each class"),
            (
                "notes",
                "none of its files ('readme.md') makes a data set of the folder; give a file, or a folder of IDX files, of CIFAR's binary files, or with a folder of images for each class"
            ),
            (
                "void",
                "the folder is empty; give a file, or a folder of IDX files, of CIFAR's binary files, or with a folder of images for each class"
            ),
        ]
        for (name, words) in cases {
            let error = #expect(throws: DataError.self) { try DataSource(recognizing: path(name), environment: [:]) }
            #expect(error?.description == path(name) + ": " + words)
        }
        #expect(throws: DataError.self) { try DataSource(recognizing: "/dev/null", environment: [:]) }
    }

    @Test func looksForMNIST() throws {
        let folder = try TemporaryFolder()
        let environment = ["BACKPROP_DATA": folder.path + "/there", "HOME": folder.path + "/home"]
        func find() throws -> DataSource {
            try DataSource(recognizing: "mnist", environment: environment, in: folder.path + "/here")
        }
        let error = #expect(throws: DataError.self) { try find() }
        #expect(
            error?.description
                == "mnist: its four files are in none of \(folder.path)/there/mnist, \(folder.path)/there, \(folder.path)/here/mnist, \(folder.path)/here/data/mnist, \(folder.path)/here/data/MNIST/raw, \(folder.path)/home/.cache/backprop/mnist, \(folder.path)/home/.cache/mnist; put train-images-idx3-ubyte.gz, train-labels-idx1-ubyte.gz, t10k-images-idx3-ubyte.gz and t10k-labels-idx1-ubyte.gz into ./mnist, or name their folder with --data or BACKPROP_DATA"
        )
        // What the remedy says works, in each of the places.
        for place in ["home/.cache/mnist", "here/data/mnist", "here/mnist", "there", "there/mnist"] {
            try Self.writeIDX(folder, place)
            #expect(try find() == .idx(folder: folder.path + "/" + place))
        }
        // Half of the files are not all of them.
        let half = try TemporaryFolder()
        try Self.writeIDX(half, "mnist", parts: ["train"])
        #expect(throws: DataError.self) {
            try DataSource(recognizing: "mnist", environment: [:], in: half.path)
        }
    }
}
