/// A table that tells from the next bits of a deflated stream which symbol they are.
///
/// The lowest `indexBits` bits choose an entry; the symbols of longer codes have tables of their own behind the first one. An entry
/// holds what decoding needs: in bits 0 to 4 how many bits the code takes here, in bits 8 to 11 how many extra bits follow (of a
/// link: how many bits choose from the next table), in bits 12 to 15 what it is, and in bits 16 to 31 its value.
///
/// Source: RFC 1951, section 3.2.2.
struct HuffmanTable: ~Copyable {
    static let literal: UInt32 = 1 << 15
    static let endOfBlock: UInt32 = 1 << 14
    static let link: UInt32 = 1 << 13
    static let unused: UInt32 = 1 << 12
    private static let longestCode = 15
    private static let mostSymbols = 288

    /// What the symbols stand for.
    enum Alphabet { case codeLengths, literalsAndLengths, distances }

    let entries: UnsafeMutablePointer<UInt32>
    let indexBits: Int
    private let alphabet: Alphabet
    private let scratch: UnsafeMutablePointer<Int>

    init(_ alphabet: Alphabet) {
        self.alphabet = alphabet
        // A further table serves two codes or more, so half the symbols bound their number.
        let room: Int
        switch alphabet {
        case .codeLengths: (indexBits, room) = (7, 1 << 7)
        case .literalsAndLengths: (indexBits, room) = (11, 1 << 11 + 144 << 4)
        case .distances: (indexBits, room) = (9, 1 << 9 + 16 << 6)
        }
        entries = .allocate(capacity: room)
        scratch = .allocate(capacity: 32 + Self.mostSymbols + 1 << indexBits)
    }

    deinit {
        entries.deallocate()
        scratch.deallocate()
    }

    /// Makes the table, given the length of each symbol's code; 0 for a symbol that does not occur. There are at most 288 literals
    /// and lengths, 32 distances and 19 code lengths.
    ///
    /// A code has to use all its bits up. Only one of a single bit may leave that bit's other value unused, and one without
    /// symbols stands for distances that do not occur.
    func build(_ lengths: UnsafeBufferPointer<UInt8>) throws(FormatProblem) {
        let counts = scratch, next = scratch + 16, codes = scratch + 32, reach = codes + Self.mostSymbols
        counts.update(repeating: 0, count: 16)
        for length in lengths { counts[Int(length)] += 1 }
        counts[0] = 0
        var (open, longest, code) = (1, 0, 0)
        for length in 1...Self.longestCode {
            open = open << 1 - counts[length]
            guard open >= 0 else { throw FormatProblem("a Huffman code of the packed data has too many symbols") }
            if counts[length] > 0 { longest = length }
            next[length] = code
            code = (code + counts[length]) << 1
        }
        guard open == 0 || (longest <= 1 && alphabet != .codeLengths) else {
            throw FormatProblem("a Huffman code of the packed data has too few symbols")
        }
        for (symbol, length) in lengths.enumerated() where length > 0 {
            codes[symbol] = Self.reversed(next[Int(length)], Int(length))
            next[Int(length)] += 1
        }
        let root = 1 << indexBits
        if open > 0 { entries.update(repeating: Self.unused | 1, count: root) }
        if longest > indexBits {
            reach.update(repeating: 0, count: root)
            for (symbol, length) in lengths.enumerated() where Int(length) > indexBits {
                let first = codes[symbol] & (root - 1)
                reach[first] = max(reach[first], Int(length) - indexBits)
            }
            var start = root
            for first in 0..<root where reach[first] > 0 {
                entries[first] = Self.link | UInt32(start) << 16 | UInt32(reach[first]) << 8 | UInt32(indexBits)
                start += 1 << reach[first]
            }
        }
        for (symbol, length) in lengths.enumerated() where length > 0 {
            let length = Int(length), code = codes[symbol]
            if length <= indexBits {
                fill(entries, indexBits, from: code, entry(of: symbol), length)
            } else {
                let link = entries[code & (root - 1)]
                fill(
                    entries + Int(link >> 16), Int(link >> 8 & 15), from: code >> indexBits, entry(of: symbol),
                    length - indexBits)
            }
        }
    }

    /// Enters a code wherever its bits are the lowest ones.
    private func fill(
        _ table: UnsafeMutablePointer<UInt32>, _ bits: Int, from code: Int, _ entry: UInt32, _ length: Int
    ) {
        var place = code
        while place < 1 << bits {
            table[place] = entry | UInt32(length)
            place += 1 << length
        }
    }

    private static func reversed(_ code: Int, _ length: Int) -> Int {
        var (rest, result) = (code, 0)
        for _ in 0..<length {
            result = result << 1 | rest & 1
            rest >>= 1
        }
        return result
    }

    /// Everything but the length of the code.
    private func entry(of symbol: Int) -> UInt32 {
        func valued(_ value: Int, extra: Int = 0) -> UInt32 { UInt32(value) << 16 | UInt32(extra) << 8 }
        switch alphabet {
        case .codeLengths: return valued(symbol)
        case .literalsAndLengths:
            switch symbol {
            case ..<256: return Self.literal | valued(symbol)
            case 256: return Self.endOfBlock
            case ..<265: return valued(symbol - 254)
            case ..<285:
                let extra = (symbol - 261) / 4
                return valued(3 + (4 + (symbol - 261) % 4) << extra, extra: extra)
            case 285: return valued(258)
            default: return Self.unused
            }
        case .distances:
            guard symbol >= 4 else { return valued(symbol + 1) }
            guard symbol < 30 else { return Self.unused }
            let extra = symbol / 2 - 1
            return valued(1 + (2 + symbol % 2) << extra, extra: extra)
        }
    }
}
