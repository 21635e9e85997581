import BackpropFiles

/// A token that is looked for in the text before anything else.
struct AddedToken: Sendable, Equatable {
    var id: Int
    var text: String
    /// Whether it says something about the text rather than being a part of it.
    var isSpecial = true
    /// Whether it is looked for in the normalized text.
    var isNormalized = false
    /// Whether white space before it, or behind it, belongs to it.
    var takesLeft = false
    var takesRight = false
    /// Whether it may not touch letters and digits.
    var isWord = false
}

/// Finds added tokens in a text: the leftmost first, and of those that begin there the longest.
struct AddedTokens: Sendable {
    let all: [AddedToken]
    private let ids: [String: Int]
    private let texts: [Int: AddedToken]
    private var raw = ByteTrie(), normalized = ByteTrie()
    private var hasRaw = false, hasNormalized = false

    /// Nil where there are too many.
    init?(_ tokens: [AddedToken], normalizer: Normalizer?) {
        all = tokens
        ids = Dictionary(tokens.map { ($0.text, $0.id) }, uniquingKeysWith: { _, last in last })
        texts = Dictionary(tokens.map { ($0.id, $0) }, uniquingKeysWith: { _, last in last })
        for (place, token) in tokens.enumerated() {
            var bytes = Array(token.text.utf8)
            if token.isNormalized, let normalizer {
                let text = TextBuffer(capacity: bytes.count)
                text.append(bytes)
                let changed = normalizer.apply(to: text)
                bytes = Array(UnsafeBufferPointer(start: changed.base, count: changed.count))
            }
            if bytes.isEmpty { continue }
            let isInserted =
                token.isNormalized
                ? normalized.insert(bytes, value: Int32(place)) : raw.insert(bytes, value: Int32(place))
            guard isInserted else { return nil }
            if token.isNormalized { hasNormalized = true } else { hasRaw = true }
        }
    }

    func id(of text: String) -> Int? { ids[text] }

    subscript(id: Int) -> AddedToken? { texts[id] }

    /// Hands the parts of a text to `body`, from front to back, each with the id of the token that it is, or nil.
    func forEach(
        in text: TextBuffer, normalized isNormalized: Bool, _ body: (_ start: Int, _ end: Int, _ id: Int?) -> Void
    ) {
        let bytes = text.base, count = text.count
        guard isNormalized ? hasNormalized : hasRaw else {
            if count > 0 { body(0, count, nil) }
            return
        }
        let trie = isNormalized ? normalized : raw
        var (open, place) = (0, 0)
        while place < count {
            guard trie.begins(with: bytes[place]) else {
                place += 1
                continue
            }
            var (node, next, found, end) = (ByteTrie.root, place, Int32(-1), place)
            while next < count {
                node = trie.step(node, bytes[next])
                if node == 0 { break }
                next += 1
                if trie.values[Int(node)] >= 0 { (found, end) = (trie.values[Int(node)], next) }
            }
            guard found >= 0 else {
                place += 1
                continue
            }
            let token = all[Int(found)]
            var start = place
            place = end
            if token.isWord, isWord(before: start, bytes) || isWord(at: end, bytes, count) { continue }
            while token.takesLeft, start > open {
                let before = scalarStart(bytes, before: start)
                guard ScalarSet.space.contains(scalar(bytes, before).value) else { break }
                start = before
            }
            while token.takesRight, end < count, ScalarSet.space.contains(scalar(bytes, end).value) {
                end += scalarLength(bytes[end])
            }
            if open < start { body(open, start, nil) }
            body(start, end, token.id)
            (open, place) = (end, end)
        }
        if open < count { body(open, count, nil) }
    }

    private func isWord(before place: Int, _ bytes: UnsafePointer<UInt8>) -> Bool {
        place > 0 && ScalarSet.word.contains(scalar(bytes, scalarStart(bytes, before: place)).value)
    }

    private func isWord(at place: Int, _ bytes: UnsafePointer<UInt8>, _ count: Int) -> Bool {
        place < count && ScalarSet.word.contains(scalar(bytes, place).value)
    }
}
