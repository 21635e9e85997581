/// What a cell says when it is read as a number.
enum NumberText: Equatable {
    /// A number of at most `NumberText.largest` in size.
    case number(Double)
    /// "nan", "inf" and their relatives.
    case notFinite
    /// A number beyond the range in which sums of squares stay finite.
    case tooLarge
    /// Anything else.
    case other

    /// Beyond this size the variance of a column could overflow.
    static let largest = 1e100

    /// Accepts an optional sign, decimal digits with an optional mark, and an optional decimal exponent.
    init(_ text: UnsafeBufferPointer<UInt8>, decimalMark: UInt8 = UInt8(ascii: ".")) {
        let negative = text.first == UInt8(ascii: "-")
        let first = negative || text.first == UInt8(ascii: "+") ? 1 : 0

        var mantissa: UInt64 = 0
        var digits = 0
        var exponent = 0
        var exact = true
        var pointSeen = false
        var position = first
        while position < text.count {
            let character = text[position]
            if character >= UInt8(ascii: "0"), character <= UInt8(ascii: "9") {
                digits += 1
                if mantissa < 1_000_000_000_000_000_000 {
                    mantissa = mantissa * 10 + UInt64(character - UInt8(ascii: "0"))
                    if pointSeen { exponent -= 1 }
                } else {
                    exact = false
                }
            } else if character == decimalMark, !pointSeen {
                pointSeen = true
            } else {
                break
            }
            position += 1
        }
        guard digits > 0 else {
            self = Self.isNotFinite(text[first...]) ? .notFinite : .other
            return
        }
        if position < text.count {
            guard text[position] | 0x20 == UInt8(ascii: "e"),
                let written = Self.exponent(text[(position + 1)...])
            else {
                self = .other
                return
            }
            exponent += written
        }

        let value: Double
        if exact, mantissa < 1 << 53, abs(exponent) <= 22 {
            let magnitude = Double(mantissa)
            value =
                exponent < 0
                ? magnitude / Self.powersOfTen[-exponent] : magnitude * Self.powersOfTen[exponent]
        } else if exact, let rounded = Self.rounded(mantissa, exponent) {
            value = rounded
        } else {
            let written = text[first...].map { $0 == decimalMark ? UInt8(ascii: ".") : $0 }
            value = Double(String(decoding: written, as: UTF8.self)) ?? .infinity
        }
        self = value <= Self.largest ? .number(negative ? -value : value) : .tooLarge
    }

    /// Sixteen digits and more with 64 bits of precision, as programs write numbers; nil where rounding twice could be wrong.
    private static func rounded(_ mantissa: UInt64, _ exponent: Int) -> Double? {
        #if arch(x86_64)
            guard exponent <= 0, exponent >= -22, mantissa > 0 else { return nil }
            let quotient = Float80(mantissa) / Float80(powersOfTen[-exponent])
            // Eleven bits are dropped; half of the last one that stays is where it matters.
            let dropped = quotient.significandBitPattern & 0x7FF
            guard dropped < 0x3FF || dropped > 0x401 else { return nil }
            return Double(quotient)
        #else
            return nil
        #endif
    }

    private static func exponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var digits = text
        let negative = digits.first == UInt8(ascii: "-")
        if negative || digits.first == UInt8(ascii: "+") { digits = digits.dropFirst() }
        guard !digits.isEmpty else { return nil }
        var value = 0
        for character in digits {
            guard character >= UInt8(ascii: "0"), character <= UInt8(ascii: "9") else { return nil }
            value = min(value * 10 + Int(character - UInt8(ascii: "0")), 100_000)
        }
        return negative ? -value : value
    }

    private static func isNotFinite(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        guard text.count <= 8 else { return false }
        return ["nan", "inf", "infinity"].contains(String(decoding: text, as: UTF8.self).lowercased())
    }

    /// Powers of ten that a Double holds exactly, so that one multiplication or division rounds correctly.
    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17,
        1e18,
        1e19, 1e20, 1e21, 1e22,
    ]
}
