/// Each word is cut into the longest token that it begins with, and so on; a word of which something is left is unknown as a
/// whole.
///
/// Source: Devlin et al., "BERT", 2019, and Schuster and Nakajima, "Japanese and Korean voice search", 2012.
struct WordPieceModel: Sendable {
    private let trie: ByteTrie
    /// Where tokens begin that are no beginning of a word; nil where there are none.
    private let continuation: Int32?
    let unknown: Int32
    /// Longer words are unknown.
    let longestWord: Int
    let prefix: [UInt8]

    /// Nil where there are too many tokens.
    init?(_ tokens: TokenTable, unknown: Int32, prefix: [UInt8] = Array("##".utf8), longestWord: Int = 100) {
        var trie = ByteTrie()
        for (id, bytes) in tokens.all where !bytes.isEmpty {
            guard trie.insert(bytes, value: Int32(id)) else { return nil }
        }
        (self.trie, self.unknown, self.prefix, self.longestWord) = (trie, unknown, prefix, longestWord)
        continuation = trie.node(of: prefix)
    }

    func encode(_ bytes: UnsafePointer<UInt8>, _ count: Int, into ids: inout [Int32]) {
        var length = 0
        for place in 0..<count where bytes[place] & 0xC0 != 0x80 { length += 1 }
        guard length <= longestWord else { return ids.append(unknown) }
        let before = ids.count
        var place = 0
        while place < count {
            var node = ByteTrie.root
            if place > 0 {
                guard let continuation else { break }
                node = continuation
            }
            var (end, best): (Int, Int32) = (place, -1)
            var next = place
            while next < count {
                node = trie.step(node, bytes[next])
                if node == 0 { break }
                next += 1
                let value = trie.values[Int(node)]
                if value >= 0, next == count || bytes[next] & 0xC0 != 0x80 { (end, best) = (next, value) }
            }
            guard best >= 0 else { break }
            ids.append(best)
            place = end
        }
        if place < count {
            ids.removeLast(ids.count - before)
            ids.append(unknown)
        }
    }
}
