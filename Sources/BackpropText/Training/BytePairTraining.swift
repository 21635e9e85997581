import BackpropFiles

/// Learns a byte-level BPE from text.
///
/// In each round the pair of neighbouring symbols that occurs most becomes one symbol. Of pairs that occur equally often the one
/// with the smaller first symbol comes first, then the one with the smaller second symbol. Symbols are numbered in the order in
/// which they appear: the 256 bytes in the order of their letters, then what merges make; the same bytes are the same symbol. So
/// the result is that of Hugging Face's `BpeTrainer` with the alphabet of `ByteLevel`.
///
/// Source: Sennrich et al., "Neural machine translation of rare words with subword units", 2016.
struct BytePairTraining {
    struct Merge {
        let left: Int32
        let right: Int32
        let result: Int32
    }

    /// The bytes in the order of the letters that stand for them.
    static let alphabet: [UInt8] = (0..<256).map { UInt8($0) }.sorted {
        ByteLetters.letters[Int($0)].value < ByteLetters.letters[Int($1)].value
    }

    /// Different pieces of the text, as symbols, and how often each occurs.
    private var words: [(symbols: [Int32], count: Int)] = []
    /// How often each pair occurs, and in which words it has.
    private var pairs: [UInt64: (count: Int, words: [Int32])] = [:]
    private var queue = Heap<WaitingPair>()
    private(set) var merges: [Merge] = []
    /// The bytes of each symbol.
    private(set) var symbols: [[UInt8]] = alphabet.map { [$0] }
    private var known: [[UInt8]: Int32] = [:]

    /// Counts the pieces of a text.
    init(_ text: UnsafeBufferPointer<UInt8>, splits: Splitter) {
        guard let base = text.baseAddress, !text.isEmpty else { return }
        let buffer = TextBuffer(capacity: text.count)
        buffer.append(base, text.count)
        var order = [Int32](repeating: 0, count: 256)
        for (place, byte) in Self.alphabet.enumerated() { order[Int(byte)] = Int32(place) }
        var table = TokenTable()
        splits.forEach(in: buffer, 0, buffer.count, isFirst: true) { text, start, end in
            let found = table.id(text.base + start, end - start)
            if found >= 0 { return words[Int(found)].count += 1 }
            let bytes = Array(UnsafeBufferPointer(start: text.base + start, count: end - start))
            _ = table.insert(bytes, id: words.count)
            words.append((bytes.map { order[Int($0)] }, 1))
        }
    }

    /// Merges until there are `count` symbols, or no pair occurs `least` times.
    mutating func learn(_ count: Int, least: Int) {
        for place in words.indices {
            let (symbols, times) = words[place]
            for (left, right) in zip(symbols, symbols.dropFirst()) { add(left, right, times, word: place) }
        }
        for (pair, entry) in pairs { queue.push(WaitingPair(count: entry.count, pair: pair)) }
        while symbols.count < count, let best = queue.pop() {
            let now = pairs[best.pair]?.count ?? 0
            // Counts only fall without a word, and rise with one: what rises is pushed anew.
            guard now == best.count else {
                if now > 0, now < best.count { queue.push(WaitingPair(count: now, pair: best.pair)) }
                continue
            }
            guard now >= max(1, least) else { break }
            merge(best.pair)
        }
    }

    private static func key(_ left: Int32, _ right: Int32) -> UInt64 { UInt64(left) << 32 | UInt64(right) }

    private mutating func add(_ left: Int32, _ right: Int32, _ times: Int, word: Int) {
        pairs[Self.key(left, right), default: (0, [])].count += times
        guard times > 0, pairs[Self.key(left, right)]!.words.last != Int32(word) else { return }
        pairs[Self.key(left, right)]!.words.append(Int32(word))
    }

    /// Replaces a pair by a new symbol in every word that has it.
    private mutating func merge(_ pair: UInt64) {
        let (left, right) = (Int32(pair >> 32), Int32(pair & 0xFFFF_FFFF))
        let bytes = symbols[Int(left)] + symbols[Int(right)], new = known[bytes] ?? Int32(symbols.count)
        if new == symbols.count {
            symbols.append(bytes)
            known[bytes] = new
        }
        merges.append(Merge(left: left, right: right, result: new))
        guard let found = pairs.removeValue(forKey: pair) else { return }
        var risen: Set<UInt64> = []
        var seen: Set<Int32> = []
        for word in found.words where seen.insert(word).inserted {
            let (symbols, times) = words[Int(word)]
            var merged: [Int32] = []
            merged.reserveCapacity(symbols.count)
            var place = 0
            while place < symbols.count {
                if place + 1 < symbols.count, symbols[place] == left, symbols[place + 1] == right {
                    merged.append(new)
                    place += 2
                } else {
                    merged.append(symbols[place])
                    place += 1
                }
            }
            guard merged.count < symbols.count else { continue }
            for (first, second) in zip(symbols, symbols.dropFirst()) where Self.key(first, second) != pair {
                add(first, second, -times, word: Int(word))
            }
            for (first, second) in zip(merged, merged.dropFirst()) {
                add(first, second, times, word: Int(word))
                if first == new || second == new { risen.insert(Self.key(first, second)) }
            }
            words[Int(word)].symbols = merged
        }
        for pair in risen { queue.push(WaitingPair(count: pairs[pair]!.count, pair: pair)) }
    }
}

/// A pair that waits: the most frequent comes first, then the one of the smallest ids.
private struct WaitingPair: HeapEntry {
    let count: Int
    let pair: UInt64

    func precedes(_ other: WaitingPair) -> Bool { count > other.count || (count == other.count && pair < other.pair) }
}
