/// Blocks of a GGUF file as float32: numbers of few bits with a scale, or a scale and a least value, for each block.
///
/// Source: https://github.com/ggml-org/ggml, `ggml-quants.c`.
enum GGUFBlocks {
    /// What a block becomes: reads the bytes of one, writes its elements.
    typealias Rule = (UnsafeRawPointer, UnsafeMutablePointer<Float>) -> Void

    /// Whether elements of a type can be read.
    static func isReadable(_ type: GGUFType) -> Bool {
        switch type {
        case .float32, .float16, .bfloat16, .q8_0, .q4_0, .q4_1, .q4_K, .q6_K: true
        default: false
        }
    }

    /// Writes the elements of whole blocks of a readable type.
    static func widen(_ source: UnsafeRawBufferPointer, _ type: GGUFType, to target: UnsafeMutablePointer<Float>) {
        guard var bytes = source.baseAddress else { return }
        let rule: Rule =
            switch type {
            case .float16: { $1[0] = StoredNumbers.half($0.loadUnaligned(as: UInt16.self)) }
            case .bfloat16: { $1[0] = Float(bitPattern: UInt32($0.loadUnaligned(as: UInt16.self)) << 16) }
            case .q8_0: eight
            case .q4_0: four
            case .q4_1: fourWithLeast
            case .q4_K: fourOfSuperblock
            case .q6_K: sixOfSuperblock
            default: { $1[0] = $0.loadUnaligned(as: Float.self) }
            }
        let (elements, size) = type.block
        var target = target
        for _ in 0..<(source.count / size) {
            rule(bytes, target)
            bytes += size
            target += elements
        }
    }

    @inline(__always)
    private static func half(_ bytes: UnsafeRawPointer, _ offset: Int) -> Float {
        StoredNumbers.half(bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
    }

    /// Q8_0: a scale, and 32 numbers from -128 to 127.
    private static func eight(_ bytes: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(bytes, 0)
        for index in 0..<32 {
            target[index] = scale * Float(bytes.loadUnaligned(fromByteOffset: 2 + index, as: Int8.self))
        }
    }

    /// Q4_0: a scale, and 32 numbers from -8 to 7; the first half in the low bits.
    private static func four(_ bytes: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(bytes, 0), codes = (bytes + 2).assumingMemoryBound(to: UInt8.self)
        for index in 0..<16 {
            target[index] = scale * Float(Int(codes[index] & 15) - 8)
            target[index + 16] = scale * Float(Int(codes[index] >> 4) - 8)
        }
    }

    /// Q4_1: a scale, a least value, and 32 numbers from 0 to 15; the first half in the low bits.
    private static func fourWithLeast(_ bytes: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(bytes, 0), least = half(bytes, 2)
        let codes = (bytes + 4).assumingMemoryBound(to: UInt8.self)
        for index in 0..<16 {
            target[index] = scale * Float(codes[index] & 15) + least
            target[index + 16] = scale * Float(codes[index] >> 4) + least
        }
    }

    /// Q4_K: a scale and one of least values, eight parts with six bits of each, and 256 numbers from 0 to 15.
    private static func fourOfSuperblock(_ bytes: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(bytes, 0), leastScale = half(bytes, 2)
        let parts = (bytes + 4).assumingMemoryBound(to: UInt8.self)
        let codes = (bytes + 16).assumingMemoryBound(to: UInt8.self)
        for part in 0..<8 {
            let factor: UInt8, least: UInt8
            if part < 4 {
                (factor, least) = (parts[part] & 63, parts[part + 4] & 63)
            } else {
                factor = parts[part + 4] & 15 | (parts[part - 4] >> 6) << 4
                least = parts[part + 4] >> 4 | (parts[part] >> 6) << 4
            }
            let own = scale * Float(factor), ownLeast = leastScale * Float(least)
            // Two parts share bytes: the first has the low bits.
            let shared = codes + part / 2 * 32, shift = part % 2 * 4
            for index in 0..<32 { target[part * 32 + index] = own * Float((shared[index] >> shift) & 15) - ownLeast }
        }
    }

    /// Q6_K: 256 numbers from -32 to 31 whose bits stand in two places, sixteen parts with a scale of eight bits, and a scale of
    /// all.
    private static func sixOfSuperblock(_ bytes: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>) {
        let scale = half(bytes, 208)
        for side in 0..<2 {
            let low = (bytes + side * 64).assumingMemoryBound(to: UInt8.self)
            let high = (bytes + 128 + side * 32).assumingMemoryBound(to: UInt8.self)
            let parts = (bytes + 192 + side * 8).assumingMemoryBound(to: Int8.self)
            for quarter in 0..<4 {
                for index in 0..<32 {
                    let lowBits = (low[quarter % 2 * 32 + index] >> (quarter / 2 * 4)) & 15
                    let code = Int(lowBits | ((high[index] >> (quarter * 2)) & 3) << 4) - 32
                    let own = scale * Float(parts[quarter * 2 + index / 16])
                    target[side * 128 + quarter * 32 + index] = own * Float(code)
                }
            }
        }
    }
}
