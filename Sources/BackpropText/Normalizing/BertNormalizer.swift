/// BERT's cleaning of text: control characters go, white space becomes blanks, Chinese characters get blanks around, accents go,
/// and letters become lower case; each step as an option.
///
/// Categories are those of Unicode 8, as in Hugging Face's tokenizers 0.23, whose ids are to be met; lower case follows Swift's
/// version, which agrees with theirs.
struct BertNormalizer: Sendable {
    var cleans = true
    var spacesChinese = true
    var stripsAccents = true
    var lowercases = true

    func apply(to text: TextBuffer) -> TextBuffer {
        let result = TextBuffer(capacity: text.count + text.count / 4), bytes = text.base
        var changing: BertClasses = []
        if cleans { changing.formUnion([.dropped, .space]) }
        if spacesChinese { changing.formUnion(.chinese) }
        if stripsAccents { changing.formUnion([.mark, .decomposes, .ordered]) }
        if lowercases { changing.formUnion(.lowercases) }
        // Scalars whose marks may have to be put in order.
        var waiting: [UInt32] = []
        func flush() {
            guard !waiting.isEmpty else { return }
            CanonicalForms.order(&waiting)
            for value in waiting where !BertClasses.of(value).contains(.mark) { append(value, to: result) }
            waiting.removeAll(keepingCapacity: true)
        }
        var place = 0
        while place < text.count {
            let (value, length) = scalar(bytes, place), classes = BertClasses.of(value)
            place += length
            if classes.isDisjoint(with: changing) {
                flush()
                if length == 1 {
                    result.append(bytes[place - 1])
                } else {
                    result.append(bytes + place - length, length)
                }
                continue
            }
            if cleans, classes.contains(.dropped) { continue }
            if cleans, classes.contains(.space) {
                flush()
                result.append(UInt8(ascii: " "))
                continue
            }
            let isSpaced = spacesChinese && classes.contains(.chinese)
            if isSpaced {
                flush()
                result.append(UInt8(ascii: " "))
            }
            if stripsAccents, !classes.isDisjoint(with: [.mark, .decomposes, .ordered]) {
                if classes.contains(.decomposes) { flush() }
                CanonicalForms.decompose(value, into: &waiting)
            } else {
                flush()
                append(value, to: result)
            }
            if isSpaced {
                flush()
                result.append(UInt8(ascii: " "))
            }
        }
        flush()
        return result
    }

    private func append(_ value: UInt32, to result: TextBuffer) {
        guard lowercases, BertClasses.of(value).contains(.lowercases), let scalar = Unicode.Scalar(value) else {
            return result.append(scalar: value)
        }
        if value < 128 { return result.append(UInt8(value) | 0x20) }
        for byte in scalar.properties.lowercaseMapping.utf8 { result.append(byte) }
    }
}

/// What BERT's rules ask of a scalar.
struct BertClasses: OptionSet, Sendable {
    let rawValue: UInt8

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A control character, or what has no place in a text.
    static let dropped = BertClasses(rawValue: 1)
    static let space = BertClasses(rawValue: 2)
    static let chinese = BertClasses(rawValue: 4)
    /// Takes no room of its own.
    static let mark = BertClasses(rawValue: 8)
    static let punctuation = BertClasses(rawValue: 16)
    static let decomposes = BertClasses(rawValue: 32)
    /// Has a combining class.
    static let ordered = BertClasses(rawValue: 64)
    static let lowercases = BertClasses(rawValue: 128)

    private static let table: [BertClasses] = (0..<0x2_0000).map { compute(UInt32($0)) }

    @inline(__always)
    static func of(_ value: UInt32) -> BertClasses { value < 0x2_0000 ? table[Int(value)] : compute(value) }

    private static let chineseRanges: [ClosedRange<UInt32>] = [
        0x4E00...0x9FFF, 0x3400...0x4DBF, 0x2_0000...0x2_A6DF, 0x2_A700...0x2_B73F, 0x2_B740...0x2_B81F,
        // The rule says 2B820; the code that made the models says this.
        0x2_B920...0x2_CEAF, 0xF900...0xFAFF, 0x2_F800...0x2_FA1F,
    ]

    private static func compute(_ value: UInt32) -> BertClasses {
        guard let scalar = Unicode.Scalar(value) else { return [] }
        var result: BertClasses = []
        let isKnown = PatternClasses.isKnown(scalar, in: 8)
        let category = isKnown ? scalar.properties.generalCategory : .unassigned
        switch category {
        case .control where value != 9 && value != 10 && value != 13: result.formUnion(.dropped)
        case .format, .privateUse: result.formUnion(.dropped)
        // Marks that were none in Unicode 8.
        case .nonspacingMark where ![0x1885, 0x1886, 0xA9BD, 0x1_11C9].contains(value): result.formUnion(.mark)
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            result.formUnion(.punctuation)
        default: break
        }
        if value == 0 || value == 0xFFFD { result.formUnion(.dropped) }
        if value == 0x1734 { result.formUnion(.mark) }
        if value == 0x166D || value == 0x1_11C9 { result.formUnion(.punctuation) }
        if value < 128, [UInt8]("$+<=>^`|~".utf8).contains(UInt8(value)) { result.formUnion(.punctuation) }
        if scalar.properties.isWhitespace { result.formUnion(.space) }
        if chineseRanges.contains(where: { $0.contains(value) }) { result.formUnion(.chinese) }
        if CanonicalForms.decomposes(value) { result.formUnion(.decomposes) }
        if CanonicalForms.combiningClass(value) != 0 { result.formUnion(.ordered) }
        if scalar.properties.lowercaseMapping != String(scalar) { result.formUnion(.lowercases) }
        return result
    }
}
