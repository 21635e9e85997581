/// Helpers on the bytes of a text file.
enum CSVText {
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let quote = UInt8(ascii: "\"")
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Line ends in `bytes`: LF, CR LF or CR, each once.
    static func lineBreaks(in bytes: ArraySlice<UInt8>) -> Int {
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
        bytes.withUnsafeBytes { buffer in
            var position = 0
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
