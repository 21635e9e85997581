/// How tokens become text again.
struct Decoding: Sendable {
    /// What is done to each token by itself.
    enum Step: Sendable {
        case byteLetters
        case wordPiece(prefix: [UInt8], cleans: Bool)
        /// SentencePiece's blanks become blanks; those of the first token go, where one was put in front.
        case metaspace([UInt8], dropsFirst: Bool)
        case replace([UInt8], with: [UInt8])
        case strip([UInt8], start: Int, stop: Int)
    }

    var steps: [Step] = []
    /// Whether tokens such as "<0x0A>" are bytes.
    var readsBytes = false
    /// What goes from the beginning of the whole text, that many times at most.
    var leading: (text: [UInt8], count: Int)?
    /// What stands between tokens.
    var separator: [UInt8] = []
}

/// Puts the text of tokens together, one after the other.
struct DecodingState: Sendable {
    private let rule: Decoding
    private(set) var output: [UInt8] = []
    /// Bytes that stood for themselves and may make up a character.
    private var run: [UInt8] = []
    private var isFirst = true
    private var leadingLeft: Int

    init(_ rule: Decoding) {
        self.rule = rule
        leadingLeft = rule.leading?.count ?? 0
    }

    mutating func add(_ token: some Collection<UInt8>) {
        defer { isFirst = false }
        if !isFirst { output += rule.separator }
        if rule.readsBytes, let byte = Self.byte(Array(token)) {
            run.append(byte)
            return
        }
        endRun()
        var text = Array(token)
        for step in rule.steps { text = apply(step, text) }
        append(text)
    }

    /// Ends what waits for more.
    mutating func endRun() {
        guard !run.isEmpty else { return }
        let isText = String(validating: run, as: UTF8.self) != nil
        append(isText ? run : run.flatMap { _ in "\u{FFFD}".utf8 })
        run = []
    }

    /// Takes what is certain: all but the beginning of a character whose end is not there; all of it at the end.
    mutating func take(isEnd: Bool) -> String {
        var end = output.count
        if !isEnd {
            let start = output.indices.suffix(3).last { output[$0] & 0xC0 != 0x80 }
            if let start, output[start] >= 0xC0, start + scalarLength(output[start]) > end { end = start }
        }
        defer { output.removeFirst(end) }
        return String(decoding: output[..<end], as: UTF8.self)
    }

    private mutating func append(_ text: [UInt8]) {
        var rest = text[...]
        if let leading = rule.leading, leadingLeft > 0 {
            while leadingLeft > 0, rest.starts(with: leading.text) {
                rest = rest.dropFirst(leading.text.count)
                leadingLeft -= 1
            }
            if !rest.isEmpty { leadingLeft = 0 }
        }
        output += rest
    }

    /// The byte that a token such as "<0x0A>" stands for.
    private static func byte(_ token: [UInt8]) -> UInt8? {
        guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">") else { return nil }
        return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
    }

    private func apply(_ step: Decoding.Step, _ text: [UInt8]) -> [UInt8] {
        switch step {
        case .byteLetters: return ByteLetters.bytes(of: text) ?? text
        case .metaspace(let mark, let dropsFirst):
            return replaced(text, mark, with: dropsFirst && isFirst ? [] : [UInt8(ascii: " ")])
        case .replace(let old, let new): return replaced(text, old, with: new)
        case .strip(let mark, let start, let stop):
            var rest = text[...]
            for _ in 0..<start where rest.starts(with: mark) { rest = rest.dropFirst(mark.count) }
            for _ in 0..<stop where rest.count >= mark.count && rest.suffix(mark.count).elementsEqual(mark) {
                rest = rest.dropLast(mark.count)
            }
            return Array(rest)
        case .wordPiece(let prefix, let cleans):
            var text = text
            if !isFirst {
                if text.starts(with: prefix) {
                    text.removeFirst(prefix.count)
                } else {
                    text.insert(UInt8(ascii: " "), at: 0)
                }
            }
            guard cleans else { return text }
            for (old, new) in Self.cleaning { text = replaced(text, old, with: new) }
            return text
        }
    }

    private static let cleaning: [([UInt8], [UInt8])] = [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ].map { (Array($0.0.utf8), Array($0.1.utf8)) }

    private func replaced(_ text: [UInt8], _ old: [UInt8], with new: [UInt8]) -> [UInt8] {
        guard !old.isEmpty, text.count >= old.count else { return text }
        var result: [UInt8] = [], place = 0
        while place < text.count {
            if text[place] == old[0], text[place...].starts(with: old) {
                result += new
                place += old.count
            } else {
                result.append(text[place])
                place += 1
            }
        }
        return result
    }
}
