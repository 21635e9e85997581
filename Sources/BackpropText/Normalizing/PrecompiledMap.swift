import BackpropFiles

/// SentencePiece's compiled map of characters: a double array whose values are places in a text of replacements.
///
/// Source: https://github.com/google/sentencepiece, normalizer.cc, and the double array of https://github.com/s-yata/darts-clone.
struct PrecompiledMap: Sendable {
    private let units: [UInt32]
    private let texts: [UInt8]

    /// - Throws: `FormatProblem` where lengths contradict each other, or a replacement is not UTF-8.
    init(_ bytes: [UInt8]) throws(FormatProblem) {
        guard bytes.count >= 4 else { throw FormatProblem("the map of characters has \(bytes.count) bytes") }
        let size = bytes[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard size % 4 == 0, size > 0, size <= bytes.count - 4 else {
            throw FormatProblem("the map of characters is said to have \(size) bytes, of \(bytes.count - 4)")
        }
        units = stride(from: 4, to: 4 + size, by: 4).map { start in
            bytes[start..<(start + 4)].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        texts = Array(bytes[(4 + size)...]) + [0]
        for text in texts.split(separator: 0) where String(validating: text, as: UTF8.self) == nil {
            throw FormatProblem("the map of characters has a replacement that is not UTF-8", reason: .notText)
        }
    }

    /// The text with each cluster of characters replaced, or each of its characters where the cluster is long or not in the map.
    func apply(to text: TextBuffer) -> TextBuffer {
        let result = TextBuffer(capacity: text.count)
        for character in text.text() {
            let bytes = Array(character.utf8)
            if bytes.count < 6, let found = replacement(of: bytes[...]) {
                append(found, to: result)
                continue
            }
            for scalar in character.unicodeScalars {
                let bytes = Array(UTF8.encode(scalar)!)
                if let found = replacement(of: bytes[...]) { append(found, to: result) } else { result.append(bytes) }
            }
        }
        return result
    }

    private func append(_ start: Int, to result: TextBuffer) {
        var place = start
        while place < texts.count, texts[place] != 0 {
            result.append(texts[place])
            place += 1
        }
    }

    /// Where the replacement begins of the shortest entry that the bytes begin with.
    private func replacement(of bytes: ArraySlice<UInt8>) -> Int? {
        func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & (1 << 9)) >> 6) }
        var place = offset(units[0])
        for byte in bytes {
            guard byte != 0 else { return nil }
            place ^= Int(byte)
            guard place < units.count, units[place] & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
            let unit = units[place]
            place ^= offset(unit)
            guard unit >> 8 & 1 == 1 else { continue }
            guard place < units.count else { return nil }
            let start = Int(units[place] & (1 << 31 - 1))
            // The middle of a character is no beginning.
            return start < texts.count && texts[start] & 0xC0 != 0x80 ? start : nil
        }
        return nil
    }
}
