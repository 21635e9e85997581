import BackpropFiles

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The text of a file as UTF-8 without a byte order mark, whatever it was before.
struct TableText {
    let bytes: FileBytes
    let encoding: TableDialect.Encoding
    let isPacked: Bool

    /// - Parameter encoding: nil to find out: by a mark, by the zeros of UTF-16, else UTF-8, else Windows-1252.
    /// - Throws: `DataError` for packed data that is damaged, and bytes that are no text.
    init(_ content: FileBytes, source: String, encoding wanted: TableDialect.Encoding?) throws(DataError) {
        isPacked = content.isPacked
        let content = try Self.unpacked(content, source)
        let (encoding, mark) = Self.recognized(content.buffer)
        let body = content[mark..<content.count]
        if let known = wanted ?? encoding {
            self.encoding = known
        } else {
            self.encoding = try Self.plain(body, source)
        }
        switch self.encoding {
        case .utf8:
            if let bad = CSVText.firstInvalid(in: body) { throw Self.notText(body.buffer, bad, source, .utf8) }
            bytes = body
        case .utf16LittleEndian, .utf16BigEndian:
            bytes = try Self.fromUTF16(body.buffer, isLittle: self.encoding == .utf16LittleEndian, source)
        case .windows1252: bytes = Self.fromWindows(body.buffer)
        }
    }

    private static func unpacked(_ content: FileBytes, _ source: String) throws(DataError) -> FileBytes {
        do { return try content.unpacked() } catch { throw error.at(source) }
    }

    /// What a byte order mark or the zeros of Latin letters in UTF-16 say, and the length of the mark.
    private static func recognized(_ bytes: UnsafeRawBufferPointer) -> (TableDialect.Encoding?, mark: Int) {
        if bytes.starts(with: CSVText.byteOrderMark) { return (.utf8, CSVText.byteOrderMark.count) }
        if bytes.starts(with: [0xFF, 0xFE]) { return (.utf16LittleEndian, 2) }
        if bytes.starts(with: [0xFE, 0xFF]) { return (.utf16BigEndian, 2) }
        let head = bytes.prefix(4_096)
        var zeros = (even: 0, odd: 0)
        for (position, byte) in head.enumerated() where byte == 0 {
            if position % 2 == 0 { zeros.even += 1 } else { zeros.odd += 1 }
        }
        guard head.count >= 4, bytes.count % 2 == 0 else { return (nil, 0) }
        if zeros.even == 0, zeros.odd * 10 >= head.count * 3 { return (.utf16LittleEndian, 0) }
        if zeros.odd == 0, zeros.even * 10 >= head.count * 3 { return (.utf16BigEndian, 0) }
        return (nil, 0)
    }

    /// UTF-8 where the bytes are valid, else Windows-1252 where they hold no control characters.
    private static func plain(_ body: FileBytes, _ source: String) throws(DataError) -> TableDialect.Encoding {
        guard let bad = CSVText.firstInvalid(in: body) else { return .utf8 }
        let head = body.buffer[..<min(body.count, max(bad + 1, 65_536))]
        let controls = head.count { $0 < 0x20 && $0 != 9 && $0 != 10 && $0 != 13 && $0 != 12 }
        let isText = !body.buffer.contains(0) && controls == 0 && !isCutCharacter(body.buffer, bad)
        guard isText else { throw notText(body.buffer, bad, source, nil) }
        return .windows1252
    }

    /// Whether the only thing wrong is a last character that is cut, in text that has others beyond ASCII.
    private static func isCutCharacter(_ bytes: UnsafeRawBufferPointer, _ bad: Int) -> Bool {
        bytes.count - bad < 4 && bytes[bad] >= 0xC2 && bytes[(bad + 1)...].allSatisfy { $0 & 0xC0 == 0x80 }
            && (bad + 1 < bytes.count || bytes[..<bad].contains { $0 >= 0x80 })
    }

