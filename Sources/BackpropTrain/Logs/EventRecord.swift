/// The frame around each message of an event file: its length and itself, each with a checksum.
///
/// Source: https://www.tensorflow.org/tutorials/load_data/tfrecord
enum EventRecord {
    /// Length (8 bytes), checksum of the length (4), message, checksum of the message (4); little-endian.
    static func framed(_ message: [UInt8]) -> [UInt8] {
        let length = little(UInt64(message.count))
        return length + little(maskedChecksum(length)) + message + little(maskedChecksum(message))
    }

    /// A checksum that is stored among the data it belongs to is masked, so that it differs from that of the whole.
    static func maskedChecksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let sum = checksum(bytes)
        return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
    }

    /// CRC-32C (Castagnoli), as in RFC 3720.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        var remainder: UInt32 = 0xFFFF_FFFF
        table.withUnsafeBufferPointer { table in
            for byte in bytes { remainder = table[Int((remainder ^ UInt32(byte)) & 255)] ^ (remainder >> 8) }
        }
        return ~remainder
    }

    private static func little(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0x82F6_3B78 ^ (value >> 1) : value >> 1 }
    }
}
