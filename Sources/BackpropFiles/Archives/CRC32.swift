/// The checksum of gzip, zip and PNG: polynomial 0x04C11DB7, bits reversed. Eight bytes are taken at a time.
///
/// Source: RFC 1952, section 8; M. Kounavis, F. Berry, "A Systematic Approach to Building High Performance Software-Based CRC
/// Generators", 2005.
enum CRC32 {
    /// What each byte leaves behind, one table for each of its distances to the end of eight.
    private static let tables: [UInt32] = {
        var tables = [UInt32](repeating: 0, count: 2_048)
        for index in 0..<256 {
            var value = UInt32(index)
            for _ in 0..<8 { value = value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1 }
            tables[index] = value
        }
        for index in 256..<2_048 {
            let before = tables[index - 256]
            tables[index] = tables[Int(before & 255)] ^ (before >> 8)
        }
        return tables
    }()

    /// The checksum of bytes that follow others whose checksum is `start`.
    static func checksum(_ bytes: UnsafeRawBufferPointer, after start: UInt32 = 0) -> UInt32 {
        guard let base = bytes.baseAddress else { return start }
        return tables.withUnsafeBufferPointer { tables in
            let table = tables.baseAddress!
            var remainder = ~start
            var position = 0
            while position &+ 8 <= bytes.count {
                let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
                let low = UInt32(truncatingIfNeeded: word) ^ remainder
                let high = UInt32(truncatingIfNeeded: word >> 32)
                let first = table[1_792 &+ Int(low & 255)] ^ table[1_536 &+ Int(low >> 8 & 255)]
                let second = table[1_280 &+ Int(low >> 16 & 255)] ^ table[1_024 &+ Int(low >> 24)]
                let third = table[768 &+ Int(high & 255)] ^ table[512 &+ Int(high >> 8 & 255)]
                remainder = first ^ second ^ third ^ table[256 &+ Int(high >> 16 & 255)] ^ table[Int(high >> 24)]
                position &+= 8
            }
            while position < bytes.count {
                let byte = base.load(fromByteOffset: position, as: UInt8.self)
                remainder = table[Int((remainder ^ UInt32(byte)) & 255)] ^ (remainder >> 8)
                position &+= 1
            }
            return ~remainder
        }
    }
}
