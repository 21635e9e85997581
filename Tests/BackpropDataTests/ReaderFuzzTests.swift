import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

/// Good files with mistakes in them: a reader takes them or throws an error of one line, and nothing else happens.
///
/// Each reader gets a fixed number of them, or as many as fit into `BACKPROP_FUZZ_SECONDS`.
@Suite struct ReaderFuzzTests {
    private static let seconds = ProcessInfo.processInfo.environment["BACKPROP_FUZZ_SECONDS"].flatMap(Double.init)
    private static let numbers: [UInt64] = [
        0, 1, 7, 127, 128, 255, 256, 32_767, 65_535, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 63 - 1, .max,
    ]

    /// One to three mistakes in one of the files.
    static func mutated(_ files: [[UInt8]], _ generator: inout SplitMix64) -> [UInt8] {
        var bytes = files[generator.below(files.count)]
        for _ in 0...generator.below(3) {
            let place = generator.below(bytes.count + 1)
            switch generator.below(9) {
            case 0: bytes.removeLast(generator.below(bytes.count + 1))
            case 1 where place < bytes.count: bytes[place] ^= 1 << UInt8(generator.below(8))
            case 2 where place < bytes.count: bytes[place] = UInt8(generator.below(256))
            case 3:
                bytes.insert(contentsOf: (0...generator.below(8)).map { _ in UInt8(generator.below(256)) }, at: place)
            case 4: bytes.removeSubrange(place..<min(bytes.count, place + generator.below(9)))
            case 5, 6:
                let number = numbers[generator.below(numbers.count)], width = [1, 2, 4, 8][generator.below(4)]
                let text =
                    generator.below(2) == 0 ? Array(little(number).prefix(width)) : Array(big(number).suffix(width))
                for (offset, byte) in text.enumerated() where place + offset < bytes.count {
                    bytes[place + offset] = byte
                }
            case 7:
                let other = files[generator.below(files.count)]
                bytes = Array(bytes.prefix(place)) + other.suffix(generator.below(other.count + 1))
            default:
                let piece = bytes[place..<min(bytes.count, place + generator.below(40))]
                bytes.insert(contentsOf: piece, at: generator.below(bytes.count + 1))
            }
        }
        return bytes
    }

    func run(
        _ name: String, _ files: [[UInt8]], rounds: Int, seed: UInt64 = 1,
        mutate: ([[UInt8]], inout SplitMix64) -> [UInt8] = mutated, read: ([UInt8]) throws -> Void
    ) {
        var generator = SplitMix64(seed: seed)
        var (accepted, refused) = (0, 0)
        let start = ContinuousClock.now
        func isDone() -> Bool {
            guard let seconds = Self.seconds else { return accepted + refused >= rounds }
            return ContinuousClock.now - start > .seconds(seconds)
        }
        for file in files { #expect(throws: Never.self) { try read(file) } }
        while !isDone() {
            let bytes = mutate(files, &generator)
            do {
                try read(bytes)
                accepted += 1
            } catch let error as DataError {
                #expect(isOneLine(error.description), "\(error)")
                refused += 1
            } catch {
                Issue.record("\(name): \(error)")
            }
        }
        #expect(refused > 0)
        if Self.seconds != nil { print("\(name): \(accepted + refused) files, \(refused) refused") }
    }

    @Test func gzip() {
        run("gzip", RecordedFiles.gzip.map(\.bytes), rounds: 2_000) { _ = try Gzip.unpacked($0, limit: 100_000) }
    }

    @Test func zip() {
        run("zip", ["mixed.zip", "wide.zip"].map(RecordedFiles.bytes), rounds: 3_000) {
            let file = try ZipFile(FileBytes($0), path: "a.zip")
            for entry in file.entries { _ = try file.bytes(of: entry.name, limit: 100_000) }
        }
    }

    @Test func npy() {
        let names = ["<f4", ">i2", "|b1", "<u8", "<f2", "fortran", "fortran swapped", "scalar", "empty", "version 2"]
        run("npy", names.map { RecordedFiles.bytes($0 + ".npy") }, rounds: 3_000) {
            let x = try NPYFile(FileBytes($0), path: "a.npy").tensor()
            x.withUnsafeBytes { #expect($0.count == x.shape.reduce(1, *) * x.dtype.byteCount) }
        }
    }

    @Test func npz() {
        run("npz", ["plain.npz", "packed.npz"].map(RecordedFiles.bytes), rounds: 1_500) {
            _ = try NPZFile(FileBytes($0), path: "a.npz").tensors(limit: 100_000)
        }
    }

    @Test func gguf() {
        run("GGUF", [GGUFBytes.sample.bytes], rounds: 3_000) {
            let file = try GGUFFile(FileBytes($0), path: "a.gguf")
            for entry in file.entries { file.withBytes(of: entry) { #expect($0.count == entry.byteRange.count) } }
        }
    }

    @Test func idx() {
        let plain = [
            ImageSetTests.idx(8, [3, 2, 2], [UInt8](repeating: 5, count: 12)),
            ImageSetTests.idx(0x0B, [4], [UInt8](repeating: 5, count: 8)),
            ImageSetTests.idx(0x0E, [1, 1], [UInt8](repeating: 5, count: 8)),
        ]
        run("IDX", plain + plain.map(storedMember), rounds: 3_000) {
            let file = try IDXFile(FileBytes($0), path: "a")
            file.tensor().withUnsafeBytes { #expect($0.count == file.shape.reduce(1, *) * file.dtype.byteCount) }
        }
    }

    @Test func cifar() throws {
        let plain = ImageSetTests.record([1], 0) + ImageSetTests.record([2], 1)
        let folder = try TemporaryFolder()
        run("CIFAR", [plain, storedMember(plain)], rounds: 100) {
            let path = try folder.file("a.bin", $0)
            _ = try CIFAR10.read(files: [path], limit: 100_000)
        }
    }

    @Test func jsonLines() {
        let text = Array((JSONLinesTests.good + "\n" + JSONLinesTests.good).utf8)
        run("JSON lines", [text, storedMember(text)], rounds: 500) {
            let lines = try JSONLines<JSONLinesTests.Review>(FileBytes($0), path: "a.jsonl", limit: 100_000)
            var reader = lines.reader(skippingBadRecords: true)
            while try reader.next() != nil {}
            _ = try lines.array()
        }
    }

    @Test func plainText() {
        let text = Array("é one\r\ntwo 😀\n\nthree".utf8)
        run("text", [text, storedMember(text)], rounds: 2_000) {
            let file = try PlainText(FileBytes($0), path: "a.txt", limit: 100_000)
            let vocabulary = CharacterVocabulary(of: file.text)
            #expect(vocabulary.text(of: try vocabulary.tokens(of: file.text)) == file.text)
            _ = file.lines
        }
    }
}
