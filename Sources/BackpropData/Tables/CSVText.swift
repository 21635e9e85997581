import BackpropFiles

/// Helpers on the bytes of a text file.
enum CSVText {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let quote = UInt8(ascii: "\"")
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Line ends in `bytes`: LF, CR LF or CR, each once.
    static func lineBreaks(in bytes: some Sequence<UInt8>) -> Int {
        var count = 0
        var previous: UInt8 = 0
        for byte in bytes {
            if byte == carriageReturn || (byte == lineFeed && previous != carriageReturn) { count += 1 }
            previous = byte
        }
        return count
    }

    /// The position of the first byte that is not UTF-8 text: an invalid sequence or a zero byte.
    static func firstInvalid(in bytes: [UInt8]) -> Int? {
        bytes.withUnsafeBytes { firstInvalid(in: $0, from: 0) }
    }

    /// The same in a file, whose pages are given back on the way.
    static func firstInvalid(in bytes: FileBytes) -> Int? {
        var start = 0
        while start < bytes.count {
            // A character may lie across the end of a piece; the next one then begins with it.
            var end = min(start + piece, bytes.count)
            while end < bytes.count, end > start, bytes.buffer[end] & 0xC0 == 0x80 { end -= 1 }
            if end == start { return start }
            let part = UnsafeRawBufferPointer(rebasing: bytes.buffer[start..<end])
            if let bad = firstInvalid(in: part, from: 0) { return start + bad }
            bytes.forget(start..<end)
            start = end
        }
        return nil
    }

    /// Bytes of a file that are looked at before their pages are given back.
    static let piece = 4 << 20

    private static func firstInvalid(in buffer: UnsafeRawBufferPointer, from start: Int) -> Int? {
        var position = start
        while position < buffer.count {
            if position + 8 <= buffer.count {
                let word = buffer.loadUnaligned(fromByteOffset: position, as: UInt64.self)
                let hasZero = (word &- 0x0101_0101_0101_0101) & ~word & 0x8080_8080_8080_8080
                if word & 0x8080_8080_8080_8080 == 0, hasZero == 0 {
                    position += 8
                    continue
                }
            }
            guard let length = scalarLength(buffer, at: position) else { return position }
            position += length
        }
        return nil
    }

    /// Bytes of the scalar at `position`; nil where it is not valid (overlong, surrogate, cut or zero).
    private static func scalarLength(_ bytes: UnsafeRawBufferPointer, at position: Int) -> Int? {
        let first = bytes[position]
        let length: Int
        var lowest: UInt8 = 0x80
        var highest: UInt8 = 0xBF
        switch first {
        case 0x01...0x7F: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, lowest) = (3, 0xA0)
        case 0xED: (length, highest) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, lowest) = (4, 0x90)
        case 0xF4: (length, highest) = (4, 0x8F)
        case 0xF1...0xF3: length = 4
        default: return nil
        }
        guard position + length <= bytes.count else { return nil }
        guard bytes[position + 1] >= lowest, bytes[position + 1] <= highest else { return nil }
        for offset in stride(from: 2, to: length, by: 1) where bytes[position + offset] & 0xC0 != 0x80 {
            return nil
        }
        return length
    }
}
