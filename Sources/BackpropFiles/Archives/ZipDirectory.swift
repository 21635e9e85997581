/// The list of members at the end of a zip file, and where their bytes are.
///
/// Source: PKWARE, "APPNOTE.TXT - .ZIP File Format Specification", version 6.3.10, 2022.
enum ZipDirectory {
    static let localSignature: UInt32 = 0x0403_4B50
    static let centralSignature: UInt32 = 0x0201_4B50
    static let endSignature: UInt32 = 0x0605_4B50
    static let wideEndSignature: UInt32 = 0x0606_4B50
    static let wideLocatorSignature: UInt32 = 0x0706_4B50
    static let wideExtra: UInt16 = 1
    /// Bit 11 of the flags: names are UTF-8.
    static let namesAreUTF8: UInt16 = 1 << 11

    private static let endCount = 22
    private static let centralCount = 46
    private static let wideLocatorCount = 20

    /// The members in the order of the list, checked: their names differ, and none reaches into another one, into the list or
    /// outside.
    static func entries(_ bytes: UnsafeRawBufferPointer) throws(FormatProblem) -> [ZipFile.Entry] {
        let end = try end(bytes)
        var list = ByteCursor(
            UnsafeRawBufferPointer(rebasing: bytes[..<(end.listStart + end.listCount)]), at: end.listStart)
        guard end.memberCount <= end.listCount / centralCount else {
            throw FormatProblem("\(end.memberCount) members are listed in \(end.listCount) bytes")
        }
        var entries: [ZipFile.Entry] = []
        var starts: [Int] = []
        var names: Set<String> = []
        for _ in 0..<end.memberCount {
            var (entry, start) = try listed(&list)
            guard names.insert(entry.name).inserted else {
                throw FormatProblem("two members are called \(Wording.quoted(entry.name))")
            }
            entry.byteRange = try range(of: entry, at: start, in: bytes, before: end.listStart)
            entries.append(entry)
            starts.append(start)
        }
        var reached = 0
        for index in entries.indices.sorted(by: { starts[$0] < starts[$1] }) {
            guard starts[index] >= reached else {
                throw FormatProblem("the member \(Wording.quoted(entries[index].name)) overlaps another one")
            }
            reached = entries[index].byteRange.upperBound
        }
        return entries
    }

    /// Where the list of members is and how many there are.
    private static func end(
        _ bytes: UnsafeRawBufferPointer
    ) throws(FormatProblem) -> (listStart: Int, listCount: Int, memberCount: Int) {
        let noZip = FormatProblem(
            "it has no list of members as zip files have at their end",
            remedy: "it is cut short or no zip file; fetch or write it again")
        guard bytes.count >= endCount else { throw noZip }
        var found: Int?
        // A comment of up to 65,535 bytes may follow, which has to end where the file does.
        for start in stride(from: bytes.count - endCount, through: max(0, bytes.count - endCount - 65_535), by: -1)
        where bytes[start] == 0x50
            && bytes.loadUnaligned(fromByteOffset: start, as: UInt32.self).littleEndian == endSignature
        {
            let comment = bytes.loadUnaligned(fromByteOffset: start + 20, as: UInt16.self).littleEndian
            if start + endCount + Int(comment) == bytes.count {
                found = start
                break
            }
        }
        guard let start = found else { throw noZip }
        var cursor = ByteCursor(bytes, at: start + 4)
        let disk = try cursor.number(UInt16.self), listDisk = try cursor.number(UInt16.self)
        let here = try cursor.number(UInt16.self), count = try cursor.number(UInt16.self)
        let size = try cursor.number(UInt32.self), offset = try cursor.number(UInt32.self)
        var listEnd = start
        var list = (start: UInt64(offset), count: UInt64(size), members: UInt64(count))
        var isWhole = disk == listDisk && here == count
        if start >= wideLocatorCount,
            bytes.loadUnaligned(fromByteOffset: start - wideLocatorCount, as: UInt32.self).littleEndian
                == wideLocatorSignature
        {
            var locator = ByteCursor(bytes, at: start - wideLocatorCount + 8)
            let wideStart = try locator.number(UInt64.self)
            guard wideStart <= UInt64(start - wideLocatorCount), start - wideLocatorCount - Int(wideStart) >= 56 else {
                throw FormatProblem("the end of the list of members lies outside of the file")
            }
            var wide = ByteCursor(bytes, at: Int(wideStart))
            guard try wide.number(UInt32.self) == wideEndSignature else {
                throw FormatProblem("the end of the list of members is not where it is said to be")
            }
            try wide.skip(12)
            let disk = try wide.number(UInt32.self), listDisk = try wide.number(UInt32.self)
            let here = try wide.number(UInt64.self)
            list.members = try wide.number(UInt64.self)
            list.count = try wide.number(UInt64.self)
            list.start = try wide.number(UInt64.self)
            isWhole = disk == listDisk && here == list.members
            listEnd = Int(wideStart)
        }
        guard isWhole else {
            throw FormatProblem("it is a part of a zip file in several parts", remedy: "join the parts into one file")
        }
        guard list.start <= UInt64(listEnd), list.count <= UInt64(listEnd) - list.start,
            list.members <= list.count
        else { throw FormatProblem("the list of members reaches outside of the file") }
        return (Int(list.start), Int(list.count), Int(list.members))
    }

