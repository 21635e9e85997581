/// How the numbers of a column are written.
public struct NumberStyle: Codable, Sendable, Equatable {
    /// Whether a comma stands before the decimals, and a point between groups of three digits; the other way round otherwise.
    public var hasDecimalComma = false
    /// What stands behind every number, such as "km" or "%".
    public var unit: String?

    var decimalMark: UInt8 { hasDecimalComma ? UInt8(ascii: ",") : UInt8(ascii: ".") }

    /// A number with this mark before its decimals; nil for anything else, and for what is beyond `NumberText.largest`.
    static func number(_ text: UnsafeBufferPointer<UInt8>, decimalMark: UInt8) -> Double? {
        if case .number(let value) = NumberText(text, decimalMark: decimalMark) { return value }
        return StyledNumber(text)?.value(decimalMark: decimalMark)
    }
}

/// A number with what people write around it: currency signs, percent signs, units, parentheses for what is negative,
/// and marks between groups of digits.
struct StyledNumber {
    private var digits: ArraySlice<UInt8>
    private var isNegative = false
    /// What stands behind the number, or before it.
    private(set) var unit: String?

    static let longest = 48

    /// Takes a text apart; nil where it does not consist of a number and one unit.
    init?(_ text: UnsafeBufferPointer<UInt8>) {
        guard text.count <= Self.longest, text.contains(where: Self.isDigit) else { return nil }
        var rest = Self.trimmed(Array(text)[...])
        if rest.first == UInt8(ascii: "("), rest.last == UInt8(ascii: ")") {
            rest = Self.trimmed(rest.dropFirst().dropLast())
            isNegative = true
        }
        var currency: String?
        if let first = rest.first, !Self.isDigit(first) { currency = Self.dropPrefix(&rest, among: Self.currencies) }
        if let sign = Self.sign(rest) {
            guard !isNegative else { return nil }
            isNegative = sign.isNegative
            rest = Self.trimmed(rest.dropFirst(sign.length))
        }
        if currency == nil, let first = rest.first, !Self.isDigit(first) {
            currency = Self.dropPrefix(&rest, among: Self.currencies)
        }
        guard let end = Self.endOfDigits(rest) else { return nil }
        digits = rest[..<end]
        let behind = Self.trimmed(rest[end...])
        guard behind.isEmpty || currency == nil, behind.count <= 12 else { return nil }
        // Digits in it would be another number; a hyphen or a slash makes it a code.
        guard !behind.contains(where: { Self.isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ",") }),
            behind.first != UInt8(ascii: "/"), behind.first != UInt8(ascii: ":"), behind.first != UInt8(ascii: ".")
        else { return nil }
        unit = behind.isEmpty ? currency : String(decoding: behind, as: UTF8.self)
    }

    /// The number where this mark stands before its decimals.
    func value(decimalMark: UInt8) -> Double? {
        guard let plain = ungrouped(decimalMark) else { return nil }
        return plain.withUnsafeBufferPointer {
            guard case .number(let value) = NumberText($0, decimalMark: decimalMark) else { return nil }
            return isNegative ? -value : value
        }
    }

    static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        if case .number = NumberText(text) { return true }
        guard let styled = StyledNumber(text) else { return false }
        return styled.unit.map { !$0.contains(where: \.isLetter) } != false
            && (styled.value(decimalMark: UInt8(ascii: ".")) ?? styled.value(decimalMark: UInt8(ascii: ","))) != nil
    }

    /// The digits without the marks between their groups; nil where those do not stand before every third digit.
    private func ungrouped(_ decimalMark: UInt8) -> [UInt8]? {
        let whole = digits.prefix { $0 != decimalMark && $0 | 0x20 != UInt8(ascii: "e") }
        var groups: [ArraySlice<UInt8>] = []
        var mark: ArraySlice<UInt8>?
        var position = whole.startIndex
        var start = position
        while position < whole.endIndex {
            guard !Self.isDigit(whole[position]) else {
                position += 1
                continue
            }
            let length = Self.markLength(whole[position...])
            guard length > 0 else { return nil }
            let found = whole[position..<(position + length)]
            guard mark == nil || mark == found else { return nil }
            mark = found
            groups.append(whole[start..<position])
            position += length
            start = position
        }
        guard !groups.isEmpty else { return Array(digits) }
        groups.append(whole[start...])
        // Groups of two are those of India.
        guard let first = groups.first, (1...3).contains(first.count), first.first != UInt8(ascii: "0"),
            groups.last!.count == 3, groups.dropFirst().dropLast().allSatisfy({ $0.count == 3 || $0.count == 2 })
        else { return nil }
        return Array(groups.joined()) + digits[whole.endIndex...]
    }

    /// The length of a mark between groups of digits: a point or comma, a blank of any width, an apostrophe.
    private static func markLength(_ text: ArraySlice<UInt8>) -> Int {
        switch text.first {
        case UInt8(ascii: ","), UInt8(ascii: "."), UInt8(ascii: " "), UInt8(ascii: "'"): 1
        case 0xC2 where text.dropFirst().first == 0xA0: 2
        case 0xE2 where text.starts(with: [0xE2, 0x80, 0xAF]) || text.starts(with: [0xE2, 0x80, 0x99]): 3
        default: 0
        }
    }

    /// Behind the last digit, point or exponent of the number at the beginning.
    private static func endOfDigits(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8>.Index? {
        var position = text.startIndex
        var end = position
        while position < text.endIndex {
            if isDigit(text[position]) {
                position += 1
                end = position
                continue
            }
            let length = markLength(text[position...])
            guard length > 0, position + length < text.endIndex, isDigit(text[position + length]) else { break }
            position += length
        }
        guard end > text.startIndex else { return nil }
        // "1e5", but not "1 each".
        var exponent = text[end...]
        guard exponent.first.map({ $0 | 0x20 == UInt8(ascii: "e") }) == true else { return end }
        exponent = exponent.dropFirst()
        if exponent.first == UInt8(ascii: "-") || exponent.first == UInt8(ascii: "+") {
            exponent = exponent.dropFirst()
        }
        let length = exponent.prefix(while: isDigit).count
        return length == 0 ? end : exponent.startIndex + length
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func sign(_ text: ArraySlice<UInt8>) -> (isNegative: Bool, length: Int)? {
        if text.first == UInt8(ascii: "-") { return (true, 1) }
        if text.first == UInt8(ascii: "+") { return (false, 1) }
        return text.starts(with: [0xE2, 0x88, 0x92]) ? (true, 3) : nil
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var text = text.drop { $0 == 0x20 }
        while true {
            if text.last == 0x20 {
                text = text.dropLast()
            } else if text.suffix(2).elementsEqual([0xC2, 0xA0]) {
                text = text.dropLast(2)
            } else if text.starts(with: [0xC2, 0xA0]) {
                text = text.dropFirst(2).drop { $0 == 0x20 }
            } else {
                return text
            }
        }
    }

    private static let currencies: [[UInt8]] = [
        "US$", "R$", "A$", "C$", "$", "€", "£", "¥", "₹", "₩", "₽", "USD", "EUR", "GBP", "CHF", "INR", "JPY", "Rs.",
        "Rs",
    ].map { Array($0.utf8) }

    private static func dropPrefix(_ text: inout ArraySlice<UInt8>, among prefixes: [[UInt8]]) -> String? {
        guard let found = prefixes.first(where: { text.starts(with: $0) }) else { return nil }
        text = trimmed(text.dropFirst(found.count))
        return String(decoding: found, as: UTF8.self)
    }
}
