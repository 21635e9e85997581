import Backprop

// Numbers in the formats of files that no tensor has, one by one. Loops over them are loops over whole arrays: everything
// here is inlined, and what is not a table is free of branches.

enum StoredNumbers {
    /// The number that 16 bits stand for: a sign, five bits of exponent, ten of fraction (IEEE 754).
    @inline(__always)
    static func half(_ bits: UInt16) -> Float {
        // The bits of the fraction where those of a Float are, with an exponent that is too small by 112.
        let scaled = Float(bitPattern: UInt32(bits & 0x7FFF) << 13) * 0x1p112
        let isSpecial: UInt32 = bits & 0x7C00 == 0x7C00 ? 0x7F80_0000 : 0
        return Float(bitPattern: scaled.bitPattern | isSpecial | UInt32(bits & 0x8000) << 16)
    }

    /// The nearest half, ties to even; infinite beyond the range.
    @inline(__always)
    static func half(_ value: Float) -> UInt16 {
        let bits = value.bitPattern, magnitude = bits & 0x7FFF_FFFF
        let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
        // Where halves are a fixed step apart, an addition rounds.
        let fixed = (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3F00_0000
        let floating = (magnitude &- 0x3800_0000 &+ 0xFFF &+ (magnitude >> 13 & 1)) >> 13
        let finite = min(magnitude < 0x3880_0000 ? fixed : floating, 0x7C00)
        let special: UInt32 = magnitude > 0x7F80_0000 ? 0x7E00 : 0x7C00
        return UInt16(truncatingIfNeeded: magnitude >= 0x7F80_0000 ? special : finite) | sign
    }

    /// A Float from which rounding to any format with at least two bits less gives what rounding `value` itself gives: cut
    /// off, with a last bit that says whether anything was.
    @inline(__always)
    static func roundedToOdd(_ value: Double) -> Float {
        let near = Float(value)
        let isAway: UInt32 = Double(near).magnitude > value.magnitude ? 1 : 0
        let isInexact: UInt32 = Double(near) != value && !value.isNaN ? 1 : 0
        return Float(bitPattern: (near.bitPattern &- isAway) | isInexact)
    }
}

/// Numbers of eight bits.
struct EightBitFormat {
    /// What each byte stands for; all of them are numbers of bfloat16.
    let values: [BFloat16]
    /// Those from zero up to the greatest, whose places are their bytes.
    private let magnitudes: [Double]
    private let nan: UInt8
    private let hasNegativeZero: Bool

    /// Nil for types that are none of these.
    init?(_ type: SafeTensorsType) {
        let fraction: Int, bias: Int
        switch type {
        case .float8e5m2: (fraction, bias) = (2, 15)
        case .float8e4m3: (fraction, bias) = (3, 7)
        case .float8e5m2fnuz: (fraction, bias) = (2, 16)
        case .float8e4m3fnuz: (fraction, bias) = (3, 8)
        case .float8e8m0:
            values = (0..<256).map {
                $0 == 255 ? BFloat16(.nan) : BFloat16(Float(sign: .plus, exponent: $0 - 127, significand: 1))
            }
            (magnitudes, nan, hasNegativeZero) = ([], 0xFF, false)
            return
        default: return nil
        }
        let isUnsignedZero = type == .float8e5m2fnuz || type == .float8e4m3fnuz
        func number(_ byte: Int) -> Float {
            let sign: Float = byte & 0x80 == 0 ? 1 : -1
            let magnitude = byte & 0x7F
            if isUnsignedZero && byte == 0x80 { return .nan }
            if type == .float8e4m3 && magnitude == 0x7F { return .nan }
            if type == .float8e5m2 && magnitude >= 0x7C { return magnitude == 0x7C ? sign * .infinity : .nan }
            let exponent = magnitude >> fraction, part = Float(magnitude & (1 << fraction - 1)) / Float(1 << fraction)
            let significand = exponent == 0 ? part : 1 + part
            return sign * significand * Float(sign: .plus, exponent: max(exponent, 1) - bias, significand: 1)
        }
        values = (0..<256).map { BFloat16(number($0)) }
        magnitudes = (0..<128).map { Double(number($0)) }.prefix { $0.isFinite }.map { $0 }
        nan = isUnsignedZero ? 0x80 : 0x7F
        hasNegativeZero = !isUnsignedZero
    }

    /// The nearest number, ties to even; nil beyond the range, and for infinities that the format has not.
    func byte(_ value: Double) -> UInt8? {
        if value.isNaN { return nan }
        let sign: UInt8 = value.sign == .minus ? 0x80 : 0, size = value.magnitude
        if size.isInfinite { return Float(values[0x7C]).isInfinite ? sign | 0x7C : nil }
        var low = 0, high = magnitudes.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if magnitudes[middle] <= size { low = middle } else { high = middle }
        }
        let last = magnitudes.count - 1
        let next = low < last ? magnitudes[low + 1] : 2 * magnitudes[last] - magnitudes[last - 1]
        let half = (magnitudes[low] + next) / 2
        let code = size > half || (size == half && low % 2 == 1) ? low + 1 : low
        if code > last { return nil }
        return code == 0 && !hasNegativeZero ? 0 : UInt8(code) | sign
    }
}
