import Foundation
import Testing

@testable import BackpropData
@testable import BackpropFiles

/// A gzip file, and what it unpacks to.
struct PackedFile: Sendable, CustomTestStringConvertible {
    let name: String
    let bytes: [UInt8]
    let count: Int
    let digest: String
    var testDescription: String { name }

    init(_ name: String, _ base64: String, count: Int, digest: String) {
        self.name = name
        bytes = Array(Data(base64Encoded: base64)!)
        self.count = count
        self.digest = digest
    }
}

extension RecordedFiles {
    static func bytes(_ name: String) -> [UInt8] { Array(Data(base64Encoded: files[name]!)!) }
}

func digest(_ bytes: [UInt8]) -> String {
    var digest = SHA256()
    digest.add(bytes)
    return digest.hexadecimal()
}

/// A gzip member that stores its content without packing it.
func storedMember(_ content: [UInt8]) -> [UInt8] {
    var result: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
        let count = min(65_535, content.count - start)
        result += [start + count == content.count ? 1 : 0]
        result += little(UInt16(count)) + little(~UInt16(count)) + content[start..<(start + count)]
        start += count
    } while start < content.count
    return result + little(content.withUnsafeBytes { CRC32.checksum($0) }) + little(UInt32(content.count))
}

func little(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.littleEndian) { Array($0) } }
func big(_ number: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { Array($0) } }

/// Expects that reading throws a `DataError` of one line that holds `words`.
func expectRefusal(
    _ words: String, _ place: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
    let error = #expect(throws: DataError.self, sourceLocation: place) { try body() }
    guard let error else { return }
    #expect(isOneLine(error.description), sourceLocation: place)
    #expect(
        error.description.contains(words), "\(error.description) does not say '\(words)'", sourceLocation: place)
}
