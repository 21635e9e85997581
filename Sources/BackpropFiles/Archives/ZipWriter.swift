/// Writes a zip file whose members are stored as they are, each aligned to 64 bytes, so that a reader can map them.
///
/// The same members give the same bytes: every time in the file is the first that the format knows.
///
/// ```swift
/// try FileSystem.writeAtomically(path) { file in
///     var archive = ZipWriter()
///     try archive.add("a.txt", [bytes], to: &file)
///     try archive.finish(&file)
/// }
/// ```
package struct ZipWriter {
    private var list: [UInt8] = []
    private var names: Set<String> = []
    private var position = 0

    /// The kind of field by which aligned archives fill a gap.
    private static let paddingExtra: UInt16 = 0xD935
    private static let alignment = 64
    /// Version 4.5 of the format is the first with sizes of 64 bits.
    private static let version: UInt16 = 45
    private static let firstDay: UInt16 = 1 << 5 | 1

    package init() {}

    /// Adds a member: its bytes in one or several pieces. Names differ and have at most 65,535 bytes.
    package mutating func add(
        _ name: String, _ pieces: [UnsafeRawBufferPointer], to file: inout OutputFile
    ) throws {
        let rawName = Array(name.utf8)
        guard rawName.count <= Int(UInt16.max), names.insert(name).inserted else {
            throw DataError(
                .mismatch, at: file.path, "a member is to be called \(Wording.quoted(name))",
                remedy: "choose a shorter name, one for each member")
        }
        let count = pieces.reduce(0) { $0 + $1.count }
        let checksum = pieces.reduce(0) { CRC32.checksum($1, after: $0) }
        let isWide = count >= Int(UInt32.max) || position >= Int(UInt32.max)
        let narrow = isWide ? UInt32.max : UInt32(count)

        var extra: [UInt8] = []
        if isWide {
            extra += ZipDirectory.wideExtra.bytes + UInt16(16).bytes + UInt64(count).bytes + UInt64(count).bytes
        }
        let unaligned = (position + 30 + rawName.count + extra.count + 4) % Self.alignment
        let gap = unaligned == 0 ? 0 : Self.alignment - unaligned
        extra += Self.paddingExtra.bytes + UInt16(gap).bytes + [UInt8](repeating: 0, count: gap)
        let common =
            Self.version.bytes + ZipDirectory.namesAreUTF8.bytes + UInt16(0).bytes + UInt16(0).bytes
            + Self.firstDay.bytes + checksum.bytes + narrow.bytes + narrow.bytes + UInt16(rawName.count).bytes
        let header = ZipDirectory.localSignature.bytes + common + UInt16(extra.count).bytes + rawName + extra

        list += ZipDirectory.centralSignature.bytes + Self.version.bytes + common
        var listExtra: [UInt8] = []
        if isWide {
            listExtra =
                ZipDirectory.wideExtra.bytes + UInt16(24).bytes + UInt64(count).bytes + UInt64(count).bytes
                + UInt64(position).bytes
        }
        list += UInt16(listExtra.count).bytes + UInt16(0).bytes + UInt16(0).bytes + UInt16(0).bytes + UInt32(0).bytes
        list += (isWide ? UInt32.max : UInt32(position)).bytes + rawName + listExtra

        try file.write(header)
        for piece in pieces { try file.write(block: piece) }
        position += header.count + count
    }

    /// Writes the list of members, which ends the file.
    package mutating func finish(_ file: inout OutputFile) throws {
        let isWide =
            names.count >= Int(UInt16.max) || list.count >= Int(UInt32.max) || position >= Int(UInt32.max)
        var end: [UInt8] = []
        if isWide {
            end += ZipDirectory.wideEndSignature.bytes + UInt64(44).bytes + Self.version.bytes + Self.version.bytes
            end += UInt32(0).bytes + UInt32(0).bytes + UInt64(names.count).bytes + UInt64(names.count).bytes
            end += UInt64(list.count).bytes + UInt64(position).bytes
            end += ZipDirectory.wideLocatorSignature.bytes + UInt32(0).bytes + UInt64(position + list.count).bytes
            end += UInt32(1).bytes
        }
        let count = isWide ? UInt16.max : UInt16(names.count)
        end += ZipDirectory.endSignature.bytes + UInt16(0).bytes + UInt16(0).bytes + count.bytes + count.bytes
        end += (isWide ? UInt32.max : UInt32(list.count)).bytes + (isWide ? UInt32.max : UInt32(position)).bytes
        end += UInt16(0).bytes
        try file.write(list)
        try file.write(end)
    }
}

extension FixedWidthInteger {
    /// The bytes of the number, lowest first.
    fileprivate var bytes: [UInt8] {
        (0..<(Self.bitWidth / 8)).map { UInt8(truncatingIfNeeded: self >> Self($0 * 8)) }
    }
}
