/// How byte-level vocabularies write bytes as visible characters: printable ones of Latin-1 as they are, the others as those from
/// U+0100 on.
///
/// Source: https://github.com/openai/gpt-2, `bytes_to_unicode` in src/encoder.py.
enum ByteLetters {
    /// The character of each byte.
    static let letters: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0..<256 as Range<UInt32>).map { byte in
            if (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || byte >= 0xAE {
                return Unicode.Scalar(byte)!
            }
            defer { next += 1 }
            return Unicode.Scalar(next)!
        }
    }()

    private static let bytes: [Int16] = {
        var result = [Int16](repeating: -1, count: 0x144)
        for (byte, letter) in letters.enumerated() { result[Int(letter.value)] = Int16(byte) }
        return result
    }()

    /// The bytes that a token stands for; nil where it has other characters.
    static func bytes(of token: some Collection<UInt8>) -> [UInt8]? {
        var result: [UInt8] = []
        result.reserveCapacity(token.count)
        var lead: Int?
        for byte in token {
            var value = Int(byte)
            if let first = lead {
                value = (first & 0x1F) << 6 | value & 0x3F
                lead = nil
            } else if byte >= 0x80 {
                guard byte >= 0xC2, byte < 0xE0 else { return nil }
                lead = value
                continue
            }
            guard value < Self.bytes.count, Self.bytes[value] >= 0 else { return nil }
            result.append(UInt8(Self.bytes[value]))
        }
        return result
    }

    /// The token that stands for bytes.
    static func token(of bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { Array(UTF8.encode(letters[Int($0)])!) }
    }
}
