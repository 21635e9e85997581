/// Numbers as people read them, without any locale.
package enum NumberFormat {
    /// `value` with exactly `digits` digits after the point.
    package static func fixed(_ value: Double, digits: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
        let digits = min(max(digits, 0), 12)
        var power = 1.0
        for _ in 0..<digits { power *= 10 }
        let scaled = (abs(value) * power).rounded()
        guard scaled < 9e15 else { return scientific(value, digits: 3) }
        let whole = Int(scaled)
        let sign = value < 0 && whole > 0 ? "-" : ""
        guard digits > 0 else { return sign + String(whole) }
        let text = String(whole)
        let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
        return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
    }

    /// `value` as 1.23e-5, with `digits` digits after the point and no zeros at the end of them.
    static func scientific(_ value: Double, digits: Int) -> String {
        guard value.isFinite, value != 0 else { return fixed(value, digits: 0) }
        var exponent = decade(abs(value))
        let shift = exponent < -300 ? 300 : 0
        var mantissa = fixed(abs(value) * powerOfTen(shift) / powerOfTen(exponent + shift), digits: digits)
        if mantissa.hasPrefix("10") {
            exponent += 1
            mantissa = fixed(1, digits: digits)
        }
        return (value < 0 ? "-" : "") + withoutTrailingZeros(mantissa) + "e\(exponent)"
    }

    /// About `figures` significant digits: `figures` digits after the point below 1, fewer above, and powers of
    /// ten for what is very small or large.
    package static func significant(_ value: Double, figures: Int = 4) -> String {
        guard value.isFinite, value != 0 else { return fixed(value, digits: figures) }
        let exponent = decade(abs(value))
        guard exponent >= -3, exponent < 7 else { return scientific(value, digits: figures - 1) }
        return fixed(value, digits: exponent < 0 ? figures : max(0, figures - 1 - exponent))
    }

    /// 0.00002 as it is written by hand: without powers of ten, and no zeros at the end.
    package static func decimal(_ value: Double) -> String { withoutTrailingZeros(fixed(value, digits: 12)) }

    /// 12345 as 12,345.
    package static func grouped(_ text: String) -> String {
        let unsigned = text.drop { $0 == "-" }
        let whole = unsigned.prefix { $0 != "." }
        guard whole.count > 3, whole.allSatisfy(\.isNumber) else { return text }
        var result = ""
        for (index, digit) in whole.enumerated() {
            if index > 0, (whole.count - index) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return (text.hasPrefix("-") ? "-" : "") + result + unsigned.dropFirst(whole.count)
    }

    /// A length of time: "8 s", "3:05", "2:10:00".
    static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0 else { return "?" }
        let total = Int(min(seconds.rounded(), 3_599_999))
        let (hours, minutes, rest) = (total / 3600, total / 60 % 60, total % 60)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if hours > 0 { return "\(hours):\(two(minutes)):\(two(rest))" }
        return minutes > 0 ? "\(minutes):\(two(rest))" : "\(rest) s"
    }

    static func withoutTrailingZeros(_ text: String) -> String {
        guard text.contains(".") else { return text }
        var text = text
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text
    }

    /// The exponent of the largest power of ten that is not above `value`, which is above 0.
    static func decade(_ value: Double) -> Int {
        var exponent = 0
        var scaled = value
        while scaled >= 10 { (scaled, exponent) = (scaled / 10, exponent + 1) }
        while scaled < 1 { (scaled, exponent) = (scaled * 10, exponent - 1) }
        return exponent
    }

    static func powerOfTen(_ exponent: Int) -> Double {
        Double("1e\(exponent)") ?? 1
    }
}
