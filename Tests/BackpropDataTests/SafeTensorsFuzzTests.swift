import Backprop
import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

/// Files that somebody has tampered with are read or refused in one line, and nothing else happens. Runs briefly, or as many
/// seconds as `BACKPROP_FUZZ_SECONDS` says.
@Suite struct SafeTensorsFuzzTests {
    static let seconds = ProcessInfo.processInfo.environment["BACKPROP_FUZZ_SECONDS"].flatMap(Double.init)

    /// Calls `body` with changed copies of `original`, in an order that is the same every time.
    static func mutate(
        _ original: [UInt8], rounds: Int, textFrom: Int, _ body: ([UInt8]) throws -> Void
    ) rethrows -> Int {
        var generator = SplitMix64(seed: 11)
        let marks = Array("{}[]\":,\\u-0198 e.".utf8) + [0, 0xFF, 0xC3, 0x80]
        let words = [
            "18446744073709551616", "9223372036854775807", "4294967295", "-1", "\\ud800", "null", "1e9", "\"a\":{}",
            "[[",
            "__metadata__", "F4", "C64", "BOOL", "U64", "../", "/", "0,", ",0", "\"shape\":[]", "\u{FEFF}", "e\u{301}",
        ]
        let start = Date.now
        var round = 0
        while seconds.map({ Date.now.timeIntervalSince(start) < $0 }) ?? (round < rounds) {
            var bytes = original
            for _ in 0...generator.below(3) where bytes.count > textFrom + 1 {
                let place = textFrom + generator.below(bytes.count - textFrom)
                switch generator.below(8) {
                case 0: bytes.removeLast(generator.below(bytes.count + 1))
                case 1: bytes[generator.below(bytes.count)] ^= 1 << UInt8(generator.below(8))
                case 2: bytes[generator.below(min(8, bytes.count))] = UInt8(generator.below(256))
                case 3: bytes[place] = marks[generator.below(marks.count)]
                case 4:
                    let word = Array(words[generator.below(words.count)].utf8)
                    bytes.insert(contentsOf: word, at: place)
                    if textFrom > 0 { bytes[0] = UInt8(truncatingIfNeeded: Int(bytes[0]) + word.count) }
                case 5:
                    // A piece of the file once more, elsewhere.
                    let from = textFrom + generator.below(bytes.count - textFrom)
                    let piece = bytes[from..<min(bytes.count, from + 1 + generator.below(40))]
                    bytes.replaceSubrange(place..<min(bytes.count, place + piece.count), with: piece)
                case 6:
                    let digits = bytes.indices.filter { (48...57).contains(bytes[$0]) }
                    if !digits.isEmpty {
                        bytes[digits[generator.below(digits.count)]] = UInt8(48 + generator.below(10))
                    }
                default: bytes.append(UInt8(generator.below(256)))
                }
            }
            try body(bytes)
            round += 1
        }
        return round
    }

    @Test func changedFiles() throws {
        var opened = 0, read = 0
        let rounds = Self.mutate(SafeTensorsTypeTests.whole, rounds: 3000, textFrom: 8) { bytes in
            do throws(DataError) {
                let file = try SafeTensorsFile(FileBytes(bytes), path: "m.safetensors")
                opened += 1
                for entry in file.entries {
                    do throws(DataError) {
                        let tensor = try file.tensor(entry.name)
                        #expect(tensor.shape == entry.shape && tensor.size == entry.elementCount)
                        #expect(tensor.withUnsafeBytes { $0.count } == tensor.size * tensor.dtype.byteCount)
                        read += 1
                    } catch { #expect(isOneLine(error.description)) }
                }
            } catch { #expect(isOneLine(error.description)) }
        }
        #expect(opened > 0 && read > 0 && opened < rounds)
        print("\(rounds) changed files, of which \(opened) could be opened, with \(read) tensors")
    }

    @Test func changedIndices() throws {
        let text = #"{"metadata":{"total_size":133},"weight_map":{"a":"m-1.safetensors","b":"m-2.safetensors"}}"#
        var opened = 0
        let rounds = Self.mutate(Array(text.utf8), rounds: 3000, textFrom: 0) { bytes in
            do throws(DataError) {
                let index = try SafeTensorsIndex(bytes, path: "m.safetensors.index.json")
                opened += 1
                for file in index.files.values { #expect(!file.contains("/") && file.hasSuffix(".safetensors")) }
            } catch { #expect(isOneLine(error.description)) }
        }
        #expect(opened > 0 && opened < rounds)
        print("\(rounds) changed indices, of which \(opened) could be read")
    }
}
