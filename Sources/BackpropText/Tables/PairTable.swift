/// What becomes of two neighbouring tokens: when they are merged, the lower the earlier, and into which one.
struct PairTable: Sendable {
    /// Two words for each pair: the ids, and rank and result. A pair is -1 where there is none.
    private var words: [UInt64]
    private var shift: UInt64
    private(set) var count = 0

    private static let none = UInt64.max

    init(capacity: Int) {
        var bits: UInt64 = 6
        while 1 << bits < 2 * capacity { bits += 1 }
        shift = 64 - bits
        words = [UInt64](repeating: Self.none, count: 2 << Int(bits))
    }

    @inline(__always)
    private func place(of pair: UInt64) -> Int { Int((pair &* 0x9E37_79B9_7F4A_7C15) >> shift) }

    @inline(__always)
    private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    /// Adds a pair; one that is there already is replaced. There must be room.
    mutating func insert(_ left: Int32, _ right: Int32, rank: Int32, result: Int32) {
        let pair = Self.key(left, right), mask = words.count / 2 - 1
        var place = place(of: pair)
        while words[2 * place] != pair, words[2 * place] != Self.none { place = (place + 1) & mask }
        if words[2 * place] == Self.none { count += 1 }
        words[2 * place] = pair
        words[2 * place + 1] = Self.key(rank, result)
    }

    /// Rank and result of a pair; nil where it is never merged.
    @inline(__always)
    func find(_ left: Int32, _ right: Int32) -> (rank: Int32, result: Int32)? {
        let pair = Self.key(left, right)
        return words.withUnsafeBufferPointer { words in
            let mask = words.count / 2 - 1
            var place = place(of: pair)
            while words[2 * place] != pair {
                guard words[2 * place] != Self.none else { return nil }
                place = (place + 1) & mask
            }
            let value = words[2 * place + 1]
            return (Int32(truncatingIfNeeded: value >> 32), Int32(truncatingIfNeeded: value))
        }
    }
}
