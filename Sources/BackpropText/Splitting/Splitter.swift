import BackpropFiles

/// One step that cuts a text into pieces, none of which is merged with another.
enum Splitter: Sendable {
    /// What becomes of what is found.
    enum Behavior: String, Sendable {
        case removed = "Removed"
        case isolated = "Isolated"
        case mergedWithPrevious = "MergedWithPrevious"
        case mergedWithNext = "MergedWithNext"
        case contiguous = "Contiguous"
    }

    /// When SentencePiece's blank stands in front of a text.
    enum Prefix: String, Sendable {
        case always, first, never
    }

    case split(Finder, Behavior, isInverted: Bool)
    case bert
    /// A blank in front of what has none, where asked for; and GPT-2's pattern, where asked for.
    case byteLevel(addsBlank: Bool, Pattern?)
    case metaspace([UInt8], Prefix, splits: Bool)

    /// Hands the pieces of a part of a text to `body`, from front to back. None of them is empty.
    ///
    /// - Parameter isFirst: whether the part is where the whole text begins.
    @inline(__always)
    func forEach(
        in text: TextBuffer, _ start: Int, _ end: Int, isFirst: Bool,
        _ body: (_ text: TextBuffer, _ start: Int, _ end: Int) -> Void
    ) {
        switch self {
        case .split(let finder, .isolated, _):
            finder.forEach(in: text.base, start, end) { start, end, _ in body(text, start, end) }
        case .split(let finder, let behavior, let isInverted):
            cut(text, start, end, finder, behavior, isInverted, body)
        case .bert: bert(text, start, end, body)
        case .byteLevel(let addsBlank, let pattern):
            var (text, start, end) = (text, start, end)
            if addsBlank, text.base[start] != UInt8(ascii: " ") {
                let longer = TextBuffer(capacity: end - start + 1)
                longer.append(UInt8(ascii: " "))
                longer.append(text.base + start, end - start)
                (text, start, end) = (longer, 0, longer.count)
            }
            guard let pattern else { return body(text, start, end) }
            Finder.pattern(pattern).forEach(in: text.base, start, end) { start, end, _ in body(text, start, end) }
        case .metaspace(let mark, let prefix, let splits):
            let marked = TextBuffer(capacity: end - start + 64)
            for place in start..<end {
                if text.base[place] == UInt8(ascii: " ") {
                    marked.append(mark)
                } else {
                    marked.append(text.base[place])
                }
            }
            var whole = marked
            let begins = marked.count >= mark.count && mark.indices.allSatisfy { marked.base[$0] == mark[$0] }
            if !begins, prefix == .always || (prefix == .first && isFirst) {
                whole = TextBuffer(capacity: marked.count + mark.count)
                whole.append(mark)
                whole.append(marked.base, marked.count)
            }
            guard splits else { return body(whole, 0, whole.count) }
            cut(whole, 0, whole.count, .text(mark), .mergedWithNext, false, body)
        }
    }

    private func cut(
        _ text: TextBuffer, _ start: Int, _ end: Int, _ finder: Finder, _ behavior: Behavior, _ isInverted: Bool,
        _ body: (TextBuffer, Int, Int) -> Void
    ) {
        // One piece waits, because the next part may become a piece of it.
        var waiting: (start: Int, end: Int, isMatch: Bool)?
        func flush() {
            if let piece = waiting { body(text, piece.start, piece.end) }
            waiting = nil
        }
        finder.forEach(in: text.base, start, end) { start, end, isFound in
            let isMatch = isFound != isInverted
            switch behavior {
            case .removed: if !isMatch { body(text, start, end) }
            case .isolated: body(text, start, end)
            case .mergedWithPrevious:
                if isMatch, let piece = waiting, !piece.isMatch { return waiting = (piece.start, end, true) }
                flush()
                waiting = (start, end, isMatch)
            case .mergedWithNext:
                if !isMatch, let piece = waiting, piece.isMatch { return waiting = (piece.start, end, false) }
                flush()
                waiting = (start, end, isMatch)
            case .contiguous:
                if let piece = waiting, piece.isMatch == isMatch { return waiting = (piece.start, end, isMatch) }
                flush()
                waiting = (start, end, isMatch)
            }
        }
        flush()
    }

    /// Cuts at white space, which goes, and around each punctuation mark.
    private func bert(_ text: TextBuffer, _ start: Int, _ end: Int, _ body: (TextBuffer, Int, Int) -> Void) {
        let bytes = text.base
        var (place, open) = (start, start)
        while place < end {
            let (value, length) = scalar(bytes, place), classes = BertClasses.of(value)
            if classes.isDisjoint(with: [.space, .punctuation]) {
                place += length
                continue
            }
            if open < place { body(text, open, place) }
            if !classes.contains(.space) { body(text, place, place + length) }
            place += length
            open = place
        }
        if open < end { body(text, open, end) }
    }
}
