/// Each piece is cut into the tokens whose scores add up to most.
///
/// Source: Kudo, "Subword regularization", 2018, and the search of https://github.com/huggingface/tokenizers: what no token
/// begins with is an unknown character, which costs 10 more than the worst token.
struct UnigramModel: Sendable {
    private let trie: ByteTrie
    /// Logarithms of probabilities, by id.
    let scores: [Double]
    let unknown: Int32?
    /// The ids of single bytes, for what is unknown, -1 where a byte has none; nil where that is one unknown token.
    private let bytes: [Int32]?
    private let unknownScore: Double

    private static let penalty = 10.0

    /// Nil where there are too many tokens.
    init?(_ tokens: TokenTable, scores: [Double], unknown: Int32?, bytes: [Int32]?) {
        var trie = ByteTrie()
        for (id, token) in tokens.all where !token.isEmpty {
            guard trie.insert(token, value: Int32(id)) else { return nil }
        }
        (self.trie, self.scores, self.unknown, self.bytes) = (trie, scores, unknown, bytes)
        unknownScore = (scores.min() ?? 0) - Self.penalty
    }

    func encode(_ text: UnsafePointer<UInt8>, _ count: Int, into ids: inout [Int32]) {
        // The best way to each place: what it adds up to, where its last token begins, and which it is (-2: not reached).
        withUnsafeTemporaryAllocation(of: (score: Double, start: Int, id: Int32).self, capacity: count + 1) { ways in
            ways.initialize(repeating: (0, 0, -2))
            var place = 0
            while place < count {
                let here = ways[place].score, length = scalarLength(text[place])
                var node = ByteTrie.root, next = place, hasSingle = false
                while next < count {
                    node = trie.step(node, text[next])
                    if node == 0 { break }
                    next += 1
                    let id = trie.values[Int(node)]
                    guard id >= 0 else { continue }
                    let score = here + scores[Int(id)]
                    if ways[next].id == -2 || score > ways[next].score { ways[next] = (score, place, id) }
                    if next - place == length { hasSingle = true }
                }
                if !hasSingle {
                    let score = here + unknownScore, next = place + length
                    if ways[next].id == -2 || score > ways[next].score { ways[next] = (score, place, -1) }
                }
                place += length
            }
            let before = ids.count
            var end = count
            while end > 0 {
                let (_, start, id) = ways[end]
                if id >= 0, id != unknown {
                    ids.append(id)
                    end = start
                    continue
                }
                // Unknown characters that follow each other are one.
                var first = start
                while first > 0, ways[first].id == -1 || ways[first].id == unknown { first = ways[first].start }
                if let bytes, (first..<end).allSatisfy({ bytes[Int(text[$0])] >= 0 }) {
                    for place in (first..<end).reversed() { ids.append(bytes[Int(text[place])]) }
                } else if let unknown {
                    ids.append(unknown)
                }
                end = first
            }
            ids[before...].reverse()
        }
    }
}
