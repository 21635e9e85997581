import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

@Suite struct GzipTests {
    /// A member whose deflated bytes are written bit by bit, lowest first.
    static func member(bits: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for (index, bit) in bits.filter({ $0 != " " }).enumerated() {
            if index % 8 == 0 { bytes.append(0) }
            if bit == "1" { bytes[bytes.count - 1] |= 1 << UInt8(index % 8) }
        }
        return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255] + bytes + [UInt8](repeating: 0, count: 8)
    }

    /// Bits of a number, lowest first.
    static func bits(_ number: Int, _ count: Int) -> String {
        String((0..<count).map { number >> $0 & 1 == 1 ? "1" : "0" })
    }

    /// The head of a block with codes of its own, up to the lengths of the code lengths; `lengths` are in the order of RFC 1951.
    static func head(literals: Int, distances: Int, lengths: [Int]) -> String {
        "1" + bits(2, 2) + bits(literals - 257, 5) + bits(distances - 1, 5) + bits(lengths.count - 4, 4)
            + lengths.map { bits($0, 3) }.joined()
    }

    @Test(arguments: RecordedFiles.gzip) func unpacksWhatOthersPack(_ file: PackedFile) throws {
        let bytes = try Gzip.unpacked(file.bytes, limit: file.count)
        #expect(bytes.count == file.count && digest(bytes) == file.digest)
        if file.count > 0 {
            expectRefusal("more than the \(file.count - 1) bytes") {
                _ = try Gzip.unpacked(file.bytes, limit: file.count - 1)
            }
        }
        let packed = FileBytes(file.bytes)
        #expect(packed.isPacked)
        for count in [0, 1, 100, 5_000] {
            let first = try packed.unpackedPrefix(count)
            #expect(Array(first.buffer) == Array(bytes.prefix(min(count, try firstMember(file).count))))
        }
    }

    /// What the first member holds: a prefix is read from it alone.
    private func firstMember(_ file: PackedFile) throws -> [UInt8] {
        let bytes = try Gzip.unpacked(file.bytes)
        return file.name == "two members and zeros" ? Array(bytes.dropLast(3)) : bytes
    }

    @Test(arguments: RecordedFiles.gzip) func refusesEveryTruncation(_ file: PackedFile) throws {
        let last = file.name == "two members and zeros" ? file.bytes.count - 5 : file.bytes.count
        let firstEnd = file.name == "two members and zeros" ? last - 23 : last
        for count in 0..<last where count != firstEnd {
            expectRefusal("gzip data: ") { _ = try Gzip.unpacked(Array(file.bytes.prefix(count))) }
        }
    }

    @Test func refusesChangedChecksumsAndLengths() throws {
        let good = storedMember(Array("content".utf8))
        #expect(try Gzip.unpacked(good) == Array("content".utf8))
        for place in 1...8 {
            var bad = good
            bad[bad.count - place] ^= 0x10
            expectRefusal(place > 4 ? "checksum" : "its end says") { _ = try Gzip.unpacked(bad) }
        }
        expectRefusal("follow the gzip data") { _ = try Gzip.unpacked(good + [1]) }
        expectRefusal("header of the gzip data") { _ = try Gzip.unpacked(good + [0x1F, 0x8B]) }
        expectRefusal("does not begin") { _ = try Gzip.unpacked(Array("plain".utf8)) }
        expectRefusal("unknown way") { _ = try Gzip.unpacked([0x1F, 0x8B, 7] + good[3...]) }
        expectRefusal("unknown way") { _ = try Gzip.unpacked([0x1F, 0x8B, 8, 0x20] + good[4...]) }
        let named = RecordedFiles.gzip.first { $0.name == "every header field" }!
        var bad = named.bytes
        bad[12] ^= 1
        expectRefusal("cut short") { _ = try Gzip.unpacked(Array(bad.prefix(12))) }
        bad = named.bytes
        bad[20] ^= 1
        expectRefusal("checksum of the header") { _ = try Gzip.unpacked(bad) }
    }

    @Test func refusesImpossibleStreams() {
        // Code lengths of one bit each for the lengths 0 and 1; the order is 16, 17, 18, 0, 8, ... 1.
        let zeroAndOne = [0, 0, 0, 1] + [Int](repeating: 0, count: 13) + [1]
        let cases: [(String, String)] = [
            ("unknown kind", "1 11"),
            ("contradicts its length", "1 00 00000" + Self.bits(5, 16) + Self.bits(5, 16)),
            ("too many codes", Self.head(literals: 287, distances: 1, lengths: zeroAndOne)),
            ("too many codes", Self.head(literals: 257, distances: 31, lengths: zeroAndOne)),
            ("too many symbols", Self.head(literals: 257, distances: 1, lengths: [1, 1, 1, 1])),
            ("too few symbols", Self.head(literals: 257, distances: 1, lengths: [0, 0, 0, 1])),
            // The first code length repeats the one before.
            ("where there is none", Self.head(literals: 257, distances: 1, lengths: [1, 0, 0, 1]) + "1"),
            // Three times 138 zeros are more than there are codes.
            (
                "beyond the last code",
                Self.head(literals: 257, distances: 1, lengths: [0, 0, 1, 1])
                    + String(repeating: "1" + Self.bits(127, 7), count: 3)
            ),
            (
                "no code for its end",
                Self.head(literals: 257, distances: 1, lengths: zeroAndOne) + "11" + String(repeating: "0", count: 256)
            ),
            (
                "too many symbols",
                Self.head(literals: 257, distances: 1, lengths: zeroAndOne) + String(repeating: "1", count: 258)
            ),
            // A length of 3 in the fixed code, then distance 1, before anything is there.
            ("before its beginning", "1 10 0000001 00000"),
            ("stands for nothing", "1 10 11000110"),
            ("stands for nothing", "1 10 0000001 11110"),
            // 256 has the only literal code, one bit long; its other value is unused.
            (
                "stands for nothing",
                Self.head(literals: 257, distances: 1, lengths: zeroAndOne) + String(repeating: "0", count: 256) + "1 0"
                    + "1"
            ),
        ]
        for (words, bits) in cases {
            expectRefusal(words) { _ = try Gzip.unpacked(Self.member(bits: bits + String(repeating: "0", count: 64))) }
        }
    }

    @Test func aBombEndsAtItsLimit() throws {
        // A literal, then 20,000 times 258 bytes: length code 285 and distance 1 in fixed codes.
        let bits = "1 10 00110000" + String(repeating: "1100010100000", count: 20_000) + "0000000"
        let bomb = Self.member(bits: bits)
        let start = ContinuousClock.now
        expectRefusal("more than the 1000 bytes") { _ = try Gzip.unpacked(bomb, limit: 1_000) }
        #expect(ContinuousClock.now - start < .seconds(5))
        expectRefusal("its end says 0") { _ = try Gzip.unpacked(bomb) }
    }
}
