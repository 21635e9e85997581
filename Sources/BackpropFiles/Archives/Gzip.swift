/// Files that were packed by gzip. Every reader of data sets takes them as they are.
///
/// Source: RFC 1952.
public enum Gzip {
    /// What a file is unpacked to at most, where neither its format nor the caller says how much it holds: 4 GiB.
    public static let defaultLimit = 1 << 32

    /// Unpacks a gzip file that is in memory; members follow each other, and zeros may follow the last one.
    ///
    /// - Parameters:
    ///   - limit: the most bytes of the result.
    ///   - source: what errors call it.
    /// - Throws: `DataError` where the bytes are no gzip file or a damaged one, and where they hold more than `limit` bytes.
    public static func unpacked(
        _ bytes: [UInt8], limit: Int = defaultLimit, source: String = "gzip data"
    ) throws(DataError) -> [UInt8] {
        let packed = FileBytes(bytes)
        let result: FileBytes
        do { result = try unpack(packed.buffer, limit: limit) } catch { throw error.at(source) }
        return Array(result.buffer)
    }

    /// Whether bytes begin as a gzip file does.
    static func isPacked(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
    }

    /// Unpacks all members.
    static func unpack(_ packed: UnsafeRawBufferPointer, limit: Int) throws(FormatProblem) -> FileBytes {
        var output = GrowingBytes(capacity: expectedCount(packed, limit: limit))
        var inflate = Inflate()
        var position = 0
        repeat {
            let member = UnsafeRawBufferPointer(rebasing: packed[position...])
            let start = output.count
            let header = try headerCount(member)
            let body = UnsafeRawBufferPointer(rebasing: member[header...])
            let taken = try inflate.unpack(body, into: &output, limit: limit)
            guard body.count - taken >= 8 else { throw FormatProblem("the gzip data ends before its checksum") }
            let unpacked = UnsafeRawBufferPointer(start: output.base + start, count: output.count - start)
            let checksum = UInt32(littleEndian: body.loadUnaligned(fromByteOffset: taken, as: UInt32.self))
            let count = UInt32(littleEndian: body.loadUnaligned(fromByteOffset: taken + 4, as: UInt32.self))
            guard count == UInt32(truncatingIfNeeded: unpacked.count) else {
                throw FormatProblem("the gzip data unpacks to \(unpacked.count) bytes, its end says \(count)")
            }
            guard checksum == CRC32.checksum(unpacked) else {
                throw FormatProblem("the checksum of the gzip data is wrong")
            }
            position += header + taken + 8
        } while isPacked(UnsafeRawBufferPointer(rebasing: packed[position...]))
        guard packed[position...].allSatisfy({ $0 == 0 }) else {
            throw FormatProblem("\(packed.count - position) bytes that are no gzip data follow the gzip data")
        }
        return output.finished()
    }

    /// The first `count` bytes of what is packed, or all where that is less. Checksums are left alone.
    static func unpackedPrefix(_ packed: UnsafeRawBufferPointer, count: Int) throws(FormatProblem) -> FileBytes {
        var output = GrowingBytes(capacity: 0)
        var inflate = Inflate()
        let body = UnsafeRawBufferPointer(rebasing: packed[try headerCount(packed)...])
        _ = try inflate.unpack(body, into: &output, limit: count, excess: .ignored)
        return output.finished()
    }

    /// What the end of the file says it unpacks to, as far as that is possible: no byte stands for more than 1032.
    private static func expectedCount(_ packed: UnsafeRawBufferPointer, limit: Int) -> Int {
        guard packed.count >= 18 else { return 0 }
        let said = UInt32(littleEndian: packed.loadUnaligned(fromByteOffset: packed.count - 4, as: UInt32.self))
        // Room for the words that unpacking writes, so that memory need not grow for them.
        return min(Int(said), limit, 8 * packed.count) + 1_024
    }

    /// Bytes of the header of a member.
    private static func headerCount(_ member: UnsafeRawBufferPointer) throws(FormatProblem) -> Int {
        guard isPacked(member) else { throw FormatProblem("it does not begin as gzip data does") }
        let cutShort = FormatProblem("the header of the gzip data is cut short")
        guard member.count >= 10 else { throw cutShort }
        let flags = member[3]
        guard member[2] == 8, flags & 0xE0 == 0 else {
            throw FormatProblem("the gzip data is packed in an unknown way", remedy: "pack it again with gzip")
        }
        var position = 10
        if flags & 4 != 0 {
            guard member.count - position >= 2 else { throw cutShort }
            position += 2 + Int(UInt16(littleEndian: member.loadUnaligned(fromByteOffset: position, as: UInt16.self)))
        }
        for flag: UInt8 in [8, 16] where flags & flag != 0 {
            guard position < member.count, let end = member[position...].firstIndex(of: 0) else { throw cutShort }
            position = end + 1
        }
        if flags & 2 != 0 {
            guard member.count - position >= 2 else { throw cutShort }
            let sum = CRC32.checksum(UnsafeRawBufferPointer(rebasing: member[..<position]))
            let said = UInt16(littleEndian: member.loadUnaligned(fromByteOffset: position, as: UInt16.self))
            guard said == UInt16(truncatingIfNeeded: sum) else {
                throw FormatProblem("the checksum of the header of the gzip data is wrong")
            }
            position += 2
        }
        guard position <= member.count else { throw cutShort }
        return position
    }
}

extension FileBytes {
    /// Whether these bytes are packed by gzip.
    package var isPacked: Bool { Gzip.isPacked(buffer) }

    /// What the bytes unpack to, or the bytes themselves where they are not packed. Packed bytes give at most `limit`.
    package func unpacked(limit: Int = Gzip.defaultLimit) throws(FormatProblem) -> FileBytes {
        isPacked ? try Gzip.unpack(buffer, limit: limit) : self
    }

    /// The first bytes of what the bytes unpack to, or of the bytes themselves; fewer where there are no more.
    package func unpackedPrefix(_ count: Int) throws(FormatProblem) -> FileBytes {
        isPacked ? try Gzip.unpackedPrefix(buffer, count: count) : self[0..<min(count, self.count)]
    }
}
