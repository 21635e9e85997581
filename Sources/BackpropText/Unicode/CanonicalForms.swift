/// Canonical decomposition (NFD) and composition (NFC) of UTF-8, as of Unicode 9, the version of Hugging Face's tokenizers
/// 0.23, whose ids are to be met.
///
/// Swift's own tables are inside its standard library; Foundation has functions, and brings ICU, which would double a static
/// binary. So there is a table of the 2,060 decompositions here; combining classes and what is excluded from composition are
/// public in Swift.
///
/// Source: Unicode Standard Annex 15, "Unicode Normalization Forms".
enum CanonicalForms {
    /// One step of each scalar; the second one is 0 where there is one only.
    private static let steps: [UInt32: (UInt32, UInt32)] = {
        var steps: [UInt32: (UInt32, UInt32)] = [:]
        for entry in Decompositions.table.split(separator: " ") {
            let numbers = entry.split { $0 == "=" || $0 == "+" }.map { UInt32($0, radix: 16)! }
            steps[numbers[0]] = (numbers[1], numbers.count > 2 ? numbers[2] : 0)
        }
        return steps
    }()

    /// What two scalars are composed to.
    private static let compositions: [UInt64: UInt32] = {
        var result: [UInt64: UInt32] = [:]
        for (whole, parts) in steps where parts.1 != 0 {
            guard let scalar = Unicode.Scalar(whole), !scalar.properties.isFullCompositionExclusion else { continue }
            result[UInt64(parts.0) << 32 | UInt64(parts.1)] = whole
        }
        return result
    }()

    private static let syllables: UInt32 = 0xAC00, leads: UInt32 = 0x1100, vowels: UInt32 = 0x1161,
        trails: UInt32 = 0x11A7

    /// The canonical combining class; that of later scalars is 0.
    static func combiningClass(_ value: UInt32) -> UInt8 {
        guard value >= 0x300, let scalar = Unicode.Scalar(value) else { return 0 }
        let found = scalar.properties.canonicalCombiningClass.rawValue
        return found != 0 && PatternClasses.isKnown(scalar, in: 9) ? found : 0
    }

    /// Whether a scalar is not its own decomposition.
    static func decomposes(_ value: UInt32) -> Bool {
        value >= 0xC0 && (steps[value] != nil || (value >= syllables && value < syllables + 11_172))
    }

    /// Appends the full decomposition of a scalar.
    static func decompose(_ value: UInt32, into result: inout [UInt32]) {
        if value >= syllables, value < syllables + 11_172 {
            let place = value - syllables
            result.append(leads + place / 588)
            result.append(vowels + place % 588 / 28)
            if place % 28 != 0 { result.append(trails + place % 28) }
        } else if value >= 0xC0, let (first, second) = steps[value] {
            decompose(first, into: &result)
            if second != 0 { result.append(second) }
        } else {
            result.append(value)
        }
    }

    /// Puts marks in the order of their classes, each stretch of them for itself.
    static func order(_ scalars: inout [UInt32], from start: Int = 0) {
        var place = start
        while place < scalars.count {
            guard combiningClass(scalars[place]) != 0 else {
                place += 1
                continue
            }
            var end = place
            while end < scalars.count, combiningClass(scalars[end]) != 0 { end += 1 }
            if end - place > 1 {
                let sorted = scalars[place..<end].enumerated().map { (combiningClass($1), $0, $1) }
                    .sorted { ($0.0, $0.1) < ($1.0, $1.1) }
                for (offset, entry) in sorted.enumerated() { scalars[place + offset] = entry.2 }
            }
            place = end
        }
    }

    private static func compose(_ first: UInt32, _ second: UInt32) -> UInt32? {
        if first >= leads, first < leads + 19, second >= vowels, second < vowels + 21 {
            return syllables + ((first - leads) * 21 + second - vowels) * 28
        }
        if first >= syllables, first < syllables + 11_172, (first - syllables) % 28 == 0, second > trails,
            second < trails + 28
        {
            return first + second - trails
        }
        return compositions[UInt64(first) << 32 | UInt64(second)]
    }

    /// Composes scalars that are decomposed and in order.
    static func compose(_ scalars: inout [UInt32]) {
        var starter: Int?, kept = 0, lastClass: UInt8 = 0
        for place in scalars.indices {
            let value = scalars[place], itsClass = combiningClass(value)
            if let starter, kept == starter + 1 || lastClass < itsClass,
                let whole = compose(scalars[starter], value)
            {
                scalars[starter] = whole
                continue
            }
            if itsClass == 0 {
                starter = kept
                lastClass = 0
            } else {
                lastClass = itsClass
            }
            scalars[kept] = value
            kept += 1
        }
        scalars.removeLast(scalars.count - kept)
    }

    /// The text in its composed form, or in its decomposed one.
    static func apply(to text: TextBuffer, composing: Bool) -> TextBuffer {
        // Without decompositions and marks there is nothing to do: all below U+00C0, and U+0300 for composed texts.
        let bytes = text.base, limit: UInt8 = composing ? 0xCC : 0xC3
        var place = 0
        while place < text.count, bytes[place] < limit { place += 1 }
        if place == text.count { return text }
        // The scalar before may be changed by a mark.
        if place > 0 { place = scalarStart(bytes, before: place) }
        let result = TextBuffer(capacity: text.count + text.count / 8)
        result.append(bytes, place)
        var scalars: [UInt32] = []
        while place < text.count {
            let (value, length) = scalar(bytes, place)
            decompose(value, into: &scalars)
            place += length
        }
        order(&scalars)
        if composing { compose(&scalars) }
        for value in scalars { result.append(scalar: value) }
        return result
    }
}
