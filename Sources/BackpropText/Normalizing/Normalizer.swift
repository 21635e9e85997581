import BackpropFiles

/// What a text becomes before it is split.
indirect enum Normalizer: Sendable {
    case sequence([Normalizer])
    case bert(BertNormalizer)
    case canonical(composing: Bool)
    case lowercase
    case withoutMarks
    case strip(left: Bool, right: Bool)
    case prepend([UInt8])
    case replace(Finder, with: [UInt8])
    case precompiled(PrecompiledMap)

    /// The text after it; the same object where nothing changes.
    func apply(to text: TextBuffer) -> TextBuffer {
        if text.count == 0 { return text }
        switch self {
        case .sequence(let steps): return steps.reduce(text) { $1.apply(to: $0) }
        case .bert(let normalizer): return normalizer.apply(to: text)
        case .canonical(let composing): return CanonicalForms.apply(to: text, composing: composing)
        case .precompiled(let map): return map.apply(to: text)
        case .lowercase:
            return mapped(text) { value, result in
                if value < 128 { return result.append(UInt8(value) | (value >= 65 && value <= 90 ? 0x20 : 0)) }
                for byte in Unicode.Scalar(value)!.properties.lowercaseMapping.utf8 { result.append(byte) }
            }
        case .withoutMarks:
            return mapped(text) { value, result in
                if !Self.isMark(value) { result.append(scalar: value) }
            }
        case .strip(let left, let right):
            var (start, end) = (0, text.count)
            while left, start < end, ScalarSet.space.contains(scalar(text.base, start).value) {
                start += scalarLength(text.base[start])
            }
            while right, end > start {
                let last = scalarStart(text.base, before: end)
                guard ScalarSet.space.contains(scalar(text.base, last).value) else { break }
                end = last
            }
            let result = TextBuffer(capacity: end - start)
            result.append(text.base + start, end - start)
            return result
        case .prepend(let bytes):
            let result = TextBuffer(capacity: text.count + bytes.count)
            result.append(bytes)
            result.append(text.base, text.count)
            return result
        case .replace(let finder, let bytes):
            let result = TextBuffer(capacity: text.count + text.count / 4)
            finder.forEach(in: text.base, 0, text.count) { start, end, isMatch in
                if isMatch { result.append(bytes) } else { result.append(text.base + start, end - start) }
            }
            return result
        }
    }

    /// Whether a scalar was a mark in Unicode 9; three have changed their category since.
    private static func isMark(_ value: UInt32) -> Bool {
        switch value {
        case 0x1CF2, 0x1CF3: true
        case 0x1_11C9: false
        default:
            Category.mark.contains(PatternClasses.category(value))
                && PatternClasses.isKnown(Unicode.Scalar(value)!, in: 9)
        }
    }

    private func mapped(_ text: TextBuffer, _ map: (UInt32, TextBuffer) -> Void) -> TextBuffer {
        let result = TextBuffer(capacity: text.count)
        var place = 0
        while place < text.count {
            let (value, length) = scalar(text.base, place)
            map(value, result)
            place += length
        }
        return result
    }
}

/// Looks for a text or a pattern.
enum Finder: Sendable {
    case text([UInt8])
    case pattern(Pattern)

    /// Hands the parts of a text to `body` from front to back: those that are found, and those between.
    @inline(__always)
    func forEach(
        in bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int,
        _ body: (_ start: Int, _ end: Int, _ isMatch: Bool) -> Void
    ) {
        var (place, open) = (start, start)
        while place < end {
            let found = match(bytes, place, end)
            guard found > place else {
                place += scalarLength(bytes[place])
                continue
            }
            if open < place { body(open, place, false) }
            body(place, found, true)
            (place, open) = (found, found)
        }
        if open < end { body(open, end, false) }
    }

    @inline(__always)
    private func match(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int {
        switch self {
        case .pattern(let pattern): return pattern.match(bytes, start, end)
        case .text(let text):
            guard !text.isEmpty, text.count <= end - start else { return -1 }
            for offset in text.indices where bytes[start + offset] != text[offset] { return -1 }
            return start + text.count
        }
    }
}