    /// Reads the next member of the list, and where its header is.
    private static func listed(_ list: inout ByteCursor) throws(FormatProblem) -> (ZipFile.Entry, start: Int) {
        guard try list.number(UInt32.self) == centralSignature else {
            throw FormatProblem("the list of members is damaged")
        }
        try list.skip(4)
        let flags = try list.number(UInt16.self), method = try list.number(UInt16.self)
        try list.skip(4)
        let checksum = try list.number(UInt32.self)
        var packed = UInt64(try list.number(UInt32.self)), whole = UInt64(try list.number(UInt32.self))
        let nameCount = try list.number(UInt16.self), extraCount = try list.number(UInt16.self)
        let commentCount = try list.number(UInt16.self)
        try list.skip(8)
        var start = UInt64(try list.number(UInt32.self))
        let rawName = try list.piece(Int(nameCount))
        let name = try name(rawName, isUTF8: flags & namesAreUTF8 != 0)
        var extra = ByteCursor(try list.piece(Int(extraCount)))
        try list.skip(Int(commentCount))
        while extra.left >= 4 {
            let kind = try extra.number(UInt16.self), count = try extra.number(UInt16.self)
            var field = ByteCursor(try extra.piece(min(Int(count), extra.left)))
            guard kind == wideExtra else { continue }
            if whole == UInt64(UInt32.max) { whole = try field.number(UInt64.self) }
            if packed == UInt64(UInt32.max) { packed = try field.number(UInt64.self) }
            if start == UInt64(UInt32.max) { start = try field.number(UInt64.self) }
        }
        let place = "the member \(Wording.quoted(name))"
        guard flags & 1 == 0 else {
            throw FormatProblem("\(place) is encrypted", remedy: "write the file again without a password")
        }
        guard let whole = Int(exactly: whole), let packed = Int(exactly: packed), let start = Int(exactly: start)
        else { throw FormatProblem("\(place) is said to have more bytes than any file") }
        return (
            ZipFile.Entry(
                name: name, byteCount: whole, method: method, checksum: checksum, byteRange: 0..<packed,
                rawName: Array(rawName)), start
        )
    }

    /// Where the bytes of a member are: behind its own header, which has to agree with the list.
    private static func range(
        of entry: ZipFile.Entry, at start: Int, in bytes: UnsafeRawBufferPointer, before listStart: Int
    ) throws(FormatProblem) -> Range<Int> {
        let outside = FormatProblem("the member \(Wording.quoted(entry.name)) reaches outside of the file")
        guard start <= listStart, listStart - start >= 30 else { throw outside }
        var cursor = ByteCursor(bytes, at: start)
        guard try cursor.number(UInt32.self) == localSignature else {
            throw FormatProblem("the member \(Wording.quoted(entry.name)) is not where it is said to be")
        }
        try cursor.skip(4)
        let method = try cursor.number(UInt16.self)
        try cursor.skip(16)
        let nameCount = try cursor.number(UInt16.self), extraCount = try cursor.number(UInt16.self)
        guard cursor.left >= Int(nameCount) + Int(extraCount) else { throw outside }
        let name = try cursor.piece(Int(nameCount))
        guard method == entry.method, entry.rawName.elementsEqual(name) else {
            throw FormatProblem(
                "the header of the member \(Wording.quoted(entry.name)) contradicts the list of members")
        }
        let first = cursor.position + Int(extraCount)
        guard first <= listStart, entry.byteRange.count <= listStart - first else { throw outside }
        guard entry.method != 0 || entry.byteCount == entry.byteRange.count else {
            throw FormatProblem("the stored member \(Wording.quoted(entry.name)) has two different sizes")
        }
        return first..<(first + entry.byteRange.count)
    }

    /// Names are UTF-8, or bytes of the alphabet of the first IBM PC where they are not.
    private static func name(_ bytes: UnsafeRawBufferPointer, isUTF8: Bool) throws(FormatProblem) -> String {
        if let name = String(validating: bytes, as: UTF8.self) { return name }
        guard !isUTF8 else { throw FormatProblem("a member has a name that is not UTF-8") }
        return String(
            String.UnicodeScalarView(bytes.map { $0 < 128 ? Unicode.Scalar($0) : oldAlphabet[Int($0) - 128] }))
    }

    private static let oldAlphabet = Array(
        ("ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
            + "αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}").unicodeScalars)
}
