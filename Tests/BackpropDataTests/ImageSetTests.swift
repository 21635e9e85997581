import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct ImageSetTests {
    static func idx(_ type: UInt8, _ shape: [UInt32], _ numbers: [UInt8]) -> [UInt8] {
        [0, 0, type, UInt8(shape.count)] + shape.flatMap { big($0) } + numbers
    }

    static func open(_ bytes: [UInt8]) throws(DataError) -> IDXFile { try IDXFile(FileBytes(bytes), path: "a-idx") }

    @Test func readsEveryTypeOfIDX() throws {
        let cases: [(UInt8, DType, [Double], [UInt8])] = [
            (0x08, .uint8, [0, 255], [0, 255]), (0x09, .int32, [-128, 127], [0x80, 0x7F]),
            (0x0B, .int32, [-2, 258], big(Int16(-2)) + big(Int16(258))),
            (0x0C, .int32, [-70_000, 3], big(Int32(-70_000)) + big(Int32(3))),
            (0x0D, .float32, [-1.5, 0.25], big(Float(-1.5).bitPattern) + big(Float(0.25).bitPattern)),
            (0x0E, .float64, [-1.1, 1e300], big((-1.1).bitPattern) + big(1e300.bitPattern)),
        ]
        for (type, dtype, values, bytes) in cases {
            let plain = Self.idx(type, [1, 2], bytes)
            for content in [plain, storedMember(plain)] {
                let file = try Self.open(content)
                #expect(file.dtype == dtype && file.shape == [1, 2])
                let x = file.tensor()
                #expect(x.dtype == dtype && x.shape == [1, 2] && x.array(of: Double.self) == values)
            }
        }
        #expect(try Self.open(Self.idx(8, [0, 5], [])).tensor().shape == [0, 5])
        #expect(try Self.open(Self.idx(8, [], [9])).tensor().item() == 9)
    }

    @Test func refusesBadIDX() {
        let cases: [(String, [UInt8])] = [
            ("does not begin", []), ("does not begin", [0, 0, 8]), ("does not begin", [0, 1, 8, 1, 0, 0, 0, 0]),
            ("does not begin", [0, 0, 0x0A, 1, 0, 0, 0, 0]), ("header is cut short", [0, 0, 8, 2, 0, 0, 0, 1]),
            ("header is cut short", [0, 0, 8, 255]), ("needs 12 bytes in all, 11", Self.idx(8, [4], [1, 2, 3])),
            ("needs 12 bytes in all, 13", Self.idx(8, [4], [1, 2, 3, 4, 5])),
            ("between 0 and", Self.idx(8, [.max], [])), ("too many", Self.idx(8, [1 << 30, 1 << 30], [])),
            ("at most 8 axes", Self.idx(8, [UInt32](repeating: 1, count: 9), [1])),
            ("needs", Self.idx(8, [1 << 24, 1 << 24], [])),
        ]
        for (words, bytes) in cases { expectRefusal(words) { _ = try Self.open(bytes) } }
        for (words, bytes) in cases.dropFirst(4) where !words.hasPrefix("needs 12 bytes in all, 13") {
            expectRefusal(words) { _ = try Self.open(storedMember(bytes)) }
        }
        // What is packed gives no more than the shape says.
        expectRefusal("more than the 12 bytes") {
            _ = try Self.open(storedMember(Self.idx(8, [4], [UInt8](repeating: 0, count: 100_000))))
        }
    }

    static func writeMNIST(_ folder: TemporaryFolder, labels: Int = 3) throws {
        for part in ["train", "t10k"] {
            let images = idx(8, [3, 2, 2], (0..<12).map { UInt8($0) })
            _ = try folder.file("\(part)-images-idx3-ubyte.gz", storedMember(images))
            _ = try folder.file(
                "\(part)-labels.idx1-ubyte", idx(8, [UInt32(labels)], [UInt8](repeating: 7, count: labels)))
        }
    }

    @Test func findsTheFilesOfMNIST() throws {
        let folder = try TemporaryFolder()
        expectRefusal("there is no train-images-idx3-ubyte") { _ = try MNIST(folder: folder.path) }
        try Self.writeMNIST(folder)
        let mnist = try MNIST(folder: folder.path)
        #expect(mnist.test.count == 3 && mnist.training.images.shape == [3, 2, 2])
        #expect(mnist.training.images.dtype == .uint8 && mnist.training.labels.dtype == .int64)
        #expect(mnist.training.labels.array(of: Int.self) == [7, 7, 7])
        try Self.writeMNIST(folder, labels: 2)
        expectRefusal("2 labels for 3 images") { _ = try MNIST(folder: folder.path) }
        _ = try folder.file("train-images-idx3-ubyte", Self.idx(8, [3], [1, 2, 3]))
        expectRefusal("not bytes with 3 axes") { _ = try MNIST(folder: folder.path) }
    }

    static func record(_ labels: [UInt8], _ seed: Int) -> [UInt8] {
        labels + (0..<3072).map { UInt8(truncatingIfNeeded: $0 / 1024 * 100 + $0 % 1024 + seed) }
    }

    @Test func readsRecordsOfCIFAR() throws {
        let folder = try TemporaryFolder()
        for number in 1...5 { _ = try folder.file("data_batch_\(number).bin", Self.record([UInt8(number)], number)) }
        expectRefusal("there is no test_batch.bin") { _ = try CIFAR10(folder: folder.path) }
        _ = try folder.file("test_batch.bin.gz", storedMember(Self.record([9], 0) + Self.record([0], 1)))
        let cifar = try CIFAR10(folder: folder.path)
        #expect(cifar.training.images.shape == [5, 32, 32, 3] && cifar.test.images.shape == [2, 32, 32, 3])
        #expect(cifar.training.labels.array(of: Int.self) == [1, 2, 3, 4, 5])
        #expect(cifar.test.labels.array(of: Int.self) == [9, 0])
        // Row 1, column 2 is place 34 of each plane.
        #expect(cifar.training.images[2, 1, 2].array(of: Int.self) == [37, 137, 237])
        for name in ["train", "test"] { _ = try folder.file(name + ".bin", Self.record([19, 99], 5)) }
        let hundred = try CIFAR100(folder: folder.path)
        #expect(hundred.training.labels.array(of: Int.self) == [99])
        #expect(hundred.trainingKinds.array(of: Int.self) == [19])
        #expect(hundred.test.images[0, 0, 0].array(of: Int.self) == [5, 105, 205])

        let bad = [
            ("no whole number", Self.record([1], 0) + [0]), ("no whole number", []),
            ("image 1 is of class 10 of 10", Self.record([1], 0) + Self.record([10], 0)),
        ]
        for (words, bytes) in bad {
            let path = try folder.file("bad.bin", bytes)
            expectRefusal(words) { _ = try CIFAR10.read(files: [path]) }
        }
        let packed = try folder.file("bad.bin", storedMember(Self.record([1], 0)))
        expectRefusal("more than the 3000 bytes") { _ = try CIFAR10.read(files: [packed], limit: 3_000) }
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence)) func readsThePublishedMNIST() throws {
        let file = try IDXFile(path: SharedData.path("mnist/t10k-images-idx3-ubyte.gz"))
        #expect(file.shape == [10_000, 28, 28])
        let images = file.tensor()
        #expect(
            images.withUnsafeBytes { digest(Array($0)) }
                == "6d87418db22cc8025d05968bec9bd5c3932904b23485740db143a061a2c9d161")
        let labels = try IDXFile(path: SharedData.path("mnist/train-labels-idx1-ubyte.gz")).tensor()
        #expect(labels[0..<10].array(of: Int.self) == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4])
        #expect(
            (0..<10).map { (labels.asType(.int64) .== $0).sum().item() }
                == [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949])
    }

    @Test(.enabled(if: SharedData.isThere, SharedData.absence)) func readsThePublishedCIFAR() throws {
        let set = try CIFAR10.read(files: [SharedData.path("cifar10/train_first4000_lossless.bin.gz")])
        #expect(set.images.shape == [4_000, 32, 32, 3])
        #expect(set.labels[0..<10].array(of: Int.self) == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3])
        #expect(CIFAR10.classNames[6] == "frog")
        #expect(set.images[0, 0, 0].array(of: Int.self) == [59, 62, 63])
    }
}
