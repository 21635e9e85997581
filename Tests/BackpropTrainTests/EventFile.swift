import Foundation

/// An event file taken apart again, by code of its own.
struct EventFile {
    /// The fields of a message, in their order.
    struct Message {
        enum Value: Equatable { case number(UInt64), bytes([UInt8]) }
        private(set) var fields: [(number: Int, value: Value)] = []

        /// Nil where the bytes are no message.
        init?(_ bytes: [UInt8]) {
            var position = 0
            func varint() -> UInt64? {
                var (value, shift): (UInt64, UInt64) = (0, 0)
                while position < bytes.count, shift < 64 {
                    let byte = bytes[position]
                    position += 1
                    value |= UInt64(byte & 0x7F) << shift
                    if byte < 0x80 { return value }
                    shift += 7
                }
                return nil
            }
            func fixed(_ count: Int) -> UInt64? {
                guard position + count <= bytes.count else { return nil }
                defer { position += count }
                return EventFile.little(bytes[position..<(position + count)])
            }
            while position < bytes.count {
                guard let key = varint() else { return nil }
                let value: Value?
                switch key & 7 {
                case 0: value = varint().map { .number($0) }
                case 1: value = fixed(8).map { .number($0) }
                case 5: value = fixed(4).map { .number($0) }
                case 2:
                    guard let count = varint().flatMap({ Int(exactly: $0) }), position + count <= bytes.count else {
                        return nil
                    }
                    value = .bytes(Array(bytes[position..<(position + count)]))
                    position += count
                default: value = nil
                }
                guard let value else { return nil }
                fields.append((Int(key >> 3), value))
            }
        }

        func number(_ field: Int) -> UInt64? {
            for case (field, .number(let value)) in fields { return value }
            return nil
        }
        func double(_ field: Int) -> Double? { number(field).map(Double.init(bitPattern:)) }
        func float(_ field: Int) -> Float? { number(field).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) } }
        func bytes(_ field: Int) -> [UInt8]? { all(field).first }
        func text(_ field: Int) -> String? { bytes(field).map { String(decoding: $0, as: UTF8.self) } }
        func message(_ field: Int) -> Message? { bytes(field).flatMap(Message.init) }
        func messages(_ field: Int) -> [Message] { all(field).compactMap(Message.init) }
        func doubles(_ field: Int) -> [Double] {
            let bytes = bytes(field) ?? []
            return stride(from: 0, to: bytes.count, by: 8).map {
                Double(bitPattern: EventFile.little(bytes[$0..<($0 + 8)]))
            }
        }
        func all(_ field: Int) -> [[UInt8]] {
            fields.compactMap { if $0.number == field, case .bytes(let bytes) = $0.value { bytes } else { nil } }
        }
    }

    let events: [Message]

    /// Nil where a length, a checksum or a message is wrong.
    init?(_ bytes: [UInt8]) {
        var events: [Message] = [], position = 0
        while position < bytes.count {
            guard position + 16 <= bytes.count else { return nil }
            let length = Array(bytes[position..<(position + 8)])
            let count = Int(Self.little(length[...]))
            let start = position + 12, end = start + count
            guard end + 4 <= bytes.count,
                Self.little(bytes[(position + 8)..<start]) == UInt64(Self.masked(Self.checksum(length))),
                Self.little(bytes[end..<(end + 4)]) == UInt64(Self.masked(Self.checksum(Array(bytes[start..<end])))),
                let event = Message(Array(bytes[start..<end]))
            else { return nil }
            events.append(event)
            position = end + 4
        }
        self.events = events
    }

    init?(path: String) {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        self.init([UInt8](data))
    }

    private static func little(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Bit by bit, from the polynomial.
    private static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            for bit in 0..<8 {
                let isOdd = (remainder ^ UInt32(byte) >> UInt32(bit)) & 1 == 1
                remainder = remainder >> 1 ^ (isOdd ? 0x82F6_3B78 : 0)
            }
        }
        return ~remainder
    }

    private static func masked(_ sum: UInt32) -> UInt32 { (sum >> 15 | sum << 17) &+ 0xA282_EAD8 }

    /// The values of all summaries, by tag, with their steps.
    var values: [(tag: String, step: Int, value: Message)] {
        events.flatMap { event in
            (event.message(5)?.messages(1) ?? []).map {
                ($0.text(1) ?? "", Int(truncatingIfNeeded: event.number(2) ?? 0), $0)
            }
        }
    }
}