    private static func fromUTF16(
        _ bytes: UnsafeRawBufferPointer, isLittle: Bool, _ source: String
    ) throws(DataError) -> FileBytes {
        func unit(_ position: Int) -> UInt32 {
            let (first, second) = (UInt32(bytes[position]), UInt32(bytes[position + 1]))
            return isLittle ? second << 8 | first : first << 8 | second
        }
        // A unit of two bytes becomes at most three.
        let (base, capacity) = block(bytes.count / 2 * 3)
        var output = UTF8Output(base: base)
        var position = 0
        while position < bytes.count {
            var value: UInt32 = 0
            if position + 1 < bytes.count { value = unit(position) }
            if value & 0xFC00 == 0xD800, position + 3 < bytes.count, unit(position + 2) & 0xFC00 == 0xDC00 {
                value = 0x10000 + (value & 0x3FF) << 10 + unit(position + 2) & 0x3FF
                position += 2
            }
            let isControl = value < 0x20 && ![0x09, 0x0A, 0x0C, 0x0D].contains(value)
            guard !isControl, let scalar = Unicode.Scalar(value) else {
                free(base)
                throw DataError(
                    .notText, at: source, "the bytes at offset \(position) are not UTF-16 text",
                    remedy: "save the file as UTF-8")
            }
            output.append(scalar.value)
            position += 2
        }
        return finished(base, output.count, capacity)
    }

    private static func fromWindows(_ bytes: UnsafeRawBufferPointer) -> FileBytes {
        let (base, capacity) = block(bytes.reduce(0) { $0 + ($1 < 0x80 ? 1 : 3) })
        var output = UTF8Output(base: base)
        for byte in bytes { output.append(byte & 0xE0 == 0x80 ? windowsCharacters[Int(byte & 0x1F)] : UInt32(byte)) }
        return finished(base, output.count, capacity)
    }

    private static func block(_ count: Int) -> (UnsafeMutablePointer<UInt8>, Int) {
        let capacity = max(count, 1)
        return (malloc(capacity)!.assumingMemoryBound(to: UInt8.self), capacity)
    }

    private static func finished(_ base: UnsafeMutablePointer<UInt8>, _ count: Int, _ capacity: Int) -> FileBytes {
        FileBytes(owning: realloc(base, max(count, 1)) ?? UnsafeMutableRawPointer(base), count: count)
    }

    /// The characters 0x80 to 0x9F; the five that are free stand for themselves.
    private static let windowsCharacters: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]

    private static func notText(
        _ bytes: UnsafeRawBufferPointer, _ bad: Int, _ source: String, _ wanted: TableDialect.Encoding?
    ) -> DataError {
        let line = CSVText.lineBreaks(in: bytes[..<bad]) + 1
        let known = signatures.first { bytes.starts(with: $0.bytes) }
        let remedy = known.map { "it looks like \($0.name); save the table as CSV in UTF-8" }
        return DataError(
            .notText, at: "\(source), line \(line)",
            "byte 0x\(String(bytes[bad], radix: 16)) at offset \(bad) is not UTF-8 text",
            remedy: remedy
                ?? (wanted == .utf8
                    ? "leave the encoding out, so that it is found, or save the file as UTF-8"
                    : "save the file as CSV in UTF-8"))
    }

    private static let signatures: [(bytes: [UInt8], name: String)] = [
        ([0x50, 0x4B, 0x03, 0x04], "an Excel workbook or another zip file"),
        ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook"), (Array("PAR1".utf8), "a Parquet file"),
        (Array("SQLite format 3".utf8), "an SQLite database"), ([0x89, 0x48, 0x44, 0x46], "an HDF5 file"),
        ([0x93, 0x4E, 0x55, 0x4D], "a NumPy file"), ([0x89, 0x50, 0x4E, 0x47], "a PNG picture"),
        (Array("%PDF".utf8), "a PDF file"), (Array("BZh".utf8), "a file packed by bzip2"),
        ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "a file packed by xz"), ([0x28, 0xB5, 0x2F, 0xFD], "a file packed by zstd"),
    ]
}

/// Writes scalars as UTF-8 into memory that has room for them.
private struct UTF8Output {
    let base: UnsafeMutablePointer<UInt8>
    var count = 0

    mutating func append(_ scalar: UInt32) {
        switch scalar {
        case 0..<0x80: put(scalar)
        case 0x80..<0x800:
            put(0xC0 | scalar >> 6)
            put(0x80 | scalar & 0x3F)
        case 0x800..<0x10000:
            put(0xE0 | scalar >> 12)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        default:
            put(0xF0 | scalar >> 18)
            put(0x80 | scalar >> 12 & 0x3F)
            put(0x80 | scalar >> 6 & 0x3F)
            put(0x80 | scalar & 0x3F)
        }
    }

    private mutating func put(_ byte: UInt32) {
        base[count] = UInt8(truncatingIfNeeded: byte)
        count += 1
    }
}
